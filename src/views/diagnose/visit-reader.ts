/** Reads visits from the lines of a journal, with what they said, did and were given. */
import { type ActCall, inputFields, type Json, type Reply } from '../../core/model/call.ts';
import type { Entry, IntentEntry, Line, VisitEffect } from '../../core/model/entry.ts';
import type { Message } from '../../schema/records/message.ts';

/** A use of a tool that acts on the world. */
export interface PastUse {
  call: number;
  tool: string;
  input: Json;
  ok: boolean;
  /** A rule refused it, so that nothing was done. */
  refused: boolean;
  text: string;
  /** Paths that it changed. */
  changed: string[];
}

/** A message that the visit sent. */
export interface PastMessage {
  message: Message;
  /** The call that made it; null for a held act that was approved. */
  call: number | null;
}

/** A reply of the visit. `plain`: its text was not sent as mail. */
export interface PastReply {
  call: number;
  text: string;
  acts: readonly ActCall[];
  plain: boolean;
}

/** A visit that ended, in a committed turn. */
export interface PastVisit {
  turn: number;
  agent: string;
  line: VisitEffect;
  /** The mail that it was given, as far as it is known. */
  given: Message[];
  replies: PastReply[];
  uses: PastUse[];
  sent: PastMessage[];
  /** Messages that it acknowledged, or named as settled. */
  settled: string[];
  held: number;
  /** Rules answered in place of a model: the engine then remembers no answer that is owed. */
  byRules: boolean;
  /** Paths that were written for its agent in this turn, files of memory and shared files among them. */
  wrote: string[];
  /** Names of attached files that stood in its prompt, images among them. */
  shown: string[];
  /** Its conversations; one empty name where it had no mail and sent none. */
  threads: string[];
}

/** What is known of a visit before its turn is committed. */
interface OpenVisit {
  replies: Map<number, Pick<Reply, 'text' | 'acts' | 'ends'>>;
  uses: Map<string, { call: number; tool: string; input: Json }>;
  used: Map<string, Line<'used'>>;
  shown: string[];
}

const ATTACHED = /^\n<attachment name="([^"]*)">/;

/** Gives the visits of a turn when its last line comes. */
export class PastVisitReader {
  /** Every message by its id. */
  readonly messages = new Map<string, Message>();
  /** The turn that is read. */
  turn = 0;
  private work = new Map<string, OpenVisit>();
  private lines: Entry[] = [];

  /** The visits that are complete with this line, in order. */
  take(entry: Entry): PastVisit[] {
    switch (entry.k) {
      case 'open':
        this.turn = entry.turn;
        this.work = new Map();
        this.lines = [];
        break;
      case 'drop':
        this.messages.set(entry.message.id, entry.message);
        break;
      case 'sent':
        this.messages.set(entry.message.id, entry.message);
        this.lines.push(entry);
        break;
      case 'intent':
        this.workOf(entry.agent).shown.push(...shownIn(entry));
        break;
      case 'reply':
        this.workOf(entry.agent).replies.set(entry.n, entry.reply);
        break;
      case 'use':
        this.workOf(entry.agent).uses.set(`${entry.n}.${entry.act}`, {
          call: entry.n,
          tool: entry.tool,
          input: entry.input,
        });
        break;
      case 'used':
        this.workOf(entry.agent).used.set(`${entry.n}.${entry.act}`, entry);
        break;
      case 'visit':
      case 'wrote':
      case 'held':
      case 'acked':
        this.lines.push(entry);
        break;
      case 'commit':
        return this.close();
    }
    return [];
  }

  private workOf(agent: string): OpenVisit {
    const work = this.work.get(agent) ?? { replies: new Map(), uses: new Map(), used: new Map(), shown: [] };
    this.work.set(agent, work);
    return work;
  }

  private close(): PastVisit[] {
    const byAgent = new Map<string, PastVisit>();
    for (const line of this.lines) if (line.k === 'visit') byAgent.set(line.agent, this.visitOf(line));
    for (const line of this.lines) addLine(byAgent, line);
    for (const visit of byAgent.values()) {
      const threads = [...visit.given, ...visit.sent.map(({ message }) => message)].map(({ thread }) => thread);
      visit.threads = threads.length > 0 ? [...new Set(threads)] : [''];
    }
    this.lines = [];
    this.work = new Map();
    return [...byAgent.values()];
  }

  private visitOf(line: VisitEffect): PastVisit {
    const { replies, uses, used, shown } = this.workOf(line.agent);
    const read = [...replies].sort(([a], [b]) => a - b);
    return {
      turn: this.turn,
      agent: line.agent,
      line,
      given: [...line.mail, ...(line.reminded ?? [])].flatMap((id) => this.messages.get(id) ?? []),
      replies: read.map(([call, { text, acts }]) => ({ call, text, acts, plain: true })),
      uses: [...uses].map(([key, use]) => useOf(use, used.get(key))),
      sent: [],
      settled: read.flatMap(([, { acts }]) => acts.flatMap(settledBy)),
      held: 0,
      byRules: read.at(-1)?.[1].ends === true,
      wrote: [],
      shown,
      threads: [],
    };
  }
}

function useOf(use: Pick<PastUse, 'call' | 'tool' | 'input'>, used: Line<'used'> | undefined): PastUse {
  const changed = [...(used?.files ?? []).map(({ path }) => path), ...(used?.shared ? [used.shared.path] : [])];
  const { ok = false, text = '', rule } = used ?? {};
  return { call: use.call, tool: use.tool, input: use.input, ok, refused: rule !== undefined, text, changed };
}

function addLine(visits: ReadonlyMap<string, PastVisit>, line: Entry): void {
  if (line.k === 'sent') addSent(visits.get(line.message.from), line);
  else if (line.k === 'wrote') visits.get(line.agent)?.wrote.push(line.path);
  else if (line.k === 'acked') visits.get(line.agent)?.settled.push(line.id);
  else if (line.k === 'held') {
    const visit = visits.get(line.agent);
    if (visit) visit.held++;
  }
}

/** `made` is the call and the act, the call alone for plain text, or the id of a held act. */
function addSent(visit: PastVisit | undefined, { message, made = '' }: Line<'sent'>): void {
  if (!visit) return;
  const [call, act] = made.split('.');
  const n = /^\d+$/.test(call as string) ? Number(call) : null;
  visit.sent.push({ message, call: n });
  const reply = act === undefined ? visit.replies.find((one) => one.call === n) : undefined;
  if (reply) reply.plain = false;
}

/** Ids that `done` settles. */
function settledBy({ tool, input }: ActCall): string[] {
  const { settled } = inputFields(input);
  return tool === 'done' && Array.isArray(settled) ? settled.filter((id) => typeof id === 'string') : [];
}

/** Names of attached files that the prompt holds in full, and of images that go with it. */
function shownIn({ prompt }: IntentEntry): string[] {
  if (!('pieces' in prompt)) return [];
  const texts = prompt.pieces.flatMap((piece) => (typeof piece === 'string' ? (ATTACHED.exec(piece)?.[1] ?? []) : []));
  return [...texts, ...(prompt.images ?? []).map(({ name }) => name)];
}
