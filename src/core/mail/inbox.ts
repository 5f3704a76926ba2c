/** Chooses the mail that a visit is given. */
import { byCodeUnit } from '../../schema/name.ts';
import { inboxOf, type Mail } from '../model/state/mail.ts';
import type { State } from '../model/state.ts';

/** The mail that a visit is given. */
export interface InboxMail {
  mail: Mail[];
  /** Mail of former visits that the agent is reminded to answer. */
  reminded?: Mail[];
  /** How many more messages wait. */
  waiting: number;
  /** Most characters of each body; longer ones are cut. */
  cut: number;
}

/** Characters that stand for one token when a text is only estimated. */
const CHARS_PER_TOKEN = 4;
/** Characters counted for the head of a message. */
const HEAD_CHARS = 200;
/** Turns of waiting that lift a message by one priority, so that low ones are read in the end. */
const AGEING_TURNS = 8;
const RANK = { urgent: 0, high: 1, normal: 2, low: 3 } as const;

/**
 * Chooses from the inbox: by priority (raised with age), then age, senders in rotation, within the token allowance. After a
 * failed visit the oldest message that failed comes alone, so that one bad message cannot hold up the rest. Pure.
 */
export function inboxOfVisit(state: State, agent: string, turn: number, inboxTokens: number): InboxMail {
  const room = inboxTokens * CHARS_PER_TOKEN;
  const inbox = inboxOf(state.mail, agent);
  if (inbox.length <= 1) return { mail: inbox, waiting: 0, cut: room };
  const failed = inbox.filter((mail) => (mail.attempts[agent] ?? 0) > 0);
  if (failed.length)
    return { mail: [failed.reduce((a, b) => (older(b, a) ? b : a))], waiting: inbox.length - 1, cut: room };
  const chosen: Mail[] = [];
  let used = 0;
  for (const mail of inOrder(inbox, turn)) {
    const size = HEAD_CHARS + Math.min(mail.body.length, room);
    if (chosen.length > 0 && used + size > room) break;
    chosen.push(mail);
    used += size;
  }
  return { mail: chosen, waiting: inbox.length - chosen.length, cut: room };
}

/** Orders by rank; within a rank senders take turns, each with its oldest message first. */
function inOrder(inbox: readonly Mail[], turn: number): Mail[] {
  const ranks: Mail[][] = [[], [], [], []];
  for (const mail of inbox) ranks[rankOf(mail, turn)]?.push(mail);
  return ranks.flatMap(rotateSenders);
}

function rankOf(mail: Mail, turn: number): number {
  return Math.max(0, RANK[mail.priority] - Math.floor((turn - mail.turn) / AGEING_TURNS));
}

function rotateSenders(rank: Mail[]): Mail[] {
  const bySender = new Map<string, Mail[]>();
  for (const mail of [...rank].sort((a, b) => (older(a, b) ? -1 : 1))) {
    const queue = bySender.get(mail.from);
    if (queue) queue.push(mail);
    else bySender.set(mail.from, [mail]);
  }
  const order: Mail[] = [];
  for (let round = 0; order.length < rank.length; round++)
    for (const queue of bySender.values()) {
      const mail = queue[round];
      if (mail) order.push(mail);
    }
  return order;
}

function older(a: Mail, b: Mail): boolean {
  if (a.turn !== b.turn) return a.turn < b.turn;
  return a.from === b.from ? numberOf(a) < numberOf(b) : byCodeUnit(a.from, b.from) < 0;
}

/** The n of `<turn>-<author>-<n>`. */
function numberOf(mail: Mail): number {
  return Number(mail.id.slice(mail.id.lastIndexOf('-') + 1));
}
