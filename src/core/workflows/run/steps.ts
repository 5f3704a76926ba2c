/** Begins the steps of a run that can begin, and skips those that no longer can. */
import { copyWith } from '../../../schema/copy.ts';
import { cut } from '../../../schema/print.ts';
import type { Condition } from '../../../schema/records/task.ts';
import type { WorkflowStep } from '../../../schema/records/workflow.ts';
import type { Json } from '../../model/call.ts';
import type { RunState, StepState, StepWork } from '../../model/runs/run.ts';
import { upstream } from '../../tasks/steps.ts';
import { holds } from '../file/evaluate.ts';
import { type Expression, readExpression } from '../file/expression.ts';
import { itemsOf, type RunScope, valueNamed } from '../file/reference.ts';
import { fillText, fillValue, instructionOf } from '../file/template.ts';
import { endStep, freshTask, keyOf, questionKey, type RunDraft, scopeOf, stateOf } from './draft.ts';
import type { TaskToMake } from './facts.ts';

/** Characters of the title of a task. */
const TITLE = 200;

/** Begins and skips steps until nothing more can be. One that fails at once stops it. */
export function beginSteps(draft: RunDraft): void {
  for (let changed = true; changed; ) {
    changed = false;
    for (const step of draft.run.file.steps) {
      const state = stateOf(draft, step.id);
      if (state.status !== 'pending') continue;
      const next = nextOf(draft, step);
      if (next === 'later') continue;
      changed = true;
      if (next === 'begin') beginStep(draft, step, state);
      else endStep(draft, state, 'skipped', { reason: next.skip });
    }
  }
}

/**
 * Whether a step begins, waits or is skipped. All of `needs` must be completed, and one of `needs_any`. Its condition is asked when
 * that is so, and again whenever one more of `needs_any` is completed; it is skipped when no more of them can be.
 */
function nextOf(draft: RunDraft, { needs, needs_any, when }: WorkflowStep): 'begin' | 'later' | { skip: string } {
  const status = (id: string): string => stateOf(draft, id).status;
  const lost = needs.find((id) => status(id) === 'skipped');
  if (lost !== undefined) return { skip: upstream(lost) };
  if (!needs.every((id) => status(id) === 'completed')) return 'later';
  const canStillCome = needs_any.some((id) => !['completed', 'skipped'].includes(status(id)));
  const hasOne = needs_any.length === 0 || needs_any.some((id) => status(id) === 'completed');
  if (hasOne && (when === undefined || holds(conditionOf(when), scopeOf(draft.run)))) return 'begin';
  if (canStillCome) return 'later';
  return { skip: hasOne ? 'its condition does not hold' : upstream(needs_any.join(',')) };
}

/** A condition of a workflow that was found valid before the run began. */
function conditionOf(when: string): Expression {
  return (readExpression(when) as { expression: Expression }).expression;
}

function beginStep(draft: RunDraft, step: WorkflowStep, state: StepState): void {
  const { run, facts } = draft;
  state.began = { turn: facts.turn, time: facts.time };
  const approval = step.wait?.approval;
  if (approval) ask(draft, step.id, state, approval.by, fillText(approval.text, scopeOf(run)));
  else if (step.approve) ask(draft, step.id, state, step.approve, questionBefore(run, step));
  if (step.wait) state.status = 'waiting';
  else if (step.approve) state.status = 'asking';
  else makeWork(draft, step, state);
}

/** What people are asked before a step begins, with what it is to do. */
function questionBefore(run: RunState, step: WorkflowStep): string {
  const todo = step.do === undefined ? '' : instructionOf(step.do, step.with, scopeOf(run));
  return `May step ${titleOf(step)} of run ${run.id} begin?${todo && `\n\nIt is to do this:\n\n${cut(todo, SHOWN)}`}`;
}
/** Characters of it. */
const SHOWN = 1000;

function ask(
  { run, ask: questions }: RunDraft,
  id: string,
  { round }: StepState,
  people: string[],
  text: string,
): void {
  questions.push({ key: questionKey(run, id, round), step: id, people, text });
}

/** Makes the tasks or runs of a step; it fails when its list is none, or is too long. */
export function makeWork(draft: RunDraft, step: WorkflowStep, state: StepState): void {
  const { run } = draft;
  if (!step.foreach) {
    state.status = 'running';
    state.work.push(made(draft, step, state, null));
    return;
  }
  const found = listOf(run, step.foreach);
  if ('why' in found) return endStep(draft, state, 'failed', { reason: found.why });
  state.status = 'running';
  if (found.items.length === 0) return endStep(draft, state, 'completed', { result: '[]' });
  for (const [i, item] of found.items.entries()) {
    const each = { item, number: i + 1, of: found.items.length };
    state.work.push(made(draft, step, state, each));
  }
}

function listOf(
  run: RunState,
  { in: list, max }: NonNullable<WorkflowStep['foreach']>,
): { items: Json[] } | { why: string } {
  const scope = scopeOf(run);
  const value = typeof list === 'string' ? valueNamed(scope, list) : list.map((one) => fillValue(one, scope));
  const items = itemsOf(value);
  if (!items) return { why: `${String(list)} is no list` };
  return items.length <= max ? { items } : { why: `the list has ${items.length} items; at most ${max} are allowed` };
}

/** One item of a step, its number, and how many there are. */
interface ItemOfStep {
  item: Json;
  number: number;
  of: number;
}

function made(draft: RunDraft, step: WorkflowStep, { round }: StepState, each: ItemOfStep | null): StepWork {
  const { run, make } = draft;
  const item = each?.number ?? null;
  const key = keyOf(run, step.id, round, item);
  make.push(toMake(run, step, key, each));
  return copyWith(freshTask(key), { item, value: each?.item ?? null, round, undo: null, undos: 0 });
}

function toMake(run: RunState, step: WorkflowStep, key: string, each: ItemOfStep | null): TaskToMake {
  const scope = scopeOf(run, each ?? undefined);
  if (step.workflow !== undefined) {
    const inputs = fillValue(step.with, scope) as { [name: string]: Json };
    return { kind: 'run', key, step: step.id, workflow: step.workflow, inputs };
  }
  const place = each ? ` (${each.number} of ${each.of})` : '';
  return {
    kind: 'task',
    key,
    step: step.id,
    title: cut(`${run.file.title ?? run.workflow}: ${titleOf(step)}${place}`, TITLE),
    body: instructionOf(step.do as string, step.with, scope),
    assignee: step.agent ?? null,
    capability: step.capability ?? null,
    retries: step.retries,
    deadline: step.timeout ?? null,
    ensures: step.ensures.map((one) => filledCondition(one, scope)),
  };
}

/** A condition with the values of its templates. What they leave empty stays as it is written, and does not hold. */
function filledCondition(one: Condition, scope: RunScope): Condition {
  const filled = (text: string): string => cut(fillText(text, scope).trim(), PATH) || text;
  if ('file' in one) return { file: filled(one.file) };
  return 'run' in one ? { run: one.run.map(filled) } : one;
}
/** Characters that a condition may have at one place. */
const PATH = 1000;

export function titleOf({ id, title }: WorkflowStep): string {
  return title ?? id;
}
