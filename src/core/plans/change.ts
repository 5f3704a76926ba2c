/** Judges what a plan changes of tasks that are there: only what has not begun, and only by the rules that every task keeps. */
import { copyWith, defined } from '../../schema/copy.ts';
import type { Plan, PlanChange } from '../../schema/records/plan.ts';
import type { TaskFields } from '../../schema/records/task.ts';
import type { Config } from '../model/config.ts';
import { byAge } from '../model/maps/open-tasks.ts';
import { isUnbegun, type Task, type TasksState } from '../model/state/tasks.ts';
import { splitTask, taskPath } from '../tasks/file.ts';
import { whyNoTask } from '../tasks/valid.ts';

/** A field of a task as it is and as a plan wants it; amounts in micro-credits. */
export interface FieldChange {
  field: keyof TaskFields | 'body';
  from: unknown;
  to: unknown;
}

/** What a plan changes of a task. */
export interface ChangedTask {
  before: Task;
  after: Task;
  /** Empty when it is as the plan wants it. */
  fields: FieldChange[];
  /** What is to be done, where that changes. */
  body?: string;
}

/** Texts of the files of an organisation, by their paths. */
type FileTexts = ReadonlyMap<string, string>;

/** Tasks that a plan may change or cancel: those that have not begun, the oldest first. `of`: whose parts. */
export function changeable({ all, children }: TasksState, of: string, by: string): Task[] {
  return [...(children.get(of) ?? [])]
    .map((id) => all.get(id) as Task)
    .filter((task) => task.by === by && isUnbegun(task.status))
    .sort(byAge);
}

/** What a plan says of a task, as differences. `idOf`: the ids of what it needs. Pure. */
export function changeOf(
  task: Task,
  texts: FileTexts,
  { id: _, body, ...stated }: PlanChange,
  idOf: (need: string) => string = (need) => need,
): ChangedTask {
  const wish = defined(stated);
  const wanted: Partial<Task> = copyWith(wish, wish.needs ? { needs: [...new Set(wish.needs.map(idOf))] } : {});
  // Who does it is one thing, said by one of two fields.
  if (wish.assignee !== undefined) wanted.capability = wish.capability ?? null;
  else if (wish.capability !== undefined) wanted.assignee = null;
  if (wanted.needs) wanted.waived = task.waived.filter((need) => wanted.needs?.includes(need));
  const fields: FieldChange[] = (Object.keys(wanted) as (keyof TaskFields)[])
    .filter((field) => JSON.stringify(wanted[field]) !== JSON.stringify(task[field]))
    .map((field) => ({ field, from: task[field], to: wanted[field] }));
  const after = copyWith(task, Object.fromEntries(fields.map(({ field, to }) => [field, to])) as unknown as Task);
  if (isUnbegun(task.status)) after.status = after.assignee === null ? 'pending' : 'assigned';
  const known = splitTask(texts.get(taskPath(task.id)) ?? '').body.trim();
  if (body === undefined || body.trim() === known) return { before: task, after, fields };
  return { before: task, after, fields: [...fields, { field: 'body', from: known, to: body.trim() }], body };
}

/** The tasks of a plan and of an organisation together, as they would be. */
export interface JudgedAgainst {
  /** The tasks as they are, with the new ones of the plan. */
  tasks: TasksState;
  texts: FileTexts;
  /** The task whose parts may be changed, and who made them; null: those of any author may be, by their own files. */
  parts: { of: string; by: string } | null;
  by: string;
  idOf(need: string): string;
}

/** The changes of a plan that change something, or why they cannot be made. Pure. */
export function judgeChanges(
  config: Config,
  { change, cancel }: Pick<Plan, 'change' | 'cancel'>,
  { tasks, texts, parts, by, idOf }: JudgedAgainst,
): { changes: ChangedTask[]; cancelled: Task[] } | { why: string } {
  const changes: ChangedTask[] = [];
  for (const one of change) {
    const task = tasks.all.get(one.id);
    const why = whyNoPart(parts, task, one.id);
    if (why !== null) return { why };
    const made = changeOf(task as Task, texts, one, idOf);
    if (made.fields.length === 0) continue;
    if (!isUnbegun((task as Task).status)) return { why: hasBegun(task as Task, 'changed') };
    changes.push(made);
  }
  const cancelled: Task[] = [];
  for (const id of cancel) {
    const task = tasks.all.get(id);
    const why =
      whyNoPart(parts, task, id) ?? (isUnbegun((task as Task).status) ? null : hasBegun(task as Task, 'cancelled'));
    if (why !== null) return { why };
    cancelled.push(task as Task);
  }
  const all = new Map(tasks.all);
  for (const { after } of changes) all.set(after.id, after);
  for (const task of cancelled) all.set(task.id, copyWith(task, { status: 'cancelled' as const }));
  const then = copyWith(tasks, { all });
  for (const { before, after } of changes) {
    const why = whyNoTask(config, then, before, after, by);
    if (why !== null) return { why: `${after.id}: ${why}` };
  }
  const why = stillNeeded(all, cancelled);
  return why === null ? { changes, cancelled } : { why };
}

function whyNoPart(parts: JudgedAgainst['parts'], task: Task | undefined, id: string): string | null {
  if (!task) return `there is no task ${JSON.stringify(id.slice(0, 80))}`;
  if (parts === null) return null;
  if (task.parent !== parts.of) return `${id} is no part of ${parts.of}`;
  return task.by === parts.by ? null : `${id} was made by ${task.by}: only what you made can be changed`;
}

function hasBegun({ id, status }: Task, what: string): string {
  return `${id} is ${status}: only a task that has not begun can be ${what}`;
}

/** Nobody must wait for a task that is cancelled, or be skipped because of it. */
function stillNeeded(all: ReadonlyMap<string, Task>, cancelled: readonly Task[]): string | null {
  const gone = new Set(cancelled.map(({ id }) => id));
  if (gone.size === 0) return null;
  for (const { id, needs, waived, status } of all.values()) {
    const need = isUnbegun(status) ? needs.find((one) => gone.has(one) && !waived.includes(one)) : undefined;
    if (need !== undefined)
      return `${id} needs ${need}, which the plan cancels: change its needs, or cancel it as well`;
  }
  return null;
}
