import type { Message } from '../schema/message.ts';
import { parseMessageId } from '../schema/name.ts';
import { cut } from '../schema/print.ts';
import type { Request } from '../schema/request.ts';
import { escalatedHeld } from './approval.ts';
import { settleBreakers } from './breaker.ts';
import { textHash } from './brief.ts';
import type { Effect, Entry, HiredEffect, RetiredEffect, UsedEntry, VisitEffect } from './entry.ts';
import { approvalPath, resumePath, retiredPath } from './files.ts';
import { entryAt, memoryOwner, readEntry } from './memory.ts';
import { applyCall, putInDoubt, settleDoubt, spendingOf, utcDay } from './money.ts';
import {
  type Approval,
  emptySpending,
  type Mail,
  type Said,
  type State,
  TAIL_CHARS,
  TAIL_LENGTH,
  touch,
} from './state.ts';
import { taint, taintShared } from './taint.ts';

/** Longest wait after failures of a provider, in turns. */
const MAX_BACKOFF = 32;
/** Notices that wait for an agent or a person at most; older ones are forgotten between turns. */
const KEPT_NOTICES = 200;

/**
 * Folds one journal line into the state, in place. Total: every line of a valid journal applies. The same lines in the
 * same order always give the same state; nothing else changes one.
 */
export function apply(state: State, entry: Entry): void {
  switch (entry.k) {
    case 'open':
      state.time = entry.time;
      state.day = utcDay(entry.time);
      state.open.clear();
      state.tries.clear();
      return;
    case 'file':
      countEdit(state, entry.path, entry.text);
      return setFile(state, entry.path, entry.text);
    case 'drop':
      state.aside.delete(entry.found);
      if (entry.mends !== undefined) state.dead.delete(entry.mends);
      own(state, entry.message.from).add(entry.message.path);
      return addMail(state, entry.message);
    case 'aside':
      return setAside(state, entry);
    case 'mail':
      return editMail(state, entry);
    case 'mail-gone':
      return withdraw(state, entry.id);
    case 'request':
      return applyRequest(state, entry.request);
    case 'revived':
      return revive(state, entry.id, entry.message, entry.to);
    case 'lost':
      state.revive.delete(entry.id);
      return;
    case 'used':
      if (entry.tainted) taint(state, entry.agent, `call ${entry.turn}.${entry.agent}.${entry.n}`);
      return noteFiles(state, entry);
    case 'answer':
      return answerInFile(state, entry);
    case 'escalated':
      return escalate(state, entry);
    case 'lapsed':
      return answer(state, entry.id, { decision: entry.decision, by: 'nobody', note: entry.note });
    case 'trusted':
      state.trusted = new Map(Object.entries(entry.tools));
      return;
    case 'undo':
      state.undo.shift();
      state.undoing.push(entry);
      return;
    case 'sweep':
      for (const id of entry.ids ?? []) state.archive.delete(id);
      return;
    case 'use':
    case 'done':
    case 'synced':
    case 'redacted':
      return;
    case 'blob':
      state.blobs.add(entry.hash);
      return;
    case 'intent':
    case 'reply':
    case 'failed':
      return applyCall(state, entry);
    case 'recovered':
      for (const key of entry.doubt) putInDoubt(state, key);
      return;
    case 'commit':
      return closeTurn(state, entry.turn);
    default:
      return applyEffect(state, entry);
  }
}

/** Folds an effect; `visit` and `sent` come first because they are almost all there is. */
function applyEffect(state: State, effect: Effect): void {
  switch (effect.k) {
    case 'visit':
      return applyVisit(state, effect);
    case 'sent':
      return addMail(state, effect.message);
    case 'wrote':
      state.edited.delete(effect.path);
      taintShared(state, effect.agent, effect.path);
      if (isLive(effect.path)) return setLive(state, effect.path, hashOf(effect.text));
      return setFile(state, effect.path, effect.text);
    case 'acked':
      return;
    case 'dead':
      return bury(state, effect);
    case 'notice':
      return notify(state, effect.to, effect.about, effect.text);
    case 'held': {
      const { k: _, ...held } = effect;
      state.approvals.set(effect.id, { ...held, asked: effect.turn, time: state.time, answer: null });
      return;
    }
    case 'decided':
      state.approvals.delete(effect.id);
      return;
    case 'moved':
      return moveFile(state, effect.from, effect.to);
    case 'hired':
      return hire(state, effect);
    case 'retired':
      return retire(state, effect);
    case 'withdrawn':
      return takeBack(state, effect.id, effect.to);
    case 'undone':
      return;
    case 'summarised':
      state.summaryTurn = state.turn + 1;
      return;
    case 'warned':
      return markWarned(state, effect.scope);
  }
}

function setFile(state: State, path: string, text: string | null): void {
  const owner = memoryOwner(path);
  if (owner !== null) noteEntry(state, owner, path, text !== null);
  if (text === null) state.files.delete(path);
  else state.files.set(path, text);
}

function noteEntry(state: State, owner: string, path: string, stands: boolean): void {
  const paths = state.memories.get(owner) ?? new Set();
  state.memories.set(owner, paths);
  paths.delete(path);
  if (stands) paths.add(path);
}

/** People need not count: an edit of theirs is a new version, whatever its front matter says. */
function countEdit(state: State, path: string, text: string | null): void {
  const before = entryAt(state, path);
  state.edited.delete(path);
  if (before && text !== null && readEntry(path, text).version <= before.version)
    state.edited.set(path, before.version + 1);
}

/** A delivered message, or an entry of memory, that has become old. */
function moveFile(state: State, from: string, to: string): void {
  state.own.get(from.split('/')[1] ?? '')?.delete(from);
  const text = state.files.get(from);
  if (text === undefined) return;
  const version = state.edited.get(from);
  state.edited.delete(from);
  if (version !== undefined) state.edited.set(to, version);
  setFile(state, from, null);
  setFile(state, to, text);
}

/** Credits move, they are not made: what a new agent has, somebody has less. */
function hire(state: State, { agent, by, turn, files, chart, credits, from }: HiredEffect): void {
  for (const { path, text } of files) setFile(state, `agents/${agent}/${path}`, text);
  setFile(state, 'org/chart.yaml', chart.text);
  state.staff.set(agent, { by, turn });
  give(state, from, agent, credits);
  const read = state.tainted.get(by);
  if (read !== undefined) taint(state, agent, read); // its instructions may be those of strangers
}

function retire(state: State, { agent, chart, credits, to }: RetiredEffect): void {
  moveFile(state, resumePath(agent), retiredPath(agent));
  setFile(state, 'org/chart.yaml', chart.text);
  state.staff.delete(agent);
  give(state, agent, to, credits);
  Object.assign(touch(state, agent), { paused: false, notices: [] });
}

function give(state: State, from: string | null, to: string | null, credits: number): void {
  if (from !== null) touch(state, from).granted -= credits;
  if (to !== null) touch(state, to).granted += credits;
}

function addMail(state: State, message: Message): void {
  const mail: Mail = { ...message, waiting: [...message.to], attempts: {}, ...taintedBy(state, message.from) };
  state.mail.set(mail.id, mail);
  for (const name of mail.to) enqueue(state, name, mail.id);
  addToThread(state, mail);
  state.activeTurn = state.turn + 1;
  state.sent++;
}

function taintedBy(state: State, author: string): Pick<Mail, 'tainted'> {
  return state.tainted.has(author) ? { tainted: true } : {};
}

function own(state: State, person: string): Set<string> {
  const paths = state.own.get(person) ?? new Set();
  state.own.set(person, paths);
  return paths;
}

function enqueue(state: State, name: string, id: string): void {
  const ids = state.inbox.get(name);
  if (ids) ids.push(id);
  else state.inbox.set(name, [id]);
}

function addToThread(state: State, mail: Mail): void {
  const { id, from, to, subject } = mail;
  const tail = state.threads.get(mail.thread) ?? [];
  state.threads.delete(mail.thread); // the latest stand last
  state.threads.set(mail.thread, tail);
  tail.push({ id, from, to, subject, body: beginningOf(mail.body) });
  if (tail.length > TAIL_LENGTH) tail.shift();
}

/** A copy: a slice of a string keeps all of it in memory. */
function beginningOf(body: string): string {
  return body.length <= TAIL_CHARS ? body : Buffer.from(cut(body, TAIL_CHARS)).toString();
}

/** Takes the mail from a recipient's inbox; mail that nobody waits for is forgotten (its file stays). */
function deliver(state: State, name: string, ids: readonly string[]): void {
  const inbox = state.inbox.get(name);
  if (inbox) {
    const left =
      ids.length === inbox.length && ids.every((id, i) => id === inbox[i])
        ? []
        : inbox.filter((id) => !ids.includes(id));
    if (left.length) state.inbox.set(name, left);
    else state.inbox.delete(name);
  }
  for (const id of ids) {
    const mail = state.mail.get(id);
    if (!mail) continue;
    mail.waiting = mail.waiting.filter((other) => other !== name);
    if (mail.waiting.length === 0) state.mail.delete(id);
  }
}

function editMail(
  state: State,
  edit: { id: string; subject: string; body: string; priority: Message['priority'] },
): void {
  const mail = state.mail.get(edit.id);
  if (!mail) return;
  mail.subject = edit.subject;
  mail.body = edit.body;
  mail.priority = edit.priority;
  const said = state.threads.get(mail.thread)?.find((m) => m.id === edit.id);
  if (said) Object.assign(said, { subject: edit.subject, body: beginningOf(edit.body) });
}

function withdraw(state: State, id: string): void {
  const mail = state.mail.get(id);
  for (const name of mail?.waiting ?? []) deliver(state, name, [id]);
}

/** Nobody from whom it was taken back hears of it in the conversation either. */
function takeBack(state: State, id: string, names: readonly string[]): void {
  const mail = state.mail.get(id);
  if (!mail) return;
  for (const name of names) deliver(state, name, [id]);
  const tail = state.threads.get(mail.thread) ?? [];
  const said = tail.findIndex((one) => one.id === id);
  if (said < 0) return;
  const to = mail.to.filter((name) => !names.includes(name));
  tail.splice(said, 1, ...(to.length ? [{ ...(tail[said] as Said), to }] : []));
}

function setAside(state: State, entry: Extract<Entry, { k: 'aside' }>): void {
  state.aside.set(entry.path, entry.mark);
  state.dead.set(entry.id, {
    id: entry.id,
    message: null,
    to: [],
    from: entry.owner,
    path: entry.path,
    turn: state.turn + 1,
    reason: entry.reason,
    detail: entry.detail,
  });
}

function bury(state: State, effect: Extract<Effect, { k: 'dead' }>): void {
  const { id, message, from, to, path, turn, reason } = effect.record;
  const before = state.dead.get(id);
  state.dead.set(id, {
    id,
    message,
    from,
    path,
    turn,
    reason,
    detail: effect.detail,
    to: [...(before?.to ?? []), ...to],
  });
  if (message) for (const name of to) deliver(state, name, [message]);
}

function revive(state: State, id: string, message: Message, to: string[]): void {
  state.dead.delete(id);
  state.revive.delete(id);
  const there = state.mail.get(message.id);
  const mail: Mail = there ?? { ...message, hops: 0, waiting: [], attempts: {}, ...taintedBy(state, message.from) };
  mail.hops = 0;
  delete mail.expires;
  for (const name of to) {
    if (mail.waiting.includes(name)) continue;
    mail.waiting.push(name);
    delete mail.attempts[name];
    enqueue(state, name, mail.id);
  }
  state.mail.set(mail.id, mail);
}

function notify(state: State, to: string, about: string, text: string): void {
  const notices = touch(state, to).notices;
  notices.push({ turn: state.turn + 1, about, text });
}

function applyVisit(state: State, visit: VisitEffect): void {
  const agent = touch(state, visit.agent);
  const turn = state.turn + 1;
  if (visit.outcome === 'skipped') {
    agent.starved = visit.blame === 'credits';
    agent.lastReason = visit.reason ?? '';
    return;
  }
  for (const id of visit.mail) if (state.mail.get(id)?.tainted) taint(state, visit.agent, id);
  agent.lastTurn = turn;
  agent.lastOutcome = visit.outcome;
  agent.lastReason = visit.reason ?? '';
  if (visit.outcome === 'ok') {
    deliver(state, visit.agent, visit.mail);
    agent.notices.splice(0, visit.told);
    agent.failures = 0;
    agent.failedInRow = 0;
    agent.retryAt = 0;
    agent.starved = false;
    return;
  }
  if (visit.blame === 'budget') return;
  agent.failedInRow++;
  if (visit.blame === 'provider' || visit.blame === 'credits') {
    agent.failures++;
    agent.retryAt = turn + Math.min(2 ** (agent.failures - 1), MAX_BACKOFF);
    agent.starved = visit.blame === 'credits';
  } else countAttempts(state, visit.agent, visit.mail);
}

function countAttempts(state: State, name: string, ids: readonly string[]): void {
  for (const id of ids) {
    const mail = state.mail.get(id);
    if (mail) mail.attempts[name] = (mail.attempts[name] ?? 0) + 1;
  }
}

function applyRequest(state: State, request: Request): void {
  switch (request.ask) {
    case 'top-up': {
      const agent = touch(state, request.agent);
      agent.granted += request.amount;
      agent.starved = false;
      agent.warned = false;
      if (agent.lastReason.startsWith('no credits')) agent.retryAt = 0;
      return;
    }
    case 'pause':
    case 'resume':
      if (request.agent === null) state.paused = request.ask === 'pause';
      else touch(state, request.agent).paused = request.ask === 'pause';
      return;
    case 'read':
      if (request.ids.includes('notices')) touch(state, request.by).notices = [];
      return deliver(state, request.by, request.ids);
    case 'archive':
      for (const id of request.ids) state.archive.add(id);
      return deliver(state, request.by, request.ids);
    case 'ack':
      deliver(state, request.by, [request.id]);
      return acknowledge(state, request);
    case 'retry':
      return askRevival(state, request.id);
    case 'approve':
    case 'deny':
      return answer(state, request.id, { decision: request.ask, by: request.by, note: request.note });
    case 'settle-doubt':
      return settleDoubt(state, request.key, request.amount);
    case 'reset':
      return reset(state, request.scope);
    case 'hire':
    case 'retire':
      state.orders.push(request);
      return;
    case 'untaint':
      state.tainted.delete(request.what);
      return;
    case 'undo':
      state.undo.push({ of: request.id, by: request.by });
      return;
    case 'redact':
      return;
  }
}

function answer(state: State, id: string, given: NonNullable<Approval['answer']>): void {
  const approval = state.approvals.get(id);
  if (approval) approval.answer = given;
}

function answerInFile(state: State, { id, decision, by, note, hash, mends }: Extract<Entry, { k: 'answer' }>): void {
  answer(state, id, { decision, by, note, hash });
  state.aside.delete(approvalPath(id));
  if (mends !== undefined) state.dead.delete(mends);
}

function escalate(state: State, entry: Extract<Entry, { k: 'escalated' }>): void {
  const approval = state.approvals.get(entry.held.id);
  if (approval) Object.assign(approval, escalatedHeld(entry), { asked: entry.turn, time: state.time });
}

function noteFiles(state: State, { files }: UsedEntry): void {
  for (const { path, text, hash } of files) setLive(state, path, hashOf(text) ?? hash);
}

function setLive(state: State, path: string, hash: string | undefined): void {
  if (hash === undefined) state.workspace.delete(path);
  else state.workspace.set(path, hash);
}

/** True for a file of a workspace: people's texts there are not read at a freeze. */
function isLive(path: string): boolean {
  return /^agents\/[^/]+\/workspace\//.test(path);
}

function hashOf(text: string | null): string | undefined {
  return text === null ? undefined : textHash(text);
}

/** The author is told; it wakes nobody. */
function acknowledge(state: State, { by, id, reaction }: Extract<Request, { ask: 'ack' }>): void {
  const author = parseMessageId(id)?.author;
  if (author !== undefined && author !== by)
    notify(state, author, 'ack', `${by} acknowledged ${id}${reaction ? `: ${reaction}` : ''}`);
}

/** A set-aside file is simply looked at again; a dead message waits for the freeze that reads its file. */
function askRevival(state: State, id: string): void {
  const dead = state.dead.get(id);
  if (!dead) return;
  if (dead.message !== null) state.revive.set(id, dead.to);
  else {
    state.aside.delete(dead.path);
    state.dead.delete(id);
  }
}

function reset(state: State, scope: string): void {
  if (scope === 'all') state.tainted.clear();
  if (scope === 'mail' || scope === 'all') {
    state.mail.clear();
    state.inbox.clear();
    state.threads.clear();
    state.dead.clear();
    state.aside.clear();
    state.approvals.clear();
    state.revive.clear();
    state.archive.clear();
    for (const agent of state.agents.values())
      Object.assign(agent, { notices: [], failures: 0, retryAt: 0, failedInRow: 0 });
  }
  if (scope === 'credits' || scope === 'all') {
    for (const agent of state.agents.values())
      Object.assign(agent, { granted: 0, spent: 0, doubt: 0, daySpent: 0, starved: false, warned: false });
    state.org = emptySpending();
    state.units.clear();
    state.models.clear();
    state.providers.clear();
    state.doubts.clear();
  }
}

function markWarned(state: State, scope: string): void {
  if (scope === 'org') state.org.warned = true;
  else if (scope.startsWith('@')) spendingOf(state.units, scope.slice(1)).warned = true;
  else touch(state, scope).warned = true;
}

/** The conversations that are kept for prompts, the latest: so many, and so many for each agent. */
const KEPT_THREADS = 2000;
const THREADS_EACH = 4;

function closeTurn(state: State, turn: number): void {
  state.turn = turn;
  state.orders = [];
  state.open.clear();
  state.undoing = [];
  settleBreakers(state);
  for (const agent of state.agents.values())
    if (agent.notices.length > KEPT_NOTICES) agent.notices.splice(0, agent.notices.length - KEPT_NOTICES);
  let surplus = state.threads.size - Math.max(KEPT_THREADS, THREADS_EACH * state.agents.size);
  for (const id of state.threads.keys())
    if (surplus-- > 0) state.threads.delete(id);
    else break;
}
