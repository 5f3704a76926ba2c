/** Takes a run as far as it can go in a turn. */
import type { WorkflowStep } from '../../../schema/records/workflow.ts';
import type { RunState, StepState } from '../../model/runs/run.ts';
import { isFinished } from '../../model/state/tasks.ts';
import { compensate, takeBack } from './compensate.ts';
import { allWork, draftOf, endStep, type RunDraft, stateOf, stopStep, workOf } from './draft.ts';
import type { QuestionToAsk, RunFacts, RunNotice, TaskFact, TaskToMake } from './facts.ts';
import { beginSteps } from './steps.ts';
import { hasPassed, judgeQuestions, judgeWaits } from './waits.ts';

/**
 * What became of a run, and what it wants done. The integrator makes all of it durable in the same turn as the run: then nothing
 * is made twice, and nothing is forgotten.
 */
export interface AdvancedRun {
  run: RunState;
  make: TaskToMake[];
  ask: QuestionToAsk[];
  /** Keys of tasks, runs and questions that are to end. */
  cancel: string[];
  notices: RunNotice[];
}

/**
 * Advances a run by what is known in a turn. Pure, and it goes as far as it can: with the same facts again, in whatever order,
 * nothing changes and nothing is made.
 */
export function advance(run: RunState, facts: RunFacts): AdvancedRun {
  const draft = draftOf(run, facts);
  takeFacts(draft);
  if (draft.run.status === 'running') goOn(draft);
  if (draft.run.status === 'compensating') compensate(draft);
  const { run: next, make, ask, cancel, notices } = draft;
  return { run: next, make, ask, cancel, notices };
}

/** Notes how everything stands that the run has made. */
function takeFacts({ run, facts }: RunDraft): void {
  const byKey = new Map(facts.tasks.map((fact) => [fact.key, fact]));
  for (const { work } of allWork(run))
    for (const one of work.undo ? [work, work.undo] : [work]) {
      const fact = byKey.get(one.key);
      // A run that is being taken back no longer stands as it ended.
      if (fact && one === work && work.undo) work.cost = fact.cost;
      else if (fact)
        Object.assign(one, fieldsOf(fact), { ended: isFinished(fact.status) ? (one.ended ?? facts.turn) : null });
    }
}

function fieldsOf({ id, status, begun, attempts, result, reason, cost }: TaskFact): Omit<TaskFact, 'key'> {
  return { id, status, begun, attempts, result, reason, cost };
}

function goOn(draft: RunDraft): void {
  const { run } = draft;
  judgeQuestions(draft);
  judgeWaits(draft);
  for (const step of run.file.steps) if (stateOf(draft, step.id).status === 'running') judgeWork(draft, step);
  if (!hasFailed(run)) beginSteps(draft);
  if (hasFailed(run)) fail(draft);
  else if (run.file.steps.every(({ id }) => isEnded(stateOf(draft, id)))) complete(draft);
}

/** Steps that failed start what takes the run back. */
function fail(draft: RunDraft): void {
  const { run } = draft;
  const failed = run.file.steps.filter(({ id }) => stateOf(draft, id).status === 'failed');
  const reason = failed.map(({ id }) => `${id}: ${stateOf(draft, id).reason}`).join('; ');
  draft.notices.push({ to: 'owner', text: `Run ${run.id} of ${run.workflow} has failed and is taken back. ${reason}` });
  takeBack(draft, reason);
}

function complete(draft: RunDraft): void {
  const { run, facts } = draft;
  Object.assign(run, { status: 'completed', ended: facts.turn, result: resultOf(run) });
  draft.notices.push({ to: 'owner', text: `Run ${run.id} of ${run.workflow} is completed.` });
}

/** What came of the steps that no other needs: the result of one, or those of several by their names. */
function resultOf({ file, steps }: RunState): string | null {
  const needed = new Set(file.steps.flatMap(({ needs, needs_any }) => [...needs, ...needs_any]));
  const last = file.steps.flatMap(({ id }): [string, string | null][] => {
    const { status, result } = steps[id] as StepState;
    return status === 'completed' && !needed.has(id) ? [[id, result]] : [];
  });
  if (last.length > 1) return JSON.stringify(Object.fromEntries(last));
  return last[0]?.[1] ?? null;
}

function hasFailed({ steps }: RunState): boolean {
  return Object.values(steps).some(({ status }) => status === 'failed');
}

function isEnded({ status }: StepState): boolean {
  return status === 'completed' || status === 'skipped';
}

/** Ends a step whose work has ended. Its runs have a time that nobody else keeps. */
function judgeWork(draft: RunDraft, step: WorkflowStep): void {
  const { id } = step;
  const state = stateOf(draft, id);
  const work = workOf(state);
  const lost = work.find(({ status }) => isFinished(status) && status !== 'completed');
  if (lost) {
    const reason = `${lost.item === null ? '' : `item ${lost.item}: `}${lost.reason ?? `it was ${lost.status}`}`;
    stopStep(draft, id);
    endStep(draft, state, 'failed', { reason });
  } else if (work.every(({ status }) => status === 'completed')) {
    const results = work.map(({ result }) => result);
    endStep(draft, state, 'completed', {
      result: step.foreach ? JSON.stringify(results) : (results[0] as string | null),
    });
  } else if (step.workflow !== undefined && hasPassed(step.timeout, state, draft.facts)) {
    stopStep(draft, id);
    endStep(draft, state, 'failed', { reason: `it took longer than ${step.timeout}` });
  }
}
