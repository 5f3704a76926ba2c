/** Prints the file of a task, and changes single fields in a text that a person wrote. */
import { inCredits } from '../../schema/amount.ts';
import { canonicalBody, printHead, printValue, withoutEnd } from '../../schema/print.ts';
import type { TaskFields } from '../../schema/records/task.ts';

export const TASKS = 'org/tasks/';

export function taskPath(id: string): string {
  return `${TASKS}${id}.md`;
}

export function archivedTaskPath(id: string): string {
  return `${TASKS}archive/${id}.md`;
}

/** The id of the task whose file lies at that path of `org/tasks/`. */
export function taskIdOf(path: string): string {
  return path.slice(TASKS.length, -'.md'.length);
}

/** What each field is when the file does not state it, in the order in which they are printed. */
const DEFAULTS = {
  title: null,
  status: 'pending',
  assignee: null,
  capability: null,
  needs: [],
  waived: [],
  priority: 'normal',
  priority_from: 'fixed',
  retries: 2,
  attempts: 0,
  next_attempt: null,
  deadline: null,
  budget: null,
  parent: null,
  requires: [],
  ensures: [],
  key: null,
  goal: undefined,
  artefacts: [],
  result: null,
  reason: null,
  cost: 0,
} as const satisfies Record<keyof TaskFields, unknown>;
export const TASK_FIELDS = Object.keys(DEFAULTS) as (keyof TaskFields)[];

/** The parts of the file of a task. */
export interface TaskText {
  /** The lines between the fences, without them; null when the text has no front matter. */
  head: string[] | null;
  body: string;
  /** The lines of its history, each beginning with `- `. */
  history: string[];
}

const HISTORY = '## History';

/** Splits the file of a task. The last heading `## History` begins its history. Total. */
export function splitTask(text: string): TaskText {
  const lines = canonicalBody(text).split('\n');
  const close = lines[0] === '---' ? lines.indexOf('---', 1) : -1;
  const head = close < 0 ? null : lines.slice(1, close);
  const rest = close < 0 ? lines : lines.slice(close + 1);
  const at = rest.lastIndexOf(HISTORY);
  const body = (at < 0 ? rest : rest.slice(0, at)).join('\n');
  const history = at < 0 ? [] : rest.slice(at + 1).filter((line) => line.startsWith('- '));
  return { head, body: withoutEnd(body, '\n').replace(/^\n+/, ''), history };
}

/** The file of a task that the engine makes; fields that say nothing are left out. */
export function printTask(task: TaskFields, body: string, history: readonly string[]): string {
  const pairs = TASK_FIELDS.filter((field) => field === 'title' || field === 'status' || !isDefault(field, task)).map(
    (field) => [field, statedIn(task, field)] as const,
  );
  return `${printHead(pairs)}${endOf(canonicalBody(body).trim(), history)}`;
}

/** The same file with the fields of a task, and further lines of history. All else stays as a person wrote it, but for a `wanted` body. */
export function patchTask(
  text: string,
  task: TaskFields,
  stated: TaskFields,
  lines: readonly string[],
  wanted?: string,
): string {
  const { head, body: known, history } = splitTask(text);
  const body = wanted === undefined ? known : canonicalBody(wanted).trim();
  if (head === null) return printTask(task, body, [...history, ...lines]);
  let fields = head;
  for (const field of TASK_FIELDS)
    if (task[field] !== stated[field] && JSON.stringify(task[field]) !== JSON.stringify(stated[field]))
      fields = withField(fields, field, task);
  return `---\n${fields.map((line) => `${line}\n`).join('')}---\n${endOf(body, [...history, ...lines])}`;
}

function endOf(body: string, history: readonly string[]): string {
  const said = body === '' ? '' : `${body}\n`;
  return history.length === 0 ? said : `${said}${said && '\n'}${HISTORY}\n\n${history.join('\n')}\n`;
}

/** The lines of a front matter with one field set. What belongs to a key are the indented and listed lines below it. */
function withField(head: readonly string[], field: keyof TaskFields, task: TaskFields): string[] {
  const line = `${field}: ${printValue(statedIn(task, field))}`;
  const at = head.findIndex((one) => one.startsWith(`${field}:`));
  if (at < 0) return [...head, line];
  let end = at + 1;
  while (end < head.length && /^(?:[ \t]|- |-$)/.test(head[end] as string)) end++;
  return [...head.slice(0, at), line, ...head.slice(end)];
}

/** A field as its file states it: amounts in credits. */
function statedIn(task: TaskFields, field: keyof TaskFields): string {
  const value = field === 'budget' || field === 'cost' ? inCreditsOrNone(task[field]) : task[field];
  return value as string;
}

function inCreditsOrNone(micro: number | null): number | null {
  return micro === null ? null : inCredits(micro);
}

function isDefault(field: keyof TaskFields, task: TaskFields): boolean {
  return JSON.stringify(task[field]) === JSON.stringify(DEFAULTS[field]);
}

/** A line of history: `- 12.1 manager: completed`. Its number makes it unique within the turn. */
export function historyLine(turn: number, n: number, by: string, what: string): string {
  return `- ${turn}.${n} ${by}: ${what.replace(/\s+/g, ' ').trim()}`;
}
