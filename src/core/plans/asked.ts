/** Keeps in mind who was asked for a plan. */
import { copyWith } from '../../schema/copy.ts';
import type { Message } from '../../schema/records/message.ts';
import type { Held } from '../model/entry.ts';
import { type PlanWish, PROPOSES, plansAsked } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';

/** A message came that asks its readers for a plan. */
export function notePlanWish(state: State, { id, to, asks }: Pick<Message, 'id' | 'to' | 'asks'>): void {
  if (asks === undefined) return;
  const turn = state.clock.turn + 1;
  const [, goal = null] = asks.split(':');
  for (const name of to) keep(state, name, [...plansAsked(state.tasks, name, turn), { mail: id, turn, goal }]);
}

/** A proposal was answered: what was asked for is there, or may be proposed once more. */
export function notePlanAnswer(state: State, { agent, tool, cause }: Held, decision: 'approved' | 'denied'): void {
  const wishes = state.tasks.planning.get(agent);
  if (tool !== PROPOSES || !wishes) return;
  const turn = state.clock.turn + 1;
  const isMeant = ({ mail }: PlanWish): boolean => cause.some(({ id }) => id === mail);
  keep(
    state,
    agent,
    wishes.flatMap((wish) => (!isMeant(wish) ? wish : decision === 'approved' ? [] : copyWith(wish, { turn }))),
  );
}

function keep({ tasks }: State, agent: string, wishes: PlanWish[]): void {
  if (wishes.length > 0) tasks.planning.set(agent, wishes);
  else tasks.planning.delete(agent);
}
