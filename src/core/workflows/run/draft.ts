/** A run while it is advanced: a copy that is changed, and what it wants done. */
import { copyWith } from '../../../schema/copy.ts';
import type { WorkflowStep } from '../../../schema/records/workflow.ts';
import type { Json } from '../../model/call.ts';
import type { RunState, StepState, StepTask, StepWork } from '../../model/runs/run.ts';
import { isFinished } from '../../model/state/tasks.ts';
import type { RunScope } from '../file/reference.ts';
import type { QuestionToAsk, RunFacts, RunNotice, TaskToMake } from './facts.ts';

/** Changed while a run is advanced, and by nobody after that. */
export interface RunDraft {
  run: RunState;
  facts: RunFacts;
  make: TaskToMake[];
  ask: QuestionToAsk[];
  cancel: string[];
  notices: RunNotice[];
}

/** A draft whose run can be changed: nothing of it is shared but what nobody changes. */
export function draftOf(run: RunState, facts: RunFacts): RunDraft {
  const { steps, taken, rest } = run;
  const copy = copyWith(run, { steps: structuredClone(steps), taken: [...taken], rest: [...rest] });
  return { run: copy, facts, make: [], ask: [], cancel: [], notices: [] };
}

/** The state of a step that the workflow has. */
export function stateOf({ run }: RunDraft, id: string): StepState {
  return run.steps[id] as StepState;
}

/** Every piece of work of a run that its steps have made, in the order of the file. */
export function allWork(run: RunState): { step: WorkflowStep; work: StepWork }[] {
  return run.file.steps.flatMap((step) => (run.steps[step.id] as StepState).work.map((work) => ({ step, work })));
}

/** Work of the present attempt of a step. */
export function workOf({ round, work }: StepState): StepWork[] {
  return work.filter((one) => one.round === round);
}

/** The key of what a step makes in its present attempt. */
export function keyOf(run: RunState, step: string, round: number, item: number | null = null): string {
  return `run/${run.id}/${step}${round === 1 ? '' : `~${round}`}${item === null ? '' : `/${item}`}`;
}

/** The key of a question of a step. */
export function questionKey(run: RunState, step: string, round: number): string {
  return `${keyOf(run, step, round)}/ask`;
}

/** What was just made, of which no fact has told yet. */
export function freshTask(key: string): StepTask {
  return {
    key,
    id: null,
    status: 'pending',
    begun: false,
    attempts: 0,
    result: null,
    reason: null,
    cost: 0,
    ended: null,
  };
}

/** The values that names in a step stand for. */
export function scopeOf(run: RunState, each?: { item: Json; number: number }): RunScope {
  const scope: RunScope = { inputs: run.inputs, steps: run.steps, run: { id: run.id, owner: run.owner } };
  return copyWith(scope, copyWith(each ? { each } : {}, run.mail ? { mail: run.mail } : {}));
}

/** Ends a step. */
export function endStep(
  { facts }: RunDraft,
  state: StepState,
  status: 'completed' | 'failed' | 'skipped' | 'cancelled',
  fields: { result?: string | null; reason?: string | null } = {},
): void {
  Object.assign(state, { status, ended: facts.turn }, fields);
}

/** Wants everything of a step to end that has not: its tasks and runs, and its question. */
export function stopStep(draft: RunDraft, id: string): void {
  const { run, cancel } = draft;
  const state = stateOf(draft, id);
  const open = workOf(state).filter(({ status }) => !isFinished(status));
  const { wait } = run.file.steps.find((one) => one.id === id) as WorkflowStep;
  const isAsked = state.status === 'asking' || (state.status === 'waiting' && wait?.approval !== undefined);
  cancel.push(...open.map(({ key }) => key), ...(isAsked ? [questionKey(run, id, state.round)] : []));
}

/** Micro-credits that the work of a run has cost, and what takes it back. */
export function costOf(run: RunState): number {
  return allWork(run).reduce((sum, { work }) => sum + work.cost + (work.undo?.cost ?? 0), 0);
}
