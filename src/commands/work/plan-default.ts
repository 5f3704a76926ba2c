/** A plan that no model has made: a person creates its tasks as files. */
import { readOrg } from '../../app/read-org.ts';
import { personOf } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import { PROPOSES } from '../../core/model/state/tasks.ts';
import { whyNoPlan } from '../../core/plans/check.ts';
import { defaultPlan } from '../../core/plans/default-plan.ts';
import { likelyCost } from '../../core/plans/likely.ts';
import { inOrder } from '../../core/plans/plan.ts';
import { showPlan } from '../../core/plans/show.ts';
import { fileAuthor } from '../../core/tasks/edit.ts';
import { printTask, taskPath } from '../../core/tasks/file.ts';
import { createNow } from '../../disk/fs/workspace.ts';
import { defined } from '../../schema/copy.ts';
import { failure } from '../../schema/fault.ts';
import { isName, slug } from '../../schema/name.ts';
import type { Plan } from '../../schema/records/plan.ts';
import { taskHead } from '../../schema/records/task.ts';
import { confirm } from '../confirm.ts';
import { exactText } from '../own-files.ts';
import type { World } from '../world.ts';
import { editPlan } from './plan-edit.ts';
import { costIn, type PlanFlags, type PlannedGoal, statedPlan } from './plan-text.ts';
import { taskBodyOf } from './task-ask.ts';

/** Whether the model of an agent can plan: made-up answers cannot, and rules only where one of them does. */
export function canPlan({ config, disk }: View, agent: string): boolean {
  const [name = ''] = config.agents.get(agent)?.model ?? [];
  const model = config.models.get(name);
  if (model?.provider === 'simulated') return false;
  if (model?.provider !== 'scripted') return true;
  return model.script !== undefined && exactText(disk, model.script)?.includes(PROPOSES) === true;
}

/** Shows a plan that is made of the goal and the chart alone, and creates its tasks when the person agrees. */
export async function planByDefault(world: World, goal: PlannedGoal, flags: PlanFlags) {
  const view = readOrg(world);
  const person = personOf(view);
  const made = defaultPlan(view.config, person, goal.text) as Plan;
  const why = (plan: Plan) => whyNot(view, person, plan);
  const edited = flags.edit ? await editPlan(world, made, why) : null;
  const plan = edited?.plan ?? made;
  const refused = why(plan);
  if (refused !== null)
    throw failure('refused', `The plan cannot be carried out: ${refused}`, { remedy: 'See lemming task list.' });
  const cost = likelyCost(view.state.tasks, plan);
  const shown = showPlan(plan, cost, edited?.repaired ?? []);
  const isWanted = edited !== null || (!flags.edit && (await isAgreed(world, flags, shown)));
  const tasks = isWanted ? createAll(view, plan, goal.id) : [];
  return {
    data: {
      goal: plan.goal,
      source: 'default' as const,
      planner: null,
      state: isWanted ? ('created' as const) : ('shown' as const),
      id: null,
      plan: statedPlan(plan),
      cost: costIn(cost),
      repaired: edited?.repaired ?? [],
      tasks,
      answer: null,
      spent: null,
    },
    text: isWanted
      ? `${shown}\n\nCreated ${tasks.join(', ')}. Agents work on them in the next turns: lemming run --until-idle`
      : `${shown}\n\nNothing was created. Add --yes to create these tasks, or --edit to change them first.`,
  };
}

/** At a terminal the person is asked; elsewhere the plan is only shown. */
async function isAgreed(world: World, { yes }: PlanFlags, shown: string): Promise<boolean> {
  if (yes) return true;
  if (!world.interactive) return false;
  world.say(shown);
  await confirm(world, { flags: {} }, 'Create these tasks?');
  return true;
}

function whyNot({ config, state }: View, person: string, plan: Plan): string | null {
  for (const by of new Set([person, fileAuthor(config)])) {
    const why = whyNoPlan(config, state, plan, { by, parent: null });
    if (why !== null) return why;
  }
  return null;
}

/** Writes the file of each task, after the files of all that it needs. Returns their ids. */
function createAll({ config, disk, state, mask }: View, plan: Plan, goal: string | null): string[] {
  const prefix = freePrefix(
    (id) => state.tasks.all.has(id) || state.tasks.archived.has(id) || disk.stat(taskPath(id)) !== null,
    plan,
  );
  const own = new Set(plan.tasks.map(({ id }) => id));
  const idOf = (id: string): string => (own.has(id) ? `${prefix}${id}` : id);
  const serves = goal !== null && config.goals.has(goal) ? goal : undefined;
  return inOrder(plan.tasks).map((task) => {
    const id = idOf(task.id);
    const {
      id: _,
      body = '',
      ...stated
    } = statedPlan({ goal: '', tasks: [task] }).tasks[0] as ReturnType<typeof statedPlan>['tasks'][number];
    const status = task.assignee === undefined ? 'pending' : 'assigned';
    const fields = taskHead().parse(defined({ ...stated, status, needs: task.needs.map(idOf), goal: serves }));
    const isNew = createNow(disk, taskPath(id), mask(printTask(fields, taskBodyOf(String(body)), [])));
    if (!isNew)
      throw failure('duplicate-name', `There is a file ${taskPath(id)} already`, { remedy: 'Run the command again.' });
    return id;
  });
}

/** What the ids of the files begin with, so that no task has one of them: a word of the goal, with a number where it must be. */
function freePrefix(isTaken: (id: string) => boolean, { goal, tasks }: Plan): string {
  const short = slug(goal).slice(0, LENGTH).replace(/-+$/, '');
  const word = isName(short) ? short : 'plan';
  const isFree = (prefix: string): boolean =>
    tasks.every(({ id }) => isName(`${prefix}${id}`) && !isTaken(`${prefix}${id}`));
  for (let n = 1; n <= TRIES; n++) {
    const prefix = n === 1 ? `${word}-` : `${word}-${n}-`;
    if (isFree(prefix)) return prefix;
  }
  if (isFree('')) return '';
  throw failure('duplicate-name', 'No ids are free for the tasks of this plan', {
    remedy: 'Give its tasks shorter ids with --edit.',
  });
}
const LENGTH = 20;
const TRIES = 1000;
