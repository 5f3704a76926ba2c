/** The rules that every task keeps, whoever makes or changes it. */
import type { Config } from '../model/config.ts';
import { isUnbegun, type Task, type TasksState } from '../model/state/tasks.ts';
import { nearestTo } from '../text/nearest.ts';
import { mayGive } from './assign.ts';
import { cycleFrom, depthOf } from './cycle.ts';
import { openNeeds } from './ready.ts';
import { isEnded, whyNoStep } from './steps.ts';

/** Levels of parts, and parts of one task, at most. */
export const DEPTH = 32;
export const CHILDREN = 100;

/** Why a task may not be as it would be; null when it may. */
export function whyNoTask(
  config: Config,
  tasks: TasksState,
  before: Task | null,
  next: Task,
  by: string,
): string | null {
  return (
    (before && whyNoStep(before.status, next.status)) ??
    unfit(next) ??
    noAssignee(config, next, before, by) ??
    circle(tasks, next) ??
    tooDeep(tasks, next) ??
    unmet(tasks, before, next) ??
    lost(tasks, before, next) ??
    keyTaken(tasks, next)
  );
}

function unfit({ id, needs, waived, status, assignee, parent }: Task): string | null {
  const stray = waived.find((one) => !needs.includes(one));
  if (stray) return `${stray} cannot be waived, because it is not among its needs`;
  if (parent === id) return 'it cannot be a part of itself';
  if (status === 'assigned' && assignee === null) return 'it is assigned to nobody: name an assignee';
  return null;
}

/** Giving work is writing to somebody. */
function noAssignee(config: Config, { assignee }: Task, before: Task | null, by: string): string | null {
  if (assignee === null || before?.assignee === assignee) return null;
  if (!config.agents.has(assignee)) {
    const { nearest } = nearestTo(assignee, config.agents.keys());
    return `there is no agent ${assignee}${nearest === undefined ? '' : `: did you mean ${nearest}?`}`;
  }
  return mayGive(config, by, assignee) ? null : `the chart does not let ${by} write to ${assignee}`;
}

function circle({ all }: TasksState, task: Task): string | null {
  const found = cycleFrom(task.id, (id) => (id === task.id ? task.needs : (all.get(id)?.needs ?? [])));
  if (found) return `its needs form a circle: ${found.join(' → ')}`;
  const up = (id: string): string[] => [(id === task.id ? task : all.get(id))?.parent ?? []].flat();
  const above = cycleFrom(task.id, up);
  return above && `it would be a part of itself: ${above.join(' → ')}`;
}

function tooDeep(tasks: TasksState, task: Task): string | null {
  if (task.parent === null) return null;
  const depth = depthOf(task.id, (id) => (id === task.id ? task.parent : (tasks.all.get(id)?.parent ?? null)));
  if (depth > DEPTH) return `it would be ${depth} levels below its first parent; at most ${DEPTH} are allowed`;
  const parts = tasks.children.get(task.parent);
  const isFull = parts !== undefined && !parts.has(task.id) && parts.size >= CHILDREN;
  return isFull ? `${task.parent} has ${CHILDREN} parts, which is the most` : null;
}

/** Needs are looked at when a task starts and when it is completed. */
function unmet(tasks: TasksState, before: Task | null, next: Task): string | null {
  if (before?.status === next.status || (next.status !== 'running' && next.status !== 'completed')) return null;
  const open = openNeeds(tasks, next).map(({ id, status }) => `${id} (${status ?? 'unknown'})`);
  return open.length ? `it needs ${open.join(', ')}: complete or waive that first` : null;
}

/** A task that begins anew, or needs something that it did not need before, must not wait for what will never be completed. */
function lost(tasks: TasksState, before: Task | null, next: Task): string | null {
  if (!isUnbegun(next.status)) return null;
  const known = before && isUnbegun(before.status) ? openNeeds(tasks, before).map(({ id }) => id) : [];
  const ended = openNeeds(tasks, next).filter(({ id, status }) => isEnded(status) && !known.includes(id));
  return ended.length
    ? `it needs ${ended.map(({ id, status }) => `${id} (${status})`).join(', ')}: retry or waive that first`
    : null;
}

function keyTaken({ keys }: TasksState, { id, key }: Task): string | null {
  const other = key === null ? undefined : keys.get(key);
  return other === undefined || other === id ? null : `its key ${JSON.stringify(key)} belongs to ${other}`;
}
