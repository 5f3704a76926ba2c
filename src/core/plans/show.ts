/** Shows a plan to whoever is to approve it. */
import { cut } from '../../schema/print.ts';
import type { Plan, PlanTask } from '../../schema/records/plan.ts';
import { countCredits, printCredits } from '../money/ledger.ts';
import { printTree } from '../text/tree.ts';
import type { LikelyCost } from './likely.ts';

/** Characters of a title, and of the goal. */
const TITLE = 60;
const GOAL = 500;

/** A plan as a tree, with what it is likely to cost and what was mended of it. Pure. */
export function showPlan({ goal, tasks }: Plan, cost: LikelyCost | null, repaired: readonly string[]): string {
  return [
    goal === '' ? '' : `Goal: ${oneLine(goal, GOAL)}`,
    planTree(tasks),
    `${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}. ${costText(cost)}`,
    repaired.length === 0 ? '' : `Mended: ${repaired.map((what) => oneLine(what, GOAL)).join('; ')}.`,
  ]
    .filter(Boolean)
    .join('\n\n');
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
