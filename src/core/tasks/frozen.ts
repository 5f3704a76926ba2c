/** What follows at once from edits of tasks that a freeze took in, and from what people asked of tasks. */
import type { TaskRequest } from '../../schema/records/request.ts';
import { type Config, peopleOf } from '../model/config.ts';
import type { Effect, Entry } from '../model/entry.ts';
import { isFinished, type Task } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';
import { printCredits } from '../money/ledger.ts';
import { archivable } from './archive.ts';
import { judgeAsked, type TaskAsk } from './asked.ts';
import { assignmentFor } from './assign.ts';
import { taskPath } from './file.ts';
import { isReady } from './ready.ts';
import { TaskRecord } from './record.ts';
import { outcomeNotices } from './settle.ts';

/**
 * Writes the history of tasks that people made or changed, puts back what they may not change, does what they asked, and tells
 * them. Then ends tasks whose time or budget is over, gives away those that are ready and that nobody has, and archives finished
 * tasks that no open one needs. `more`: what else changes tasks before they are given away. Pure.
 */
export function taskEffects(
  config: Config,
  state: State,
  turn: number,
  lines: readonly Entry[],
  more: { isIdle: boolean; effects: (record: TaskRecord) => Effect[] } = NOTHING,
): Effect[] {
  const { all, asked: wanted } = state.tasks;
  if (more.isIdle && all.size === 0 && wanted.length === 0 && !lines.some(({ k }) => k === 'task-file')) return [];
  const record = new TaskRecord(state, turn);
  const notices: Effect[] = [];
  for (const line of lines) {
    if (line.k !== 'task-file') continue;
    if (line.refused === undefined) record.edited(line.id, line.found as string, line.by, line.what);
    else {
      record.restore(line.id, line.text, line.found);
      notices.push(...refusalNotices(config, line));
    }
  }
  for (const line of lines) if (line.k === 'task-file' && line.refused === undefined) follow(record, line);
  const asked = state.tasks.asked.map((ask): Effect[] => {
    if (ask.ask !== 'task') return [{ k: 'task-asked', turn, by: ask.by, do: 'archive' }];
    if (OF_ASSIGNEE.includes(ask.do)) assignIfReady(config, state, record, turn, ask.id);
    return askEffects(config, record, turn, ask);
  });
  reassign(config, state, record);
  notices.push(...endOverdue(config, state, record, turn));
  const also = more.effects(record);
  assignReady(config, state, record, turn);
  return [
    ...record.effects(),
    ...also,
    ...notices,
    ...asked.flat(),
    ...archived(config, state.tasks.asked, turn, record),
  ];
}

const NOTHING = { isIdle: true, effects: () => [] };

/** Ends open tasks whose deadline has passed or whose budget is used up. */
function endOverdue(config: Config, state: State, record: TaskRecord, turn: number): Effect[] {
  return [...state.tasks.limited].flatMap((id) => {
    const task = record.get(id) as Task;
    const reason = isFinished(task.status) ? null : overdue(task, turn, state.clock.time);
    if (reason === null) return [];
    record.change(id, { status: 'failed', reason }, 'the engine', `failed: ${reason}`);
    return outcomeNotices(config, record.tasks, record.get(id) as Task);
  });
}

function overdue({ deadline, budget, cost, turn: made, since }: Task, turn: number, time: number): string | null {
  if (budget !== null && cost >= budget) return `its budget of ${printCredits(budget)} credits is used up`;
  if (deadline === null) return null;
  const [, count, unit] = /^(\d+) ?(\w+)$/.exec(deadline) as unknown as [string, string, string];
  const isOver = unit.startsWith('turn')
    ? turn > made + Number(count)
    : time > since + Number(count) * (UNIT_MS[unit] as number);
  return isOver ? `its deadline of ${deadline} has passed` : null;
}
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Work of an agent that is gone from the organisation is given to another. */
function reassign({ agents }: Config, { tasks }: State, record: TaskRecord): void {
  for (const [agent, ids] of tasks.assigned) {
    if (agents.has(agent)) continue;
    for (const id of ids) {
      record.change(
        id,
        { assignee: null, status: 'pending', waits: [] },
        'the engine',
        `pending, because ${agent} is gone`,
      );
    }
  }
}

function assignReady(config: Config, state: State, record: TaskRecord, turn: number): void {
  for (const id of record.unassigned()) assignIfReady(config, state, record, turn, id);
}

function assignIfReady(config: Config, state: State, record: TaskRecord, turn: number, id: string): void {
  const task = record.get(id);
  if (task?.assignee !== null || !isReady(record.tasks, task, turn)) return;
  const found = assignmentFor(config, state, task, (agent) => record.open(agent));
  if (found) record.assign(id, found);
}

/** What is asked of an assignee: people see who gets a task that is ready before a freeze gives it away. */
const OF_ASSIGNEE: readonly TaskAsk['do'][] = ['reassign', 'unassign', 'start'];

function follow(record: TaskRecord, { id, by, before }: Extract<Entry, { k: 'task-file' }>): void {
  const { status } = record.get(id) as Task;
  if (before === status) return;
  if (status === 'failed' || status === 'cancelled') record.skipAfter(id, by);
  if (before === 'failed' || before === 'skipped') record.reviveAfter(id, by);
}

/** What a person asked is done as far as the task allows it now; if it does not, the person is told. */
function askEffects(config: Config, record: TaskRecord, turn: number, ask: TaskAsk): Effect[] {
  const { id, by, do: verb } = ask;
  const judged = judgeAsked(config, record.tasks, ask);
  const line: Effect = { k: 'task-asked', turn, by, do: verb, id };
  if ('task' in judged) {
    record.change(id, judged.task, by, judged.what);
    return [line];
  }
  const text = `lemming task ${verb} ${id} was not done: ${judged.why}`;
  return [
    { k: 'task-asked', turn, by, do: verb, id, refused: judged.why },
    { k: 'notice', to: by, about: 'edit', text, of: `task ${id}` },
  ];
}

/** What this turn changes stays until the next: the same file cannot be written and moved. */
function archived({ org }: Config, asked: readonly TaskRequest[], turn: number, record: TaskRecord): Effect[] {
  const ages = asked.flatMap((ask) => (ask.ask === 'archive-tasks' ? ask.older : []));
  if (org.tasks.archive_after !== null) ages.push(org.tasks.archive_after);
  if (ages.length === 0) return [];
  return archivable(record.tasks, turn, Math.min(...ages)).flatMap((id): Effect[] =>
    record.isChanged(id) ? [] : [{ k: 'task-archived', turn, id }],
  );
}

function refusalNotices(config: Config, { id, by, refused, found }: Extract<Entry, { k: 'task-file' }>): Effect[] {
  const kept = found === null ? 'The file is back.' : 'Your text is kept beside it, with .conflict in its name.';
  const text = `${taskPath(id)} was not changed: ${refused}. ${kept}`;
  const to = peopleOf(config).filter((name) => name === by);
  return to.map((one): Effect => ({ k: 'notice', to: one, about: 'edit', text, of: `task ${id}` }));
}
