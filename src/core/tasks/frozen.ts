/** What follows at once from edits of tasks that a freeze took in, and from what people asked of tasks. */
import type { TaskRequest } from '../../schema/records/request.ts';
import { type Config, peopleOf } from '../model/config.ts';
import type { Effect, Entry } from '../model/entry.ts';
import { isFinished, type Task, type TasksState } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';
import { archivable, judgeAsked, type TaskAsk } from './asked.ts';
import { Assigning, absence } from './assign.ts';
import { taskPath } from './file.ts';
import { isReady } from './ready.ts';
import { TaskRecord } from './record.ts';
import { outcomeNotices } from './settle.ts';

/**
 * Writes the history of tasks that people made or changed, puts back what they may not change, does what they asked, and tells
 * them. Then ends tasks whose time is over, gives away those that are ready and that nobody has, and archives finished
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
  for (const line of lines)
    if (line.k === 'task-file' && line.refused === undefined)
      record.follow(record.get(line.id) as Task, line.before, line.by);
  for (const { task, cost } of state.money.billed)
    record.change(task, { cost: (record.get(task)?.cost ?? 0) + cost }, 'the engine', null);
  const giver = new Giver(config, state, record);
  const asked = state.tasks.asked.map((ask): Effect[] => {
    if (ask.ask !== 'task') return [{ k: 'task-asked', turn, by: ask.by, do: 'archive' }];
    if (OF_ASSIGNEE.includes(ask.do)) giver.assignIfReady(ask.id);
    return askEffects(config, record, turn, ask);
  });
  notices.push(...leaveAbsent(config, state, record));
  notices.push(...endOverdue(config, state, record, turn));
  const also = more.effects(record);
  record.skipLost();
  giver.assignReady();
  return [
    ...record.effects(),
    ...also,
    ...notices,
    ...asked.flat(),
    ...archived(config, state.tasks.asked, turn, record),
  ];
}

const NOTHING = { isIdle: true, effects: () => [] };

/** Ends open tasks whose deadline has passed. */
function endOverdue(config: Config, state: State, record: TaskRecord, turn: number): Effect[] {
  return [...state.tasks.limited].flatMap((id) => {
    const task = record.get(id) as Task;
    const reason = isFinished(task.status) ? null : overdue(task, turn, state.clock.time);
    if (reason === null) return [];
    record.change(id, { status: 'failed', reason }, 'the engine', `failed: ${reason}`);
    return outcomeNotices(config, record.tasks, record.get(id) as Task);
  });
}

function overdue({ deadline, turn: made, since }: Task, turn: number, time: number): string | null {
  const [, count, unit] = /^(\d+) ?(\w+)$/.exec(deadline as string) as unknown as [string, string, string];
  const isOver = unit.startsWith('turn')
    ? turn > made + Number(count)
    : time > since + Number(count) * (UNIT_MS[unit] as number);
  return isOver ? `its deadline of ${deadline} has passed` : null;
}
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What becomes of the open tasks of agents that are gone from the organisation, or paused for long. */
function leaveAbsent(config: Config, state: State, record: TaskRecord): Effect[] {
  const { on_absence: policy } = config.org.tasks;
  if (policy === 'resume') return [];
  const lost = [...state.tasks.assigned].flatMap(([agent, ids]) => {
    const why = absence(config, state, agent, record.turn);
    return why === null ? [] : [...ids].map((id) => ({ id, agent, why: `${agent} ${why}` }));
  });
  return lost.flatMap(({ id, agent, why }) => {
    const { assignee, status } = record.get(id) as Task;
    if (assignee !== agent || isFinished(status)) return [];
    if (policy === 'fail') {
      record.change(id, { status: 'failed', reason: why }, 'the engine', `failed: ${why}`);
      return outcomeNotices(config, record.tasks, record.get(id) as Task);
    }
    record.change(id, { assignee: null, status: 'pending', waits: [] }, 'the engine', `pending, because ${why}`);
    return awayNotices(config, record.get(id) as Task, why);
  });
}

/** Who made the task is told that somebody else gets it. */
function awayNotices({ agents }: Config, { id, by, title }: Task, why: string): Effect[] {
  if (!agents.has(by)) return [];
  const text = `Task ${id} ${JSON.stringify(title)} goes to somebody else, because ${why}`;
  return [{ k: 'notice', to: by, about: 'task', text, of: `task ${id}` }];
}

/** Gives tasks that are ready and that nobody has to agents. */
class Giver {
  private readonly state: State;
  private readonly record: TaskRecord;
  private readonly assigning: Assigning;

  constructor(config: Config, state: State, record: TaskRecord) {
    this.state = state;
    this.record = record;
    this.assigning = new Assigning(config, state, (agent) => record.open(agent));
  }

  assignReady(): void {
    for (const id of this.record.unassigned()) this.assignIfReady(id);
  }

  assignIfReady(id: string): void {
    const { state, record } = this;
    const task = record.get(id);
    if (
      task?.assignee !== null ||
      !isReady({ tasks: record.tasks, runs: state.runs, money: state.money }, task, record.turn)
    )
      return;
    const found = this.assigning.assignmentFor(task);
    if (found) record.assign(id, found);
  }
}

/** What is asked of an assignee: people see who gets a task that is ready before a freeze gives it away. */
const OF_ASSIGNEE: readonly TaskAsk['do'][] = ['reassign', 'unassign', 'start'];

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
    record.isChanged(id) ? [] : [archivedLine(record.tasks, turn, id)],
  );
}

function archivedLine({ files }: TasksState, turn: number, id: string): Effect {
  const names = files.get(id)?.map(({ name }) => name);
  return { k: 'task-archived', turn, id, ...(names === undefined ? {} : { files: names }) };
}

function refusalNotices(config: Config, { id, by, refused, found }: Extract<Entry, { k: 'task-file' }>): Effect[] {
  const kept = found === null ? 'The file is back.' : 'Your text is kept beside it, with .conflict in its name.';
  const text = `${taskPath(id)} was not changed: ${refused}. ${kept}`;
  const to = peopleOf(config).filter((name) => name === by);
  return to.map((one): Effect => ({ k: 'notice', to: one, about: 'edit', text, of: `task ${id}` }));
}
