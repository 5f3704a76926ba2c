/** Asks an agent for a plan, or to change one; shows what it proposes, and answers. */
import { readOrg } from '../../app/read-org.ts';
import { post } from '../../app/requests.ts';
import { personOf } from '../../app/seats.ts';
import { type OutgoingMessage, sendMessage } from '../../app/send.ts';
import type { View } from '../../app/view.ts';
import type { Json } from '../../core/model/call.ts';
import type { Approval } from '../../core/model/state/approvals.ts';
import { PROPOSES, type Task } from '../../core/model/state/tasks.ts';
import { emptyDraft } from '../../core/model/tool.ts';
import { wishMet } from '../../core/plans/asked.ts';
import { likelyCost } from '../../core/plans/likely.ts';
import { type ReadPlan, readPlan } from '../../core/plans/plan.ts';
import { previewPlan } from '../../core/plans/preview.ts';
import { stagePlan } from '../../core/plans/stage.ts';
import { dueOf } from '../../core/turn/schedule.ts';
import type { RunReport } from '../../engine/turn/run.ts';
import { inCredits } from '../../schema/amount.ts';
import type { Resume } from '../../schema/config/resume.ts';
import { failure } from '../../schema/fault.ts';
import { cut } from '../../schema/print.ts';
import { whyOf } from '../../views/org/status.ts';
import { tellPaused } from '../message-args.ts';
import { RunProgress } from '../run/progress.ts';
import type { World } from '../world.ts';
import { costIn, editPlan, type PlanFlags, type PlannedGoal, statedPlan } from './plan-text.ts';
import { type Awaited, awaitPlan } from './plan-wait.ts';

/** Asks whoever plans for a plan of a goal. */
export function askForPlan(world: World, planner: string, goal: PlannedGoal, flags: PlanFlags) {
  const subject = `Plan: ${cut(goal.text.replace(/\s+/g, ' '), 150)}`;
  const asks = goal.id === null ? 'plan' : `plan:${goal.id}`;
  return ask(world, planner, goal.text, { subject, asks, body: `${ORDER}\n\n${goal.text}` }, flags);
}

/** Asks the agent of a task to change the plan of that task. `note`: what has changed. */
export function askForChange(world: World, { id, title, assignee }: Task, note: string | undefined, flags: PlanFlags) {
  const why = note === undefined ? '' : `\n\nWhat has changed:\n\n${note}`;
  const letter = { subject: `Change the plan: ${cut(title, 150)}`, asks: 'plan', task: id, body: `${CHANGE}${why}` };
  return ask(world, assignee as string, title, letter, flags);
}

const ORDER = `Propose a plan for this goal with the tool propose_plan: which tasks it takes, who does each, and which of them need which. A person approves the plan before anybody begins.`;

const CHANGE = `Look at the plan of this task again, and at what has come of it so far. Propose with the tool propose_plan what should be different: under tasks what is to be added, under change the fields that change of tasks that have not begun, under cancel the ids of those that are no longer needed. A person approves it first. If nothing should change, say so.`;

/** Writes to an agent, and lets the organisation work until the plan is there. */
async function ask(world: World, planner: string, goal: string, letter: Omit<OutgoingMessage, 'to'>, flags: PlanFlags) {
  const view = readOrg(world);
  const person = personOf(view);
  const { path } = sendMessage(view, person, { to: [planner], ...letter });
  tellPaused(world, view, [planner]);
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
  return withoutPlan(world, planner, goal, found);
}

function spentIn(run: RunReport | null): number | null {
  return run && inCredits(run.spent);
}

/** A change of the plan of a task that waits for its approval; null when none does. */
export function changeWaiting({ state }: View, { id, assignee }: Task): string | null {
  const wishes = state.tasks.planning.get(assignee ?? '')?.filter(({ task }) => task === id) ?? [];
  const waiting = [...state.approvals.pending.values()].find(
    ({ tool, cause, answer }) => tool === PROPOSES && answer === null && wishMet(wishes, cause) !== undefined,
  );
  return waiting?.id ?? null;
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
  // It was read when it was held.
  const read = readPlan(held.input) as ReadPlan;
  const wanted = flags.edit ? await editPlan(world, read.plan, (plan) => whyNot(view, held, plan)) : read;
  const isApproved = (flags.edit || flags.yes) && wanted !== null;
  if (isApproved) approve(world, held.id, flags.edit ? statedPlan(wanted.plan) : undefined);
  const shown = wanted ?? read;
  const { plan, repaired } = shown;
  const { id, agent } = held;
  return {
    data: {
      goal: plan.goal,
      source: 'planner' as const,
      planner: agent,
      state: isApproved ? ('approved' as const) : ('proposed' as const),
      id,
      plan: statedPlan(plan),
      cost: costIn(likelyCost(view.state.tasks, plan)),
      repaired,
      tasks: [],
      answer: null,
      spent,
    },
    text: `${previewPlan(shown, view)}\n\n${isApproved ? approvedText(plan) : waitsText(id)}`,
  };
}

function approvedText({ change, cancel }: ReadPlan['plan']): string {
  const what = change.length + cancel.length > 0 ? 'carries it out' : 'creates these tasks';
  return `Approved. The next turn ${what}: lemming run --until-idle`;
}

function waitsText(id: string): string {
  return nextSteps(`The plan waits as ${id}. Next:`, [
    [`lemming approve ${id}`, 'approves it'],
    [`lemming plan ${id} --edit`, 'lets you change it first'],
    [`lemming deny ${id} --note TEXT`, 'tells its author what is wrong with it'],
  ]);
}

/** Why a plan would not be carried out if it were approved in that form. */
function whyNot({ config, state }: View, held: Approval, plan: ReadPlan['plan']): string | null {
  const { agent, cause, id } = held;
  const draft = emptyDraft();
  draft.doing = id;
  const staged = stagePlan(
    { plan, repaired: [] },
    {
      config,
      state,
      turn: state.clock.turn + 1,
      agent,
      resume: config.agents.get(agent) as Resume,
      given: cause,
      draft,
      approved: held,
    },
  );
  return staged.ok ? null : staged.text;
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

function withoutPlan(world: World, planner: string, goal: string, found: Awaited) {
  const { answer, run } = found;
  const text = answer
    ? nextSteps(`${planner} has proposed no plan yet. It wrote ${answer.id}:\n\n${answer.body.trim()}\n\nNext:`, [
        [`lemming reply ${answer.id} TEXT`, 'answers it'],
        ['lemming run --until-idle', 'lets it go on'],
        ['lemming approvals', 'shows the plan when it is proposed'],
      ])
    : nextSteps(`${planner} has proposed no plan: ${whyNone(readOrg(world), planner, run)}.\nNext:`, [
        [`lemming inspect ${planner}`, 'shows how it is'],
        [`lemming logs ${planner}`, 'shows what it did'],
        ['lemming plan GOAL --static', 'makes a plan without it'],
      ]);
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

/** What ended the turns, else what keeps the agent from going on. */
function whyNone({ config, state }: View, planner: string, run: RunReport | null): string {
  const end = run && ENDS[run.end];
  if (end) return end;
  const due = dueOf(config, state, state.clock.turn + 1, planner);
  return `its state is: ${whyOf(config, state, planner, due)}`;
}

const ENDS: Partial<Record<RunReport['end'], string>> = {
  'max-cost': '--max-cost is used up',
  failing: 'the providers of all agents that are due keep failing',
  interrupted: 'you stopped it',
  paused: 'the organisation is paused (lemming resume)',
};

function nextSteps(text: string, steps: readonly (readonly [command: string, does: string])[]): string {
  const width = Math.max(...steps.map(([command]) => command.length));
  return [text, ...steps.map(([command, does]) => `${command.padEnd(width)}    ${does}`)].join('\n  ');
}
