/** Says who owes an answer to whom, and who is reminded of it. */
import { copyWith } from '../../schema/copy.ts';
import type { Message } from '../../schema/records/message.ts';
import type { Config } from '../model/config.ts';
import type { VisitEffect } from '../model/entry.ts';
import { inboxOf, type Mail, type Owed } from '../model/state/mail.ts';
import { agentState, FAILING } from '../model/state/staff.ts';
import { PROPOSES } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';
import type { Finished } from '../model/visit.ts';

/** Owed answers that are kept for an agent; older ones are forgotten. */
const KEPT_EACH = 100;

/** What a visit changes in what its agent owes: ids of messages. */
export type DebtChange = Pick<VisitEffect, 'owes' | 'closed' | 'reminded'>;

/**
 * Which mail of the visit needs an answer, and what its agent need not answer any more. A message to the author, which
 * stands in a line of its own, pays the debt. Pure.
 */
export function debtsOf(config: Config, state: State, visit: Finished): DebtChange {
  const { agent, given, reminded = [], blame, outcome } = visit;
  const isMade = outcome === 'ok' || outcome === 'cut' || blame === 'reply' || blame === 'internal';
  const change: DebtChange = reminded.length && isMade ? { reminded: reminded.map(({ id }) => id) } : {};
  if (outcome !== 'ok') return change;
  const settled = visit.settlesAll ? null : [...settledBy(config, visit), ...proposedFor(state, visit)];
  const owes = settled === null ? [] : given.filter((mail) => awaitsAnswer(config, mail) && !settled.includes(mail.id));
  if (owes.length) change.owes = owes.map(({ id }) => id);
  const before = state.mail.owed.get(agent) ?? NONE;
  const closed = before.filter(({ id }) =>
    settled === null ? reminded.some((mail) => mail.id === id) : settled.includes(id),
  );
  if (closed.length) change.closed = closed.map(({ id }) => id);
  return change;
}
const NONE: readonly Owed[] = [];

/** What `done` settles: what it names, and a message of a person that was all the visit was about when nothing was sent. */
function settledBy(config: Config, { given, reminded = [], draft }: Finished): readonly string[] {
  if (draft.done === null) return [];
  const [only, ...more] = [...given, ...reminded];
  const isSilent = draft.sent.length === 0 && draft.held.length === 0 && draft.refusals.length === 0;
  return isSilent && only && more.length === 0 && isPerson(config, only.from)
    ? [...draft.done.settled, only.id]
    : draft.done.settled;
}

/** Mail that asked for the plan which the visit proposes: a person answers that, and its tasks report what came of it. */
function proposedFor({ tasks }: State, { agent, draft }: Finished): readonly string[] {
  if (!draft.held.some(({ tool }) => tool === PROPOSES)) return [];
  return (tasks.planning.get(agent) ?? []).map(({ mail }) => mail);
}

/** Whether its reader owes its author an answer: to each request and task, and to people. */
export function awaitsAnswer(config: Config, { from, kind }: Pick<Mail, 'from' | 'kind'>): boolean {
  if (kind === 'request' || kind === 'task') return true;
  return isPerson(config, from) && kind !== 'status' && kind !== 'notice';
}

function isPerson({ agents }: Config, name: string): boolean {
  return agents.get(name)?.person === true;
}

/** Applies what a visit changed, before its mail is delivered. */
export function applyDebts(state: State, visit: Pick<VisitEffect, 'agent' | 'owes' | 'closed' | 'reminded'>): void {
  const { agent, owes = [], closed = [], reminded = [] } = visit;
  if (owes.length + closed.length + reminded.length === 0) return;
  const turn = state.clock.turn + 1;
  const before = (state.mail.owed.get(agent) ?? []).filter(({ id }) => !closed.includes(id) && !owes.includes(id));
  const all = before.map((owed) => (reminded.includes(owed.id) ? remindedOf(owed) : owed));
  for (const id of owes) {
    const mail = state.mail.waiting.get(id);
    if (mail) all.push({ id, from: mail.from, thread: mail.thread, subject: mail.subject, turn, mail });
  }
  keep(state, agent, all.slice(-KEPT_EACH));
}

/** Its text is needed only for the reminder. */
function remindedOf({ mail: _, ...owed }: Owed): Owed {
  return owed;
}

/**
 * A message pays what its author owes its readers in that conversation, and for the message that it answers. One of kind
 * `status` or `notice` pays nothing, and a `request` asks back: the debt waits until its reader wrote.
 */
export function payDebts(state: State, message: Message): void {
  const { from, thread, kind, reply_to, addressed = [] } = message;
  const to = new Set([...message.to, ...addressed]); // an answer is one, wherever a route sends it
  for (const reader of to) goOn(state, reader, message);
  const before = state.mail.owed.get(from);
  if (!before || kind === 'status' || kind === 'notice') return;
  const isMeant = (owed: Owed): boolean => to.has(owed.from) && (owed.thread === thread || owed.id === reply_to);
  const left =
    kind === 'request'
      ? before.map((owed) => (isMeant(owed) ? copyWith(owed, { asked: true as const }) : owed))
      : before.filter((owed) => !isMeant(owed));
  keep(state, from, left);
}

/** Whoever asked the author of a message something has the answer, or other news. */
function goOn(state: State, reader: string, { from, thread }: Message): void {
  const owed = state.mail.owed.get(reader);
  if (!owed?.some((one) => one.asked && one.from === from && one.thread === thread)) return;
  keep(
    state,
    reader,
    owed.map((one) => {
      if (one.from !== from || one.thread !== thread) return one;
      const { asked: _, ...rest } = one;
      return rest;
    }),
  );
}

/** Forgets debts: of an agent that left, or about a message that was taken back. */
export function forgetDebts(state: State, agent: string, id?: string): void {
  const before = state.mail.owed.get(agent);
  if (before) keep(state, agent, id === undefined ? [] : before.filter((owed) => owed.id !== id));
}

function keep({ mail }: State, agent: string, owed: Owed[]): void {
  if (owed.length) mail.owed.set(agent, owed);
  else mail.owed.delete(agent);
}

/** Whether an agent still owes an answer to a message. */
export function owesAnswer({ mail }: State, agent: string, id: string): boolean {
  return mail.owed.get(agent)?.some((owed) => owed.id === id) ?? false;
}

/** Who owes an answer that can still be given, with the messages, in chart order. Pure. */
export function owedIn(config: Config, state: State): { agent: string; owed: Owed[] }[] {
  if (state.mail.owed.size === 0) return [];
  return config.order.flatMap((agent) => {
    const owed = (state.mail.owed.get(agent) ?? []).filter(({ from }) => config.agents.has(from));
    return owed.length && config.agents.has(agent) ? [{ agent, owed }] : [];
  });
}

/** What keeps agents from being reminded. */
export interface Waits {
  /** Conversations that wait for a person, or for an agent that cannot be visited. */
  blocked: ReadonlySet<string>;
  /** Agent → conversations in which others owe it an answer, and since which turn. */
  owedTo: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** Finds out what waits when it is first asked; the state must not change in between. */
export function waitsIn(config: Config, state: State): () => Waits {
  let waits: Waits | undefined;
  return () => {
    waits ??= { blocked: blockedThreads(config, state), owedTo: threadsOwedTo(config, state) };
    return waits;
  };
}

/**
 * The messages of which an agent is to be reminded once nobody has other work: those whose conversation waits neither for a
 * person's approval nor for an agent that cannot be visited now. `waits`: for all agents of a turn it is found out once.
 * Pure.
 */
export function remindersFor(config: Config, state: State, agent: string, waits = waitsIn(config, state)): Mail[] {
  const owed = state.mail.owed.get(agent);
  if (!owed?.some(({ mail }) => mail) || !canBeReminded(config, state, agent)) return [];
  const { blocked, owedTo } = waits();
  const waited = owedTo.get(agent);
  return owed.flatMap(({ mail, from, asked, turn }) =>
    mail && config.agents.has(from) && !asked && !blocked.has(mail.thread) && !((waited?.get(mail.thread) ?? 0) > turn)
      ? [mail]
      : [],
  );
}

function canBeReminded({ agents }: Config, { staff }: State, agent: string): boolean {
  const { paused, starved, failures } = agentState(staff, agent);
  return !paused && !starved && failures < FAILING && agents.get(agent)?.person === false;
}

/**
 * Conversations in which a colleague, who is still to be reminded, owes an agent an answer, and since which turn. Who was asked
 * later is reminded first; so of agents that wait for one another, one is.
 */
function threadsOwedTo(config: Config, state: State): Waits['owedTo'] {
  const owedTo = new Map<string, Map<string, number>>();
  for (const [name, owed] of state.mail.owed) {
    if (!canBeReminded(config, state, name)) continue;
    for (const { from, mail: unreminded, asked, thread, turn } of owed) {
      if (from === name || !unreminded || asked) continue;
      const threads = owedTo.get(from) ?? new Map<string, number>();
      owedTo.set(from, threads.set(thread, Math.max(threads.get(thread) ?? 0, turn)));
    }
  }
  return owedTo;
}

/** Conversations that go on when a person answers, or when an agent can be visited again. */
function blockedThreads(config: Config, state: State): ReadonlySet<string> {
  const threads = new Set<string>();
  for (const { cause } of [...state.approvals.pending.values(), ...[...state.approvals.answers.values()].flat()])
    for (const { thread } of cause) threads.add(thread);
  for (const name of state.mail.inbox.keys())
    if (config.agents.get(name)?.person === false)
      for (const { thread, kind } of inboxOf(state.mail, name)) if (kind !== 'notice') threads.add(thread);
  return threads;
}

/** Kinds of mail that ask for something. */
export const ASKS: ReadonlySet<string> = new Set(['request', 'task']);
