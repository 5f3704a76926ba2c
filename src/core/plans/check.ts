/** Judges whether a plan can become tasks: who may give the work to whom, what it needs, and the limits. */
import type { Plan, PlanChange, PlanTask } from '../../schema/records/plan.ts';
import type { Config } from '../model/config.ts';
import { statusOf, type TasksState } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';
import { skillsOf } from '../skills/skill.ts';
import { isAble, mayGive, plannerFor } from '../tasks/assign.ts';
import { depthOf } from '../tasks/cycle.ts';
import { isEnded } from '../tasks/steps.ts';
import { CHILDREN, DEPTH } from '../tasks/valid.ts';
import { nearestTo } from '../text/nearest.ts';

/** Who makes the tasks, and the task of which they become parts. */
interface Maker {
  by: string;
  parent: string | null;
}

/** Why nobody can make the tasks of a plan now; null when they can be made. A plan was read by `readPlan` before. Pure. */
export function whyNoPlan(config: Config, state: State, plan: Plan, { by, parent }: Maker): string | null {
  const above = aboveOf(state.tasks, parent);
  for (const task of plan.tasks) {
    const why = whyNobody(config, by, task) ?? whyNoNeed(state.tasks, plan, task.needs, above);
    if (why !== null) return `${task.id}: ${why}`;
  }
  for (const change of plan.change) {
    const known = state.tasks.all.get(change.id)?.needs ?? [];
    const added = change.needs?.filter((need) => !known.includes(need)) ?? [];
    const isGiven = change.assignee !== undefined || change.capability !== undefined;
    const why = (isGiven ? whyNobody(config, by, change) : null) ?? whyNoNeed(state.tasks, plan, added, above);
    if (why !== null) return `${change.id}: ${why}`;
  }
  return tooManyParts(state.tasks, plan, parent) ?? tooManyOpen(config, state.tasks, plan, parent);
}

/** Giving work is writing to somebody. */
function whyNobody(config: Config, by: string, { assignee, capability }: PlanTask | PlanChange): string | null {
  if (assignee !== undefined && !config.agents.has(assignee)) {
    const { nearest } = nearestTo(assignee, config.agents.keys());
    return `there is no agent ${quoted(assignee)}${meant(nearest)}`;
  }
  if (assignee !== undefined)
    return mayGive(config, by, assignee) ? null : `the chart does not let ${by} write to ${assignee}`;
  if (capability === undefined) return plannerFor(config, by) === null ? 'name an assignee or a capability' : null;
  if (config.order.some((agent) => isAble(config, agent, capability) && mayGive(config, by, agent))) return null;
  const { nearest } = nearestTo(capability, capabilitiesIn(config));
  return `nobody to whom ${by} may write has the capability ${quoted(capability)}${meant(nearest)}`;
}

function capabilitiesIn({ agents, skills }: Config): Set<string> {
  return new Set(
    [...agents.values()].flatMap((resume) => [...resume.capabilities, ...skillsOf(skills, resume).keys()]),
  );
}

function meant(nearest: string | undefined): string {
  return nearest === undefined ? '' : `: did you mean ${nearest}?`;
}

/** Needs that are not in the plan must be tasks that can still be completed, and nothing that waits for this one. */
function whyNoNeed(tasks: TasksState, plan: Plan, needs: readonly string[], above: ReadonlySet<string>): string | null {
  for (const need of needs) {
    if (plan.tasks.some(({ id }) => id === need)) continue;
    const status = statusOf(tasks, need);
    if (status === null) {
      const names = [...plan.tasks.map(({ id }) => id), ...tasks.all.keys()];
      return `there is no task ${quoted(need)}${meant(nearestTo(need, names).nearest)}`;
    }
    if (isEnded(status)) return `it needs ${need}, which is ${status}`;
    if (above.has(need)) return `it cannot need ${need}, of which it is a part`;
  }
  return null;
}

/** A task and those of which it is a part. */
function aboveOf({ all }: TasksState, parent: string | null): Set<string> {
  const above = new Set<string>();
  for (let id = parent; id !== null && !above.has(id); id = all.get(id)?.parent ?? null) above.add(id);
  return above;
}

function tooManyParts(tasks: TasksState, plan: Plan, parent: string | null): string | null {
  if (parent === null) return null;
  const depth = 1 + depthOf(parent, (id) => tasks.all.get(id)?.parent ?? null);
  if (depth > DEPTH) return `its tasks would be ${depth} levels below their first parent; at most ${DEPTH} are allowed`;
  const parts = (tasks.children.get(parent)?.size ?? 0) + plan.tasks.length;
  return parts > CHILDREN ? `${parent} would have ${parts} parts; at most ${CHILDREN} are allowed` : null;
}

function tooManyOpen(
  { org: { limits } }: Config,
  { all, assigned, unassigned }: TasksState,
  { tasks, change, cancel }: Plan,
  parent: string | null,
): string | null {
  let open = unassigned.size + tasks.length - cancel.length + (parent === null ? 1 : 0);
  for (const ids of assigned.values()) open += ids.size;
  if (open > limits.tasks) return `${open} tasks would be open; at most ${limits.tasks} are allowed`;
  const given = [...tasks, ...change.filter(({ id, assignee }) => all.get(id)?.assignee !== assignee)];
  for (const agent of new Set(given.flatMap(({ assignee }) => assignee ?? []))) {
    const isElsewhere = ({ assignee, capability }: PlanChange): boolean =>
      (assignee ?? capability) !== undefined && assignee !== agent;
    const leaving = [...cancel, ...change.filter(isElsewhere).map(({ id }) => id)];
    const gone = leaving.filter((id) => all.get(id)?.assignee === agent).length;
    const own = (assigned.get(agent)?.size ?? 0) + given.filter(({ assignee }) => assignee === agent).length - gone;
    if (own > limits.agent_tasks)
      return `${agent} would have ${own} open tasks; at most ${limits.agent_tasks} are allowed`;
  }
  return null;
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
