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
import { inCredits } from '../../schema/amount.ts';
import { defined } from '../../schema/copy.ts';
import { failure } from '../../schema/fault.ts';
import { isName, slug } from '../../schema/name.ts';
import type { Plan } from '../../schema/records/plan.ts';
import { type TaskFields, taskHead } from '../../schema/records/task.ts';
import { confirm } from '../confirm.ts';
import { exactText } from '../own-files.ts';
import type { World } from '../world.ts';

import { costIn, editPlan, type PlanFlags, type PlannedGoal, statedPlan } from './plan-text.ts';
import { taskBodyOf } from './task-ask.ts';

/** Whether the model of an agent can plan: made-up answers cannot, and rules only where one of them does. */
export function canPlan({ config, disk }: View, agent: string): boolean {
  const model = modelOf(config, agent);
  if (model?.provider === 'simulated') return false;
  if (model?.provider !== 'scripted') return true;
  return model.script !== undefined && exactText(disk, model.script)?.includes(PROPOSES) === true;
}

function modelOf({ agents, models }: View['config'], agent: string) {
  const [name = ''] = agents.get(agent)?.model ?? [];
  return models.get(name);
}

/** Says why no model is asked. */
export function tellWhyStatic(world: World, { config }: View, planner: string, what: string): void {
  const provider = modelOf(config, planner)?.provider;
  world.say(`The model of ${planner} (${provider}) cannot plan, so ${what}.`);
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

/** Creates the tasks of a plan. Returns their ids. */
function createAll(view: View, plan: Plan, goal: string | null): string[] {
  const serves = goal !== null && view.config.goals.has(goal) ? { goal } : {};
  const files = newFiles(plan, idsFor(view, plan), serves);
  writeNew(view, files);
  return [...files.keys()];
}

/** The file of a new task. */
export interface NewTaskFile {
  head: TaskFields;
  body: string;
}

/** The files of the new tasks of a plan, each after the files of all that it needs. `more`: what all of them state besides. */
export function newFiles(
  { tasks }: Plan,
  ids: ReadonlyMap<string, string>,
  more: { goal?: string; parent?: string },
): Map<string, NewTaskFile> {
  const idOf = (id: string): string => ids.get(id) ?? id;
  return new Map(
    inOrder(tasks).map(({ id, body, budget, ...fields }) => {
      const status = fields.assignee === undefined ? 'pending' : 'assigned';
      const amount = budget === undefined ? undefined : inCredits(budget);
      const head = taskHead().parse(
        defined({ ...fields, ...more, budget: amount, status, needs: fields.needs.map(idOf) }),
      );
      return [idOf(id), { head, body: taskBodyOf(body) }];
    }),
  );
}

export function writeNew({ disk, mask }: Pick<View, 'disk' | 'mask'>, files: ReadonlyMap<string, NewTaskFile>): void {
  for (const [id, { head, body }] of files) {
    const isNew = createNow(disk, taskPath(id), mask(printTask(head, body, [])));
    if (!isNew)
      throw failure('duplicate-name', `There is a file ${taskPath(id)} already`, { remedy: 'Run the command again.' });
  }
}

/** The ids of the new tasks of a plan, in the order in which they can be created. */
export function idsFor({ disk, state }: View, plan: Plan): Map<string, string> {
  const { all, archived } = state.tasks;
  const prefix = freePrefix((id) => all.has(id) || archived.has(id) || disk.stat(taskPath(id)) !== null, plan);
  return new Map(inOrder(plan.tasks).map(({ id }) => [id, `${prefix}${id}`]));
}

/** What the ids of the files begin with, so that no task has one of them: a word of the goal, with a number where it must be. */
function freePrefix(isTaken: (id: string) => boolean, { goal, tasks }: Plan): string {
  const short = slug(goal || 'plan')
    .slice(0, LENGTH)
    .replace(/-+$/, '');
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
