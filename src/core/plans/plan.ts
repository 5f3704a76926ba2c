/** Reads a plan as models write it: mends what can only be meant in one way, and refuses the rest with its reason. */
import { copyWith } from '../../schema/copy.ts';
import { explain } from '../../schema/explain.ts';
import { cut } from '../../schema/print.ts';
import { type Plan, type PlanTask, plan } from '../../schema/records/plan.ts';
import { cycleFrom } from '../tasks/cycle.ts';
import {
  changesOf,
  draftOf,
  type GivenFields,
  idsIn,
  isKnownTask,
  isRecord,
  mendNeeds,
  namesOf,
  withIds,
} from './draft.ts';
import { type ParseText, valuesIn } from './plan-text.ts';

/** A plan, and what was mended to read it. */
export interface ReadPlan {
  plan: Plan;
  repaired: string[];
}

/**
 * Reads a plan from a text or a value. The tasks need each other without a loop; each need is a task of the plan, or has the form
 * of the id of another task. Whether such a task exists, and who may do the work, is judged by `whyNoPlan`. Total and pure.
 */
export function readPlan(given: unknown, parse: ParseText = JSON.parse): ReadPlan | { why: string } {
  let first: { why: string } | undefined;
  for (const value of typeof given === 'string' ? valuesIn(given, parse) : [given]) {
    const found = outlineOf(value, parse, 0);
    const read = found && planOf(found);
    if (read && !('why' in read)) return read;
    if (read) first ??= read;
  }
  return first ? { why: cut(first.why, SAID) } : { why: NO_PLAN };
}
/** Characters of a reason. */
const SAID = 500;
const NO_PLAN = 'There is no plan in it. A plan is an object with goal and tasks; each task has id, title and needs.';

/** The parts of a plan, as they were given. */
interface Outline {
  goal: unknown;
  tasks: unknown[];
  change: unknown;
  cancel: unknown;
}

/** Wrappers that are opened. */
const DEPTH = 3;

/** The parts of a plan, wherever they stand: a bare list, tasks by their ids, all of it in `plan`, tasks as a text. */
function outlineOf(value: unknown, parse: ParseText, depth: number): Outline | null {
  if (Array.isArray(value)) return value.some(isRecord) ? outline(value, {}) : null;
  if (!isRecord(value) || depth > DEPTH) return null;
  const isChange = value.change !== undefined || value.cancel !== undefined;
  const tasks = value.tasks ?? value.steps ?? value.plan ?? (isChange ? [] : undefined);
  if (typeof tasks === 'string') {
    for (const inner of valuesIn(tasks, parse)) {
      const found = outlineOf(inner, parse, depth + 1);
      if (found) return outline(found.tasks, value, found);
    }
    return null;
  }
  if (Array.isArray(tasks)) return outline(tasks, value);
  if (!isRecord(tasks)) return null;
  if (value.tasks === undefined && value.steps === undefined) {
    const found = outlineOf(tasks, parse, depth + 1);
    return found && outline(found.tasks, value, found);
  }
  return outline(byIds(tasks), value);
}

/** `inner`: what is stated within the tasks, and counts as far as nothing is stated beside them. */
function outline(tasks: unknown[], { goal, change, cancel }: GivenFields, inner: Partial<Outline> = {}): Outline {
  return {
    tasks,
    goal: goal === undefined ? inner.goal : goal,
    change: change ?? inner.change,
    cancel: cancel ?? inner.cancel,
  };
}

function byIds(tasks: GivenFields): unknown[] {
  return Object.entries(tasks).map(([id, task]) => isRecord(task) && Object.assign({ id }, task));
}

/** Changes as a list: a single one, and those that stand by their ids, are meant as such. Null for what is none. */
function entriesIn(change: unknown): GivenFields[] | null {
  const entries = isRecord(change) && !('id' in change) ? byIds(change) : [change ?? []].flat();
  return entries.every(isRecord) ? entries : null;
}

function planOf({ goal, tasks, change, cancel }: Outline): ReadPlan | { why: string } {
  const repaired: string[] = [];
  const drafts = tasks.flatMap((task) => draftOf(task, repaired));
  if (drafts.length === 0 && tasks.length > 0) return { why: NO_TASKS };
  const named = withIds(
    drafts.filter((draft) => !isKnownTask(draft)),
    repaired,
  );
  if ('why' in named) return named;
  const entries = entriesIn(change);
  if (entries === null)
    return { why: 'Each entry of change is an object: the id of a task, and the fields that change.' };
  const changed = changesOf(
    [...drafts.filter(isKnownTask), ...entries.flatMap((one) => draftOf(one, repaired))],
    repaired,
  );
  if ('why' in changed) return changed;
  const names = namesOf(named.tasks);
  for (const task of [...named.tasks, ...changed.changes.filter(({ fields }) => 'needs' in fields)]) {
    const why = mendNeeds(task, names, repaired);
    if (why !== null) return { why };
  }
  const value = {
    goal,
    tasks: named.tasks.map(({ fields }) => fields),
    change: changed.changes.map(({ fields }) => fields),
    cancel: idsIn(cancel),
  };
  const read = plan().safeParse(value);
  if (!read.success) return { why: explain('The plan', KEYS, value, read.error.issues) };
  const found = copyWith(read.data, { cancel: [...new Set(read.data.cancel)] });
  if (found.tasks.length + found.change.length + found.cancel.length === 0) return { why: NO_TASKS };
  const why = loopIn(found.tasks) ?? bothIn(found);
  return why === null ? { plan: found, repaired } : { why };
}
const NO_TASKS = 'The plan has no tasks.';
const KEYS = ['goal', 'tasks', 'change', 'cancel'];

function bothIn({ change, cancel }: Plan): string | null {
  const both = change.find(({ id }) => cancel.includes(id));
  return both ? `${both.id} is both changed and cancelled: do one of them.` : null;
}

function loopIn(tasks: readonly PlanTask[]): string | null {
  const needs = new Map(tasks.map((task) => [task.id, task.needs]));
  for (const { id } of tasks) {
    const loop = cycleFrom(id, (one) => needs.get(one) ?? []);
    if (loop) return `The needs form a loop: ${loop.join(' → ')}. Leave one of them out.`;
  }
  return null;
}

/** The tasks of a plan, each after all that it needs; otherwise in their order. Pure. */
export function inOrder(tasks: readonly PlanTask[]): PlanTask[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const done = new Set<PlanTask>();
  const take = (task: PlanTask): void => {
    if (done.has(task)) return;
    for (const need of task.needs) {
      const needed = byId.get(need);
      if (needed) take(needed);
    }
    done.add(task);
  };
  for (const task of tasks) take(task);
  return [...done];
}
