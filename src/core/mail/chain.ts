/** Groups dead letters of one cause in one chain of messages, and the notices about them, into one line. Pure. */
import type { DeadLetter } from '../model/state/dead-letters.ts';
import type { Notice } from '../model/state/staff.ts';
import type { State } from '../model/state.ts';

/** Dead letters of one cause in one chain: the last of them, their number, and their ids in order. */
export interface DeadLine extends DeadLetter {
  count: number;
  ids: string[];
}

/** The notices about them as one: turn and text of the last. */
export interface NoticeLine {
  turn: number;
  about: string;
  text: string;
  count: number;
  /** The dead letters that it reports. */
  ids: string[];
}

/**
 * The line to which a dead letter belongs: the conversation, the reason, and whom it did not reach. A chain that became too
 * long has one cause, whoever was next. A file that was set aside stands for itself.
 */
export function chainOf(thread: string | null, { id, reason, to }: Pick<DeadLetter, 'id' | 'reason' | 'to'>): string {
  return thread === null ? id : JSON.stringify([thread, reason, ...(reason === 'hops' ? [] : to)]);
}

/** All dead letters, line by line, in the order of their last ones. */
export function deadLines(state: State): DeadLine[] {
  return linesOf(state.dead.letters.values(), ({ chain }) => chain).map((letters) => {
    return Object.assign({}, letters.at(-1), { count: letters.length, ids: letters.map(({ id }) => id) }) as DeadLine;
  });
}

/** Notices, line by line, in the order of the last of each. */
export function noticeLines(notices: readonly Notice[]): NoticeLine[] {
  return linesOf(notices, ({ chain }) => chain).map((same) => {
    const { turn, about, text } = same.at(-1) as Notice;
    const count = same.length;
    const ids = [...new Set(same.flatMap(({ dead = [] }) => dead))];
    return { turn, about, text: count > 1 ? `${text} ${countedWith(count)}` : text, count, ids };
  });
}

function countedWith(count: number): string {
  return `${count} messages of this chain were not delivered for this reason. lemming retry delivers all of them again.`;
}

function linesOf<T>(all: Iterable<T>, chainOf: (one: T) => string | undefined): T[][] {
  const lines = new Map<string | T, T[]>();
  for (const one of all) {
    const chain = chainOf(one) ?? one;
    const line = lines.get(chain) ?? [];
    line.push(one);
    lines.delete(chain); // the latest stand last
    lines.set(chain, line);
  }
  return [...lines.values()];
}
