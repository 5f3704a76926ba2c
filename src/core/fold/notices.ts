import { type State, touch } from '../state.ts';

/** Notices that wait for an agent or a person at most; older ones are forgotten between turns. */
const KEPT_NOTICES = 200;

/** What an agent or a person is told at the next visit or look. */
export function notify(state: State, to: string, about: string, text: string, dead?: string): void {
  const notice = { turn: state.turn + 1, about, text };
  const chain = dead === undefined ? undefined : state.dead.get(dead)?.chain;
  touch(state, to).notices.push(
    dead === undefined || chain === undefined ? notice : Object.assign(notice, { dead, chain }),
  );
}

/** Keeps the latest of each. */
export function forgetNotices(state: State): void {
  for (const { notices } of state.agents.values())
    if (notices.length > KEPT_NOTICES) notices.splice(0, notices.length - KEPT_NOTICES);
}
