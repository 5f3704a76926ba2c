/** Has a plan made, shows it, and approves it: `lemming plan` and `lemming replan`. */
import { readOrg } from '../../app/read-org.ts';
import { post } from '../../app/requests.ts';
import { personOf } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import type { Approval } from '../../core/model/state/approvals.ts';
import { isFinished, type Task } from '../../core/model/state/tasks.ts';
import { defaultPlan } from '../../core/plans/default-plan.ts';
import { checkPlan, planText } from '../../core/plans/plan.ts';
import { PLAN_KEY, type ProposedPlan, planBody, wantsPlan } from '../../core/plans/stage.ts';
import { assignmentFor } from '../../core/tasks/assign.ts';
import { journalLines } from '../../engine/journal/history.ts';
import { inCredits, inMicro } from '../../schema/amount.ts';
import { defined } from '../../schema/copy.ts';
import { FaultError, failure } from '../../schema/fault.ts';
import { slug } from '../../schema/name.ts';
import { taskCourses } from '../../views/tasks/task-course.ts';
import { estimateOf } from '../../views/tasks/task-stats.ts';
import { count } from '../../views/text/table.ts';
import type { Zod } from '../command.ts';
import { makeTurns } from '../run/turns.ts';
import type { World } from '../world.ts';
import { askFor, createTask } from './task-ask.ts';
import { taskIn } from './task-look.ts';

export const plannedShape = (z: Zod) =>
  z.strictObject({
    /** The task that wants the plan. */
    id: z.string(),
    status: z.enum(['proposed', 'approved', 'created', 'ended']),
    /** The held act. */
    approval: z.string().nullable(),
    tasks: z.array(
      z.strictObject({
        name: z.string(),
        title: z.string(),
        assignee: z.string().nullable(),
        needs: z.array(z.string()),
      }),
    ),
    cancel: z.array(z.string()),
    /** Credits that its tasks may cost, by completed ones: each the median, and what nine of ten did not exceed. */
    cost: z.strictObject({ median: z.number(), p90: z.number() }).nullable(),
    /** Credits that making the plan has cost. */
    spent: z.number(),
  });

interface PlanFlags {
  yes?: true | undefined;
  static?: true | undefined;
  'max-cost'?: number | undefined;
}

/** Turns in which a plan must be proposed. */
const MOST_TURNS = 30;
/** Milliseconds between two looks at what a running engine does. */
const LOOK_MS = 300;

/** Asks the planner for a plan of a goal. */
export async function planGoal(world: World, goal: string, flags: PlanFlags) {
  const view = readOrg(world);
  const planner = plannerOf(view);
  const title = goal.split('\n')[0]?.slice(0, 200).trim() || 'Goal';
  if (flags.static) return createStatic(world, view, planner, title, goal);
  const key = `${PLAN_KEY}${slug(title)}-${view.state.clock.turn + 1}`;
  const made = await createTask(world, { args: { title }, flags: { body: planBody(goal), assignee: planner, key } });
  world.say(`The plan is made by ${planner}, as task ${made.data.id}.`);
  return untilProposed(world, made.data.id, flags);
}

/** Has a plan changed: the task that wants it goes on with the note. */
export async function replan(world: World, id: string, note: string, flags: PlanFlags) {
  const task = taskIn(readOrg(world), id);
  if (!wantsPlan(task))
    throw failure('refused', `Task ${id} has no plan`, { remedy: 'Name a task that lemming plan has made.' });
  await askFor('start')(world, { args: { id }, flags: { note: `The plan must change: ${note}` } });
  return untilProposed(world, id, flags);
}

function plannerOf(view: View): string {
  const by = personOf(view);
  const found = assignmentFor(view.config, view.state, { capability: null, by }, () => 0);
  if (found) return found.to;
  throw failure('refused', 'There is nobody who could plan', {
    remedy: 'Name a planner in org/org.yaml (tasks: { planner: NAME }) whom you may write to.',
  });
}

/** Makes turns until the plan is proposed, or waits for the engine that runs. */
async function untilProposed(world: World, id: string, flags: PlanFlags) {
  const most = flags['max-cost'];
  let spent = 0;
  for (let turn = 0; turn < MOST_TURNS; ) {
    const view = readOrg(world);
    const held = proposalOf(view, id);
    if (held) return proposed(world, view, held, id, spent, flags);
    const task = view.state.tasks.all.get(id);
    if (task && isFinished(task.status)) return withoutPlan(task, spent);
    if (world.signal.aborted || (most !== undefined && spent >= most)) break;
    try {
      const left = most === undefined ? undefined : most - spent;
      const made = await makeTurns(world, 'plan', { turns: 1, ...defined({ maxCost: left }) });
      spent += inMicro(made.data.spent);
      turn++;
    } catch (error) {
      if (!(error instanceof FaultError) || error.fault.code !== 'locked') throw error;
      await world.machine.clock.sleep(LOOK_MS, world.signal).catch(() => {});
    }
  }
  throw failure('refused', `No plan is proposed yet: task ${id} goes on`, {
    remedy: `Make more turns with lemming run, then see lemming approvals. lemming task cancel ${id} ends it.`,
  });
}

/** The held act with which the agent of a task proposes its plan. */
function proposalOf({ state }: View, id: string): Approval | undefined {
  const task = state.tasks.all.get(id);
  return task?.waits
    .map((wait) => state.approvals.pending.get(wait))
    .find((held) => held?.tool === 'propose_plan' && held.answer === null);
}

/** Its agent ended the task without a plan. */
function withoutPlan({ id, status, result, reason, assignee }: Task, spent: number) {
  const text = [
    `${assignee} proposed no plan: task ${id} is ${status}.`,
    result ?? reason ?? '',
    'Ask again with other words, or make a plan without a model: lemming plan GOAL --static',
  ];
  const data = { id, status: 'ended' as const, approval: null, tasks: [], cancel: [], cost: null };
  return { data: { ...data, spent: inCredits(spent) }, text: text.filter(Boolean).join('\n'), exit: 1 };
}

function proposed(world: World, view: View, held: Approval, id: string, spent: number, { yes }: PlanFlags) {
  const plan = held.input as unknown as ProposedPlan;
  const { cancel = [] } = plan;
  const { all, archived } = view.state.tasks;
  const checked = checkPlan(
    plan.tasks.map((task) => ({ ...task, needs: task.needs ?? [] })),
    (one) => all.has(one) || archived.has(one),
  );
  const { tasks, repairs } = 'why' in checked ? { tasks: plan.tasks, repairs: [] } : checked;
  const cost = costOf(view, tasks.length);
  if (yes) post(world, personOf(view), [{ ask: 'approve', id: held.id, note: '' }]);
  const range = cost
    ? `It may cost ${cost.median} to ${cost.p90} credits, as completed tasks did.`
    : 'No task is completed yet: nothing is known of its cost.';
  const next = yes
    ? `Approved. The next turn creates ${count(tasks.length, 'task')}: lemming run --until-idle`
    : `Approve it with lemming approve ${held.id}, or say what must change: lemming deny ${held.id} --note TEXT`;
  const rows = tasks.map(({ name, title, assignee = null, needs }) => ({ name, title, assignee, needs }));
  const data = {
    id,
    status: yes ? ('approved' as const) : ('proposed' as const),
    approval: held.id,
    tasks: rows,
    cancel,
    cost,
  };
  return {
    data: { ...data, spent: inCredits(spent) },
    text: [planText(tasks, repairs, cancel), range, next].join('\n\n'),
  };
}

/** What so many tasks may cost by completed ones; null without any. */
function costOf(view: View, tasks: number): { median: number; p90: number } | null {
  const task = { priority: 'normal', capability: null, assignee: null } as unknown as Task;
  const { cost, basis } = estimateOf(view.state.tasks, taskCourses(journalLines(view.disk)), task);
  if (!cost || basis === 'none') return null;
  const times = (one: number): number => inCredits(Math.round(inMicro(one) * tasks));
  return { median: times(cost.median), p90: times(cost.p90) };
}

/** Creates the default plan: its tasks, and the one that is completed with their results. */
async function createStatic(world: World, view: View, planner: string, title: string, goal: string) {
  const plan = defaultPlan(view.config, personOf(view), planner, goal);
  const body = 'Say what came of it. The results of all its parts are below.';
  const stem = slug(title).slice(0, 30);
  const ids = new Map<string, string>();
  for (const { name, title: what, body: text, assignee, needs } of plan) {
    const made = await createTask(world, {
      args: { title: `${what}: ${title}`.slice(0, 200) },
      flags: {
        body: text,
        assignee,
        needs: needs.map((need) => ids.get(need) as string),
        ...named(`${stem}-${name}`, view),
      },
    });
    ids.set(name, made.data.id);
  }
  const root = await createTask(world, {
    args: { title },
    flags: { body, assignee: planner, needs: [...ids.values()] },
  });
  const tasks = plan.map(({ name, title: what, assignee = null, needs }) => ({
    name: ids.get(name) as string,
    title: what,
    assignee,
    needs: needs.map((need) => ids.get(need) as string),
  }));
  const data = {
    id: root.data.id,
    status: 'created' as const,
    approval: null,
    tasks,
    cancel: [],
    cost: null,
    spent: 0,
  };
  const text = `${planText(plan, [], [])}\n\nCreated ${[...ids.values(), root.data.id].join(', ')}. Agents work on them: lemming run --until-idle`;
  return { data, text };
}

/** An id that says to which plan a task belongs, where it is free. */
function named(id: string, { state }: View): { id?: string } {
  return /^[a-z]/.test(id) && !state.tasks.all.has(id) && !state.tasks.archived.has(id) ? { id } : {};
}
