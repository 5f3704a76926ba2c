/** The slice of the state for mail: what waits for whom, and the conversations. */
import type { Message } from '../../../schema/records/message.ts';
import { SpillMap } from '../maps/spill-map.ts';
import { byMessage, byReader } from '../maps/spill-order.ts';

/** A message that somebody has not been given yet. */
export interface Mail extends Message {
  /** Recipients it is not delivered to; a person's mail waits until it is read. */
  waiting: string[];
  /** Failed visits by recipient. */
  attempts: Record<string, number>;
  /** Its author had read words of strangers. */
  tainted?: true;
  /** Recipient → what its visits that were cut made of files (`mail/growth.ts`). */
  grown?: Record<string, { visits: number; files: Record<string, number> }>;
  /** Recipient → the last turn in which its model refused it; `long`: once because it was too long. */
  refused?: Record<string, { turn: number; long?: true }>;
  /** The last turn in which a person edited it or sent it again: the journal of that turn has its text. */
  edited?: number;
  /** Recipients whose superior was told that they have not read it. */
  told?: string[];
}

/** A message that an agent wrote or was given. Its text is in the journal. */
export interface KnownMail {
  thread: string;
  tainted?: true;
  edited?: number;
}

/** A message that a prompt may show again. */
export interface KeptMail {
  /** Agents that may be shown it: it stands in so many lists of `recent`. */
  holders: number;
  id: string;
  from: string;
  /** Its first recipients. */
  to: string[];
  kind: Message['kind'];
  thread: string;
  subject: string;
  /** Cut to `KEPT_CHARS`. */
  body: string;
  /** Characters of the whole body. */
  size: number;
}
export const KEPT_CHARS = 4000;

/** One of the last messages of a conversation, for prompts. Its body is cut to `TAIL_CHARS`. */
export interface ThreadMessage {
  id: string;
  from: string;
  to: string[];
  subject: string;
  body: string;
}

/** An answer that an agent owes. */
export interface Owed {
  /** Id of the message, its author and its conversation. */
  id: string;
  from: string;
  thread: string;
  subject: string;
  /** The turn in which the agent was given it. */
  turn: number;
  /** The message, until the agent was reminded of it. */
  mail?: Mail;
  /** The agent asked its author something and waits for the answer. */
  asked?: true;
  /** A superior of the agent was told that it has not answered. */
  told?: true;
}

export const TAIL_LENGTH = 6;
export const TAIL_CHARS = 400;

/** A file that came with a message. */
export interface AttachedFile {
  /** The name by which its readers know it. */
  name: string;
  /** Where it lies until the message is archived. */
  path: string;
  /** Where a person laid it; it moves to its path when the turn is committed. */
  found?: string;
  /** What prompts show of it, until every agent was given the message: the whole text, where its author made it and it is short. */
  text?: string;
}

/** What came with a message, and who may read it besides its author. */
export interface Attachments {
  files: AttachedFile[];
  /** Agents that were given the message in a visit. */
  readers: string[];
  tainted?: true;
}

export interface MailState {
  waiting: SpillMap<Mail>;
  /** Ids of waiting mail by recipient, in order of arrival. */
  inbox: Map<string, string[]>;
  /** How many notices are among them: they ask for no attention. */
  quiet: Map<string, number>;
  /** Waiting mail that expires → the last turn in which it may be given. */
  expiring: Map<string, number>;
  /** Reader → mail that a route collects for it, and the turn in which it may be given. */
  collected: Map<string, { id: string; turn: number }[]>;
  /** Every message by each of its readers → the name of its file, after what it was made in: `2.1/000006-...md` (`made` of `sent`). */
  received: SpillMap<string>;
  /** Every message that brought files → these files. */
  attached: SpillMap<Attachments>;
  /** `<hash> <path>` of an attached file → the path of the file in whose line these bytes stand. */
  contents: SpillMap<string>;
  /** Each message by each agent that wrote it or was given it: `<agent> <id>`. */
  known: SpillMap<KnownMail>;
  /** Agent → ids of known messages that its prompts may show, in the order in which it came to know them. */
  recent: Map<string, string[]>;
  /** The messages in `recent`. */
  texts: SpillMap<KeptMail>;
  /** Conversation → its last messages; the one that was written in last stands last. */
  threads: Map<string, ThreadMessage[]>;
  /** Answers that agents owe, by agent, the oldest first. */
  owed: Map<string, Owed[]>;
  /** Messages that lie in people's outboxes: all else there is new. */
  own: Map<string, Set<string>>;
  /** Messages that people put away: they move to the archive when nobody waits for them any more. */
  archive: Set<string>;
  /** Messages sent in all. */
  sent: number;
  /** Last turn in which a message was sent. */
  activeTurn: number;
}

export function emptyMail(): MailState {
  return {
    waiting: new SpillMap(byMessage),
    inbox: new Map(),
    quiet: new Map(),
    expiring: new Map(),
    collected: new Map(),
    received: new SpillMap(byReader),
    attached: new SpillMap(byMessage),
    contents: new SpillMap(),
    known: new SpillMap(byReader),
    recent: new Map(),
    texts: new SpillMap(byMessage),
    threads: new Map(),
    owed: new Map(),
    own: new Map(),
    archive: new Set(),
    sent: 0,
    activeTurn: 0,
  };
}

/** Waiting mail of a recipient in order of arrival. */
export function inboxOf(mail: MailState, name: string): Mail[] {
  return mailOf(mail, mail.inbox.get(name) ?? []);
}

/** Waiting mail that a recipient may be given in a turn: what is collected for it waits for its own. */
export function readableBy(mail: MailState, name: string, turn: number): Mail[] {
  const until = collectedFor(mail, name, turn);
  const all = inboxOf(mail, name);
  return until.size === 0 ? all : all.filter(({ id }) => !until.has(id));
}

/** Mail that is collected for a recipient beyond a turn → the turn in which it may be given. */
export function collectedFor({ collected }: MailState, name: string, turn: number): ReadonlyMap<string, number> {
  const mine = collected.get(name);
  return mine ? new Map(mine.flatMap(({ id, turn: until }) => (until > turn ? [[id, until]] : []))) : NONE;
}
const NONE: ReadonlyMap<string, number> = new Map();

/** Mail that somebody waits for, by its ids. */
export function mailOf({ waiting }: MailState, ids: readonly string[]): Mail[] {
  return ids.map((id) => waiting.get(id) as Mail);
}

/** How much waits for somebody that is no notice. `turn`: without what is still collected then. */
export function wakesBy(mail: MailState, name: string, turn = Infinity): number {
  let count = (mail.inbox.get(name)?.length ?? 0) - (mail.quiet.get(name) ?? 0);
  for (const { kind } of mailOf(mail, [...collectedFor(mail, name, turn).keys()])) if (kind !== 'notice') count--;
  return count;
}

/** How much a person has to read in a turn, notices too. */
export function unreadBy(mail: MailState, name: string, turn: number): number {
  return (mail.inbox.get(name)?.length ?? 0) - collectedFor(mail, name, turn).size;
}
