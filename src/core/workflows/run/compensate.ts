/** Takes a run back: undoes what its steps did, the latest first, and says exactly what is left. */
import { cut } from '../../../schema/print.ts';
import type { WorkflowStep } from '../../../schema/records/workflow.ts';
import type { RunRest, RunState, StepWork } from '../../model/runs/run.ts';
import { isFinished } from '../../model/state/tasks.ts';
import { ranksOf } from '../file/order.ts';
import { instructionOf } from '../file/template.ts';
import { allWork, endStep, freshTask, type RunDraft, scopeOf, stateOf, stopStep } from './draft.ts';
import type { TaskToMake } from './facts.ts';
import { titleOf } from './steps.ts';

/** Attempts of an undo after the first. */
const RETRIES = 2;

/** A piece of work with its step. */
interface DoneWork {
  step: WorkflowStep;
  work: StepWork;
}

/** Stops all that has not ended, so that `compensate` can begin. */
export function takeBack(draft: RunDraft, reason: string): void {
  const { run } = draft;
  for (const { id } of run.file.steps) {
    const state = stateOf(draft, id);
    if (state.status === 'pending') endStep(draft, state, 'skipped', { reason: 'the run is taken back' });
    if (!['running', 'asking', 'waiting'].includes(state.status)) continue;
    stopStep(draft, id);
    endStep(draft, state, 'cancelled', { reason: 'the run is taken back' });
  }
  Object.assign(run, { status: 'compensating', reason, ended: null, result: null, rest: [] });
}

/**
 * Takes back one piece of work after the other, in the reverse order in which they ended, what was half done before all that was
 * completed. It begins when nothing of the run is being worked on any more. One that fails is told and stays; the others go on.
 */
export function compensate(draft: RunDraft): void {
  const { run } = draft;
  if (allWork(run).some(({ work }) => !isFinished(work.status))) return;
  for (const done of inReverse(run)) {
    if (done.work.undo === null) begin(draft, done);
    const { undo } = done.work;
    if (undo && !isFinished(undo.status)) return;
    if (undo?.status !== 'completed') stays(draft, done);
    else if (undo.reason !== null) restOf(draft, done, undo.reason, { mail: true });
  }
  end(draft);
}

/** All work of which something may be left, the latest first. */
function inReverse(run: RunState): DoneWork[] {
  const ranks = ranksOf(run.file.steps);
  const rankOf = ({ step }: DoneWork): number => ranks.get(step.id) as number;
  const isWhole = ({ work }: DoneWork): number => (work.status === 'completed' ? 1 : 0);
  const ended = ({ work }: DoneWork): number => work.ended as number;
  const item = ({ work }: DoneWork): number => Number(work.item);
  return allWork(run)
    .filter(({ work }) => work.status === 'completed' || work.begun)
    .sort(
      (a, b) =>
        isWhole(a) - isWhole(b) ||
        ended(b) - ended(a) ||
        rankOf(b) - rankOf(a) ||
        b.work.round - a.work.round ||
        item(b) - item(a),
    );
}

/** Makes what takes a piece of work back; nothing can where the step says so. */
function begin(draft: RunDraft, { step, work }: DoneWork): void {
  const { compensate: how } = step;
  if (how === 'none') return;
  work.undos++;
  const key = `${work.key}/undo${work.undos === 1 ? '' : `~${work.undos}`}`;
  work.undo = freshTask(key);
  draft.make.push(toMake(draft.run, step, work, key));
}

function toMake(run: RunState, step: WorkflowStep, work: StepWork, key: string): TaskToMake {
  const { compensate: how } = step;
  if (typeof how === 'string') return { kind: 'undo', key, step: step.id, of: work.id as string, retries: RETRIES };
  const each = work.item === null ? undefined : { item: work.value, number: work.item };
  const isOwn = how.agent === undefined && how.capability === undefined;
  return {
    kind: 'task',
    key,
    step: step.id,
    title: cut(`${run.file.title ?? run.workflow}: take back ${titleOf(step)}`, 200),
    body: instructionOf(how.do, how.with, scopeOf(run, each)),
    assignee: (isOwn ? step.agent : how.agent) ?? null,
    capability: (isOwn ? step.capability : how.capability) ?? null,
    retries: how.retries,
    deadline: how.timeout ?? null,
    ensures: [],
  };
}

/** Notes once that a piece of work was not taken back, and why. */
function stays(draft: RunDraft, done: DoneWork): void {
  const { undo, status } = done.work;
  const why = undo ? (undo.reason ?? `taking it back was ${undo.status}`) : 'it cannot be taken back';
  const half = status === 'completed' ? '' : ', and only half done';
  restOf(draft, done, `${why}${half}`);
}

function restOf({ run, notices }: RunDraft, { step, work }: DoneWork, why: string, more: { mail?: true } = {}): void {
  if (run.rest.some(({ key }) => key === work.key)) return;
  const rest: RunRest = { step: step.id, item: work.item, key: work.key, why, ...more };
  run.rest.push(rest);
  notices.push({ to: 'desk', text: `Run ${run.id} of ${run.workflow}: ${restText(rest)}` });
}

function restText({ step, item, why }: RunRest): string {
  return `${step}${item === null ? '' : ` (item ${item})`} stands: ${why}`;
}

function end(draft: RunDraft): void {
  const { run, facts, notices } = draft;
  const isBack = run.rest.every(({ mail }) => mail);
  Object.assign(run, { status: isBack ? 'compensated' : 'failed', ended: facts.turn });
  const left = run.rest.map((rest) => `\n- ${restText(rest)}`).join('');
  const how = isBack ? 'is taken back' : 'has failed';
  const text = left === '' ? 'is taken back: nothing of it is left.' : `${how}. This is left of it:${left}\n`;
  const why = `Why: ${`${run.reason}`.replace(/\.?$/, '.')} See lemming workflow status ${run.id}`;
  notices.push({ to: 'owner', text: `Run ${run.id} of ${run.workflow} ${text} ${why}` });
}
