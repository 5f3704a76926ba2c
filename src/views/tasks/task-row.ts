/** Tasks as lists show them. */
import { isUnbegun, statusOf, type Task, type TasksState } from '../../core/model/state/tasks.ts';
import { budgetWait, budgetWaitText, type CostState } from '../../core/money/work-budget.ts';
import { rankOf, whyNotReady } from '../../core/tasks/ready.ts';
import { inCredits } from '../../schema/amount.ts';
import { byCodeUnit } from '../../schema/name.ts';

/** Every task, the highest priority that counts first, then in the order in which they were made. */
export function tasksInOrder(tasks: TasksState): Task[] {
  const ranked = [...tasks.all.values()].map((task) => ({ task, rank: rankOf(tasks, task), name: numbered(task.id) }));
  ranked.sort((a, b) => b.rank - a.rank || a.task.turn - b.task.turn || byCodeUnit(a.name, b.name));
  return ranked.map(({ task }) => task);
}

/** An id in which numbers sort by their value. */
function numbered(id: string): string {
  return id.replace(/\d+/g, (digits) => digits.padStart(9, '0'));
}

/** A task in a list. The cost is in credits. `why`: why it is not ready, or waits for its budget; none when it can be worked on. */
export function taskRow(state: CostState, task: Task, turn: number) {
  const { id, title, status, assignee, capability, priority, needs, parent, deadline, attempts, result, reason } = task;
  const { goal = null } = task;
  const short = budgetWait(state, task);
  const waits = short ? [budgetWaitText(task.need as number, short)] : [];
  const why = isUnbegun(status) ? whyNotReady(state, task, turn) : waits;
  return {
    id,
    title,
    status,
    assignee,
    capability,
    priority,
    ready: isUnbegun(status) && why.length === 0,
    why,
    needs,
    parent,
    goal,
    deadline,
    attempts,
    result,
    reason,
    cost: inCredits(task.cost),
    turn: task.turn,
    by: task.by,
  };
}

/** The needs of a task, and how each stands; status null for one that does not exist. */
export function needsOf(tasks: TasksState, { needs, waived }: Pick<Task, 'needs' | 'waived'>) {
  return needs.map((id) => ({
    id,
    status: statusOf(tasks, id),
    title: tasks.all.get(id)?.title ?? null,
    waived: waived.includes(id),
  }));
}

/** An entry of the history of a task. What a person added by hand has no turn. */
export interface HistoryEntry {
  turn: number | null;
  n: number | null;
  by: string | null;
  text: string;
}

/** The lines of a history, read. */
export function historyEntries(lines: readonly string[]): HistoryEntry[] {
  return lines.map((line) => {
    const [, turn, n, by, text] = /^- (\d{1,9})\.(\d{1,9}) (the engine|[^\s:]+): (.*)$/s.exec(line) ?? [];
    if (turn === undefined || n === undefined || by === undefined || text === undefined)
      return { turn: null, n: null, by: null, text: line.slice(2) };
    return { turn: Number(turn), n: Number(n), by, text };
  });
}
