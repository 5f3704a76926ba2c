/** Reads the tasks of a plan as models write them: other names for fields, needs by title, ids that are missing. */
import { isEngineTaskId, isName, isTaskId, slug } from '../../schema/name.ts';
import { nearestTo } from '../text/nearest.ts';

export type GivenFields = Record<string, unknown>;

export function isRecord(value: unknown): value is GivenFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A task as it was given: under which name, and with which fields. */
export interface DraftTask {
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
export function draftOf(given: unknown, repaired: string[]): DraftTask[] {
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
  return [{ given: asText(fields.id) ?? '', fields }];
}

/** Texts; numbers and words that YAML takes for something else are meant as texts. */
function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : typeof value === 'number' ? `${value}` : null;
}

/** Whether what is said is about a task that is there: only those that agents made have such ids. */
export function isKnownTask({ given }: DraftTask): boolean {
  return isEngineTaskId(given);
}

/** Gives each task an id of its own, and a title. The same task twice is meant once. */
export function withIds(drafts: readonly DraftTask[], repaired: string[]): { tasks: DraftTask[] } | { why: string } {
  const known = new Map<string, string>();
  const tasks: DraftTask[] = [];
  for (const { given, fields } of drafts) {
    fields.title ??= asText(fields.id) ?? undefined;
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

/** One change for each task; the same change twice is meant once. */
export function changesOf(
  drafts: readonly DraftTask[],
  repaired: string[],
): { changes: DraftTask[] } | { why: string } {
  const known = new Map<string, string>();
  const changes = drafts.filter(({ given, fields }) => {
    const text = JSON.stringify(fields);
    if (known.get(given) === text) repaired.push(`the change of ${given} stood there twice`);
    return known.get(given) !== text && known.set(given, text);
  });
  const twice = changes.find((one, i) => changes.findIndex(({ given }) => given === one.given) < i);
  return twice ? { why: `${quoted(twice.given)} is changed twice: say all of it in one change.` } : { changes };
}

/** The text itself where it can be an id, else one that is made of it. */
function idFrom(text: string): string {
  if (isName(text)) return text;
  const short = slug(text);
  return isName(short) ? short : slug(`task ${text}`);
}

/** Ids and titles → the id that is meant; '' for a title that two tasks have. */
export function namesOf(tasks: readonly DraftTask[]): Map<string, string> {
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
export function mendNeeds(
  { fields }: DraftTask,
  names: ReadonlyMap<string, string>,
  repaired: string[],
): string | null {
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

/** Ids as a list, written as needs may be; what is no id is left for the schema to refuse. */
export function idsIn(given: unknown): unknown {
  if (typeof given === 'string') return listOf(given);
  if (!Array.isArray(given)) return given ?? [];
  return given.map((one: unknown) => asText(isRecord(one) ? one.id : one)?.trim() ?? one);
}

function unknownNeed(id: string, need: string, names: ReadonlyMap<string, string>): string {
  const { nearest } = nearestTo(need, names.keys());
  return `${id} needs ${quoted(need)}, which is no task of the plan${nearest === undefined ? '.' : `: did you mean ${nearest}?`}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
