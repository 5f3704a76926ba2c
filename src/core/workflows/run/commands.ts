/** What people do with a run: cancel, pause, resume, retry from a step, take back. */
import { copyWith } from '../../../schema/copy.ts';
import { isOver, type RunState, type StepState } from '../../model/runs/run.ts';
import { nearestTo } from '../../text/nearest.ts';
import { beforeOf } from '../file/order.ts';
import { takeBack } from './compensate.ts';
import { draftOf, endStep, type RunDraft, stateOf, stopStep } from './draft.ts';

/**
 * The run after a command, and the keys of tasks, runs and questions that are to end; or why it may not be, for people. What
 * follows from it, the next `advance` does.
 */
export type CommandedRun = { run: RunState; cancel: string[] } | { why: string; nearest?: string };

/** When a command is given. */
export interface CommandTime {
  turn: number;
  time: number;
}

/** Stops a run. What it has done stays, until somebody takes it back. */
export function cancelRun(run: RunState, by: string, at: CommandTime): CommandedRun {
  if (isOver(run.status)) return { why: `it is ${run.status}` };
  if (run.status === 'compensating')
    return { why: 'it is being taken back, and that is carried through: cancel the task that takes too long' };
  const draft = commanded(run, at);
  for (const { id } of run.file.steps) {
    const state = stateOf(draft, id);
    if (state.status === 'completed' || state.status === 'skipped' || state.status === 'failed') continue;
    stopStep(draft, id);
    endStep(draft, state, 'cancelled', { reason: `${by} cancelled the run` });
  }
  Object.assign(draft.run, { status: 'cancelled', ended: at.turn, reason: `${by} cancelled it` });
  return { run: draft.run, cancel: draft.cancel };
}

/** Keeps a run from beginning anything new. What has begun goes on, and so does the time of what waits. */
export function pauseRun(run: RunState): CommandedRun {
  if (run.status !== 'running') return { why: `it is ${run.status}; only a running one can be paused` };
  return { run: copyWith(run, { status: 'paused' as const }), cancel: [] };
}

export function resumeRun(run: RunState): CommandedRun {
  if (run.status !== 'paused') return { why: `it is ${run.status}; only a paused one can be resumed` };
  return { run: copyWith(run, { status: 'running' as const }), cancel: [] };
}

/** Changes what a run may cost; what waits for that goes on. */
export function budgetRun(run: RunState, budget: number | undefined): CommandedRun {
  if (budget === undefined) return { why: 'no amount is named' };
  if (isOver(run.status)) return { why: `it is ${run.status}` };
  return { run: copyWith(run, { budget }), cancel: [] };
}

/**
 * Runs a step again, with all that comes after it, all that was not completed, and all that was taken back. Other steps keep their
 * results, so that nothing is done twice that still stands.
 */
export function retryRun(run: RunState, step: string, at: CommandTime): CommandedRun {
  const ids = run.file.steps.map(({ id }) => id);
  if (!ids.includes(step)) return copyWith({ why: `it has no step ${step}` }, nearestTo(step, ids));
  if (run.status === 'completed') return { why: 'it is completed: begin a new run' };
  if (!isOver(run.status)) return { why: `it is ${run.status}: cancel it first` };
  const draft = commanded(run, at);
  const before = beforeOf(run.file.steps);
  for (const id of ids) {
    const state = stateOf(draft, id);
    const isAfter = id === step || (before.get(id) as ReadonlySet<string>).has(step);
    if (isAfter || !stands(state)) again(state);
  }
  Object.assign(draft.run, { status: 'running', ended: null, reason: null, rest: [] });
  return { run: draft.run, cancel: draft.cancel };
}

/** Whether a step is completed and nothing of it was taken back. */
function stands({ status, work }: StepState): boolean {
  return status === 'completed' && work.every(({ undo }) => undo === null);
}

function again(state: StepState): void {
  const hasBegun = state.began !== null;
  Object.assign(state, {
    status: 'pending',
    round: hasBegun ? state.round + 1 : state.round,
    began: null,
    ended: null,
    result: null,
    reason: null,
  });
}

/** Takes back a run that has ended, or what is left of one. What was taken back already is not again. */
export function undoRun(run: RunState, by: string, at: CommandTime): CommandedRun {
  if (run.status === 'compensated') return { why: 'it is taken back already' };
  if (!isOver(run.status)) return { why: `it is ${run.status}: cancel it first` };
  const draft = commanded(run, at);
  for (const { work } of Object.values(draft.run.steps))
    for (const one of work) if (one.undo?.status !== 'completed') one.undo = null;
  takeBack(draft, `${by} took it back`);
  return { run: draft.run, cancel: draft.cancel };
}

function commanded(run: RunState, { turn, time }: CommandTime): RunDraft {
  return draftOf(run, { turn, time, tasks: [], answers: [], mail: [] });
}
