/** What a task is and how it stands, as names and values. */
import type { Config } from '../../core/model/config.ts';
import { isUnbegun, type Task, type TasksState } from '../../core/model/state/tasks.ts';
import type { State } from '../../core/model/state.ts';
import { countCredits } from '../../core/money/ledger.ts';
import { whyNobody } from '../../core/tasks/assign.ts';
import { byCodeUnit } from '../../schema/name.ts';
import { needsOf, taskRow } from './task-row.ts';

/** Tasks that need it, and tasks that are parts of it. */
export function relatedTo({ dependants, children }: TasksState, id: string) {
  return {
    needed_by: [...(dependants.get(id) ?? [])].sort(byCodeUnit),
    parts: [...(children.get(id) ?? [])].sort(byCodeUnit),
  };
}

/** All that people want to know of a task beside its text; what has no value is left out. */
export function taskFacts(config: Config, state: State, task: Task, turn: number): [name: string, value: string][] {
  const { tasks } = state;
  const row = taskRow(state, task, turn);
  const { needed_by, parts } = relatedTo(tasks, task.id);
  const all: [string, string][] = [
    ['status', row.ready ? `${row.status}, ready` : row.status],
    [isUnbegun(row.status) ? 'not ready' : 'waits', row.why.join('; ')],
    ['it waits', nobodyText(config, state, row)],
    ['assignee', row.assignee ?? ''],
    ['capability', row.capability ?? ''],
    ['waits for', task.waits.join(', ')],
    ['needs', needsOf(tasks, task).map(needText).join(', ')],
    ['needed by', needed_by.join(', ')],
    ['goal', row.goal ?? ''],
    ['part of', row.parent ?? ''],
    ['parts', parts.join(', ')],
    ['priority', row.priority],
    ['deadline', row.deadline ?? ''],
    ['budget', task.budget === null ? '' : countCredits(task.budget)],
    ['attempts that failed', row.attempts === 0 ? '' : `${row.attempts} of ${task.retries + 1}`],
    ['cost', task.cost === 0 ? '' : countCredits(task.cost)],
    ['files', task.artefacts.join(', ')],
    ['why', row.reason ?? ''],
  ];
  return all.filter(([, value]) => value !== '');
}

function needText({ id, status, waived }: ReturnType<typeof needsOf>[number]): string {
  return `${id} (${waived ? 'waived' : (status ?? 'does not exist')})`;
}

/** What came of a task, or what it waits for. */
export function taskRemark(config: Config, state: State, row: ReturnType<typeof taskRow>): string {
  return (row.result ?? row.reason ?? row.why.join('; ')) || nobodyText(config, state, row);
}

/** Why a task that is ready waits all the same; empty when it does not. */
function nobodyText(config: Config, state: State, row: ReturnType<typeof taskRow>): string {
  return row.ready ? (whyNobody(config, state, row) ?? '') : '';
}
