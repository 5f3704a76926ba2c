/** A plan that no model has made: its tasks are files of the person. */
import { personOf } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import { statusOf } from '../../core/model/state/tasks.ts';
import { defaultPlan } from '../../core/plans/default-plan.ts';
import { likelyCost } from '../../core/plans/likely.ts';
import { checkPlan, PROPOSES } from '../../core/plans/plan.ts';
import type { ReadPlan } from '../../core/plans/read.ts';
import { planText } from '../../core/plans/show.ts';
import { mayGive } from '../../core/tasks/assign.ts';
import { inCredits } from '../../schema/amount.ts';
import { isName, slug } from '../../schema/name.ts';
import { type Plan, plan as planSchema } from '../../schema/records/plan.ts';
import { exactText } from '../own-files.ts';
import type { World } from '../world.ts';
import { editPlan } from './plan-edit.ts';
import type { Goal, PlanFlags } from './plan-shapes.ts';
import { createTask } from './task-ask.ts';

/** Whether the model of an agent can plan: made-up answers cannot, and rules only where one of them does. */
export function canPlan({ config, disk }: View, agent: string): boolean {
  const [name = ''] = config.agents.get(agent)?.model ?? [];
  const model = config.models.get(name);
  if (model?.provider === 'simulated') return false;
  if (model?.provider !== 'scripted') return true;
  return model.script !== undefined && exactText(disk, model.script)?.includes(PROPOSES) === true;
}

/** Makes the default plan. Its tasks, and the one that is completed with their results, are created only when the person wants that. */
export async function planStatic(world: World, view: View, planner: string, goal: Goal, flags: PlanFlags) {
  const made = planSchema().parse({ tasks: defaultPlan(view.config, personOf(view), planner, goal.text) });
  const read = { plan: made, repairs: [] };
  const wanted = flags.edit ? await editPlan(world, made, (one) => whyNot(view, one)) : read;
  const { plan, repairs } = wanted ?? read;
  const cost = likelyCost(view.state.tasks, plan.tasks);
  const shown = planText(plan, { repairs, cost, taskOf: () => undefined });
  const isWanted = wanted !== null && Boolean(flags.edit || flags.yes || flags.static);
  const created = isWanted ? await createAll(world, view, planner, goal, plan) : null;
  const idOf = (name: string): string => created?.ids.get(name) ?? name;
  const tasks = plan.tasks.map(({ name, title, assignee = null, needs }) => ({
    name: idOf(name),
    title,
    assignee,
    needs: needs.map(idOf),
  }));
  const data = {
    id: created?.root ?? null,
    status: created ? ('created' as const) : ('shown' as const),
    approval: null,
    tasks,
    cancel: [],
    change: [],
    cost: cost && { median: inCredits(cost.least), p90: inCredits(cost.most) },
    spent: 0,
  };
  const next = created
    ? `Created ${[...created.ids.values(), created.root].join(', ')}. Agents work on them: lemming run --until-idle`
    : 'Nothing was created. Add --yes to create these tasks, or --edit to change them first.';
  return { data, text: `${shown}\n\n${next}` };
}

/** Why the person could not create these tasks. */
function whyNot(view: View, { plan }: ReadPlan): string | null {
  const { config, state } = view;
  const by = personOf(view);
  const checked = checkPlan(plan.tasks, (id) => statusOf(state.tasks, id) !== null);
  if ('why' in checked) return checked.why;
  if (plan.tasks.length === 0) return 'it has no tasks';
  for (const { name, assignee, ensures } of plan.tasks) {
    if (assignee !== undefined && !config.agents.has(assignee)) return `${name}: there is no agent ${assignee}`;
    if (assignee !== undefined && !mayGive(config, by, assignee))
      return `${name}: the chart does not let ${by} write to ${assignee}`;
    if (ensures !== undefined) return `${name}: write ensures into its file in org/tasks, once it is there`;
  }
  return null;
}

async function createAll(world: World, view: View, planner: string, { title, id: goal }: Goal, plan: Plan) {
  const stem = slug(title).slice(0, 30).replace(/-+$/, '');
  const ids = new Map<string, string>();
  const checked = checkPlan(plan.tasks, (id) => statusOf(view.state.tasks, id) !== null);
  for (const { name, title: what, body, needs, ensures: _, ...wish } of 'why' in checked ? [] : checked.tasks) {
    const flags = {
      ...wish,
      ...named(`${stem}-${name}`, view),
      body,
      goal,
      needs: needs.map((need) => ids.get(need) ?? need),
    };
    const made = await createTask(world, { args: { title: `${what}: ${title}`.slice(0, 200) }, flags });
    ids.set(name, made.data.id);
  }
  const body = 'Say what came of it. The results of all its parts are below.';
  const root = await createTask(world, {
    args: { title },
    flags: { body, goal, assignee: planner, needs: [...ids.values()] },
  });
  return { ids, root: root.data.id };
}

/** An id that says to which plan a task belongs, where it is free. */
function named(id: string, { state }: View): { id?: string } {
  return isName(id) && !state.tasks.all.has(id) && !state.tasks.archived.has(id) ? { id } : {};
}
