import { apply } from '../core/apply.ts';
import { requestHash } from '../core/brief.ts';
import {
  type CallKey,
  PROVIDER_FAILURES,
  type Prompt,
  ProviderError,
  printKey,
  REPLY_FAILURES,
  type Reply,
} from '../core/call.ts';
import type { Config } from '../core/config.ts';
import type {
  Attached,
  CallEntry,
  Effect,
  Entry,
  IntentEntry,
  OpenEntry,
  PromptRef,
  VisitEffect,
} from '../core/entry.ts';
import type { Toolbox } from '../core/judge.ts';
import { undeliverable } from '../core/settle.ts';
import { emptyState, type State } from '../core/state.ts';
import { realClock } from '../disk/clock.ts';
import { configReader } from '../disk/config.ts';
import type { Disk, Stat } from '../disk/disk.ts';
import { type Group, Journal } from '../disk/journal.ts';
import { type Fault, FaultError } from '../schema/fault.ts';
import { Calls, OutOfCredits, type Purse, Recorded } from './calls.ts';
import type { Ports } from './ports.ts';
import { makeTurn, type Turn } from './turn.ts';

/** The first line that comes out otherwise than the journal has it. `key` names it: an effect and its agent, or a call. */
export interface Divergence {
  turn: number;
  key: string;
  expected: string | null;
  found: string | null;
}

/** Marks of a text that was erased from the journal: what depends on it cannot be compared. */
const ERASED = /\[redacted\]|\[\w*(_KEY|_TOKEN|_SECRET|PASSWORD)\]/i;

const EFFECTS: ReadonlySet<string> = new Set([
  'visit',
  'sent',
  'wrote',
  'acked',
  'dead',
  'notice',
  'held',
  'decided',
  'moved',
  'summarised',
  'warned',
]);
const CALLS: ReadonlySet<string> = new Set(['blob', 'intent', 'reply', 'failed', 'use', 'used', 'recovered']);

/**
 * Executes every visit again, from the frozen inputs and the recorded replies, and compares what follows with the journal
 * line by line. Calls no provider, uses no tool, writes nothing. Stops at the first divergence.
 */
export class Recompute {
  visits = 0;
  divergence: Divergence | null = null;
  private readonly toolbox: Toolbox;
  private readonly ports: Ports;
  private readonly state: State = emptyState();
  private readonly readConfig = configReader();
  private config: Config | null = null;
  private env = '{}';
  private readonly calls: ReplayedCalls;
  private readonly readings = new Readings();
  /** Lines of the turn that is being read. */
  private open: OpenEntry | null = null;
  private lines: Entry[] = [];

  constructor(toolbox: Toolbox, ports: Pick<Ports, 'host' | 'provider'>) {
    this.toolbox = toolbox;
    this.ports = {
      disk: this.readings.disk(),
      clock: realClock,
      host: ports.host,
      env: {},
      provider: async (name) => unreachable(await ports.provider(name)),
    };
    this.calls = new ReplayedCalls(this.ports, this.state);
  }

  async take(group: Group): Promise<void> {
    for (const entry of group.entries) if (!this.divergence) await this.line(entry);
  }

  private async line(entry: Entry): Promise<void> {
    if (entry.k === 'open') this.open = entry;
    if (!this.open) return this.input(entry);
    if (entry.k === 'commit') return this.turn(this.open, entry);
    this.lines.push(entry);
  }

  private input(entry: Entry): void {
    if (entry.k === 'file') this.config = null;
    apply(this.state, entry);
  }

  private async turn(open: OpenEntry, commit: Entry): Promise<void> {
    const { effects, calls, swept } = this.sort();
    this.open = null;
    this.readings.begin(effects);
    const config = this.configure(open.env ?? {});
    const frozen = undeliverable(config, this.state, open.turn);
    for (const effect of frozen) apply(this.state, effect);
    const recorded = new Replayed(calls, this.readings);
    this.calls.begin(calls, effects);
    const turn: Turn = {
      number: open.turn,
      open,
      config,
      state: this.state,
      journal: new NoJournal(this.ports.disk),
      calls: this.calls,
      recorded,
      ports: this.ports,
      live: new Set(),
      swept,
      signal: NEVER,
    };
    const ending = await makeTurn(turn, this.toolbox);
    this.visits += ending.visits.length;
    this.divergence = this.calls.divergence ?? firstDivergence(open.turn, effects, [...frozen, ...ending.effects]);
    for (const effect of ending.effects) apply(this.state, effect);
    apply(this.state, commit);
  }

  /** Takes in what was frozen, and hands out what came of it. */
  private sort(): { effects: Effect[]; calls: Entry[]; swept: string[] } {
    const sorted = { effects: [] as Effect[], calls: [] as Entry[], swept: [] as string[] };
    for (const line of this.lines) {
      if (EFFECTS.has(line.k)) sorted.effects.push(line as Effect);
      else if (CALLS.has(line.k)) sorted.calls.push(line);
      else this.input(line);
      if (line.k === 'sweep') sorted.swept.push(...line.paths);
    }
    this.lines = [];
    return sorted;
  }

  private configure(env: Record<string, string>): Config {
    const text = JSON.stringify(env);
    if (this.config && text === this.env) return this.config;
    const folders = new Set(
      [...this.state.files.keys()].flatMap((path) =>
        path.startsWith('agents/') ? [path.split('/', 2)[1] as string] : [],
      ),
    );
    const read = this.readConfig(this.state.files, [...folders], env);
    if (!read.config) throw new FaultError(...(read.faults as [Fault, ...Fault[]]));
    this.config = read.config;
    this.env = text;
    return read.config;
  }
}

const NEVER = new AbortController().signal;

function firstDivergence(turn: number, journaled: readonly Effect[], found: readonly Effect[]): Divergence | null {
  for (let i = 0; i < Math.max(journaled.length, found.length); i++) {
    const [a, b] = [journaled[i], found[i]];
    const [expected, made] = [a ? JSON.stringify(a) : null, b ? JSON.stringify(b) : null];
    if (expected !== made) return { turn, key: keyOf(a ?? (b as Effect)), expected, found: made };
  }
  return null;
}

function keyOf(effect: Effect): string {
  if (effect.k === 'sent') return `sent ${effect.message.id}`;
  return 'agent' in effect ? `${effect.k} ${effect.agent}` : effect.k;
}

/** The calls of a turn as the journal has them. What a tool did to the workspace becomes readable as it is told to the visit. */
class Replayed extends Recorded {
  private readonly readings: Readings;

  constructor(calls: readonly Entry[], readings: Readings) {
    super(calls);
    this.readings = readings;
  }

  override use(key: { turn: number; agent: string; n: number; act: number }): CallEntry[] {
    const known = super.use(key);
    const used = known?.find((entry) => entry.k === 'used');
    if (!known || !used)
      throw new Error(`the journal holds no use of a tool by ${key.agent} in call ${key.n}, act ${key.act}`);
    for (const { path, text } of used.files) this.readings.write(path, text);
    return known;
  }
}

/** Answers from the journal instead of calling anyone, and checks that each prompt is the one that was sent. */
class ReplayedCalls extends Calls {
  divergence: Divergence | null = null;
  private readonly ledger: State;
  /** agent and call → the last attempt that the journal holds. */
  private readonly last = new Map<string, number>();
  private readonly visits = new Map<string, VisitEffect>();

  constructor(ports: Ports, state: State) {
    super(ports, new NoJournal(ports.disk), state);
    this.ledger = state;
  }

  begin(calls: readonly Entry[], effects: readonly Effect[]): void {
    this.last.clear();
    this.visits.clear();
    for (const { k, ...call } of calls as IntentEntry[])
      if (k === 'intent') this.last.set(`${call.agent}.${call.n}`, call.attempt);
    for (const effect of effects) if (effect.k === 'visit') this.visits.set(effect.agent, effect);
  }

  override async think(
    _config: Config,
    _models: readonly string[],
    prompt: Prompt,
    _ref: PromptRef,
    systemHash: string,
    _unit: string | null,
    purse: Purse,
    recorded: Recorded,
  ): Promise<Reply> {
    const { turn, agent, n } = prompt;
    const last = this.last.get(`${agent}.${n}`) ?? 0;
    for (let attempt = 1; attempt <= last; attempt++) {
      const key = { turn, agent, n, attempt };
      const [intent, answer] = recorded.attempt(printKey(key)) ?? [];
      if (intent?.k !== 'intent') continue;
      this.checkPrompt(key, intent, systemHash, prompt);
      const reply = this.answer(intent, answer, purse);
      if (reply) return reply;
    }
    throw this.ending(prompt);
  }

  private checkPrompt(key: CallKey, intent: IntentEntry, systemHash: string, prompt: Prompt): void {
    const found = requestHash(systemHash, intent.model, prompt.parts);
    if (found === intent.hash || this.divergence || ERASED.test(JSON.stringify(prompt.parts))) return;
    this.divergence = { turn: key.turn, key: `prompt ${printKey(key)}`, expected: intent.hash, found };
  }

  /** The recorded outcome of an attempt, booked as it was; undefined when another attempt followed it. */
  private answer(intent: IntentEntry, answer: CallEntry | undefined, purse: Purse): Reply | undefined {
    apply(this.ledger, intent);
    if (!answer) {
      apply(this.ledger, { k: 'recovered', turn: intent.turn, again: [], doubt: [printKey(intent)] });
      purse.left -= intent.reserve;
      return undefined;
    }
    apply(this.ledger, answer);
    if (answer.k !== 'reply' && answer.k !== 'failed') return undefined;
    purse.left -= answer.cost;
    if (answer.k === 'reply') return answer.reply;
    if ((REPLY_FAILURES as readonly string[]).includes(answer.failure))
      throw new ProviderError(answer.failure, answer.message, { usage: answer.usage, requestId: answer.requestId });
    return undefined;
  }

  /** Nothing answered: what ended the visit then (no connection, no price, no credits) came from outside and stands in its effect. */
  private ending({ agent, n }: Prompt): Error {
    const { blame, reason = '' } = this.visits.get(agent) ?? {};
    if (blame === 'credits') return new OutOfCredits(reason.replace('no credits: ', ''));
    const [failure, message] = [reason.slice(0, reason.indexOf(': ')), reason.slice(reason.indexOf(': ') + 2)];
    const known = [...PROVIDER_FAILURES, ...REPLY_FAILURES].find((name) => name === failure);
    if (known) return new ProviderError(known, message);
    return new Error(blame === 'internal' ? message : `the journal holds no answer to call ${n} of ${agent}`);
  }
}

function unreachable(provider: Awaited<ReturnType<Ports['provider']>>): Awaited<ReturnType<Ports['provider']>> {
  return {
    ...provider,
    connect: async () => ({ complete: () => Promise.reject(new Error('replay calls no provider')) }),
  };
}

/** A journal that forgets. */
class NoJournal extends Journal {
  constructor(disk: Disk) {
    super(disk, 1, '', 0);
  }
  override add(): void {}
  override write(): void {}
  override async durable(): Promise<void> {}
}

/** What visits read from the folder, as the journal tells it: files they attached, and shared files before they wrote them. */
class Readings {
  private readonly written = new Map<string, string>();
  private readonly shared = new Map<string, string | null>();
  private readonly attached = new Map<string, Attached>();

  begin(effects: readonly Effect[]): void {
    this.shared.clear();
    this.attached.clear();
    for (const effect of effects) {
      if (effect.k === 'wrote') this.shared.set(effect.path, effect.was);
      if (effect.k === 'sent')
        for (const file of effect.files ?? [])
          this.attached.set(
            `${effect.message.from} ${nameOf(file.path.replace(/\/outbox\/\d+-\d+-/, '/outbox/'))}`,
            file,
          );
    }
  }

  write(path: string, text: string | null): void {
    if (text === null) this.written.delete(path);
    else this.written.set(path, text);
  }

  private read(path: string): Uint8Array | null {
    const was = this.shared.get(path);
    if (was !== undefined) return was === null ? null : Buffer.from(was);
    const file = this.attached.get(`${path.split('/')[1]} ${nameOf(path).replace(/[^A-Za-z0-9._-]/g, '_')}`);
    if (file) return Buffer.from(file.data, 'base64');
    const text = this.written.get(path);
    return text === undefined ? null : Buffer.from(text);
  }

  private stat(path: string): Stat | null {
    const bytes = this.read(path);
    return bytes && { kind: 'file', size: bytes.length, mark: '', mtimeMs: 0 };
  }

  /** A disk that only reads. */
  disk(): Disk {
    const never = (): never => {
      throw new Error('replay writes nothing');
    };
    return {
      read: (path) => this.read(path),
      stat: (path) => this.stat(path),
      list: never,
      create: never,
      rename: never,
      link: never,
      unlink: never,
      mkdir: never,
      rmdir: never,
      append: never,
      syncFile: never,
      syncDir: never,
      free: never,
    };
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
