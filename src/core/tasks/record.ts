/** Collects what a turn changes of tasks, and makes the lines of the journal from it. */
import { copyWith } from '../../schema/copy.ts';
import type { Effect } from '../model/entry.ts';
import { setTask, type Task, type TasksState } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';
import type { Assignment } from './assign.ts';
import { historyLine, patchTask, printTask, taskPath } from './file.ts';
import { lostWith, revivedWith, skippedBy, upstream } from './steps.ts';

/** A change of one task, with what its history says. */
interface TaskChange {
  text: string;
  was: string | null;
}

/** The tasks as the turn has them so far. Reads the state and changes nothing but its own copy. */
export class TaskRecord {
  private readonly state: State;
  readonly turn: number;
  /** A copy, from the first change on. */
  private own: TasksState | null = null;
  private readonly added: Task[] = [];
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
    this.own ??= copyWith(this.state.tasks, { all: new Map(this.state.tasks.all) });
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
    if (task.key !== null && this.added.some(({ key }) => key === task.key)) return false;
    const line = this.line(by, `created${task.assignee === null ? '' : `, assigned to ${task.assignee}`}`);
    this.changes.set(task.id, { text: printTask(task, body, [line]), was: null });
    this.changed().all.set(task.id, task);
    this.added.push(task);
    return true;
  }

  /** Tasks that nobody had, or that were taken from somebody in this turn. */
  unassigned(): string[] {
    const changed = [...this.changes.keys()].filter((id) => !this.state.tasks.unassigned.has(id));
    return [...this.state.tasks.unassigned, ...changed];
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
    if (!before) return;
    const task = copyWith(before, fields as Task);
    const file = this.state.files.texts.get(taskPath(id)) as string;
    const { text, was } = this.changes.get(id) ?? { text: file, was: file };
    const lines = what === null ? [] : [this.line(by, what)];
    this.changes.set(id, { text: patchTask(text, task, before, lines, body), was });
    this.changed().all.set(id, task);
    this.follow(before, task, by);
  }

  /** Says in the history of a task what a person did. `found`: the text that lies there. */
  edited(id: string, found: string, by: string, what: string): void {
    this.change(id, {}, by, what);
    (this.changes.get(id) as TaskChange).was = found;
  }

  /** Puts the file of a task back as the engine knows it; what a person wrote is kept beside it. */
  restore(id: string, text: string, found: string | null): void {
    this.changes.set(id, { text, was: found });
    if (found !== null) this.copies.set(id, found);
  }

  /** What follows when a task ends badly, or is tried again. */
  private follow(before: Task, task: Task, by: string): void {
    if (before.status === task.status) return;
    if (task.status === 'failed' || task.status === 'cancelled') this.skipAfter(task.id, by);
    const isAgain =
      (before.status === 'failed' || before.status === 'skipped') && !['failed', 'skipped'].includes(task.status);
    if (isAgain) this.reviveAfter(task.id, by);
  }

  skipAfter(id: string, by: string): void {
    for (const one of skippedBy(this.tasks, id)) this.skip(one.id, id, by);
  }

  private skip(id: string, because: string, by: string): void {
    const what = `skipped, because ${because} will not be completed`;
    this.change(id, { status: 'skipped', reason: upstream(because) }, by, what);
  }

  /** Skips what began to need a task in the turn in which that ended badly: nothing else would ever skip it. */
  skipLost(): void {
    for (;;) {
      const lost = [...this.changes.keys()].flatMap((id) => {
        const because = lostWith(this.tasks, this.get(id) as Task);
        return because === null ? [] : { id, because };
      });
      if (lost.length === 0) return;
      for (const { id, because } of lost) this.skip(id, because, 'the engine');
      for (const { id, because } of lost)
        for (const one of skippedBy(this.tasks, id)) this.skip(one.id, because, 'the engine');
    }
  }

  reviveAfter(id: string, by: string): void {
    for (const one of revivedWith(this.tasks, id)) {
      const status = one.assignee === null ? 'pending' : 'assigned';
      this.change(one.id, { status, reason: null }, by, `${status} again, because ${id} is tried again`);
    }
  }

  private line(by: string, what: string): string {
    this.lines++;
    return historyLine(this.turn, this.lines, by, what);
  }

  /** The lines of the journal for all that changed, in the order in which it first changed. */
  effects(): Effect[] {
    return [...this.changes].map(([id, { text, was }]) => {
      const kept = this.copies.get(id);
      return {
        k: 'task',
        turn: this.turn,
        task: this.tasks.all.get(id) as Task,
        text,
        was,
        lines: this.lines,
        ...(kept === undefined ? {} : { kept }),
      };
    });
  }
}

/** Applies a task and the text of its file to the state. */
export function putTask(state: State, task: Task, text: string): void {
  setTask(state.tasks, task, state.clock.turn + 1);
  state.files.texts.set(taskPath(task.id), text);
}
