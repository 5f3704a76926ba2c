/** What is open of the tasks of a state, in the order in which it is asked for. Worked out from the tasks, and not kept. */
import { byCodeUnit } from '../../../schema/name.ts';
import type { TaskFields } from '../../../schema/records/task.ts';
import { RankedRows } from './ranked-rows.ts';

/** What is looked at of a task. */
type OpenRow = { id: string; turn: number; by: string } & Pick<
  TaskFields,
  'status' | 'assignee' | 'needs' | 'waived' | 'next_attempt' | 'priority' | 'priority_from'
>;

/** The tasks from which it is worked out. */
interface Tasks {
  all: ReadonlyMap<string, OpenRow>;
  archived: ReadonlyMap<string, TaskFields['status']>;
  dependants: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Nobody. No agent has that name. */
export const NOBODY = '';

/** From the least to the highest. */
export const RANKS = ['low', 'normal', 'high', 'urgent'] as const;

/** Orders tasks by age: the earlier turn first, then `T-3-a-2` before `T-3-a-10`. */
export function byAge(a: Pick<OpenRow, 'id' | 'turn'>, b: Pick<OpenRow, 'id' | 'turn'>): number {
  return a.turn - b.turn || a.id.length - b.id.length || byCodeUnit(a.id, b.id);
}

/**
 * Open tasks by who has them and by who made them. The first question looks through all of them; from then on each change is
 * noted, so that a turn costs what changed in it, however many tasks wait.
 */
export class OpenTasks {
  private views: Views | null = null;

  /** A task stands otherwise than before, or is new. `before`: as it was. */
  note(tasks: Tasks, task: OpenRow, before: OpenRow | undefined): void {
    this.views?.note(tasks, task, before);
  }

  of(tasks: Tasks): Views {
    this.views ??= viewsOf(tasks);
    return this.views;
  }
}

function viewsOf(tasks: Tasks): Views {
  const views = new Views();
  for (const task of tasks.all.values()) views.add(tasks, task);
  return views;
}

/** The open tasks from all sides. */
class Views {
  /** By assignee: its open tasks, the oldest first. */
  readonly own = new RankedRows<OpenRow>(byAge);
  /** By author: open tasks that somebody else has or nobody has, in the order in which they were made. */
  readonly given = new RankedRows<OpenRow>((a, b) => this.numberOf(a) - this.numberOf(b));
  /** By assignee: work that has begun. */
  readonly begun = new RankedRows<OpenRow>(byAge);
  /** By assignee, or nobody: work whose needs are met, by its own priority, then by age. */
  private readonly ready = new RankedRows<OpenRow>(byAge);
  /** By assignee, or nobody: the same, as long as the turn in which it is tried again may not have come; the earliest first. */
  private readonly later = new RankedRows<OpenRow>(
    (a, b) => (a.next_attempt as number) - (b.next_attempt as number) || byAge(a, b),
  );
  /** By assignee, or nobody: work whose needs are met and whose priority depends on what needs it. */
  readonly inheriting = new RankedRows<OpenRow>(byAge);
  /** Id → in which place it was made. */
  private readonly numbers = new Map<string, number>();

  /** Takes up a task of a whole that is looked through in the order in which its tasks were made. */
  add(tasks: Tasks, task: OpenRow): void {
    if (!this.numbers.has(task.id)) this.numbers.set(task.id, this.numbers.size);
    this.place(tasks, task);
  }

  note(tasks: Tasks, task: OpenRow, before: OpenRow | undefined): void {
    this.add(tasks, task);
    if (task.status !== 'completed' || before?.status === 'completed') return;
    for (const id of tasks.dependants.get(task.id) ?? []) {
      this.place(tasks, tasks.all.get(id) as OpenRow);
    }
  }

  /** Work whose needs are met, in whatever turn it may begin. */
  *free(owner: string): Generator<OpenRow> {
    for (const rows of [this.ready, this.later, this.inheriting]) yield* rows.of(owner);
  }

  /** The same, by its own priority and then by age, but for what is tried again in a later turn or inherits its priority. */
  readyIn(owner: string, turn: number): Iterable<OpenRow> {
    for (const task of [...this.later.of(owner)]) {
      if ((task.next_attempt as number) > turn) break;
      this.later.take(task.id);
      this.begin(owner, task);
    }
    return this.ready.of(owner);
  }

  private begin(owner: string, task: OpenRow): void {
    if (task.priority_from === 'inherit_max') this.inheriting.put(owner, task);
    else this.ready.put(owner, task, RANKS.indexOf(task.priority));
  }

  private numberOf({ id }: OpenRow): number {
    return this.numbers.get(id) as number;
  }

  private place(tasks: Tasks, task: OpenRow): void {
    const { id, by, status, assignee } = task;
    for (const rows of [this.own, this.given, this.begun, this.ready, this.later, this.inheriting]) rows.take(id);
    if (status === 'completed' || status === 'failed' || status === 'skipped' || status === 'cancelled') return;
    if (assignee !== null) this.own.put(assignee, task);
    if (assignee !== by) this.given.put(by, task);
    const owner = assignee ?? NOBODY;
    if (status === 'running' || status === 'blocked') this.begun.put(owner, task);
    else if (task.needs.some((need) => isOpen(tasks, task, need))) return;
    else if (task.next_attempt !== null) this.later.put(owner, task);
    else this.begin(owner, task);
  }
}

function isOpen({ all, archived }: Tasks, { waived }: OpenRow, need: string): boolean {
  return (all.get(need)?.status ?? archived.get(need)) !== 'completed' && !waived.includes(need);
}
