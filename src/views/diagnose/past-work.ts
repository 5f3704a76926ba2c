/** What agents have done so far: the evidence that claims are compared with. */

import { inputFields } from '../../core/model/call.ts';
import type { Message } from '../../schema/records/message.ts';
import { verdictOf } from './test-run.ts';
import type { PastUse, PastVisit } from './visit-reader.ts';

/** Tools that neither run nor fetch anything: their use shows no test. All others do, also those of servers and plug-ins. */
const QUIET: ReadonlySet<string> = new Set([
  ...['send_message', 'done', 'acknowledge', 'read_mail', 'search_mail', 'request_approval', 'load_skill'],
  ...['read_file', 'write_file', 'edit_file', 'list_files', 'search_files', 'propose_skill'],
  ...['remember', 'recall', 'forget', 'search_memory', 'note', 'hire_agent', 'retire_agent', 'list_agents'],
]);
const SAVES: ReadonlySet<string> = new Set(['write_file', 'edit_file', 'remember', 'note', 'propose_skill']);

/** A run of tests that failed. */
export interface RedRun {
  turn: number;
  call: number;
  /** What it printed. */
  text: string;
}

/** Mail and the agent that has yet to be given it. */
export interface WaitingMail {
  mail: Message;
  agent: string;
}

/** What an agent has done in a conversation. */
export interface ThreadWork {
  /** It ran a program, or used a tool that reaches outside. */
  ran: boolean;
  /** The turn of the last such use; 0 when there was none. */
  ranIn: number;
  /** Its last run of tests, when that failed. */
  red: RedRun | null;
  /** It wrote a file or an entry of memory. */
  saved: boolean;
  /** Messages that it sent. */
  sent: number;
  /** Names of files that it read, was shown or wrote; a search or a program may have read any. */
  read: Set<string>;
  readAny: boolean;
  /** Names of files that it tried to write in vain. */
  unwritten: Set<string>;
  /** The latest messages that it was given, and has sent. */
  given: Message[];
  told: Message[];
}

/** Messages of a conversation that are kept for each agent and direction: who looks further back would look for too long. */
const KEPT = 64;

function keep(list: Message[], message: Message): void {
  if (list.includes(message)) return;
  list.push(message);
  if (list.length > KEPT) list.shift();
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Whether a use of a tool ran something or reached outside. */
export function ranSomething({ tool, refused }: Pick<PastUse, 'tool' | 'refused'>): boolean {
  return !refused && !QUIET.has(tool);
}

/** Whether the visit changed anything, told anybody, or settled something. */
export function achieved(visit: PastVisit): boolean {
  return (
    visit.sent.length > 0 ||
    visit.held > 0 ||
    visit.settled.length > 0 ||
    visit.wrote.length > 0 ||
    (visit.line.closed?.length ?? 0) > 0 ||
    visit.uses.some((use) => use.changed.length > 0 || ranSomething(use)) ||
    visit.replies.some(({ acts }) => acts.some(({ tool }) => changesAnything(tool)))
  );
}

/** Acts on the organisation leave no line of their own; one that was refused is no silence either. */
function changesAnything(tool: string): boolean {
  return !/^(done|read_|search_|list_|recall|load_skill)/.test(tool);
}

/** All that agents did, taken in visit by visit. */
export class PastWork {
  /** The turn of the last visit. */
  turn = 0;
  /** Everyone who has a resume, wrote, was written to, or was visited. */
  readonly names = new Set<string>();
  /** Who writes from outside: they are never visited. */
  readonly people = new Set<string>();
  /** Conversation → mail that an agent has yet to be given, by `<id> <agent>`. */
  private readonly waiting = new Map<string, Map<string, WaitingMail>>();
  /** Names of files, by the agent that wrote them. */
  readonly files = new Map<string, Set<string>>();
  private readonly resumes = new Map<string, string>();
  /** Agents that are paused, and since which turn. */
  readonly paused = new Map<string, number>();
  /** Paths and messages of which something was undone, and in which turn last. */
  readonly undone = new Map<string, number>();
  private readonly all = new Map<string, ThreadWork>();
  private readonly work = new Map<string, Map<string, ThreadWork>>();
  /** Agent → everyone whom it has ever written to. */
  private readonly readers = new Map<string, Set<string>>();
  /** Conversations whose first message was read. */
  private readonly begun = new Set<string>();
  /** False when lines before the first that was read are missing: then only conversations that began since are judged. */
  private readonly isWhole: boolean;

  constructor(isWhole: boolean) {
    this.isWhole = isWhole;
  }

  /** What an agent did in all conversations together, without mail. */
  ever(agent: string): ThreadWork {
    const work = this.all.get(agent) ?? newWork();
    this.all.set(agent, work);
    return work;
  }

  /** What an agent did in a conversation. */
  of(agent: string, thread: string): ThreadWork {
    const own = this.work.get(thread) ?? new Map<string, ThreadWork>();
    this.work.set(thread, own);
    const known = own.get(agent);
    if (known) return known;
    const work = newWork();
    own.set(agent, work);
    return work;
  }

  /** What everyone did in a conversation, by agent. */
  in(thread: string): ReadonlyMap<string, ThreadWork> {
    return this.work.get(thread) ?? new Map();
  }

  /** Whether the agent has ever written to that reader. */
  hasWritten(agent: string, reader: string): boolean {
    return this.readers.get(agent)?.has(reader) === true;
  }

  /** Whether all that happened in the conversations of a visit was read. */
  knows({ threads }: PastVisit): boolean {
    return this.isWhole || threads.every((thread) => thread !== '' && this.begun.has(thread));
  }

  /** Whether somebody in the conversation has mail to read. */
  isUnderWay(thread: string): boolean {
    return [...(this.waiting.get(thread)?.values() ?? [])].some(({ agent }) => !this.people.has(agent));
  }

  /** Mail that agents have yet to be given. */
  undelivered(): WaitingMail[] {
    return [...this.waiting.values()]
      .flatMap((mail) => [...mail.values()])
      .filter(({ agent }) => !this.people.has(agent));
  }

  /** A file of the organisation was read: that of an agent tells its name. */
  meet(path: string, text = ''): void {
    const name = /^agents\/([^/]+)\/resume\.md$/.exec(path)?.[1];
    if (name === undefined) return;
    this.names.add(name);
    this.resumes.set(name, text);
  }

  /** The organisation, or one agent, was paused or goes on. */
  pause(agent: string | null, isPaused: boolean): void {
    if (agent !== null && isPaused) this.paused.set(agent, this.paused.get(agent) ?? this.turn);
    else if (agent !== null) this.paused.delete(agent);
  }

  /** A message was written, by a person when it came from outside. */
  hear(message: Message, isPerson: boolean): void {
    const { id, from, to, thread, kind } = message;
    if (isPerson) this.people.add(from);
    const waiting = this.waiting.get(thread) ?? new Map<string, WaitingMail>();
    this.waiting.set(thread, waiting);
    if (kind !== 'notice')
      for (const name of to) if (!this.people.has(name)) waiting.set(`${id} ${name}`, { mail: message, agent: name });
    if (id === thread) this.begun.add(thread);
    for (const name of [from, ...to]) this.names.add(name);
    const readers = this.readers.get(from) ?? new Set<string>();
    this.readers.set(from, readers);
    for (const name of to) readers.add(name);
  }

  /** A visit ended. */
  take(visit: PastVisit): void {
    this.turn = visit.turn;
    this.names.add(visit.agent);
    const { outcome, settled = [] } = visit.line;
    for (const mail of visit.given)
      if (outcome === 'ok' || settled.includes(mail.id))
        this.waiting.get(mail.thread)?.delete(`${mail.id} ${visit.agent}`);
    const paths = [...visit.wrote, ...visit.uses.flatMap(({ changed }) => changed)];
    const own = this.files.get(visit.agent) ?? new Set<string>();
    this.files.set(visit.agent, own);
    for (const path of paths) own.add(nameOf(path));
    addVisit(this.ever(visit.agent), visit, paths);
    for (const thread of visit.threads) addVisit(this.of(visit.agent, thread), visit, paths);
    this.addMail(visit);
  }

  /** Mail belongs to its own conversation, what was done to all conversations of the visit. */
  private addMail({ agent, line, given, sent }: PastVisit): void {
    if (line.outcome === 'ok' || line.outcome === 'cut')
      for (const mail of given) keep(this.of(agent, mail.thread).given, mail);
    for (const { message } of sent) {
      const work = this.of(agent, message.thread);
      work.sent++;
      keep(work.told, message);
    }
  }
}

function addVisit(work: ThreadWork, visit: PastVisit, paths: readonly string[]): void {
  for (const name of [...visit.shown, ...paths.map(nameOf)]) work.read.add(name);
  if (paths.length > 0 || visit.held > 0) work.saved = true;
  if (visit.replies.some(({ acts }) => acts.some(({ tool }) => tool === 'remember' || tool === 'note')))
    work.saved = true;
  for (const use of visit.uses) addUse(work, use, visit.turn);
}

function newWork(): ThreadWork {
  return {
    ...{ ran: false, ranIn: 0, red: null, saved: false, sent: 0, readAny: false },
    ...{ read: new Set(), unwritten: new Set(), given: [], told: [] },
  };
}

function addUse(work: ThreadWork, use: PastUse, turn: number): void {
  const { tool, input, ok, refused, call, text } = use;
  const { path } = inputFields(input);
  if ((tool === 'write_file' || tool === 'edit_file') && !ok && typeof path === 'string')
    work.unwritten.add(nameOf(path));
  if (refused) return;
  if (SAVES.has(tool) && ok) work.saved = true;
  if (tool === 'read_file' && ok && typeof path === 'string') work.read.add(nameOf(path));
  if (tool === 'search_files') work.readAny = true;
  if (tool === 'propose_skill') work.ran = true;
  if (!ranSomething(use)) return;
  Object.assign(work, { ran: true, ranIn: turn, saved: true, readAny: true });
  const verdict = verdictOf(use);
  if (verdict !== null) work.red = verdict === 'red' ? { turn, call, text } : null;
}
