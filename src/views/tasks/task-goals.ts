/** How far goals are: the tasks that serve each. */
import type { Config } from '../../core/model/config.ts';
import { isFinished, type TasksState } from '../../core/model/state/tasks.ts';
import { inCredits } from '../../schema/amount.ts';
import { byCodeUnit } from '../../schema/name.ts';

const ENDS = ['completed', 'failed', 'skipped', 'cancelled'] as const;

/** A goal and its tasks, by how they stand. `title` null: no open goal in `org/goals/` has that name. Amounts are credits. */
export interface GoalRow {
  id: string;
  title: string | null;
  owner: string | null;
  tasks: Record<(typeof ENDS)[number] | 'open', number>;
  cost: number;
}

/** The open goals of an organisation, and those that tasks name. Archived tasks do not count. */
export function goalRows({ goals }: Pick<Config, 'goals'>, { all }: TasksState): GoalRow[] {
  const named = [...all.values()].flatMap(({ goal }) => goal ?? []);
  return [...new Set([...goals.keys(), ...named])].sort(byCodeUnit).map((id) => {
    const own = [...all.values()].filter(({ goal }) => goal === id);
    const count = (status: (typeof ENDS)[number]): number => own.filter((task) => task.status === status).length;
    const ended = Object.fromEntries(ENDS.map((status) => [status, count(status)])) as GoalRow['tasks'];
    const open = own.filter(({ status }) => !isFinished(status)).length;
    return {
      id,
      title: goals.get(id)?.title ?? null,
      owner: goals.get(id)?.owner ?? null,
      tasks: Object.assign(ended, { open }),
      cost: inCredits(own.reduce((sum, task) => sum + task.cost, 0)),
    };
  });
}

/** `2 completed, 1 open`. */
export function countedTasks({ tasks }: Pick<GoalRow, 'tasks'>): string {
  const counts = Object.entries(tasks).flatMap(([status, n]) => (n > 0 ? `${n} ${status}` : []));
  return counts.join(', ') || 'no tasks';
}
