/** Lets an organisation work until a plan that was asked for is proposed. */

import type { OrgPlace } from '../../app/place.ts';
import { withEngine } from '../../app/run-engine.ts';
import type { Approval } from '../../core/model/state/approvals.ts';
import { inboxOf, type Mail } from '../../core/model/state/mail.ts';
import { PROPOSES } from '../../core/model/state/tasks.ts';
import type { State } from '../../core/model/state.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { lockHolder } from '../../disk/fs/lock.ts';
import { FolderWatcher } from '../../disk/fs/watcher.ts';
import { turnLinesIn } from '../../engine/journal/history.ts';
import { load } from '../../engine/journal/load.ts';
import type { TurnReport } from '../../engine/log/report.ts';
import type { Engine } from '../../engine/turn/engine.ts';
import { type RunReport, run } from '../../engine/turn/run.ts';
import { FaultError } from '../../schema/fault.ts';

/** What came of a message that asks for a plan. */
export interface AwaitedPlan {
  /** The plan that waits; null when none was proposed. */
  held: Approval | null;
  /** What was written to the person instead, or meanwhile. */
  answer: Mail | null;
}

/** The message that asks: where it was put, in which turn at the latest, and by whom. */
export interface AskedPlan {
  path: string;
  after: number;
  person: string;
}

/** What the face gives for the time of waiting. */
interface Waiting {
  signal: AbortSignal;
  maxCost?: number | undefined;
  /** The engine that was opened. */
  opened(engine: Engine): (report: TurnReport) => void;
  /** Another engine works. */
  waits(holder: { pid: number; command: string }): void;
}

/** What came of the message, and of the turns that were made for it; `run` null when another engine made them. */
export interface Awaited extends AwaitedPlan {
  run: RunReport | null;
}

/** Milliseconds between two looks while another engine works: when the folder has changed, and at the latest. */
const REST_MS = 100;
const POLL_MS = 400;

/** Makes turns until the plan waits for its approval, an answer came instead, or nobody is due; while another engine works, waits for its turns. */
export async function awaitPlan(place: OrgPlace, asked: AskedPlan, waiting: Waiting): Promise<Awaited> {
  for (;;) {
    try {
      return await withEngine(place, 'plan', (engine) => makeTurns(place, engine, asked, waiting));
    } catch (error) {
      if (!(error instanceof FaultError) || error.fault.code !== 'locked') throw error;
    }
    const found = await watch(place, asked, waiting);
    if (found) return { ...found, run: null };
  }
}

async function makeTurns(place: OrgPlace, engine: Engine, asked: AskedPlan, waiting: Waiting): Promise<Awaited> {
  const disk = place.machine.disk(place.root);
  const found = new AbortController();
  const told = waiting.opened(engine);
  const report = await run(engine, place.machine.clock, {
    untilIdle: true,
    ...(waiting.maxCost === undefined ? {} : { maxCost: waiting.maxCost }),
    signal: AbortSignal.any([waiting.signal, found.signal]),
    onTurn(turn) {
      told(turn);
      const { held, answer } = proposalIn(disk, engine.state, asked);
      if (held || answer) found.abort();
    },
  });
  return { ...proposalIn(disk, engine.state, asked), run: report };
}

/** Looks on while another engine works; null when it has ended without a plan. */
async function watch(place: OrgPlace, asked: AskedPlan, waiting: Waiting): Promise<AwaitedPlan | null> {
  const { machine, root, env } = place;
  const disk = machine.disk(root);
  const host = machine.host(root);
  const kept = machine.kept(root, env, disk);
  const holder = lockHolder(disk, host);
  if (holder) waiting.waits(holder);
  const bell = new FolderWatcher(root);
  try {
    while (!waiting.signal.aborted) {
      const isOver = !lockHolder(disk, host);
      const found = proposalIn(disk, load(disk, kept).state, asked);
      if (found.held || found.answer) return found;
      if (isOver) return null;
      await bell.wait(REST_MS, POLL_MS, waiting.signal);
    }
    return { held: null, answer: null };
  } finally {
    await bell.close();
  }
}

/** The plan that waits because of that message, and what its reader wrote back. */
export function proposalIn(disk: Disk, state: State, asked: AskedPlan): AwaitedPlan {
  const id = idOf(disk, state, asked);
  if (id === null) return { held: null, answer: null };
  const pending = [...state.approvals.pending.values()];
  const held = pending.findLast(({ tool, cause }) => tool === PROPOSES && cause.some((mail) => mail.id === id));
  const answer = inboxOf(state.mail, asked.person).findLast(
    ({ thread, kind }) => thread === id && kind !== 'notice' && kind !== 'status',
  );
  return { held: held ?? null, answer: answer ?? null };
}

/** The id under which the message was taken in; null as long as it lies there. */
function idOf(disk: Disk, state: State, { path, after }: AskedPlan): string | null {
  for (let turn = after + 1; turn <= state.clock.turn + 1; turn++)
    for (const line of turnLinesIn(disk, turn)) if (line.k === 'drop' && line.found === path) return line.message.id;
  return null;
}
