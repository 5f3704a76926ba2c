import { apply } from '../core/apply.ts';
import { peopleOf } from '../core/config.ts';
import { trustNow } from '../core/declared.ts';
import type { Entry, Input, OpenEntry, UndoStep } from '../core/entry.ts';
import { frozenEffects } from '../core/frozen.ts';
import type { Toolbox } from '../core/judge.ts';
import { overdue } from '../core/overdue.ts';
import type { State } from '../core/state.ts';
import { type Folder, numberAsides } from '../disk/folder.ts';
import type { Journal } from '../disk/journal.ts';
import type { Fault } from '../schema/fault.ts';
import type { LiveConfig } from './live-config.ts';
import type { Ports } from './ports.ts';
import { undoPlans } from './undo.ts';

/** The inputs of a turn: from here on nothing that people do touches it. */
export interface Frozen {
  open: OpenEntry;
  /** Inputs and what follows from them at once. */
  lines: Entry[];
  /** Files that were swept aside. */
  swept: string[];
  /** How many things people did. */
  inputs: number;
}

/** What a freeze reads, and the state and journal that take it in. */
export interface Intake {
  ports: Ports;
  toolbox: Toolbox;
  state: State;
  journal: Journal;
  folder: Folder;
  live: LiveConfig;
}

/** Reads what people did since the last turn; each step sees what the ones before took in. */
export async function freeze(intake: Intake, open: OpenEntry, faults: Fault[]): Promise<Frozen> {
  const { ports, state, folder, live } = intake;
  const { turn, passed = 0 } = open;
  const lines: Entry[] = [];
  const add = (entries: readonly Entry[]): void => {
    take(intake, entries);
    lines.push(...entries);
  };
  const addNumbered = (inputs: readonly Input[]): void =>
    add(numberAsides(inputs, turn, 1 + lines.filter((line) => line.k === 'aside').length));
  ports.disk.recheck();
  add([open]);
  add(live.freeze(turn, faults));
  const config = live.current;
  const limit = config.org.limits.message_bytes;
  add(trustNow(config, state, ports.approved));
  addNumbered(folder.requests(state, peopleOf(config), limit, open.time));
  addNumbered(await folder.answers(state, config, turn, limit));
  add(overdue(config, state, open.time));
  add(await folder.edits(state, config, limit));
  add(folder.revivals(state, turn, limit));
  addNumbered(await folder.drops(state, config, turn, limit));
  addNumbered(folder.foreign(state, config, turn, passed));
  addNumbered(folder.sweep(state, config, turn, passed));
  add(undoing(intake, turn));
  add(frozenEffects(config, state, turn, lines));
  return { open, lines, ...countsOf(lines) };
}

/** The inputs of a turn that was cut off: as they were frozen then. */
export function thawed(open: OpenEntry, lines: Entry[]): Frozen {
  return { open, lines, ...countsOf(lines) };
}

/** Folds lines into the state and adds them to the journal, which the caller writes. */
export function take({ state, journal }: Pick<Intake, 'state' | 'journal'>, entries: readonly Entry[]): void {
  for (const entry of entries) {
    apply(state, entry);
    journal.add(entry);
  }
}

/** What people want undone, as the journal and the folder say it. */
function undoing({ ports, state, toolbox }: Intake, turn: number): Input[] {
  const named = state.undo.map(({ of }) => of);
  const plans = undoPlans(ports.disk, state, toolbox, named);
  return state.undo.map(({ of, by }) => ({ k: 'undo', turn, of, by, steps: plans.get(of) as UndoStep[] }));
}

function countsOf(lines: readonly Entry[]): Pick<Frozen, 'swept' | 'inputs'> {
  return {
    swept: lines.flatMap((line) => (line.k === 'sweep' ? line.paths : [])),
    inputs: lines.filter(({ k }) => INPUTS.includes(k)).length,
  };
}
const INPUTS: readonly string[] = ['drop', 'file', 'mail', 'mail-gone', 'request', 'answer', 'revived'];
