import type { Effect } from '../entry.ts';
import { type Notice, type State, touch } from '../state.ts';
import { isSameWork } from '../unfinished.ts';

/** Notices that wait for an agent or a person at most; older ones are forgotten between turns. */
const KEPT_NOTICES = 200;

/** What an agent or a person is told at the next visit or look. */
export function notify(
  state: State,
  to: string,
  about: string,
  text: string,
  { dead, left }: Pick<Extract<Effect, { k: 'notice' }>, 'dead' | 'left'> = {},
): void {
  const notice: Notice = { turn: state.turn + 1, about, text };
  const chain = dead === undefined ? undefined : state.dead.get(dead)?.chain;
  if (dead !== undefined && chain !== undefined) Object.assign(notice, { dead, chain });
  const agent = touch(state, to);
  if (left) {
    notice.left = left;
    agent.notices = agent.notices.filter((old) => !old.left || !isSameWork(old.left.mail, left.mail));
  }
  agent.notices.push(notice);
}

/** Keeps the latest of each. */
export function forgetNotices(state: State): void {
  for (const { notices } of state.agents.values())
    if (notices.length > KEPT_NOTICES) notices.splice(0, notices.length - KEPT_NOTICES);
}
