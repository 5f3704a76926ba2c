/** Adds notices for agents and people to the state, and settles them. */
import { contentHash } from '../model/content.ts';
import type { Effect } from '../model/entry.ts';
import { type Notice, touch } from '../model/state/staff.ts';
import type { State } from '../model/state.ts';

/** Notices that wait for an agent or a person at most; older ones are forgotten between turns. */
const KEPT_NOTICES = 200;

/**
 * What an agent or a person is told at the next visit or look. `dead`: of a dead letter; `of`: of something else that will be
 * settled, such as a held act; `left`: of a visit that was cut. What was told of that before, and is not read yet, gives way.
 */
export function notify(
  state: State,
  to: string,
  about: string,
  text: string,
  { dead, left, of }: Pick<Extract<Effect, { k: 'notice' }>, 'dead' | 'left' | 'of'> = {},
): void {
  const notice: Notice = { turn: state.clock.turn + 1, about, text };
  const chain = dead === undefined ? undefined : state.dead.letters.get(dead)?.chain;
  if (dead !== undefined && chain !== undefined) Object.assign(notice, { dead, chain });
  const agent = touch(state.staff, to);
  if (of !== undefined) {
    notice.of = of;
    agent.notices = agent.notices.filter((old) => old.of !== of);
  }
  if (left) {
    notice.left = left;
    agent.notices = agent.notices.filter((old) => !old.left || !isSameWork(old.left.mail, left.mail));
  }
  agent.notices.push(notice);
}

/** What was told of something that is settled goes. */
export function settleNotices(state: State, what: string): void {
  const isOf = ({ dead, of }: Notice): boolean => dead === what || of === what;
  for (const agent of state.staff.agents.values())
    if (agent.notices.some(isOf)) agent.notices = agent.notices.filter((notice) => !isOf(notice));
}

/** What a notice is of, where it is no dead letter and no held act: the folder of an agent, and mail that waits for it. */
export const awayOf = (agent: string): string => `away ${agent}`;
export const mailFor = (agent: string): string => `mail for ${agent}`;
/** And the credits that an agent lacks. */
export const creditsOf = (agent: string): string => `credits of ${agent}`;

/** And a message that an agent has not finished. */
export const workOf = (agent: string, mail: string): string => `${mail} at ${agent}`;

/** A message is done, or given up: its author need not hear any more that an agent has not finished it. */
export function settleWork(state: State, agent: string, { id, from }: { id: string; from: string }): void {
  const author = state.staff.agents.get(from);
  const work = workOf(agent, id);
  if (author?.notices.some(({ of }) => of === work)) author.notices = author.notices.filter(({ of }) => of !== work);
}

/** The name of a notice: whoever has read it has read every other that says the same of the same turn. */
export function noticeKey({ turn, text }: Notice): string {
  return (contentHash(`${turn} ${text}`) as string).slice(0, 16);
}

/** Notices that a person has read; without their names all, as an earlier version asked. */
export function forgetRead(state: State, by: string, keys: readonly string[] | undefined): void {
  const agent = touch(state.staff, by);
  const read = new Set(keys);
  agent.notices = keys === undefined ? [] : agent.notices.filter((notice) => !read.has(noticeKey(notice)));
}

/** Keeps the latest of each. */
export function forgetNotices(state: State): void {
  for (const { notices } of state.staff.agents.values())
    if (notices.length > KEPT_NOTICES) notices.splice(0, notices.length - KEPT_NOTICES);
}

/** Whether two visits were about the same: mail of one is among that of the other, or neither had any. */
export function isSameWork(one: readonly string[], other: readonly string[]): boolean {
  return one.length === 0 ? other.length === 0 : one.some((id) => other.includes(id));
}
