/** Checks a plan that an agent proposes: tasks that need each other by names of the plan. */
import { copyWith } from '../../schema/copy.ts';
import type { PlannedTask } from '../../schema/records/plan.ts';
import { cycleFrom } from '../tasks/cycle.ts';
import { nearestTo } from '../text/nearest.ts';

/** The tool with which plans are proposed. */
export const PROPOSES = 'propose_plan';

/** A plan whose tasks come after all that they need; and what was put right in it, for whoever decides about it. */
export type CheckedPlan = { tasks: PlannedTask[]; repairs: string[] } | { why: string };

/**
 * Checks a plan by itself. What can mean only one thing is put right: a need that is stated twice, a task that needs itself, a title
 * in the place of a name. A name that two tasks have, a need that is nowhere and a circle are refused. `isTask`: whether a task of
 * that id exists. Pure.
 */
export function checkPlan(plan: readonly PlannedTask[], isTask: (id: string) => boolean): CheckedPlan {
  const names = plan.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) return { why: `Two tasks of the plan are called ${JSON.stringify(twice)}: rename one.` };
  const repairs: string[] = [];
  const tasks: PlannedTask[] = [];
  for (const task of plan) {
    const needs = new Set<string>();
    for (const need of task.needs) {
      const name = names.includes(need) ? need : nameTitled(plan, need);
      if (name === null && !isTask(need)) return { why: unknownIn(task.name, need, names) };
      const one = name ?? need;
      if (one === task.name) repairs.push(`${one} no longer needs itself`);
      else if (needs.has(one)) repairs.push(`${task.name} needs ${one} once`);
      else needs.add(one);
    }
    tasks.push(copyWith(task, { needs: [...needs] }));
  }
  const needsOf = new Map(tasks.map(({ name, needs }) => [name, needs]));
  for (const name of names) {
    const circle = cycleFrom(name, (one) => needsOf.get(one) ?? []);
    if (circle) return { why: `The needs form a circle: ${circle.join(' → ')}. Remove one of them.` };
  }
  return { tasks: inOrder(tasks), repairs };
}

/** The name of the only task of that title. */
function nameTitled(plan: readonly PlannedTask[], title: string): string | null {
  const found = plan.filter((task) => task.title.trim().toLowerCase() === title.trim().toLowerCase());
  return found.length === 1 ? (found[0] as PlannedTask).name : null;
}

function unknownIn(name: string, need: string, names: readonly string[]): string {
  const { nearest } = nearestTo(need, names);
  return `${name} needs ${JSON.stringify(need)}, which is neither in the plan nor a task${nearest === undefined ? '' : `: did you mean ${nearest}?`}`;
}

/** Each task after what it needs, otherwise as they were. */
function inOrder(tasks: readonly PlannedTask[]): PlannedTask[] {
  const left = new Set(tasks);
  const names = new Set(tasks.map(({ name }) => name));
  const ordered: PlannedTask[] = [];
  while (left.size > 0)
    for (const task of left) {
      if (!task.needs.every((need) => !names.has(need) || ordered.some(({ name }) => name === need))) continue;
      ordered.push(task);
      left.delete(task);
    }
  return ordered;
}
