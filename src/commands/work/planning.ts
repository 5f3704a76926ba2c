/** Has a plan made, shows it, and approves it: `lemming plan` and `lemming replan`. */
import { readOrg } from '../../app/read-org.ts';
import { post } from '../../app/requests.ts';
import { personOf } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import type { Approval } from '../../core/model/state/approvals.ts';
import { isFinished, type Task } from '../../core/model/state/tasks.ts';
import { emptyDraft } from '../../core/model/tool.ts';
import { likelyCost } from '../../core/plans/likely.ts';
import { PROPOSES } from '../../core/plans/plan.ts';
import { type ReadPlan, readPlan } from '../../core/plans/read.ts';
import { PLAN_KEY, planBody, previewPlan, stagePlan, wantsPlan } from '../../core/plans/stage.ts';
import { assignmentFor } from '../../core/tasks/assign.ts';
import { byAge } from '../../core/tasks/ready.ts';
import { inCredits, inMicro } from '../../schema/amount.ts';
import type { Resume } from '../../schema/config/resume.ts';
import { copyWith, defined } from '../../schema/copy.ts';
import { FaultError, failure } from '../../schema/fault.ts';
import { isApprovalId, isName, slug } from '../../schema/name.ts';
import { count } from '../../views/text/table.ts';
import { makeTurns } from '../run/turns.ts';
import type { World } from '../world.ts';
import { editPlan, statedPlan } from './plan-edit.ts';
import type { Goal, PlanFlags } from './plan-shapes.ts';
import { canPlan, planStatic } from './plan-static.ts';
import { askFor, createTask } from './task-ask.ts';
import { readTasks, taskIn } from './task-look.ts';

/** Turns in which a plan must be proposed. */
const MOST_TURNS = 30;
/** Milliseconds between two looks at what a running engine does. */
const LOOK_MS = 300;

/** Asks the planner for a plan of a goal; or takes up one that waits, by its id. */
export async function planGoal(world: World, words: string, flags: PlanFlags) {
  if (isApprovalId(words)) return takeUp(world, words, flags);
  const view = readOrg(world);
  const planner = plannerOf(view);
  const goal = goalIn(view, words);
  if (flags.static) return planStatic(world, view, planner, goal, flags);
  if (!canPlan(view, planner)) {
    world.say(`The model of ${planner} cannot plan, so this plan is made without a model.`);
    return planStatic(world, view, planner, goal, flags);
  }
  const { title, text, id } = goal;
  const key = `${PLAN_KEY}${slug(title)}-${view.state.clock.turn + 1}`;
  const wish = { body: planBody(text), assignee: planner, key, goal: id };
  const made = await createTask(world, { args: { title }, flags: wish });
  world.say(`The plan is made by ${planner}, as task ${made.data.id}.`);
  return untilProposed(world, made.data.id, flags);
}

/** A goal of the organisation by its name, or what the person wrote. */
function goalIn({ config }: View, words: string): Goal {
  const known = isName(words) ? config.goals.get(words) : undefined;
  if (known) return { title: known.title.slice(0, 200), text: `${known.title}\n\n${known.text}`.trim(), id: words };
  return { title: words.trim().split('\n')[0]?.slice(0, 200).trim() || 'Goal', text: words };
}

/** Has a plan changed: the task that wants it goes on with the note. */
export async function replan(world: World, wanted: string | undefined, note: string | undefined, flags: PlanFlags) {
  const { view } = await readTasks(world);
  const { id } = plannedTask(view, wanted);
  const why =
    note === undefined ? 'The plan must change: look at what has come of it so far' : `The plan must change: ${note}`;
  await askFor('start')(world, { args: { id }, flags: { note: why } });
  return untilProposed(world, id, flags);
}

/** The task that has a plan: by its id or its goal, else the only open one. */
function plannedTask(view: View, wanted: string | undefined): Task {
  const { all } = view.state.tasks;
  const open = [...all.values()].filter((task) => wantsPlan(task) && !isFinished(task.status)).sort(byAge);
  const serving = open.filter(({ goal }) => wanted === undefined || goal === wanted);
  if (wanted !== undefined && (all.has(wanted) || !view.config.goals.has(wanted))) {
    const task = taskIn(view, wanted);
    if (wantsPlan(task)) return task;
    throw failure('refused', `Task ${wanted} has no plan`, { remedy: 'Name a task that lemming plan has made.' });
  }
  const [only, ...more] = serving;
  if (only && more.length === 0) return only;
  const names = serving.map(({ id }) => id).join(', ');
  throw failure('usage', only ? 'More than one plan is open' : 'No plan is open', {
    remedy: only ? `Name the task: ${names}.` : 'Make one with lemming plan GOAL.',
  });
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
  let isIdle = false;
  for (let turn = 0; turn < MOST_TURNS; ) {
    const view = readOrg(world);
    const held = proposalOf(view, id);
    if (held) return proposed(world, view, held, id, spent, flags);
    const task = view.state.tasks.all.get(id);
    if (task && isFinished(task.status)) return withoutPlan(task, spent);
    if (isIdle || world.signal.aborted || (most !== undefined && spent >= most)) break;
    try {
      const left = most === undefined ? undefined : most - spent;
      const made = await makeTurns(world, 'plan', { turns: 1, ...defined({ maxCost: left }) });
      spent += inMicro(made.data.spent);
      isIdle = made.data.idle;
      turn++;
    } catch (error) {
      if (!(error instanceof FaultError) || error.fault.code !== 'locked') throw error;
      await world.machine.clock.sleep(LOOK_MS, world.signal).catch(() => {});
    }
  }
  throw failure('refused', `No plan is proposed yet: task ${id} goes on`, {
    remedy: `See lemming inbox for a question. Make more turns with lemming run, then see lemming approvals. lemming task cancel ${id} ends it.`,
  });
}

/** The held act with which the agent of a task proposes its plan. */
function proposalOf({ state }: View, id: string): Approval | undefined {
  const task = state.tasks.all.get(id);
  return task?.waits.map((wait) => state.approvals.pending.get(wait)).find(isProposal);
}

function isProposal(held: Approval | undefined): held is Approval {
  return held?.tool === PROPOSES && held.answer === null;
}

/** Its agent ended the task without a plan. */
function withoutPlan({ id, status, result, reason, assignee }: Task, spent: number) {
  const text = [
    `${assignee} proposed no plan: task ${id} is ${status}.`,
    result ?? reason ?? '',
    'Ask again with other words, or make a plan without a model: lemming plan GOAL --static',
  ];
  const data = { id, status: 'ended' as const, approval: null, tasks: [], cancel: [], change: [], cost: null };
  return { data: { ...data, spent: inCredits(spent) }, text: text.filter(Boolean).join('\n'), exit: 1 };
}

/** Shows a plan that waits, and answers as the options say. Throws `not-found`. */
async function takeUp(world: World, id: string, flags: PlanFlags) {
  const view = readOrg(world);
  const held = view.state.approvals.pending.get(id);
  if (!isProposal(held))
    throw failure('not-found', `No plan waits under the id ${id}`, {
      remedy: 'List what waits with lemming approvals.',
    });
  const task = [...view.state.tasks.all.values()].find(({ waits }) => waits.includes(id));
  return proposed(world, view, held, task?.id ?? null, 0, flags);
}

async function proposed(world: World, view: View, held: Approval, id: string | null, spent: number, flags: PlanFlags) {
  // It was read when it was held.
  const read = readPlan(held.input) as ReadPlan;
  const edited = flags.edit ? await editPlan(world, read.plan, (one) => whyNot(view, held, one)) : null;
  const isApproved = edited !== null || (flags.yes === true && !flags.edit);
  const { plan, repairs } = edited ?? read;
  const { tasks, cancel, change } = plan;
  const form = edited && { edited: statedPlan(edited.plan) };
  if (isApproved) post(world, personOf(view), [{ ask: 'approve', id: held.id, note: '', ...form }]);
  const cost = likelyCost(view.state.tasks, tasks);
  const next = isApproved
    ? `Approved. The next turn ${cancel.length + change.length > 0 ? 'carries it out' : `creates ${count(tasks.length, 'task')}`}: lemming run --until-idle`
    : `Approve it with lemming approve ${held.id}, change it first with lemming plan ${held.id} --edit, or say what must change: lemming deny ${held.id} --note TEXT`;
  const data = {
    id,
    status: isApproved ? ('approved' as const) : ('proposed' as const),
    approval: held.id,
    tasks: tasks.map(({ name, title, assignee = null, needs }) => ({ name, title, assignee, needs })),
    cancel,
    change: change.map((one) => one.id),
    cost: cost && { median: inCredits(cost.least), p90: inCredits(cost.most) },
    spent: inCredits(spent),
  };
  return { data, text: `${previewPlan({ plan, repairs }, view)}\n\n${next}` };
}

/** Why a plan would be refused if it were approved in that form. */
function whyNot({ config, state }: View, held: Approval, read: ReadPlan): string | null {
  const { agent, cause } = held;
  const draft = copyWith(emptyDraft(), { doing: held.id });
  const resume = config.agents.get(agent) as Resume;
  const nothing = { attach: () => ({ why: 'Nothing is attached.' }), stands: () => null };
  const scene = { config, state, turn: state.clock.turn + 1, agent, resume, given: cause, draft, approved: held };
  const staged = stagePlan(read, copyWith(scene, nothing));
  return staged.ok ? null : staged.text;
}
