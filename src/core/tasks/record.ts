/** Collects what a turn changes of tasks, and makes the lines of the journal from it. */
import { copyWith } from '../../schema/copy.ts';
import type { TaskStatus } from '../../schema/records/task.ts';
import type { Attached, Effect } from '../model/entry.ts';
import { NOBODY } from '../model/maps/open-tasks.ts';
import { draftOf, draftTask, isUnbegun, setTask, type Task, type TasksState } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';
import type { Assignment } from './assign.ts';
import { historyLine, patchTask, printTask, taskPath } from './file.ts';
import { openNeeds } from './ready.ts';
import { isEnded, revivedWith, skippedBy, upstream } from './steps.ts';

/** A change of one task, with what its history says. */
interface TaskChange {
  text: string;
  was: string | null;
  /** The files that come with its result. */
  files?: Attached[] | undefined;
}

/** The tasks as the turn has them so far. Reads the state and changes nothing but its own copy. */
export class TaskRecord {
  private readonly state: State;
  readonly turn: number;
  /** A copy, from the first change on. */
  private own: TasksState | null = null;
  /** Keys of tasks that agents made. */
  private readonly keys = new Set<string>();
  private readonly changes = new Map<string, TaskChange>();
  private readonly copies = new Map<string, string>();
  private readonly given = new Map<string, number>();
  private lines: number;

  constructor(state: State, turn: number) {
    this.state = state;
    this.turn = turn;
    const { written } = state.tasks;
    this.lines = written.turn === turn ? written.lines : 0;
  }

  /** The tasks as they are now. */
  get tasks(): TasksState {
    return this.own ?? this.state.tasks;
  }

  private changed(): TasksState {
    this.own ??= draftOf(this.state.tasks);
    return this.own;
  }

  /** Whether the turn changes it. */
  isChanged(id: string): boolean {
    return this.changes.has(id);
  }

  get(id: string): Task | undefined {
    return this.tasks.all.get(id);
  }

  /** Adds a task that an agent makes. Not when another one of this turn has its key. */
  add(task: Task, body: string, by: string): boolean {
    if (task.key !== null && this.keys.has(task.key)) return false;
    const line = this.line(by, `created${task.assignee === null ? '' : `, assigned to ${task.assignee}`}`);
    this.changes.set(task.id, { text: printTask(task, body, [line]), was: null });
    draftTask(this.changed(), task);
    if (task.key !== null) this.keys.add(task.key);
    return true;
  }

  /**
   * Tasks for which somebody may have to be found: nobody had them, or they were taken from somebody in this turn. Those of which
   * needs were open before the turn, and it completed none, are left out.
   */
  unassigned(): string[] {
    const { tasks } = this.state;
    const open = tasks.open.of(tasks);
    const changed = [...this.changes.keys()];
    const done = changed.filter((id) => this.get(id)?.status === 'completed');
    const likely = new Set([...changed, ...done.flatMap((id) => [...(this.tasks.dependants.get(id) ?? [])])]);
    for (const { id } of open.free(NOBODY)) likely.add(id);
    if (likely.size === 0) return [];
    return [...tasks.unassigned, ...changed.filter((id) => !tasks.unassigned.has(id))].filter((id) => likely.has(id));
  }

  /** How many open tasks an agent has. */
  open(agent: string): number {
    const known = this.state.tasks.assigned.get(agent)?.size ?? 0;
    return known + (this.given.get(agent) ?? 0);
  }

  /** Gives a task to an agent. */
  assign(id: string, { to, why }: Assignment): void {
    this.given.set(to, (this.given.get(to) ?? 0) + 1);
    this.change(id, { assignee: to, status: 'assigned' }, 'the engine', `assigned to ${to}, ${why}`);
  }

  /**
   * Changes fields of a task, and its `body` where one is given. `what` says in its history what was done; null: nothing is
   * said. What follows for others is done as well.
   */
  change(id: string, fields: Partial<Task>, by: string, what: string | null, body?: string): void {
    const before = this.tasks.all.get(id);
    if (before) this.follow(this.put(before, fields, by, what, body), before.status, by);
  }

  private put(before: Task, fields: Partial<Task>, by: string, what: string | null, body?: string): Task {
    const { id } = before;
    const task = fields === NOTHING ? before : copyWith(before, fields as Task);
    const file = this.state.files.texts.get(taskPath(id)) as string;
    const { text, was, files } = this.changes.get(id) ?? { text: file, was: file };
    const lines = what === null ? [] : [this.line(by, what)];
    this.changes.set(id, { text: patchTask(text, task, before, lines, body), was, files });
    draftTask(this.changed(), task);
    return task;
  }

  /** Notes the files that come with the result of a task that was completed. */
  bring(id: string, files: Attached[]): void {
    (this.changes.get(id) as TaskChange).files = files;
  }

  /** Says in the history of a task what a person did. `found`: the text that lies there. */
  edited(id: string, found: string, by: string, what: string): void {
    this.change(id, NOTHING, by, what);
    (this.changes.get(id) as TaskChange).was = found;
  }

  /** Puts the file of a task back as the engine knows it; what a person wrote is kept beside it. */
  restore(id: string, text: string, found: string | null): void {
    this.changes.set(id, { text, was: found });
    if (found !== null) this.copies.set(id, found);
  }

  /** What follows for others when a task ends badly, or is tried again. `before`: how it stood. */
  follow({ id, status }: Task, before: TaskStatus | null, by: string): void {
    if (before === status) return;
    if (isEnded(status)) this.skipAfter(id, by);
    else if (isEnded(before)) this.reviveAfter(id, by);
  }

  /** Skips work that the turn began to wait for something that ended badly in the same turn. */
  skipLost(): void {
    for (const id of [...this.changes.keys()]) {
      const task = this.get(id) as Task;
      const lost = isUnbegun(task.status) && openNeeds(this.tasks, task).find(({ status }) => isEnded(status));
      if (lost) this.change(id, skippedFor(lost.id), 'the engine', skippedText(lost.id));
    }
  }

  private skipAfter(id: string, by: string): void {
    for (const one of skippedBy(this.tasks, id)) this.put(one, skippedFor(id), by, skippedText(id));
  }

  private reviveAfter(id: string, by: string): void {
    for (const one of revivedWith(this.tasks, id)) {
      const status = one.assignee === null ? 'pending' : 'assigned';
      this.put(one, { status, reason: null }, by, `${status} again, because ${id} is tried again`);
    }
  }

  private line(by: string, what: string): string {
    this.lines++;
    return historyLine(this.turn, this.lines, by, what);
  }

  /** The lines of the journal for all that changed, in the order in which it first changed. */
  effects(): Effect[] {
    return [...this.changes].map(([id, { text, was, files }]) => {
      const kept = this.copies.get(id);
      return {
        k: 'task',
        turn: this.turn,
        task: this.tasks.all.get(id) as Task,
        text,
        was,
        lines: this.lines,
        ...(kept === undefined ? {} : { kept }),
        ...(files === undefined ? {} : { files }),
      };
    });
  }
}

/** No field changes. */
const NOTHING: Partial<Task> = {};

function skippedFor(id: string): Pick<Task, 'status' | 'reason'> {
  return { status: 'skipped', reason: upstream(id) };
}

function skippedText(id: string): string {
  return `skipped, because ${id} will not be completed`;
}

/** Applies a task and the text of its file to the state. */
export function putTask(state: State, task: Task, text: string): void {
  setTask(state.tasks, task, state.clock.turn + 1);
  state.files.texts.set(taskPath(task.id), text);
}
