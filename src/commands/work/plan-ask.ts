/** Asks an agent for a plan, shows what it proposes, and answers. */
import { readOrg } from '../../app/read-org.ts';
import { post } from '../../app/requests.ts';
import { personOf } from '../../app/seats.ts';
import { sendMessage } from '../../app/send.ts';
import type { View } from '../../app/view.ts';
import type { Json } from '../../core/model/call.ts';
import type { Approval } from '../../core/model/state/approvals.ts';
import { PROPOSES } from '../../core/model/state/tasks.ts';
import { whyNoPlan } from '../../core/plans/check.ts';
import { likelyCost } from '../../core/plans/likely.ts';
import { type ReadPlan, readPlan } from '../../core/plans/plan.ts';
import { showPlan } from '../../core/plans/show.ts';
import { taskWaiting } from '../../core/plans/stage.ts';
import type { RunReport } from '../../engine/turn/run.ts';
import { inCredits } from '../../schema/amount.ts';
import { failure } from '../../schema/fault.ts';
import { cut } from '../../schema/print.ts';
import { RunProgress } from '../run/progress.ts';
import type { World } from '../world.ts';
import { editPlan } from './plan-edit.ts';
import { costIn, type PlanFlags, type PlannedGoal, statedPlan } from './plan-text.ts';
import { type Awaited, awaitPlan } from './plan-wait.ts';

/** Writes to whoever plans, and lets the organisation work until the plan is there. */
export async function askForPlan(world: World, planner: string, goal: PlannedGoal, flags: PlanFlags) {
  const view = readOrg(world);
  const person = personOf(view);
  const subject = `Plan: ${cut(goal.text.replace(/\s+/g, ' '), 150)}`;
  const asks = goal.id === null ? 'plan' : `plan:${goal.id}`;
  const { path } = sendMessage(view, person, { to: [planner], subject, asks, body: `${ORDER}\n\n${goal.text}` });
  const asked = { path, after: view.state.clock.turn, person };
  const found = await awaitPlan(world, asked, {
    signal: world.signal,
    maxCost: flags.maxCost,
    opened: (engine) => {
      const teller = new RunProgress(world, engine);
      return (report) => teller.tell(report);
    },
    waits: ({ command, pid }) => world.say(`Waiting for lemming ${command} (process ${pid}), which is making turns.`),
  });
  if (found.held) return answerPlan(world, found.held, flags, spentIn(found.run));
  return withoutPlan(planner, goal, found);
}

const ORDER = `Propose a plan for this goal with the tool propose_plan: which tasks it takes, who does each, and which of them need which. A person approves the plan before anybody begins.`;

function spentIn(run: RunReport | null): number | null {
  return run && inCredits(run.spent);
}

/** Shows a plan that waits, and answers it as the options say. Throws `not-found`. */
export async function takeUp(world: World, id: string, flags: PlanFlags) {
  const held = readOrg(world).state.approvals.pending.get(id);
  if (held?.tool !== PROPOSES)
    throw failure('not-found', `No plan waits under the id ${id}.`, {
      remedy: 'Run lemming approvals to list pending actions.',
    });
  return answerPlan(world, held, flags, null);
}

async function answerPlan(world: World, held: Approval, flags: PlanFlags, spent: number | null) {
  const view = readOrg(world);
  const read = planIn(held);
  const wanted = flags.edit ? await editPlan(world, read.plan, (plan) => whyNot(view, held, plan)) : read;
  const isApproved = flags.edit || flags.yes;
  if (isApproved && wanted) approve(world, held.id, flags.edit ? statedPlan(wanted.plan) : undefined);
  const { plan, repaired } = wanted ?? read;
  const cost = likelyCost(view.state.tasks, plan);
  const { id, agent } = held;
  return {
    data: {
      goal: plan.goal,
      source: 'planner' as const,
      planner: agent,
      state: isApproved && wanted ? ('approved' as const) : ('proposed' as const),
      id,
      plan: statedPlan(plan),
      cost: costIn(cost),
      repaired,
      tasks: [],
      answer: null,
      spent,
    },
    text: `${showPlan(plan, cost, repaired)}\n\n${isApproved && wanted ? APPROVED : waitsText(id)}`,
  };
}

const APPROVED = 'Approved. The next turn creates these tasks: lemming run --until-idle';

function waitsText(id: string): string {
  return `The plan waits as ${id}. Approve it with lemming approve ${id}, change it first with lemming plan ${id} --edit, or say what is wrong with lemming deny ${id} --note TEXT.`;
}

/** A plan that waits was read when it was held. */
function planIn({ input }: Pick<Approval, 'input'>): ReadPlan {
  return readPlan(input) as ReadPlan;
}

/** Why the tasks of a plan could not be made in the name of whoever proposed it. */
function whyNot({ config, state }: View, { id, agent }: Approval, plan: ReadPlan['plan']): string | null {
  const parent = taskWaiting(state.tasks, agent, id)?.id ?? null;
  return whyNoPlan(config, state, plan, { by: agent, parent });
}

function approve(world: World, id: string, edited: Json | undefined): void {
  const person = personOf(readOrg(world));
  post(world, person, [{ ask: 'approve', id, note: '', ...(edited !== undefined && { edited }) }]);
}

/** The exit code of a run that brought no plan. */
function exitOf({ run, answer }: Awaited): number {
  if (run === null || answer) return 1;
  return { 'max-cost': 7, failing: 8, interrupted: 130 }[run.end as string] ?? 1;
}

function withoutPlan(planner: string, { text: goal }: PlannedGoal, found: Awaited) {
  const { answer, run } = found;
  const text = answer
    ? `${planner} has proposed no plan yet. It wrote ${answer.id}:\n\n${answer.body}\n\nAnswer with lemming reply ${answer.id}, then run lemming run --until-idle; the plan is then in lemming approvals.`
    : `${planner} has proposed no plan${ENDS[run?.end as string] ?? ''}. lemming logs ${planner} says what it did; lemming plan GOAL --static makes a plan without it.`;
  return {
    data: {
      goal,
      source: 'planner' as const,
      planner,
      state: answer ? ('answered' as const) : ('none' as const),
      id: null,
      plan: null,
      cost: null,
      repaired: [],
      tasks: [],
      answer: answer?.body ?? null,
      spent: spentIn(run),
    },
    text,
    exit: exitOf(found),
  };
}

const ENDS: Record<string, string> = {
  'max-cost': ', because --max-cost is used up',
  failing: ', because the providers of all agents that are due keep failing',
  interrupted: ', because you stopped it',
  paused: ', because the organisation is paused',
};
