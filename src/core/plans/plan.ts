/** Reads a plan as models write it: mends what can only be meant in one way, and refuses the rest with its reason. */
import { explain } from '../../schema/explain.ts';
import { isName, isTaskId, slug } from '../../schema/name.ts';
import { cut } from '../../schema/print.ts';
import { type Plan, type PlanTask, plan } from '../../schema/records/plan.ts';
import { cycleFrom } from '../tasks/cycle.ts';
import { nearestTo } from '../text/nearest.ts';
import { type ParseText, valuesIn } from './plan-text.ts';

/** A plan, and what was mended to read it. */
export interface ReadPlan {
  plan: Plan;
  repaired: string[];
}

type GivenFields = Record<string, unknown>;

/**
 * Reads a plan from a text or a value. The tasks need each other without a loop; each need is a task of the plan, or has the form
 * of the id of another task. Whether such a task exists, and who may do the work, is judged by `whyNoPlan`. Total and pure.
 */
export function readPlan(given: unknown, parse: ParseText = JSON.parse): ReadPlan | { why: string } {
  let first: { why: string } | undefined;
  for (const value of typeof given === 'string' ? valuesIn(given, parse) : [given]) {
    const outline = outlineOf(value, parse, 0);
    const read = outline && planOf(outline);
    if (read && !('why' in read)) return read;
    if (read) first ??= read;
  }
  return first ? { why: cut(first.why, SAID) } : { why: NO_PLAN };
}
/** Characters of a reason. */
const SAID = 500;
const NO_PLAN = 'There is no plan in it. A plan is an object with goal and tasks; each task has id, title and needs.';

interface Outline {
  goal: unknown;
  tasks: unknown[];
}

/** Wrappers that are opened. */
const DEPTH = 3;

/** The goal and the tasks, wherever they stand: a bare list, tasks by their ids, all of it in `plan`, tasks as a text. */
function outlineOf(value: unknown, parse: ParseText, depth: number): Outline | null {
  if (Array.isArray(value)) return value.some(isRecord) ? { goal: undefined, tasks: value } : null;
  if (!isRecord(value) || depth > DEPTH) return null;
  const { goal } = value;
  const tasks = value.tasks ?? value.steps ?? value.plan;
  if (typeof tasks === 'string') {
    for (const inner of valuesIn(tasks, parse)) {
      const outline = outlineOf(inner, parse, depth + 1);
      if (outline) return { goal: goal ?? outline.goal, tasks: outline.tasks };
    }
    return null;
  }
  if (Array.isArray(tasks)) return { goal, tasks };
  if (!isRecord(tasks)) return null;
  if (value.tasks === undefined && value.steps === undefined) {
    const outline = outlineOf(tasks, parse, depth + 1);
    return outline && { goal: goal ?? outline.goal, tasks: outline.tasks };
  }
  return { goal, tasks: Object.entries(tasks).map(([id, task]) => isRecord(task) && Object.assign({ id }, task)) };
}

function isRecord(value: unknown): value is GivenFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function planOf({ goal, tasks }: Outline): ReadPlan | { why: string } {
  const repaired: string[] = [];
  const drafts = tasks.flatMap((task) => draftOf(task, repaired));
  const named = withIds(drafts, repaired);
  if ('why' in named) return named;
  const names = namesOf(named.tasks);
  for (const task of named.tasks) {
    const why = mendNeeds(task, names, repaired);
    if (why !== null) return { why };
  }
  const value = { goal, tasks: named.tasks.map(({ fields }) => fields) };
  const read = plan().safeParse(value);
  if (!read.success) return { why: explain('The plan', KEYS, value, read.error.issues) };
  const why = loopIn(read.data.tasks);
  return why === null ? { plan: read.data, repaired } : { why };
}
const KEYS = ['goal', 'tasks'];

/** A task as it was given: under which name, and with which fields. */
interface DraftTask {
  given: string;
  fields: GivenFields;
}

/** Other names for the fields of a task. */
const ALIASES = new Map(
  Object.entries({
    name: 'title',
    description: 'body',
    details: 'body',
    instructions: 'body',
    depends_on: 'needs',
    dependencies: 'needs',
    after: 'needs',
    agent: 'assignee',
    assigned_to: 'assignee',
    owner: 'assignee',
    skill: 'capability',
  }),
);
const TEXTS = ['title', 'body', 'assignee', 'capability', 'deadline'];
const FIELDS = [...TEXTS, 'id', 'needs', 'ensures', 'priority', 'retries', 'budget'];

/** The known fields of a task, as far as they say something. */
function draftOf(given: unknown, repaired: string[]): DraftTask[] {
  if (!isRecord(given) || Object.keys(given).length === 0) {
    repaired.push('an entry that is no task was left out');
    return [];
  }
  const fields: GivenFields = {};
  for (const [key, value] of Object.entries(given)) {
    const field = FIELDS.includes(key) ? key : ALIASES.get(key);
    if (field === undefined) repaired.push(`${quoted(key)} was left out, because a task has no such field`);
    else if (value !== null && value !== '' && (field === key || !(field in fields))) fields[field] = value;
  }
  for (const field of TEXTS) if (field in fields) fields[field] = asText(fields[field]) ?? fields[field];
  fields.title ??= asText(fields.id) ?? undefined;
  return [{ given: asText(fields.id) ?? '', fields }];
}

/** Texts; numbers and words that YAML takes for something else are meant as texts. */
function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : typeof value === 'number' ? `${value}` : null;
}

/** Gives each task an id of its own. The same task twice is meant once. */
function withIds(drafts: readonly DraftTask[], repaired: string[]): { tasks: DraftTask[] } | { why: string } {
  const known = new Map<string, string>();
  const tasks: DraftTask[] = [];
  for (const { given, fields } of drafts) {
    const text = JSON.stringify(fields);
    let id = idFrom(given || `${fields.title}`);
    for (let n = 2; given === '' && known.has(id) && known.get(id) !== text; n++)
      id = `${idFrom(`${fields.title}`)}-${n}`;
    if (known.get(id) === text) {
      repaired.push(`${id} stood there twice`);
      continue;
    }
    if (known.has(id)) return { why: `Two tasks have the id ${id}: give each an id of its own.` };
    known.set(id, text);
    tasks.push({ given, fields: Object.assign({}, fields, { id }) });
  }
  return { tasks };
}

/** The text itself where it can be an id, else one that is made of it. */
function idFrom(text: string): string {
  if (isName(text)) return text;
  const short = slug(text);
  return isName(short) ? short : slug(`task ${text}`);
}

/** Ids and titles → the id that is meant; '' for a title that two tasks have. */
function namesOf(tasks: readonly DraftTask[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const { fields } of tasks) {
    const title = `${fields.title}`;
    names.set(title, names.has(title) ? '' : (fields.id as string));
  }
  for (const { given, fields } of tasks) if (given !== '') names.set(given, fields.id as string);
  for (const { fields } of tasks) names.set(fields.id as string, fields.id as string);
  return names;
}

/** Puts ids in the place of what a task says that it needs. Returns why that cannot be done. */
function mendNeeds({ fields }: DraftTask, names: ReadonlyMap<string, string>, repaired: string[]): string | null {
  const needs: string[] = [];
  for (const need of listOf(fields.needs)) {
    const found = (names.get(need) ?? names.get(idFrom(need))) || null;
    const id = found ?? (isTaskId(need) ? need : null);
    if (id === null) return unknownNeed(fields.id as string, need, names);
    if (id === fields.id) repaired.push(`${id} does not need itself`);
    else if (needs.includes(id)) repaired.push(`${fields.id} needs ${id} once`);
    else needs.push(id);
  }
  fields.needs = needs;
  return null;
}

/** Needs as a list of names: `a, b` and `{ id: a }` are meant as such. */
function listOf(needs: unknown): string[] {
  const all = typeof needs === 'string' ? needs.split(',') : Array.isArray(needs) ? needs : [needs ?? []].flat();
  return all.flatMap((one: unknown) => asText(isRecord(one) ? one.id : one)?.trim() || []);
}

function unknownNeed(id: string, need: string, names: ReadonlyMap<string, string>): string {
  const { nearest } = nearestTo(need, names.keys());
  return `${id} needs ${quoted(need)}, which is no task of the plan${nearest === undefined ? '.' : `: did you mean ${nearest}?`}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 80));
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
