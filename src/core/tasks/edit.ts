/** Judges what people wrote into the files of tasks, and makes the lines of the journal from it. */
import { copyWith } from '../../schema/copy.ts';
import type { TaskFields } from '../../schema/records/task.ts';
import { type Config, peopleOf } from '../model/config.ts';
import type { InputEntry } from '../model/entry.ts';
import { draftOf, draftTask, type Task, type TasksState } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';
import { patchTask, splitTask, TASK_FIELDS, taskPath } from './file.ts';
import { openNeeds } from './ready.ts';
import { whyNoTask } from './valid.ts';

/** Fields that only the engine writes. */
const ENGINES: readonly (keyof TaskFields)[] = ['attempts', 'cost', 'key'];

/** What a task becomes by an edit, and the fields that it changes; or why it may not. */
export type Judged = { task: Task; changed: (keyof TaskFields)[] } | { why: string };

/** What a person wrote: the fields, and the lines of history. */
export interface TaskEdit {
  by: string;
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
    (field) =>
      !isSame(edit.fields[field], task[field]) &&
      !(older?.[field] !== undefined && isSame(edit.fields[field], older[field])),
  );
  const foreign = changed.find((field) => ENGINES.includes(field));
  if (foreign) return { why: `${foreign} is written by the engine alone` };
  if (!isContinued(history, edit.history)) return { why: 'its history can only be added to' };
  const next: Task = { ...task };
  for (const field of changed) Object.assign(next, { [field]: edit.fields[field] });
  if (next.goal === undefined) delete next.goal;
  if (changed.includes('assignee') && !changed.includes('status')) next.status = statusAfterAssigning(task, next);
  if (mustWait(tasks, task, next)) Object.assign(next, { status: notBegun(next), waits: [] });
  const why = unproved(task, next) ?? whyNoTask(config, tasks, task, next, edit.by);
  return why === null ? { task: settled(task, next), changed } : { why };
}

/** What the fields of a task held, where a later form differs. */
export function earlierFields(before: Task, after: Task): Partial<TaskFields> {
  const differing = TASK_FIELDS.filter((field) => before[field] !== undefined && !isSame(before[field], after[field]));
  return Object.fromEntries(differing.map((field) => [field, before[field]]));
}

/** Judges a task that a person made. The engine decides how far it is: work that is not begun. */
export function judgeNew(
  config: Config,
  tasks: TasksState,
  made: Pick<Task, 'id' | 'turn' | 'since' | 'by'>,
  fields: TaskFields,
): Judged {
  const { id, by } = made;
  if (tasks.archived.has(id)) return { why: `a task ${id} was there before: choose another name` };
  const foreign = ENGINES.find((field) => field !== 'key' && !isSame(fields[field], 0));
  if (foreign) return { why: `${foreign} is written by the engine alone` };
  const task: Task = copyWith(fields, copyWith(made, { hops: 0, visits: 0, waits: [], status: 'pending' as const }));
  if (fields.assignee !== null) task.status = 'assigned';
  if (fields.status !== 'pending' && fields.status !== task.status)
    return { why: `a new task begins as pending or assigned, not as ${fields.status}` };
  const why = whyNoTask(config, tasks, null, task, by);
  return why === null ? { task, changed: [] } : { why };
}

/** Whether work that has begun must now wait for something else to be completed. */
function mustWait(tasks: TasksState, before: Task, next: Task): boolean {
  const isBegun = next.status === 'blocked' || (next.status === 'running' && before.status === 'running');
  return isBegun && openNeeds(tasks, next).length > 0;
}

function notBegun({ assignee }: Task): Task['status'] {
  return assignee === null ? 'pending' : 'assigned';
}

function statusAfterAssigning(before: Task, next: Task): Task['status'] {
  if (before.status === 'pending' && next.assignee !== null) return 'assigned';
  return ['assigned', 'running', 'blocked'].includes(before.status) ? notBegun(next) : before.status;
}

/** A task that is tried again begins anew. */
export function settled(before: Task, next: Task): Task {
  const again = (before.status === 'failed' || before.status === 'skipped') && next.status === 'pending';
  if (!again) return next;
  return copyWith(next, {
    status: notBegun(next),
    attempts: 0,
    next_attempt: null,
    reason: null,
    visits: 0,
    waits: [],
  });
}

/** Whether lines were only added, or are missing at the end because the person had an older version. */
function isContinued(history: readonly string[], edited: readonly string[]): boolean {
  return history.slice(0, edited.length).every((line, i) => edited[i] === line);
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));
}

/** What a task ensures is looked at when its assignee completes it, and never by an edit. */
export function unproved(before: Task, next: Task): string | null {
  if (next.status !== 'completed' || before.status === 'completed' || next.ensures.length === 0) return null;
  return 'its conditions under ensures are judged when its assignee completes it. Remove them to complete it yourself';
}

/** The turn that takes the files in. `time`: milliseconds since 1970. */
export interface TurnTime {
  turn: number;
  time: number;
}

type TaskLine = Extract<InputEntry, { k: 'task-file' }>;

/** What people did to the files of tasks since a state, one file after another. Each is judged after the ones before. */
export class TaskEdits {
  private readonly config: Config;
  private readonly state: State;
  private readonly at: TurnTime;
  private readonly by: string;
  /** The tasks as the edits so far leave them. */
  private readonly tasks: TasksState;

  constructor(config: Config, state: State, at: TurnTime) {
    this.config = config;
    this.state = state;
    this.at = at;
    this.by = fileAuthor(config);
    this.tasks = draftOf(state.tasks);
  }

  /** The line of a file with these fields and that text; or why it cannot be taken at all. */
  take(id: string, fields: TaskFields, found: string): TaskLine | { why: string } {
    const known = this.tasks.all.get(id);
    const line = known ? this.edited(known, fields, found) : this.made(id, fields, found);
    if ('task' in line && line.task) draftTask(this.tasks, line.task);
    return line;
  }

  private made(id: string, fields: TaskFields, found: string): TaskLine | { why: string } {
    const { by } = this;
    const { turn, time } = this.at;
    const judged = judgeNew(this.config, this.tasks, { id, turn, since: time, by }, fields);
    if ('why' in judged) return judged;
    const { task } = judged;
    const text = patchTask(found, task, fields, []);
    const what = task.assignee === null ? 'created' : `created, assigned to ${task.assignee}`;
    return { k: 'task-file', id, by, text, found, task, before: null, what };
  }

  private edited(known: Task, fields: TaskFields, found: string): TaskLine {
    const { id, status: before } = known;
    const { by } = this;
    const last = this.state.files.texts.get(taskPath(id)) as string;
    const { history } = splitTask(last);
    const edit = { by, fields, history: splitTask(found).history };
    const judged = judgeEdit(this.config, this.tasks, known, history, edit);
    if ('why' in judged)
      return { k: 'task-file', id, by, text: last, found, task: null, before, what: '', refused: judged.why };
    const missing = history.slice(edit.history.length);
    const { task, changed } = judged;
    const text = patchTask(found, task, fields, missing);
    return { k: 'task-file', id, by, text, found, task, before, what: editText(known, task, changed) };
  }

  /** A task does not end because its file is deleted. */
  deleted({ id, status: before }: Task): TaskLine {
    const refused = 'a task does not end when its file is deleted. To end it, set its status to cancelled';
    const text = this.state.files.texts.get(taskPath(id)) as string;
    return { k: 'task-file', id, by: this.by, text, found: null, task: null, before, what: '', refused };
  }
}

/** Whoever has the first seat of a person: a file does not say who saved it. */
export function fileAuthor(config: Config): string {
  return peopleOf(config)[0] ?? 'nobody';
}

function editText(before: Task, after: Task, changed: readonly string[]): string {
  const step = before.status === after.status ? [] : [`${before.status} → ${after.status}`];
  const rest = changed.filter((field) => field !== 'status');
  return [...step, ...(rest.length ? [`changed ${rest.join(', ')}`] : [])].join('; ') || 'changed the text';
}
