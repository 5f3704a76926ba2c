/** Shows a plan to whoever is to approve it. */
import { inCredits } from '../../schema/amount.ts';
import { cut, printValue } from '../../schema/print.ts';
import type { Plan, PlanTask } from '../../schema/records/plan.ts';
import type { Task } from '../model/state/tasks.ts';
import { countCredits, printCredits } from '../money/ledger.ts';
import { diffText } from '../text/diff.ts';
import { printTree } from '../text/tree.ts';
import type { ChangedTask, FieldChange } from './change.ts';
import type { LikelyCost } from './likely.ts';

/** Characters of a title, and of the goal. */
const TITLE = 60;
const GOAL = 500;

/** What becomes of tasks that are there. */
export interface Differences {
  changes: readonly ChangedTask[];
  cancelled: readonly Task[];
}

/** A plan as a tree, what it changes, what its new tasks are likely to cost, and what was mended of it. Pure. */
export function showPlan(
  { goal, tasks }: Pick<Plan, 'goal' | 'tasks'>,
  cost: LikelyCost | null,
  repaired: readonly string[],
  { changes, cancelled }: Differences = { changes: [], cancelled: [] },
): string {
  const isNew = changes.length + cancelled.length === 0;
  const count = `${tasks.length} ${isNew ? '' : 'new '}${tasks.length === 1 ? 'task' : 'tasks'}`;
  return [
    goal === '' ? '' : `Goal: ${oneLine(goal, GOAL)}`,
    tasks.length === 0 ? '' : `${isNew ? '' : 'Added:\n'}${planTree(tasks)}`,
    changes.length === 0 ? '' : `Changed:\n${changes.map(changeText).join('\n')}`,
    cancelled.length === 0 ? '' : `Cancelled:\n${cancelled.map(nameOf).join('\n')}`,
    tasks.length === 0 ? '' : `${count}. ${costText(cost)}`,
    repaired.length === 0 ? '' : `Mended: ${repaired.map((what) => oneLine(what, GOAL)).join('; ')}.`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** A task that changes, and below it each field as it is and as it will be. */
function changeText({ before, fields }: ChangedTask): string {
  return [nameOf(before), ...fields.flatMap(fieldText)].join('\n');
}

function nameOf({ id, title }: Task): string {
  return `${id} ${oneLine(title, TITLE)}`;
}

/** All of it is indented: no text of a task can look like another line. */
function fieldText({ field, from, to }: FieldChange): string[] {
  if (field === 'body')
    return ['  body:', ...(diffText(from as string, to as string) as string).split('\n').map((line) => `    ${line}`)];
  return [...valueText('-', field, from), ...valueText('+', field, to)];
}

function valueText(mark: string, field: string, value: unknown): string[] {
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return [];
  const shown = field === 'budget' ? inCredits(value as number) : value;
  return [`  ${mark} ${field}: ${printValue(shown as string)}`];
}

/** Below each task those that need it. */
export function planTree(tasks: readonly PlanTask[]): string {
  const ids = new Set(tasks.map(({ id }) => id));
  return printTree({
    nodes: tasks.map((task) => ({ id: task.id, label: labelOf(task, ids) })),
    edges: tasks.flatMap(({ id, needs }) => needs.flatMap((from) => (ids.has(from) ? { from, to: id } : []))),
  });
}

function labelOf({ id, title, assignee, capability, needs }: PlanTask, ids: ReadonlySet<string>): string {
  const who = assignee ?? (capability === undefined ? 'whoever plans' : `whoever has ${capability}`);
  const others = needs.filter((need) => !ids.has(need));
  const after = others.length === 0 ? '' : `, after ${others.join(', ')}`;
  return `${id} ${oneLine(title, TITLE)} [${oneLine(who, TITLE)}${after}]`;
}

/** `Likely cost: 0.2 to 0.5 credits, by 12 completed tasks.` */
export function costText(cost: LikelyCost | null): string {
  if (cost === null) return 'What it costs is not known, because no task is completed yet.';
  const { least, most, samples } = cost;
  const range = least === most ? countCredits(most) : `${printCredits(least)} to ${countCredits(most)}`;
  return `Likely cost: ${range}, by ${samples} completed ${samples === 1 ? 'task' : 'tasks'}.`;
}

function oneLine(text: string, most: number): string {
  return cut(text.replace(/\s+/g, ' ').trim(), most);
}
