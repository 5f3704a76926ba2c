/** Stages a plan: all its tasks at once, when a person has approved it. */
import { copyWith } from '../../schema/copy.ts';
import { cut } from '../../schema/print.ts';
import type { Config } from '../model/config.ts';
import { isPersonIn } from '../model/config.ts';
import { type PlanWish, PROPOSES, plansAsked, type Task, type TasksState } from '../model/state/tasks.ts';
import type { ActContext, Staged } from '../model/tool.ts';
import { grants } from '../rights/permit.ts';
import { mayGive } from '../tasks/assign.ts';
import { newTask, tasksWith } from '../tasks/stage.ts';
import { whyNoTask } from '../tasks/valid.ts';
import { whyNoPlan } from './check.ts';
import { likelyCost } from './likely.ts';
import { inOrder, type ReadPlan } from './plan.ts';
import { showPlan } from './show.ts';

/** Makes the tasks of a plan: parts of the task for which it was proposed, or of a new one for its goal. */
export function stagePlan({ plan }: ReadPlan, scene: ActContext): Staged {
  const { config, state, agent, turn, resume, draft, approved } = scene;
  if (!approved && grants(resume, PROPOSES) === null && plansAsked(state.tasks, agent, turn).length === 0)
    return refusal('Nobody has asked you for a plan.');
  const own = ownTask(scene);
  const parent = own?.id ?? null;
  const why = whyNoPlan(config, state, plan, { by: agent, parent });
  if (why !== null) return refusal(`The plan cannot be carried out: ${why}. Correct it and propose it again.`);
  const goal = own?.goal ?? wishOf(scene)?.goal ?? null;
  const whole = own ?? goalTask(plan.goal, scene, goal);
  const made: Task[] = [];
  const ids = new Map<string, string>();
  if (!own) {
    draft.tasks.push({ task: whole, body: `${plan.goal}\n\n${PARTS}`.trim() });
    draft.nextTask++;
  }
  for (const { id, body, needs, ...wish } of inOrder(plan.tasks)) {
    const key = `${approved?.id ?? `${turn}-${agent}`}/${id}`;
    const after = needs.map((need) => ids.get(need) ?? need);
    const task = newTask(copyWith(wish, { body, needs: after, key, parent: whole.id, goal }), scene, after);
    const clash = whyNoTask(config, tasksWith(state.tasks, draft.tasks), null, task, agent);
    if (clash !== null) return refusal(`${id}: ${clash}`);
    draft.tasks.push({ task, body });
    draft.nextTask++;
    ids.set(id, task.id);
    made.push(task);
  }
  const waits = made.map((task) => task.id);
  if (own)
    draft.tasks.push({ id: own.id, fields: { status: 'blocked', waits }, what: `waits for ${waits.join(', ')}` });
  else whole.waits = waits;
  const names = [...ids].map(([id, task]) => `${task} (${id})`).join(', ');
  return {
    ok: true,
    text: `Created ${names}. They are parts of ${whole.id}, which comes to you when they have ended.`,
  };
}

/** What the person is shown who is to approve it. Pure. */
export function previewPlan({ plan, repaired }: ReadPlan, { state }: ActContext): string {
  return showPlan(plan, likelyCost(state.tasks, plan), repaired);
}

const PARTS =
  'Its parts are the tasks of a plan, and they have ended. Say what came of the goal, and where the result is.';

function refusal(text: string): Staged {
  return { ok: false, rule: 'plan', text };
}

/** The task for which the plan is: that of the visit, or the one that waits for the approval. */
function ownTask({ state, agent, task, approved }: ActContext): Task | undefined {
  return approved && !task ? taskWaiting(state.tasks, agent, approved.id) : task;
}

/** The open task of an agent that waits for the answer to a held act. */
export function taskWaiting({ all, assigned }: TasksState, agent: string, id: string): Task | undefined {
  return [...(assigned.get(agent) ?? [])].map((one) => all.get(one) as Task).find(({ waits }) => waits.includes(id));
}

/** What was asked for in the mail that led to the plan. */
function wishOf({ state, agent, turn, given }: ActContext): PlanWish | undefined {
  const wishes = plansAsked(state.tasks, agent, turn);
  return wishes.findLast(({ mail }) => given.some(({ id }) => id === mail)) ?? wishes.at(-1);
}

/** A task of whoever plans, which goes on when all others have ended. Its result goes to the person who asked. */
function goalTask(text: string, scene: ActContext, goal: string | null): Task {
  const { agent, config, given } = scene;
  const title = cut((text || given.at(-1)?.subject || 'A plan').replace(/\s+/g, ' ').trim(), TITLE);
  const task = newTask({ title, body: '', needs: [], assignee: agent, goal }, scene, []);
  return copyWith(task, { status: 'blocked' as const, by: askerIn(config, given, agent) });
}
const TITLE = 200;

function askerIn(config: Config, given: ActContext['given'], agent: string): string {
  const asker = given.findLast(({ from }) => isPersonIn(config, from) && mayGive(config, from, agent));
  return asker?.from ?? agent;
}
