/** Judges what a person asks of a task by a command. */
import { copyWith, defined } from '../../schema/copy.ts';
import type { TaskRequest } from '../../schema/records/request.ts';
import type { Config } from '../model/config.ts';
import { isFinished, isOpen, type Task, type TasksState } from '../model/state/tasks.ts';
import { countCredits } from '../money/ledger.ts';
import { isAwaited } from './artefacts.ts';
import { mayGive } from './assign.ts';
import { settled, unproved } from './edit.ts';
import { openNeeds } from './ready.ts';
import { whyNoStep } from './steps.ts';
import { whyNoTask } from './valid.ts';

export type TaskAsk = Extract<TaskRequest, { ask: 'task' }>;

/** What a task becomes, and what its history says of it; or why not. */
export type JudgedAsk = { task: Task; what: string } | { why: string };

/** The fields that a request changes, and what the history says; or why it has no sense. */
type AskedChange = { fields: Partial<Task>; what: string } | string;

/** Judges a request against the tasks as they stand, by the table that also holds for edits by hand. Pure. */
export function judgeAsked(config: Config, tasks: TasksState, ask: TaskAsk): JudgedAsk {
  const task = tasks.all.get(ask.id);
  if (!task) return { why: tasks.archived.has(ask.id) ? 'it is in the archive' : 'there is no such task' };
  const change = VERBS[ask.do](task, ask, tasks);
  if (typeof change === 'string') return { why: change };
  const next = copyWith(task, change.fields as Task);
  const why = unproved(task, next) ?? whyNoTask(config, tasks, task, next, ask.by);
  if (why !== null) return { why };
  return { task: settled(task, next), what: ask.note === '' ? change.what : `${change.what}: ${ask.note}` };
}

/**
 * Why a person cannot ask that of a task as it stands, whatever else they say; null when they can. What a request names is taken to
 * be there: an agent, a need that is open, a note.
 */
export function whyNotAsked(config: Config, tasks: TasksState, ask: Pick<TaskAsk, 'id' | 'do' | 'by'>): string | null {
  const [assignee] = assigneesFor(config, tasks, ask);
  const [need] = needsToWaive(tasks, ask.id);
  const budget = tasks.all.get(ask.id)?.budget ?? 0;
  const whole = copyWith(defined({ assignee, need, budget }), { ask: 'task' as const, ...ask, note: '-' });
  const judged = judgeAsked(config, tasks, whole);
  return 'why' in judged ? judged.why : null;
}

/** Agents to whom a person may give a task, but for the one that has it. */
export function assigneesFor(config: Config, { all }: TasksState, { id, by }: Pick<TaskAsk, 'id' | 'by'>): string[] {
  const has = all.get(id)?.assignee;
  return config.order.filter((agent) => agent !== has && mayGive(config, by, agent));
}

/** Needs of a task that a person can waive. */
export function needsToWaive(tasks: TasksState, id: string): string[] {
  const task = tasks.all.get(id);
  return task ? openNeeds(tasks, task).map((need) => need.id) : [];
}

const VERBS: Record<TaskAsk['do'], (task: Task, ask: TaskAsk, tasks: TasksState) => AskedChange> = {
  assign: (task, { assignee }) => {
    if (assignee === undefined) return 'nobody is named';
    if (task.assignee !== null && !isFinished(task.status)) return `it is assigned to ${task.assignee}: reassign it`;
    return given(task, assignee, `assigned to ${assignee}`);
  },
  reassign: (task, { assignee }) => {
    if (assignee === undefined) return 'nobody is named';
    if (task.assignee === assignee) return `it is assigned to ${assignee} already`;
    if (task.assignee === null && !isFinished(task.status)) return 'it is assigned to nobody: assign it';
    return given(task, assignee, `reassigned from ${task.assignee} to ${assignee}`);
  },
  unassign: (task) => {
    if (isFinished(task.status)) return finishedText(task);
    if (task.assignee === null) return 'it is assigned to nobody';
    return { fields: { assignee: null, status: 'pending', waits: [] }, what: `taken from ${task.assignee}` };
  },
  start: (task) => {
    if (task.status === 'running') return 'it is running already';
    if (task.assignee === null && !isFinished(task.status)) return 'it is assigned to nobody: assign it first';
    return { fields: { status: 'running', next_attempt: null, waits: [] }, what: 'started' };
  },
  complete: (task, { result }) => {
    if (task.status === 'completed') return 'it is completed already';
    const fields: Partial<Task> = { status: 'completed', reason: null };
    return { fields: result === undefined ? fields : copyWith(fields, { result }), what: 'completed' };
  },
  fail: (task, { by, note }) => {
    if (task.status === 'failed') return 'it has failed already';
    return { fields: { status: 'failed', reason: reasonOf(note, `failed by ${by}`) }, what: 'failed' };
  },
  cancel: (task, { by, note }) => {
    if (task.status === 'cancelled') return 'it is cancelled already';
    return { fields: { status: 'cancelled', reason: reasonOf(note, `cancelled by ${by}`) }, what: 'cancelled' };
  },
  retry: (task) => {
    if (task.status !== 'failed' && task.status !== 'skipped')
      return `it is ${task.status}: only a failed or skipped task is tried again`;
    return { fields: { status: 'pending' }, what: 'to be tried again' };
  },
  waive: (task, { need, note }, tasks) => {
    if (need === undefined) return 'no need is named';
    if (note.trim() === '') return 'a note must say why the need is waived';
    const final = whyNoStep(task.status, 'pending');
    if (final !== null && isFinished(task.status)) return final;
    if (!task.needs.includes(need)) return `${need} is not among its needs`;
    if (task.waived.includes(need)) return `${need} is waived already`;
    if (tasks.all.get(need)?.status === 'completed') return `${need} is completed`;
    return { fields: { waived: [...task.waived, need] }, what: `${need} waived` };
  },
  budget: (task, { budget }) => {
    if (budget === undefined) return 'no amount is named';
    if (isFinished(task.status)) return `it is ${task.status}`;
    return { fields: { budget }, what: `budget of ${countCredits(budget)}` };
  },
};

/** A finished task cannot be given to anybody. */
function given(task: Task, assignee: string, what: string): AskedChange {
  if (isFinished(task.status)) return finishedText(task);
  return { fields: { assignee, status: 'assigned', waits: [] }, what };
}

function finishedText({ status }: Task): string {
  return whyNoStep(status, 'assigned') as string;
}

/** Longest reason that the front matter holds. */
const REASON = 2000;

function reasonOf(note: string, otherwise: string): string {
  return note.trim().slice(0, REASON) || otherwise;
}

/** Tasks that are finished since so many turns and that no open task needs, in the order in which they ended. Pure. */
export function archivable(tasks: TasksState, turn: number, older: number): string[] {
  return [...tasks.ended].flatMap(([id, ended]) => (turn - ended >= older && !isNeeded(tasks, id) ? id : []));
}

/** Whether an open task needs it, has it as a part, or is a part of it. */
function isNeeded(tasks: TasksState, id: string): boolean {
  return isAwaited(tasks, id) || [...(tasks.children.get(id) ?? [])].some((one) => isOpen(tasks.all.get(one)));
}
