/** What a visit and its acts do to tasks. */

import { copyWith } from '../../schema/copy.ts';
import { cut } from '../../schema/print.ts';
import { ASKS } from '../mail/owed.ts';
import { type Config, hasEdge, peopleOf } from '../model/config.ts';
import type { Effect } from '../model/entry.ts';
import { isOfRun } from '../model/runs/runs.ts';
import type { Task, TasksState } from '../model/state/tasks.ts';
import { isFinished } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';
import { type Draft, emptyDraft, type TaskAct } from '../model/tool.ts';
import type { Finished } from '../model/visit.ts';
import { budgetLine, budgetWait, budgetWaitText } from '../money/work-budget.ts';

import { TaskRecord } from './record.ts';
import { LONGEST } from './steps.ts';

/** What one agent does to tasks in a turn: by acts that were approved, or in a visit. */
export interface TaskWork {
  by: string;
  tasks: Draft['tasks'];
}

/** The effects on tasks of a turn: of acts that people approved, then of the visits, in the order that is given. Pure. */
export function settleTasks(
  config: Config,
  state: State,
  turn: number,
  approved: readonly TaskWork[],
  visits: readonly Finished[],
): Effect[] {
  const isIdle = approved.every(({ tasks }) => tasks.length === 0) && visits.every(hasNoTask);
  if (isIdle) return [];
  const record = new TaskRecord(state, turn);
  const planned = plannedIn(approved);
  const notices = [
    ...approved.flatMap(({ by, tasks }) => settleActs(config, record, by, tasks)),
    ...visits.flatMap((visit) => [
      ...(isCounted(visit) ? settleActs(config, record, visit.agent, visit.draft.tasks.filter(isFree(planned))) : []),
      ...settleVisit(config, state, record, visit, planned),
    ]),
  ];
  record.skipLost();
  // only now it is known what all visits of the turn left of the budgets
  const waits = visits.flatMap((visit) => waitForBudget(config, state, record, visit));
  return [...record.effects(), ...notices, ...waits];
}

/** Tasks as plans have them that people approved for this turn: what visits of the turn made of them before does not count. */
function plannedIn(approved: readonly TaskWork[]): ReadonlySet<string> {
  const acts = approved.flatMap(({ tasks }) => tasks);
  return new Set(acts.flatMap((act) => ('id' in act && act.isPlanned ? act.id : [])));
}

function isFree(planned: ReadonlySet<string>): (act: TaskAct) => boolean {
  return (act) => 'task' in act || !planned.has(act.id);
}

function hasNoTask({ task, unpaid, draft }: Finished): boolean {
  return task === undefined && unpaid === undefined && draft.tasks.length === 0;
}

function isCounted({ outcome }: Finished): boolean {
  return outcome === 'ok' || outcome === 'cut';
}

/** Does the staged acts on tasks. Returns what their agent, and those who wait for the work, are told. */
function settleActs(config: Config, record: TaskRecord, agent: string, acts: Draft['tasks']): Effect[] {
  return acts.flatMap((act) => {
    if ('task' in act) return record.add(act.task, act.body, agent) ? [] : [takenNotice(agent, act.task)];
    record.change(act.id, act.fields, agent, act.what, act.body);
    if (act.files) record.bring(act.id, act.files);
    const task = record.get(act.id) as Task;
    return isFinished(task.status) && !act.isTold ? outcomeNotices(config, record.tasks, task) : [];
  });
}

function takenNotice(agent: string, { key, title }: Task): Effect {
  const text = `The task ${JSON.stringify(title)} was not created: somebody made a task with the key ${JSON.stringify(key)} in the same turn.`;
  return { k: 'notice', to: agent, about: 'refused', text };
}

/** Who made a task is told how it ended; whoever needs it gets its result with their own task. */
export function outcomeNotices(config: Config, tasks: TasksState, task: Task): Effect[] {
  const { id, by, assignee, status, title, reason } = task;
  if (by === assignee || isOfRun(task) || !config.agents.has(by) || needsIt(tasks, by, task)) return [];
  const why = reason === null ? '' : `: ${reason}`;
  const text = `Task ${id} ${JSON.stringify(title)} ${status === 'failed' ? 'has failed' : 'is completed'}${why}`;
  return [{ k: 'notice', to: by, about: 'task', text, of: `task ${id}` }];
}

/** Whether an agent has an open task that needs this one, or of which it is a part: it gets the result with that. */
function needsIt(tasks: TasksState, agent: string, { id, parent }: Pick<Task, 'id' | 'parent'>): boolean {
  return [parent, ...(tasks.dependants.get(id) ?? [])].some((one) => {
    const task = one === null ? undefined : tasks.all.get(one);
    return task?.assignee === agent && !isFinished(task.status);
  });
}

/** Whether the end of a task reaches who made it as a message of its assignee. */
export function isReported(config: Config, tasks: TasksState, task: Task): boolean {
  const { by, assignee } = task;
  return (
    assignee !== null && by !== assignee && !isOfRun(task) && hasEdge(config, assignee, by) && !needsIt(tasks, by, task)
  );
}

/** Failures that are not the fault of the work. */
const OUTSIDE: ReadonlySet<string | undefined> = new Set(['provider', 'config', 'model', 'credits', 'budget']);

/** After the acts of a visit: what the task of the visit has cost, and where it stands when it has not ended. */
function settleVisit(
  config: Config,
  state: State,
  record: TaskRecord,
  visit: Finished,
  planned: ReadonlySet<string>,
): Effect[] {
  if (!visit.task) return [];
  const { agent, task: given } = visit;
  if (visit.outcome === 'skipped') {
    if (visit.unpaid === undefined) waitForConditions(record, given, visit);
    return [];
  }
  const spent = state.money.visits.get(agent) ?? 0;
  if (given.need !== undefined) record.change(given.id, { need: undefined }, agent, null);
  const task = record.get(given.id) as Task;
  const cost = task.cost + spent;
  if (isFinished(task.status) || planned.has(task.id) || OUTSIDE.has(visit.blame)) {
    if (spent > 0) record.change(task.id, { cost }, agent, null);
    return [];
  }
  const visits = task.visits + 1;
  const most = config.org.limits.task_visits;
  const isLater = task.next_attempt !== given.next_attempt || task.needs.length > given.needs.length;
  if (!isLater && visits >= most) {
    const reason = `it was not ended after ${visits} ${visits === 1 ? 'visit' : 'visits'}`;
    record.change(task.id, { cost, visits, status: 'failed', reason }, 'the engine', `failed: ${reason}`);
    return outcomeNotices(config, record.tasks, record.get(task.id) as Task);
  }
  if (isLater) record.change(task.id, { cost, visits }, agent, null);
  else {
    const { what, status, waits } = standingAfter(record, given, isCounted(visit) ? visit.draft : emptyDraft());
    record.change(task.id, { cost, visits, status, waits }, agent, what);
  }
  return [];
}

/** What it requires did not hold: it is looked at again after a while, the longer the older it is. */
function waitForConditions(record: TaskRecord, { id, turn }: Task, { agent, reason = '' }: Finished): void {
  const next = record.turn + Math.min(Math.max(record.turn - turn, 1), LONGEST);
  record.change(id, { next_attempt: next }, agent, `not begun: ${reason}`);
}

/**
 * A task waits when its budgets cannot pay what its next call could cost. People are told once how to raise the budget, not again
 * for each task that waits for the same one.
 */
function waitForBudget(config: Config, state: State, record: TaskRecord, visit: Finished): Effect[] {
  const { task: given, budget, need: missed } = visit;
  const { task, need } = visit.unpaid ?? { task: budget === undefined ? undefined : given, need: missed };
  const now = task && record.get(task.id);
  if (!now || need === undefined || isFinished(now.status)) return [];
  const present = { tasks: record.tasks, runs: state.runs, money: state.money };
  const short = budgetWait(present, copyWith(now, { need }));
  if (short === null) return [];
  const isTold = [...record.tasks.all.values()].some(
    (one) => one.id !== now.id && budgetWait(present, one)?.scope === short.scope,
  );
  record.change(now.id, { need }, 'the engine', `waits for its budget: ${budgetWaitText(need, short)}`);
  if (isTold) return [];
  const text = budgetLine(config, state, now, need, short);
  return peopleOf(config).map((to): Effect => ({ k: 'notice', to, about: 'task', text, of: `task ${now.id}` }));
}

/** How a task stands that its visit did not end. Questions, held acts and open parts block it. */
function standingAfter(
  record: TaskRecord,
  given: Task,
  draft: Draft,
): Pick<Task, 'status' | 'waits'> & { what: string | null } {
  const waits = waitsIn(record, given, draft);
  if (waits.length > 0) return { status: 'blocked', waits, what: `waits for ${waits.join(', ')}` };
  const what = noteIn(given, draft) ?? (given.status === 'running' ? null : 'started');
  return { status: 'running', waits, what };
}

function waitsIn(record: TaskRecord, { id }: Task, { sent, held, tasks }: Draft): string[] {
  const asked = sent.flatMap(({ message }) => (ASKS.has(message.kind) ? message.to : []));
  const made = tasks.flatMap((act) => ('task' in act && act.task.parent === id ? [act.task.id] : []));
  const parts = [...(record.tasks.children.get(id) ?? []), ...made].filter((part) => {
    const task = record.get(part);
    return task !== undefined && !isFinished(task.status);
  });
  return [...new Set([...asked, ...held.map((one) => one.id), ...parts])];
}

/** Characters of a plain text that the history keeps. */
const SAID = 500;

/** What the agent said at last, if it noted nothing: its next visit would not know it otherwise. */
function noteIn({ id }: Task, { notes, tasks }: Draft): string | null {
  const isNoted = tasks.some((act) => 'id' in act && act.id === id);
  const said = notes.at(-1);
  return said === undefined || isNoted ? null : cut(said, SAID);
}
