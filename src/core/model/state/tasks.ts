/** The slice of the state for tasks. */

import { copyWith } from '../../../schema/copy.ts';
import type { TaskRequest } from '../../../schema/records/request.ts';
import type { TaskFields, TaskStatus } from '../../../schema/records/task.ts';
import { LayeredMap } from '../maps/layered-map.ts';
import { OpenTasks } from '../maps/open-tasks.ts';
import type { AttachedFile } from './mail.ts';

/** A task as its front matter states it. The text of its file stands with the other files that people write. */
export interface Task extends TaskFields {
  id: string;
  /** The turn of its creation, and who made it. */
  turn: number;
  by: string;
  /** When that turn began: milliseconds since 1970. */
  since: number;
  /** Messages and tasks between agents that led to it. */
  hops: number;
  /** Visits that worked on it since it was created or retried. */
  visits: number;
  /** What it waits for while it is blocked: colleagues who were asked, and ids of held acts. */
  waits: string[];
  /** Whoever made it, or completed it, had read words of strangers. */
  tainted?: true | undefined;
  /** The message of which it came: its prompts show it. */
  mail?: string | undefined;
  /** Micro-credits that its next call could cost: more than its budgets had left when that was last looked at. */
  need?: number | undefined;
}

/** A plan that somebody asked for. */
export interface PlanWish {
  /** The message that asks. */
  mail: string;
  /** The turn in which it came, or in which a proposal was denied. */
  turn: number;
  /** The goal of `org/goals/` that it is about. */
  goal: string | null;
  /** The task whose plan is to change. */
  task?: string;
}

/** A file that came with the result of a task. `text`: until no open task needs the result. */
export interface ResultFile extends AttachedFile {
  /** The path in `shared/` of which it is a copy. */
  shared?: string;
}

export interface TasksState {
  /** Id → task; one that was archived is no longer here. */
  all: Map<string, Task>;
  /** Id → tasks that need it. */
  dependants: Map<string, Set<string>>;
  /** Id → tasks that are parts of it. */
  children: Map<string, Set<string>>;
  /** Agent → its tasks that are not finished. */
  assigned: Map<string, Set<string>>;
  /** Tasks that are not begun and that nobody has. */
  unassigned: Set<string>;
  /** Tasks that are not finished and have a deadline. */
  limited: Set<string>;
  /** Id → how an archived task ended. */
  archived: Map<string, TaskStatus>;
  /** Id of a completed task → the files that came with its result. */
  files: Map<string, ResultFile[]>;
  /** Id → micro-credits that parts of it have cost which are in the archive. */
  past: Map<string, number>;
  /** Key → the task that has it. */
  keys: Map<string, string>;
  /** Id → what fields held before its latest change by the engine, where they differ: a person may still edit that version. */
  before: Map<string, Partial<TaskFields>>;
  /** Id of a finished task that is not archived → the turn in which it ended. */
  ended: Map<string, number>;
  /** What people ask of tasks, until the next freeze. */
  asked: TaskRequest[];
  /** Agent → plans that were asked of it and that it may propose, the latest at the end. */
  planning: Map<string, PlanWish[]>;
  /** Lines of history that the latest turn has written. */
  written: { turn: number; lines: number };
  /** What is open, in order. It is worked out from the others. */
  open: OpenTasks;
}

export function emptyTasks(): TasksState {
  return {
    all: new Map(),
    dependants: new Map(),
    children: new Map(),
    assigned: new Map(),
    unassigned: new Set(),
    limited: new Set(),
    archived: new Map(),
    files: new Map(),
    past: new Map(),
    keys: new Map(),
    before: new Map(),
    ended: new Map(),
    asked: [],
    planning: new Map(),
    written: { turn: 0, lines: 0 },
    open: new OpenTasks(),
  };
}

/** A copy that can change while the other stays. Tasks themselves are never changed. */
export function copyTasks(tasks: TasksState): TasksState {
  const sets = (of: ReadonlyMap<string, ReadonlySet<string>>) =>
    new Map([...of].map(([key, set]) => [key, new Set(set)]));
  return {
    all: new Map(tasks.all),
    dependants: sets(tasks.dependants),
    children: sets(tasks.children),
    assigned: sets(tasks.assigned),
    unassigned: new Set(tasks.unassigned),
    limited: new Set(tasks.limited),
    archived: new Map(tasks.archived),
    files: new Map(tasks.files),
    past: new Map(tasks.past),
    keys: new Map(tasks.keys),
    before: new Map(tasks.before),
    ended: new Map(tasks.ended),
    asked: [...tasks.asked],
    planning: new Map(tasks.planning),
    written: tasks.written,
    open: new OpenTasks(),
  };
}

const FINISHED: readonly TaskStatus[] = ['completed', 'failed', 'skipped', 'cancelled'];

/** Whether nothing is done about it any more, unless somebody retries it. */
export function isFinished(status: TaskStatus): boolean {
  return FINISHED.includes(status);
}

/** Whether a task is there and not finished. */
export function isOpen(task: Task | undefined): boolean {
  return task !== undefined && !isFinished(task.status);
}

/** Whether work on it has not begun. */
export function isUnbegun(status: TaskStatus): boolean {
  return status === 'pending' || status === 'assigned';
}

/** How a task stands, archived or not; null for one that does not exist. */
export function statusOf(state: TasksState, id: string): TaskStatus | null {
  return state.all.get(id)?.status ?? state.archived.get(id) ?? null;
}

/**
 * Whether an agent gets the result of a task: it did the work or gave it, or it has a task that needs this one, or of which
 * this one is a part.
 */
export function getsResult({ all, dependants }: TasksState, agent: string, id: string): boolean {
  const task = all.get(id);
  if (!task) return false;
  const others = [task.parent, ...(dependants.get(id) ?? [])];
  return (
    task.by === agent ||
    task.assignee === agent ||
    others.some((one) => one !== null && all.get(one)?.assignee === agent)
  );
}

/** Whether a task, or a result that comes with it, holds words of strangers. */
export function isTaintedTask({ all, children }: TasksState, { id, needs, tainted }: Task): boolean {
  return tainted === true || [...needs, ...(children.get(id) ?? [])].some((one) => all.get(one)?.tainted === true);
}

/** Puts a task in the place of its earlier form. `turn`: the one in which it stands so. */
export function setTask(state: TasksState, task: Task, turn = 0): void {
  const before = state.all.get(task.id);
  if (before) unlink(state, before);
  state.all.set(task.id, task);
  relate(state, task);
  if (!isFinished(task.status)) {
    if (task.assignee === null) state.unassigned.add(task.id);
    else link(state.assigned, task.assignee, task.id);
    if (task.deadline !== null) state.limited.add(task.id);
  }
  if (!isFinished(task.status)) state.ended.delete(task.id);
  else if (before?.status !== task.status) state.ended.set(task.id, turn);
  state.open.note(state, task, before);
}

/** Takes a finished task out; how it ended is kept. */
export function archiveTask(state: TasksState, id: string): void {
  const task = state.all.get(id);
  if (!task) return;
  const { parent, cost } = task;
  if (parent !== null) state.past.set(parent, (state.past.get(parent) ?? 0) + cost + (state.past.get(id) ?? 0));
  state.past.delete(id);
  unlink(state, task);
  state.all.delete(id);
  state.before.delete(id);
  state.ended.delete(id);
  state.files.delete(id);
  state.archived.set(id, task.status);
}

/** A copy in which tasks can be put: it knows them, their keys, what they need and what they are parts of. */
export function draftOf(state: TasksState): TasksState {
  const { all, dependants, children, keys } = state;
  return copyWith(state, {
    all: new LayeredMap(all),
    dependants: new LayeredMap(dependants),
    children: new LayeredMap(children),
    keys: new LayeredMap(keys),
  });
}

/** Puts a task into such a copy. */
export function draftTask(draft: TasksState, task: Task): void {
  const before = draft.all.get(task.id);
  if (before) unrelate(draft, before);
  draft.all.set(task.id, task);
  relate(draft, task);
}

function relate(state: TasksState, { id, needs, parent, key }: Task): void {
  for (const need of needs) link(state.dependants, need, id);
  if (parent !== null) link(state.children, parent, id);
  if (key !== null) state.keys.set(key, id);
}

function unrelate(state: TasksState, { id, needs, parent }: Task): void {
  for (const need of needs) cut(state.dependants, need, id);
  if (parent !== null) cut(state.children, parent, id);
}

function unlink(state: TasksState, task: Task): void {
  unrelate(state, task);
  if (task.assignee !== null) cut(state.assigned, task.assignee, task.id);
  state.unassigned.delete(task.id);
  state.limited.delete(task.id);
}

function link(links: Map<string, Set<string>>, from: string, to: string): void {
  const known = setOf(links, from);
  if (known) known.add(to);
  else links.set(from, new Set([to]));
}

function cut(links: Map<string, Set<string>>, from: string, to: string): void {
  const known = setOf(links, from);
  known?.delete(to);
  if (known?.size === 0 && !(links instanceof LayeredMap)) links.delete(from);
}

/** A set that may be changed. */
function setOf(links: Map<string, Set<string>>, from: string): Set<string> | undefined {
  const known = links.get(from);
  if (!known || !(links instanceof LayeredMap) || links.own(from)) return known;
  const own = new Set(known);
  links.set(from, own);
  return own;
}

/** The tool with which plans are proposed. */
export const PROPOSES = 'propose_plan';

/** Turns for which an agent may propose a plan after it was asked, or its last proposal was denied. */
const PLANNING = 50;

/** The plans that an agent may propose in a turn, because somebody asked for them. */
export function plansAsked({ planning }: TasksState, agent: string, turn: number): PlanWish[] {
  return (planning.get(agent) ?? []).filter((wish) => turn - wish.turn <= PLANNING);
}
