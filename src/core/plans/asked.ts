/** Keeps in mind who was asked for a plan. */
import { copyWith } from '../../schema/copy.ts';
import type { Message } from '../../schema/records/message.ts';
import type { Held } from '../model/entry.ts';
import { type PlanWish, PROPOSES, plansAsked } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';

/** A message came that asks its readers for a plan, or to change the plan of a task. */
export function notePlanWish(state: State, { id, to, asks, task }: Pick<Message, 'id' | 'to' | 'asks' | 'task'>): void {
  if (asks === undefined) return;
  const turn = state.clock.turn + 1;
  const [, goal = null] = asks.split(':');
  const wish = { mail: id, turn, goal, ...(task === undefined ? {} : { task }) };
  for (const name of to) keep(state, name, [...plansAsked(state.tasks, name, turn), wish]);
}

/** A proposal was answered. `isDone`: what was asked for is there; else it may be proposed once more. */
export function notePlanAnswer(state: State, { agent, tool, cause }: Held, isDone: boolean): void {
  const wishes = state.tasks.planning.get(agent);
  if (tool !== PROPOSES || !wishes) return;
  const turn = state.clock.turn + 1;
  const met = wishMet(wishes, cause);
  keep(
    state,
    agent,
    wishes.flatMap((wish) => (wish !== met ? wish : isDone ? [] : copyWith(wish, { turn }))),
  );
}

/** The wish that one of these messages states, or answers to in its conversation. */
export function wishMet(
  wishes: readonly PlanWish[],
  given: readonly { id: string; thread: string }[],
): PlanWish | undefined {
  return wishes.findLast(({ mail }) => given.some(({ id, thread }) => id === mail || thread === mail));
}

function keep({ tasks }: State, agent: string, wishes: PlanWish[]): void {
  if (wishes.length > 0) tasks.planning.set(agent, wishes);
  else tasks.planning.delete(agent);
}
