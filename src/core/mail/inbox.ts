/** Chooses the mail that a visit is given. */
import { copyWith } from '../../schema/copy.ts';
import { byCodeUnit } from '../../schema/name.ts';
import { type Mail, readableBy } from '../model/state/mail.ts';
import { type AgentState, agentState } from '../model/state/staff.ts';
import type { Task } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';

/** The mail that a visit is given. */
export interface InboxMail {
  mail: Mail[];
  /** The task on which it works. */
  task?: Task;
  /** Mail of former visits that the agent is reminded to answer. */
  reminded?: Mail[];
  /** How many more messages wait. */
  waiting: number;
  /** Most characters of each body; longer ones are cut. */
  cut: number;
  /** The model refused it with the rest of a prompt: it is given without memory, notices and earlier messages. */
  bare?: true;
}

/** Characters that stand for one token when a text is only estimated. */
const CHARS_PER_TOKEN = 4;
/** Characters counted for the head of a message. */
const HEAD_CHARS = 200;
/** Turns of waiting that lift a message by one priority, so that low ones are read in the end. */
const AGEING_TURNS = 8;
const RANK = { urgent: 0, high: 1, normal: 2, low: 3 } as const;

/**
 * Chooses from the inbox, without what is still collected: by priority (raised with age), then age, senders in rotation, within the token allowance. After a
 * failed visit the oldest message that failed comes alone, so that one bad message cannot hold up the rest; after one that was
 * cut, half of its mail comes. `attempts`: how
 * many each message has. Pure.
 */
export function inboxOfVisit(
  state: State,
  agent: string,
  turn: number,
  inboxTokens: number,
  attempts: number,
): InboxMail {
  const room = inboxTokens * CHARS_PER_TOKEN;
  const inbox = readableBy(state.mail, agent, turn);
  const { refused } = agentState(state.staff, agent);
  const next = nextAfterRefusal(inbox, agent, refused);
  if (next) {
    const isLast = next.refused?.[agent] !== undefined && (next.attempts[agent] ?? 0) + 1 >= attempts;
    const alone = { mail: [next], waiting: inbox.length - 1, cut: partOf(next, agent, room) };
    return isLast || refused === 'model' ? copyWith(alone, { bare: true }) : alone;
  }
  if (inbox.length <= 1) return { mail: inbox, waiting: 0, cut: room };
  const failed = inbox.filter((mail) => (mail.attempts[agent] ?? 0) > 0);
  const again = failed.length > 0 ? suspectsIn(failed, state, agent, turn) : inOrder(inbox, turn);
  const chosen = thatFit(again, room);
  return { mail: chosen, waiting: inbox.length - chosen.length, cut: room };
}

/**
 * Mail that is given again. After a visit that was cut, which may only have been too much at once, half of it comes together;
 * what made a second visit end early, and mail of a visit that failed, comes alone, the oldest first.
 */
function suspectsIn(failed: readonly Mail[], state: State, agent: string, turn: number): Mail[] {
  const { share } = agentState(state.staff, agent);
  const isFirst = failed.every((mail) => mail.attempts[agent] === 1);
  if (share > 1 && isFirst) return inOrder(failed, turn).slice(0, share);
  return [failed.reduce((a, b) => (older(b, a) ? b : a))];
}

function thatFit(mails: readonly Mail[], room: number): Mail[] {
  const chosen: Mail[] = [];
  let used = 0;
  for (const mail of mails) {
    const size = HEAD_CHARS + Math.min(mail.body.length, room);
    if (chosen.length > 0 && used + size > room) break;
    chosen.push(mail);
    used += size;
  }
  return chosen;
}

/**
 * The message that an agent is given next, as long as some were refused: the one whose refusal is longest ago. While no
 * visit was answered since, others are tried first: they show whether the model answers at all.
 */
function nextAfterRefusal(inbox: readonly Mail[], agent: string, refused: AgentState['refused']): Mail | undefined {
  const since = (mail: Mail): number => mail.refused?.[agent]?.turn ?? 0;
  const open = inbox.filter((mail) => since(mail) > 0 || (refused !== '' && mail.kind !== 'notice'));
  return [...open].sort((a, b) => since(a) - since(b))[0]; // of several the one that came first
}

/** Characters that are given of a message: less with each attempt when the model refused it as too long. */
function partOf(mail: Mail, agent: string, room: number): number {
  if (!mail.refused?.[agent]?.long) return room;
  const tries = Math.min(mail.attempts[agent] ?? 0, MOST_PARTS);
  return Math.min(room, Math.max(LEAST_CHARS, Math.floor(Math.min(mail.body.length, room) / 4 ** tries)));
}
/** A part of a message is never shorter than this, in characters, nor cut more often. */
const LEAST_CHARS = 500;
const MOST_PARTS = 4;

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
