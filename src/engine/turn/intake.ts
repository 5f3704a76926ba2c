/** The order in which a turn takes in what people did. */
import { overdue } from '../../core/approvals/overdue.ts';
import type { Config } from '../../core/model/config.ts';
import { peopleOf } from '../../core/model/config.ts';
import type { Entry, UndoStep } from '../../core/model/entry.ts';
import type { State } from '../../core/model/state.ts';
import { trustNow } from '../../core/tools/declared.ts';
import { frozenEffects } from '../../core/turn/frozen.ts';
import type { Toolbox } from '../../core/turn/judge.ts';
import { dueRuns } from '../../core/workflows/turn/due.ts';
import { timesFor } from '../../disk/config/cron.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { type Folder, numberAsides } from '../../disk/intake/folder.ts';
import { defined } from '../../schema/copy.ts';
import { undoPlans } from '../journal/undo.ts';
import type { Ports } from '../ports.ts';

/** Where a turn finds what people did since the last one. */
export interface Sources {
  disk: Disk;
  folder: Folder;
  state: State;
  config: Config;
  /** Built-in tools, which determine what an undo can reverse. */
  toolbox: Toolbox;
  approved?: Ports['approved'];
}

/** The turn that takes it in. `time`: milliseconds since 1970. `passed`: turns that passed before it. */
export interface Moment {
  turn: number;
  time: number;
  passed?: number;
}

type Find = (
  sources: Sources,
  moment: Moment,
  before: readonly Entry[],
) => readonly Entry[] | Promise<readonly Entry[]>;

/** Everything that people can do between two turns, in the order in which it is taken in. No other place defines this order. */
const STEPS = {
  trust: ({ config, state, approved }) => trustNow(config, state, approved),
  requests: ({ folder, state, config }, { time }) =>
    folder.requests.taken(state, peopleOf(config), mostBytes(config), time),
  answers: ({ folder, state, config }, { turn }) => folder.approvals.answers(state, config, turn, mostBytes(config)),
  overdue: ({ config, state }, { time }) => overdue(config, state, time),
  edits: ({ folder, state, config }) => folder.outboxes.edits(state, config, mostBytes(config)),
  revivals: ({ folder, state, config }, { turn }) => folder.outboxes.revivals(state, turn, mostBytes(config)),
  drops: ({ folder, state, config }, { turn }) => folder.drops.taken(state, config, turn, mostBytes(config)),
  tasks: ({ folder, state, config }, moment) => folder.tasks.changes(state, config, moment, mostBytes(config)),
  runs: ({ folder, state, config }) => folder.runs.changes(state, config, mostBytes(config)),
  foreign: ({ folder, state, config }, { turn, passed }) => folder.outboxes.foreign(state, config, turn, passed),
  sweep: ({ folder, state, config }, { turn, passed }) => folder.outboxes.sweep(state, config, turn, passed),
  triggers: async ({ config, state }, moment) => dueRuns(config, state, moment, await timesFor(config)),
  undo: (sources, { turn }) => undone(sources, turn),
  effects: ({ config, state }, { turn }, before) => frozenEffects(config, state, turn, before),
} satisfies Record<string, Find>;

export type IntakeStep = keyof typeof STEPS;
const ORDER = Object.keys(STEPS) as IntakeStep[];

/**
 * Finds what people did. Each step gets what the steps before it found; `take` may apply it to the state. `before`: lines that
 * the turn already has. Only reads.
 */
export async function intake(
  sources: Sources,
  moment: Moment,
  take: (entries: readonly Entry[], step: IntakeStep) => void,
  { before = [], wanted = ORDER }: { before?: readonly Entry[]; wanted?: readonly IntakeStep[] } = {},
): Promise<void> {
  const lines = [...before];
  for (const step of ORDER) {
    if (!wanted.includes(step)) continue;
    const asides = lines.filter(({ k }) => k === 'aside').length;
    const found = numberAsides(await STEPS[step](sources, moment, lines), moment.turn, 1 + asides);
    take(found, step);
    lines.push(...found);
  }
}

function mostBytes(config: Config): number {
  return config.org.limits.message_bytes;
}

/** What people want undone, with the steps that the journal and the folder allow. */
function undone({ disk, state, toolbox }: Sources, turn: number): Entry[] {
  const plans = undoPlans(
    disk,
    state,
    toolbox,
    state.undo.asked.map(({ of }) => of),
  );
  return state.undo.asked.map(
    ({ of, by, key }): Entry => ({ k: 'undo', turn, of, by, ...defined({ key }), steps: plans.get(of) as UndoStep[] }),
  );
}
