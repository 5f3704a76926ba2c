/** Adds notices for agents and people to the state, and settles them. */
import { contentHash } from '../model/content.ts';
import type { Effect } from '../model/entry.ts';
import { type Notice, touch } from '../model/state/staff.ts';
import type { State } from '../model/state.ts';

/** Notices kept for an agent or a person; older ones are forgotten between turns. */
const KEPT_NOTICES = 200;

/**
 * Adds a notice for an agent or a person, shown at the next visit or look. `dead`: about a dead letter; `of`: about
 * something else that will be settled, such as a held act; `left`: about a visit that was cut. It replaces unread notices
 * about the same thing.
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

/** Removes the notices about something that is settled. */
export function settleNotices(state: State, what: string): void {
  const isOf = ({ dead, of }: Notice): boolean => dead === what || of === what;
  for (const agent of state.staff.agents.values())
    if (agent.notices.some(isOf)) agent.notices = agent.notices.filter((notice) => !isOf(notice));
}

/** The subject of a notice about an agent whose folder is gone, and mail that waits for it. */
export const awayOf = (agent: string): string => `away ${agent}`;
export const mailFor = (agent: string): string => `mail for ${agent}`;
/** The subject of a notice about missing credits of an agent. */
export const creditsOf = (agent: string): string => `credits of ${agent}`;

/** The subject of a notice about an agent whose model is set up wrongly. */
export const configOf = (agent: string): string => `model of ${agent}`;
/** The subject of a notice about mail that an agent could be given only alone. */
export const aloneOf = (agent: string): string => `mail of ${agent} alone`;

/** The subject of a notice about a message that an agent has not finished. */
export const workOf = (agent: string, mail: string): string => `${mail} at ${agent}`;

/** A message is done or given up: its author no longer needs to hear that it is unfinished. */
export function settleWork(state: State, agent: string, { id, from }: { id: string; from: string }): void {
  const author = state.staff.agents.get(from);
  const work = workOf(agent, id);
  if (author?.notices.some(({ of }) => of === work)) author.notices = author.notices.filter(({ of }) => of !== work);
}

/** The name of a notice. Reading one notice counts as reading every other with the same text and turn. */
export function noticeKey({ turn, text }: Notice): string {
  return (contentHash(`${turn} ${text}`) as string).slice(0, 16);
}

/** Removes notices that a person has read; without keys all, as an earlier version asked. */
export function forgetRead(state: State, by: string, keys: readonly string[] | undefined): void {
  const agent = touch(state.staff, by);
  const read = new Set(keys);
  agent.notices = keys === undefined ? [] : agent.notices.filter((notice) => !read.has(noticeKey(notice)));
}

/** Keeps only the latest notices of each agent and person. */
export function forgetNotices(state: State): void {
  for (const { notices } of state.staff.agents.values())
    if (notices.length > KEPT_NOTICES) notices.splice(0, notices.length - KEPT_NOTICES);
}

/** Whether two visits were about the same mail: they share a message, or neither had any. */
export function isSameWork(one: readonly string[], other: readonly string[]): boolean {
  return one.length === 0 ? other.length === 0 : one.some((id) => other.includes(id));
}
