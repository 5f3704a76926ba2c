/** Reads a plan as models write it: as text or value, under other names for its fields. */
import { explain } from '../../schema/explain.ts';
import { isName, slug } from '../../schema/name.ts';
import { cut } from '../../schema/print.ts';
import { type Plan, plan } from '../../schema/records/plan.ts';
import { type ParseText, valuesIn } from './values-in.ts';

/** A plan, and what was put right to read it. */
export interface ReadPlan {
  plan: Plan;
  repairs: string[];
}

type GivenFields = Record<string, unknown>;

/** Reads a plan from a text or a value. What its tasks need is judged by `checkPlan`. Total and pure. */
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
const NO_PLAN = 'There is no plan in it. A plan is an object with tasks; each task has name, title and needs.';
/** Characters of a reason. */
const SAID = 500;

interface Outline {
  tasks: unknown[];
  cancel: unknown;
  change: unknown;
}

/** Wrappers that are opened. */
const DEPTH = 3;

/** The tasks, wherever they stand: a bare list, tasks by their names, all of it in `plan`, tasks as a text. */
function outlineOf(value: unknown, parse: ParseText, depth: number): Outline | null {
  if (Array.isArray(value)) return value.some(isRecord) ? { tasks: value, cancel: undefined, change: undefined } : null;
  if (!isRecord(value) || depth > DEPTH) return null;
  const { cancel, change } = value;
  const tasks = value.tasks ?? value.steps ?? value.plan;
  if (Array.isArray(tasks)) return { tasks, cancel, change };
  if (typeof tasks === 'string') {
    for (const inner of valuesIn(tasks, parse)) {
      const outline = outlineOf(inner, parse, depth + 1);
      if (outline) return outline;
    }
    return null;
  }
  if (!isRecord(tasks)) return null;
  if (value.tasks === undefined && value.steps === undefined) return outlineOf(tasks, parse, depth + 1);
  const named = Object.entries(tasks).map(([name, task]) => isRecord(task) && Object.assign({ name }, task));
  return named.length > 0 ? { tasks: named, cancel, change } : null;
}

function isRecord(value: unknown): value is GivenFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function planOf({ tasks: given, cancel, change }: Outline): ReadPlan | { why: string } {
  const repairs: string[] = [];
  const drafts = given.flatMap((task) => draftOf(task, repairs));
  if (drafts.length === 0 && (given.length > 0 || (isNothing(cancel) && isNothing(change)))) return { why: NO_TASKS };
  const tasks = withNames(drafts, repairs);
  if ('why' in tasks) return tasks;
  for (const { fields } of tasks.named) fields.needs = needsOf(fields.needs, tasks.names);
  const value = { tasks: tasks.named.map(({ fields }) => fields), cancel, change };
  const read = plan().safeParse(value);
  return read.success ? { plan: read.data, repairs } : { why: explain('The plan', KEYS, value, read.error.issues) };
}
const NO_TASKS = 'The plan has no tasks: each is an object with name, title and needs.';
const KEYS = ['tasks', 'cancel', 'change'];

function isNothing(list: unknown): boolean {
  return !Array.isArray(list) || list.length === 0;
}

/** A task as it was given: under which name, and with which fields. */
interface DraftTask {
  given: string;
  fields: GivenFields;
}

/** Other names for the fields of a task. */
const ALIASES = new Map(
  Object.entries({
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
const TEXTS = ['name', 'title', 'body', 'assignee', 'capability', 'deadline'];
const FIELDS = [...TEXTS, 'id', 'needs', 'ensures', 'priority', 'retries', 'budget'];

/** The known fields of a task, as far as they say something. Many write `id` and `name` for name and title. */
function draftOf(given: unknown, repairs: string[]): DraftTask[] {
  if (!isRecord(given) || Object.keys(given).length === 0) {
    repairs.push('an entry that is no task was left out');
    return [];
  }
  const fields: GivenFields = {};
  for (const [key, value] of Object.entries(given)) {
    const field = FIELDS.includes(key) ? key : ALIASES.get(key);
    if (field === undefined) repairs.push(`${quoted(key)} was left out, because a task has no such field`);
    else if (value !== null && value !== '' && (field === key || !(field in fields))) fields[field] = value;
  }
  const { id, ...rest } = fields;
  if (id !== undefined) {
    rest.title ??= rest.name ?? id;
    rest.name = id;
  }
  rest.title ??= rest.name;
  for (const field of TEXTS) if (field in rest) rest[field] = asText(rest[field]) ?? rest[field];
  return [{ given: asText(id ?? fields.name) ?? '', fields: rest }];
}

/** Texts; numbers, which YAML takes some words for, are meant as texts. */
function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : typeof value === 'number' ? `${value}` : null;
}

/** Tasks with names, and by which words they are meant. */
interface NamedTasks {
  named: DraftTask[];
  names: ReadonlyMap<string, string>;
}

/** Gives each task a name of its own. The same task twice is meant once. */
function withNames(drafts: readonly DraftTask[], repairs: string[]): NamedTasks | { why: string } {
  const known = new Map<string, string>();
  const named: DraftTask[] = [];
  const names = new Map<string, string>();
  for (const { given, fields } of drafts) {
    const text = JSON.stringify(fields);
    const stem = nameFrom(given || `${fields.title}`);
    let name = stem;
    for (let n = 2; given === '' && known.has(name) && known.get(name) !== text; n++) name = `${stem}-${n}`;
    if (known.get(name) === text) {
      repairs.push(`${name} stood there twice`);
      continue;
    }
    if (known.has(name)) return { why: `Two tasks of the plan are called ${quoted(name)}: rename one.` };
    known.set(name, text);
    if (given !== '') names.set(given, name);
    named.push({ given, fields: Object.assign({}, fields, { name }) });
  }
  for (const name of known.keys()) names.set(name, name);
  return { named, names };
}

/** The text itself where it can be a name, else one that is made of it. */
function nameFrom(text: string): string {
  if (isName(text)) return text;
  const short = slug(text);
  return isName(short) ? short : slug(`task ${text}`);
}

/** Needs as a list of names: `a, b` and `{ name: a }` are meant as such. */
function needsOf(needs: unknown, names: ReadonlyMap<string, string>): unknown[] {
  const all: unknown[] =
    typeof needs === 'string' ? needs.split(',') : Array.isArray(needs) ? needs : [needs ?? []].flat();
  return all.flatMap((one) => {
    const need = asText(isRecord(one) ? (one.name ?? one.id) : one)?.trim();
    return need ? (names.get(need) ?? need) : [];
  });
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
