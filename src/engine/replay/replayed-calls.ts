/** Answers calls and tools from the journal during a replay. */

import { apply } from '../../core/journal/apply.ts';
import { CARRIED_BYTES } from '../../core/mail/carried.ts';
import {
  type CallKey,
  PROVIDER_FAILURES,
  type Prompt,
  ProviderError,
  printKey,
  REPLY_FAILURES,
  type Reply,
} from '../../core/model/call.ts';
import type { Config } from '../../core/model/config.ts';
import { type Content, contentsOf } from '../../core/model/content.ts';
import type {
  ActKey,
  Attached,
  CallEntry,
  Effect,
  Entry,
  Held,
  IntentEntry,
  UseEntry,
  VisitEffect,
} from '../../core/model/entry.ts';
import type { State } from '../../core/model/state.ts';
import { NOTHING, type Stands } from '../../core/model/tool.ts';
import { permitPath } from '../../core/model/tool-path.ts';
import { requestHash } from '../../core/prompt/pieces.ts';
import { stayedShared } from '../../core/tasks/artefacts.ts';
import type { Disk, Stat } from '../../disk/fs/disk.ts';
import { copyWith } from '../../schema/copy.ts';
import { type CallAllowance, OutOfCredits, type Thought } from '../calls/attempts.ts';
import { ModelCalls, type ModelChoice, type Models } from '../calls/calls.ts';
import { type KnownCalls, RecordedCalls } from '../calls/recorded-calls.ts';
import type { TurnJournal } from '../calls/turn-journal.ts';
import type { Ports } from '../ports.ts';

/** The first line that differs from the journal. `key` identifies it: an effect and its agent, or a call. */
export interface Divergence {
  turn: number;
  key: string;
  expected: string | null;
  found: string | null;
}

/** Marks an erased text: what depends on it cannot be compared. */
const ERASED = /\[redacted\]|\[\w*(_KEY|_TOKEN|_SECRET|PASSWORD)\]/i;

/**
 * The calls of a turn according to the journal. What a tool did to the workspace becomes visible when the visit gets its
 * result.
 */
export class JournaledCalls implements KnownCalls {
  private readonly calls: RecordedCalls;
  private readonly readings: Readings;
  /** Acts that were held in the turn; those of visits are removed when their content is requested. */
  private readonly held: Held[];

  constructor(calls: readonly Entry[], effects: readonly Effect[], readings: Readings) {
    this.calls = new RecordedCalls(calls);
    this.readings = readings;
    this.held = effects.filter((effect) => effect.k === 'held');
  }

  get doubts(): ReadonlySet<string> {
    return this.calls.doubts;
  }

  attempt(key: string): CallEntry[] | undefined {
    return this.calls.attempt(key);
  }

  announced(key: ActKey): UseEntry | undefined {
    return this.calls.announced(key);
  }

  /** What was approved and not held again was unchanged since it was shown. */
  stood(agent: string, path: string, approved?: Held): Pick<Stands, 'hash' | 'text'> | undefined {
    const covers = (held: Held | undefined): held is Held => held?.covers?.[path] !== undefined;
    const again = this.held.find((held) => approved !== undefined && held.again?.of === approved.id);
    const asked = this.held.findIndex((held) => held.agent === agent && !held.again && covers(held));
    const held = approved === undefined ? this.held.splice(asked, asked < 0 ? 0 : 1)[0] : (again ?? approved);
    return covers(held) ? { hash: held.covers?.[path] as string, text: held.was ?? null } : undefined;
  }

  use(key: ActKey): CallEntry[] {
    const known = this.calls.use(key);
    const used = known?.find((entry) => entry.k === 'used');
    if (!known || !used)
      throw new Error(`the journal holds no use of a tool by ${key.agent} in call ${key.n}, act ${key.act}`);
    for (const { path, text } of used.files) this.readings.write(path, text);
    return known;
  }
}

/** Answers from the journal instead of calling anyone, and checks that each prompt is the one that was sent. */
export class ReplayedCalls implements Models {
  divergence: Divergence | null = null;
  /** Used for prices only. */
  private readonly models: ModelCalls;
  private readonly journal: TurnJournal;
  /** Agent and call → the last attempt in the journal. */
  private readonly last = new Map<string, number>();
  private readonly visits = new Map<string, VisitEffect>();

  constructor(ports: Ports, journal: TurnJournal, state: State) {
    this.models = new ModelCalls(ports, journal, state);
    this.journal = journal;
  }

  begin(calls: readonly Entry[], effects: readonly Effect[]): void {
    this.last.clear();
    this.visits.clear();
    for (const { k, ...call } of calls as IntentEntry[])
      if (k === 'intent') this.last.set(`${call.agent}.${call.n}`, call.attempt);
    for (const effect of effects) if (effect.k === 'visit') this.visits.set(effect.agent, effect);
  }

  need(config: Config, models: readonly string[], prompt: () => Prompt): Promise<number> {
    return this.models.need(config, models, prompt);
  }

  async think(
    _config: Config,
    _choice: ModelChoice,
    { prompt, systemHash, images, purse, recorded }: Thought,
  ): Promise<Reply> {
    const { turn, agent, n } = prompt;
    const last = this.last.get(`${agent}.${n}`) ?? 0;
    for (let attempt = 1; attempt <= last; attempt++) {
      const key = { turn, agent, n, attempt };
      const [intent, answer] = recorded.attempt(printKey(key)) ?? [];
      if (intent?.k !== 'intent') continue;
      this.checkPrompt(key, intent, requestHash(systemHash, intent.model, prompt.parts, images), prompt);
      purse.via = intent.via;
      purse.asked = intent.model;
      const reply = this.answer(intent, answer, purse);
      if (reply) return reply;
    }
    throw this.ending(prompt);
  }

  private checkPrompt(key: CallKey, intent: IntentEntry, found: string, prompt: Prompt): void {
    if (found === intent.hash || this.divergence || ERASED.test(JSON.stringify(prompt.parts))) return;
    this.divergence = { turn: key.turn, key: `prompt ${printKey(key)}`, expected: intent.hash, found };
  }

  /** The recorded outcome of an attempt, booked as it was; undefined when another attempt followed it. */
  private answer(intent: IntentEntry, answer: CallEntry | undefined, purse: CallAllowance): Reply | undefined {
    this.journal.recall(intent);
    if (!answer) {
      this.journal.recall({ k: 'recovered', turn: intent.turn, again: [], doubt: [printKey(intent)] });
      purse.left -= intent.reserve;
      return undefined;
    }
    this.journal.recall(answer);
    if (answer.k !== 'reply' && answer.k !== 'failed') return undefined;
    purse.left -= answer.cost;
    if (answer.k === 'reply') return answer.reply;
    if (answer.failure === 'incomplete' || answer.failure === 'malformed')
      throw new ProviderError(answer.failure, answer.message, { usage: answer.usage, requestId: answer.requestId });
    return undefined;
  }

  /**
   * There was no answer: the reason (no connection, no price, no credits) came from outside and is in the effect of the visit.
   */
  private ending({ agent, n }: Prompt): Error {
    const { blame, need, reason = '', detail = '' } = this.visits.get(agent) ?? {};
    if (blame === 'credits' || blame === 'budget') return new OutOfCredits(detail, need);
    const [failure, message] = [reason.slice(0, reason.indexOf(': ')), reason.slice(reason.indexOf(': ') + 2)];
    const known = [...PROVIDER_FAILURES, ...REPLY_FAILURES].find((name) => name === failure);
    if (known) return new ProviderError(known, message);
    return new Error(blame === 'internal' ? message : `the journal holds no answer to call ${n} of ${agent}`);
  }
}

/** A provider that is used for its prices and never called. */
export function unreachable(provider: Awaited<ReturnType<Ports['provider']>>): Awaited<ReturnType<Ports['provider']>> {
  return copyWith(provider, {
    connect: async () => ({ complete: () => Promise.reject(new Error('replay calls no provider')) }),
  });
}

/** For lines of a turn that is made again: they count, and nothing is written. */
export class ReplayedJournal implements TurnJournal {
  private readonly state: State;

  constructor(state: State) {
    this.state = state;
  }

  add(...lines: CallEntry[]): void {
    this.recall(...lines);
  }

  async announce(intent: IntentEntry): Promise<void> {
    this.recall(intent);
  }

  recall(...lines: Entry[]): void {
    for (const line of lines) apply(this.state, line);
  }

  async durable(): Promise<void> {}
}

/** In place of a file of which the journal says only that it was too large. */
const TOO_LARGE = new Uint8Array(CARRIED_BYTES + 1);

/** What visits read from the folder, as the journal tells it: files they attached, images they looked at, and shared files before they wrote them. */
export class Readings {
  private readonly written = new Map<string, string>();
  private readonly blobs = new Map<string, string>();
  private readonly seen = new Map<string, Uint8Array>();
  private readonly shared = new Map<string, Content | null>();
  /** File → its attached versions, in order. */
  private readonly attached = new Map<string, Attached[]>();

  begin(effects: readonly Effect[], calls: readonly Entry[]): void {
    this.look(calls);
    this.shared.clear();
    this.attached.clear();
    for (const effect of effects) {
      if (effect.k === 'wrote' && !this.shared.has(effect.path)) this.shared.set(effect.path, contentsOf(effect).was);
      if (effect.k === 'held') this.hold(effect);
      if (effect.k === 'sent') for (const file of effect.files ?? []) this.attach(file);
      if (effect.k === 'task') this.bring(effect);
    }
  }

  /** Images in prompts, which the journal keeps as blobs. */
  private look(calls: readonly Entry[]): void {
    this.seen.clear();
    for (const call of calls) {
      if (call.k === 'blob' && call.image) this.blobs.set(call.hash, call.text);
      if (call.k !== 'intent' || !('pieces' in call.prompt)) continue;
      for (const { path, hash } of call.prompt.images ?? [])
        this.seen.set(path, Buffer.from(this.blobs.get(hash) ?? '', 'base64'));
    }
  }

  /** Files that a held act concerns: the content it would replace, as the visit saw it, and the existence of the others. */
  private hold({ agent, input, was, covers = {} }: Held): void {
    for (const [path, hash] of Object.entries(covers))
      if (path.includes('/') && hash !== NOTHING && !this.written.has(path)) this.written.set(path, '');
    const target =
      was === undefined ? null : permitPath({ name: agent, shared: ['.'] }, (input as { path: string }).path);
    if (target?.ok && was !== undefined) this.written.set(target.path, was);
  }

  /** Files that came with the result of a task. What stayed in `shared/` was too large to be copied. */
  private bring({ task, files = [] }: Extract<Effect, { k: 'task' }>): void {
    for (const file of files) this.attach(file);
    for (const path of stayedShared(task, files)) if (!this.attached.has(path)) this.seen.set(path, TOO_LARGE);
  }

  private attach(file: Attached): void {
    const { from = file.path } = file;
    const files = this.attached.get(from);
    if (files) files.push(file);
    else this.attached.set(from, [file]);
  }

  write(path: string, text: string | null): void {
    if (text === null) this.written.delete(path);
    else this.written.set(path, text);
  }

  /** Each read moves on to the version that was attached next. */
  private read(path: string): Uint8Array | null {
    const bytes = this.peek(path);
    const files = this.attached.get(path);
    if (files && files.length > 1 && !this.shared.has(path)) files.shift();
    return bytes;
  }

  private peek(path: string): Uint8Array | null {
    const image = this.seen.get(path);
    if (image) return image;
    const was = this.shared.get(path);
    if (was !== undefined) return was === null ? null : Buffer.from(was);
    const [file] = this.attached.get(path) ?? [];
    if (file) return Buffer.from(file.data, 'base64');
    const text = this.written.get(path);
    return text === undefined ? null : Buffer.from(text);
  }

  /** Anything that is not a known file may be a folder on the way to one. */
  private stat(path: string): Stat {
    const bytes = this.peek(path);
    return { kind: bytes ? 'file' : 'folder', size: bytes?.length ?? 0, mark: '', rights: '', mtimeMs: 0 };
  }

  /** A read-only disk. */
  disk(): Disk {
    const never = (): never => {
      throw new Error('replay writes nothing');
    };
    return {
      read: (path) => this.read(path),
      readPart: never,
      stat: (path) => this.stat(path),
      list: never,
      isOpen: never,
      look: never,
      glance: never,
      create: never,
      rename: never,
      link: never,
      unlink: never,
      mkdir: never,
      rmdir: never,
      append: never,
      syncFile: never,
      syncDir: never,
      recheck: () => {},
      free: never,
    };
  }
}
