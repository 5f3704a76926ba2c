/** Judges what a person wrote into the file of a task. */
import type { TaskFields } from '../../schema/records/task.ts';
import type { Config } from '../model/config.ts';
import type { Task, TasksState } from '../model/state/tasks.ts';
import { nearestTo } from '../text/nearest.ts';
import { cycleFrom, depthOf } from './cycle.ts';
import { TASK_FIELDS } from './file.ts';
import { openNeeds } from './ready.ts';
import { whyNoStep } from './steps.ts';

/** Fields that only the engine writes. */
const ENGINES: readonly (keyof TaskFields)[] = ['attempts', 'cost', 'key'];

/** Levels of parts, and parts of one task, at most. */
export const DEPTH = 32;
export const CHILDREN = 100;

/** What a task becomes by an edit, and the fields that it changes; or why it may not. */
export type Judged = { task: Task; changed: (keyof TaskFields)[] } | { why: string };

/** What a person wrote: the fields, and the lines of history. */
export interface TaskEdit {
  fields: TaskFields;
  history: readonly string[];
}

/**
 * Judges an edit against the task as it stands. A field counts as changed when it differs from what the person can have
 * seen: the task as it stands, or, where the file has an older history, as it stood before. Pure.
 */
export function judgeEdit(
  config: Config,
  tasks: TasksState,
  task: Task,
  history: readonly string[],
  edit: TaskEdit,
): Judged {
  const older = edit.history.length < history.length ? tasks.before.get(task.id) : undefined;
  const changed = TASK_FIELDS.filter(
    (field) => !isSame(edit.fields[field], task[field]) && !(older && isSame(edit.fields[field], older[field])),
  );
  const foreign = changed.find((field) => ENGINES.includes(field));
  if (foreign) return { why: `${foreign} is written by the engine alone` };
  if (!isContinued(history, edit.history)) return { why: 'its history can only be added to' };
  const next: Task = { ...task };
  for (const field of changed) Object.assign(next, { [field]: edit.fields[field] });
  if (changed.includes('assignee') && !changed.includes('status')) next.status = statusAfterAssigning(task, next);
  const why = whyNot(config, tasks, task, next);
  return why === null ? { task: settled(task, next), changed } : { why };
}

/** Judges a task that a person made. The engine decides how far it is: work that is not begun. */
export function judgeNew(
  config: Config,
  tasks: TasksState,
  id: string,
  turn: number,
  by: string,
  fields: TaskFields,
): Judged {
  if (tasks.archived.has(id)) return { why: `a task ${id} was there before: choose another name` };
  const foreign = ENGINES.find((field) => field !== 'key' && !isSame(fields[field], 0));
  if (foreign) return { why: `${foreign} is written by the engine alone` };
  const task: Task = { ...fields, id, turn, by, hops: 0, status: 'pending' };
  if (fields.assignee !== null) task.status = 'assigned';
  if (fields.status !== 'pending' && fields.status !== task.status)
    return { why: `a new task begins as pending or assigned, not as ${fields.status}` };
  const why = whyNot(config, tasks, null, task);
  return why === null ? { task, changed: [] } : { why };
}

function statusAfterAssigning(before: Task, { assignee }: Task): Task['status'] {
  if (before.status === 'pending' && assignee !== null) return 'assigned';
  if (['assigned', 'running', 'blocked'].includes(before.status)) return assignee === null ? 'pending' : 'assigned';
  return before.status;
}

/** A task that is tried again begins anew. */
function settled(before: Task, next: Task): Task {
  const again = (before.status === 'failed' || before.status === 'skipped') && next.status === 'pending';
  if (!again) return next;
  return {
    ...next,
    status: next.assignee === null ? 'pending' : 'assigned',
    attempts: 0,
    next_attempt: null,
    reason: null,
  };
}

/** Why a task may not be as it would be; null when it may. */
function whyNot(config: Config, tasks: TasksState, before: Task | null, next: Task): string | null {
  return (
    (before && whyNoStep(before.status, next.status)) ??
    unfit(next) ??
    unknownAgent(config, next, before) ??
    circle(tasks, next) ??
    tooDeep(tasks, next) ??
    unmet(tasks, before, next) ??
    keyTaken(tasks, next)
  );
}

function unfit({ id, needs, waived, status, assignee, parent }: Task): string | null {
  const stray = waived.find((one) => !needs.includes(one));
  if (stray) return `${stray} cannot be waived, because it is not among its needs`;
  if (parent === id) return 'it cannot be a part of itself';
  if (status === 'assigned' && assignee === null) return 'it is assigned to nobody: name an assignee';
  return null;
}

function unknownAgent({ agents }: Config, { assignee }: Task, before: Task | null): string | null {
  if (assignee === null || agents.has(assignee) || before?.assignee === assignee) return null;
  const { nearest } = nearestTo(assignee, agents.keys());
  return `there is no agent ${assignee}${nearest === undefined ? '' : `: did you mean ${nearest}?`}`;
}

function circle({ all }: TasksState, task: Task): string | null {
  const found = cycleFrom(task.id, (id) => (id === task.id ? task.needs : (all.get(id)?.needs ?? [])));
  if (found) return `its needs form a circle: ${found.join(' → ')}`;
  const up = (id: string): string[] => [(id === task.id ? task : all.get(id))?.parent ?? []].flat();
  const above = cycleFrom(task.id, up);
  return above && `it would be a part of itself: ${above.join(' → ')}`;
}

function tooDeep(tasks: TasksState, task: Task): string | null {
  if (task.parent === null) return null;
  const depth = depthOf(task.id, (id) => (id === task.id ? task.parent : (tasks.all.get(id)?.parent ?? null)));
  if (depth > DEPTH) return `it would be ${depth} levels below its first parent; at most ${DEPTH} are allowed`;
  const parts = tasks.children.get(task.parent);
  const isFull = parts !== undefined && !parts.has(task.id) && parts.size >= CHILDREN;
  return isFull ? `${task.parent} has ${CHILDREN} parts, which is the most` : null;
}

/** Needs are looked at when a task starts and when it is completed. */
function unmet(tasks: TasksState, before: Task | null, next: Task): string | null {
  if (before?.status === next.status || (next.status !== 'running' && next.status !== 'completed')) return null;
  const open = openNeeds(tasks, next).map(({ id, status }) => `${id} (${status ?? 'unknown'})`);
  return open.length ? `it needs ${open.join(', ')}: complete or waive that first` : null;
}

function keyTaken({ keys }: TasksState, { id, key }: Task): string | null {
  const other = key === null ? undefined : keys.get(key);
  return other === undefined || other === id ? null : `its key ${JSON.stringify(key)} belongs to ${other}`;
}

/** Whether lines were only added, or are missing at the end because the person had an older version. */
function isContinued(history: readonly string[], edited: readonly string[]): boolean {
  return history.slice(0, edited.length).every((line, i) => edited[i] === line);
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
