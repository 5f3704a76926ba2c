import { apply } from '../core/apply.ts';
import { requestHash } from '../core/brief.ts';
import { type CallKey, type Prompt, ProviderError, printKey, type Reply, type Usage } from '../core/call.ts';
import type { Config } from '../core/config.ts';
import type { CallEntry, Entry, IntentEntry, PromptRef } from '../core/entry.ts';
import { charge, costOf, countsTokens, worstCase } from '../core/ledger.ts';
import type { State } from '../core/state.ts';
import { DiskError } from '../disk/disk.ts';
import type { Journal } from '../disk/journal.ts';
import type { Connection, Outside, Provider } from '../providers/provider.ts';
import { FaultError } from '../schema/fault.ts';
import type { Model, Price } from '../schema/models.ts';
import { lineEvents } from './events.ts';
import type { Ports } from './ports.ts';
import { redactJson, redactor } from './redact.ts';

/** Bytes that must be free before a call, so that its reply can be kept. */
const ROOM_FOR_REPLY = 1_048_576;

/** Raised when a visit may not spend what the next attempt could cost. */
export class OutOfCredits extends Error {}

/** What a visit may still spend, in micro-credits. */
export interface Purse {
  left: number;
  /** The model that answered in place of the first, and why. */
  via?: string | undefined;
}

/** One thought of a visit: its prompt, how the journal keeps that, and on whose account it goes. */
export interface Thought {
  prompt: Prompt;
  ref: PromptRef;
  systemHash: string;
  unit: string | null;
  purse: Purse;
  recorded: Recorded;
  signal: AbortSignal;
}

/** The models that a visit may call, and the one its resume names first. */
export interface Choice {
  models: readonly string[];
  first: string;
}

/** What intents and messages say of the model behind them, when that is not the first choice. */
function viaOf(name: string, first: string, failed: ProviderError | null): string | undefined {
  return name === first
    ? undefined
    : `${name}, because ${first} ${failed ? `failed (${failed.failure})` : 'is left alone'}`;
}

/** A model ready to be called. */
interface Line {
  name: string;
  model: Model;
  provider: Provider;
  price: Price | null;
  connection: Promise<Connection>;
}

/** Calls that a crash cut off: what the journal holds of them. */
export class Recorded {
  private readonly attempts = new Map<string, CallEntry[]>();
  private readonly uses = new Map<string, CallEntry[]>();
  readonly doubts = new Set<string>();

  constructor(calls: readonly Entry[]) {
    for (const entry of calls) {
      if (entry.k === 'intent' || entry.k === 'reply' || entry.k === 'failed')
        put(this.attempts, printKey(entry), entry);
      else if (entry.k === 'use' || entry.k === 'used') put(this.uses, actKey(entry), entry);
      else if (entry.k === 'recovered') for (const key of entry.doubt) this.doubts.add(key);
    }
  }

  attempt(key: string): CallEntry[] | undefined {
    return this.attempts.get(key);
  }

  use(key: { turn: number; agent: string; n: number; act: number }): CallEntry[] | undefined {
    return this.uses.get(actKey(key));
  }

  /** Intents without an answer: repeatable ones are simply asked again, the others may have been billed. */
  open(): { again: string[]; doubt: string[] } {
    const open = { again: [] as string[], doubt: [] as string[] };
    for (const [key, [first, answer]] of this.attempts) {
      if (first?.k !== 'intent' || answer || this.doubts.has(key)) continue;
      (first.repeatable ? open.again : open.doubt).push(key);
    }
    return open;
  }
}

function put(map: Map<string, CallEntry[]>, key: string, entry: CallEntry): void {
  const list = map.get(key);
  if (list) list.push(entry);
  else map.set(key, [entry]);
}

function actKey(entry: { turn: number; agent: string; n: number; act: number }): string {
  return `${entry.turn}.${entry.agent}.${entry.n}.${entry.act}`;
}

/** The telephone exchange of an engine: models by name, and every attempt recorded before and after. */
export class Calls {
  private readonly ports: Ports;
  private readonly journal: Journal;
  private readonly state: State;
  /** Secrets go no further than here. */
  private readonly redact: (text: string) => string;
  private readonly lines = new Map<Model, Promise<Line>>();

  constructor(ports: Ports, journal: Journal, state: State) {
    this.ports = ports;
    this.journal = journal;
    this.state = state;
    this.redact = redactor(ports.env);
  }

  /** Opens the line to a model of the configuration; a fault in it is thrown as a `ProviderError`. */
  line(config: Config, name: string): Promise<Line> {
    const model = config.models.get(name);
    if (!model) return Promise.reject(new ProviderError('bad-request', `there is no model ${name} in org/models.yaml`));
    let line = this.lines.get(model);
    if (!line) {
      line = this.openLine(name, model);
      this.lines.set(model, line);
      line.catch(() => this.lines.delete(model));
    }
    return line;
  }

  private async openLine(name: string, model: Model): Promise<Line> {
    const provider = await this.providerOf(model.provider);
    const price = model.price ?? (provider.free ? {} : null);
    const connection = provider.connect(model, this.outside());
    connection.catch(() => this.lines.delete(model));
    return { name, model, provider, price, connection };
  }

  /** A provider that does not exist stops only those who use it. */
  private async providerOf(name: string): Promise<Provider> {
    try {
      return await this.ports.provider(name);
    } catch (error) {
      if (error instanceof DiskError) throw error;
      throw new ProviderError('bad-request', error instanceof FaultError ? error.fault.message : String(error));
    }
  }

  private outside(): Outside {
    const { clock, env } = this.ports;
    return {
      env: (name) => env[name],
      secret: async (reference) => env[reference.replace(/^env:/, '')] ?? '',
      childEnv: () => ({}),
      requireTrust: () => {
        throw new ProviderError('bad-request', 'nothing is approved');
      },
      file: (path) => this.state.files.get(path) ?? null,
      sleep: (ms, signal) => clock.sleep(ms, signal),
    };
  }

  /** The worst case of the first call of a visit: of the first model of the chain that has a price. The prompt is only made when tokens cost something. */
  async need(config: Config, models: readonly string[], prompt: () => Prompt): Promise<number> {
    for (const name of models) {
      const price = await this.priceOf(config, name);
      if (!price) continue;
      if (!countsTokens(price)) return price.per_call ?? 0;
      const made = prompt();
      return worstCase(price, requestBytes(price, made), outputLimit(config.models.get(name) as Model, made));
    }
    return 0;
  }

  /** A model that cannot be reached has no price to look at; the visit itself will say so. */
  private async priceOf(config: Config, name: string): Promise<Price | null> {
    try {
      return (await this.line(config, name)).price;
    } catch {
      return null;
    }
  }

  /**
   * Asks the models in turn until one answers; `first` is what the agent would be given if nothing failed. Only the provider's own failures go on to the next; the last one
   * is thrown. Throws `OutOfCredits` before an attempt that the purse cannot pay in the worst case.
   */
  async think(config: Config, { models, first }: Choice, thought: Thought): Promise<Reply> {
    const { prompt, purse, recorded } = thought;
    let attempt = 0;
    let failed: ProviderError | null = null;
    for (const name of models) {
      purse.via = viaOf(name, first, failed);
      try {
        const line = await this.line(config, name);
        for (;;) {
          attempt++;
          const key = { turn: prompt.turn, agent: prompt.agent, n: prompt.n, attempt };
          const known = recorded.attempt(printKey(key));
          if (known && recorded.doubts.has(printKey(key))) {
            this.replayDoubt(known, purse);
            continue;
          }
          return known?.[1] ? this.replay(known, purse) : await this.attempt(line, key, thought, known?.[0]);
        }
      } catch (error) {
        if (!(error instanceof ProviderError) || !isProviders(error)) throw error;
        failed = error;
      }
    }
    throw failed ?? new ProviderError('unavailable', `${first} failed too often and is left alone for a while`);
  }

  /** An attempt whose reply the journal holds: applied and answered from there, without asking or paying again. */
  private replay([intent, answer]: CallEntry[], purse: Purse): Reply {
    purse.via = (intent as IntentEntry).via;
    apply(this.state, intent as CallEntry);
    apply(this.state, answer as CallEntry);
    if (answer?.k === 'failed') {
      purse.left -= answer.cost;
      throw new ProviderError(answer.failure, answer.message, { usage: answer.usage, requestId: answer.requestId });
    }
    const reply = answer as Extract<CallEntry, { k: 'reply' }>;
    purse.left -= reply.cost;
    return reply.reply;
  }

  /** An attempt that may have been billed: its reserve stays booked. */
  private replayDoubt([intent]: CallEntry[], purse: Purse): void {
    apply(this.state, intent as CallEntry);
    apply(this.state, {
      k: 'recovered',
      turn: (intent as IntentEntry).turn,
      again: [],
      doubt: [printKey(intent as IntentEntry)],
    });
    purse.left -= (intent as IntentEntry).reserve;
  }

  /** One network attempt: intent durable, then the call, then the answer durable. */
  private async attempt(line: Line, key: CallKey, thought: Thought, known: CallEntry | undefined): Promise<Reply> {
    const { prompt, purse, signal } = thought;
    const connection = await line.connection;
    const intent = (known as IntentEntry | undefined) ?? this.intentOf(line, key, thought);
    purse.via = intent.via;
    apply(this.state, intent);
    if (!known) {
      await this.journal.announce(intent, ROOM_FOR_REPLY);
    }
    purse.left -= intent.reserve;
    const start = this.ports.clock.ticks();
    try {
      const answer = await this.withTimeout(line, signal, (limited) =>
        connection.complete(limitOutput(line.model, prompt), limited),
      );
      const reply = redactJson(this.redact, withSoundUsage(answer));
      const { cost, over } = charge(
        line.price ?? {},
        reply,
        line.price ? requestBytes(line.price, prompt) : 0,
        intent.reserve,
      );
      await this.book(
        { k: 'reply', ...key, cost, over, ms: Math.round(this.ports.clock.ticks() - start), reply },
        intent,
        purse,
      );
      return reply;
    } catch (thrown) {
      if (signal.aborted || thrown instanceof DiskError || thrown instanceof FaultError) throw thrown;
      const error =
        thrown instanceof ProviderError
          ? thrown
          : new ProviderError(
              'unavailable',
              `the provider broke: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
            );
      const { failure, message, requestId } = error;
      const usage = isSound(error.usage) ? error.usage : null;
      const cost = usage ? Math.min(costOf(line.price ?? {}, usage), intent.reserve) : 0;
      await this.book(
        {
          k: 'failed',
          ...key,
          cost,
          ms: Math.round(this.ports.clock.ticks() - start),
          failure,
          message: this.redact(message).slice(0, 2000),
          usage,
          requestId,
        },
        intent,
        purse,
      );
      throw error;
    }
  }

  private intentOf(line: Line, key: CallKey, { prompt, ref, systemHash, unit, purse }: Thought): IntentEntry {
    if (line.price === null)
      throw new ProviderError(
        'bad-request',
        `the model ${line.name} has no price in org/models.yaml, so it cannot be called`,
      );
    const stopped = this.state.stopped.get(line.name);
    if (stopped)
      throw new ProviderError(
        'bad-request',
        `the model ${line.name} is stopped: ${stopped}. Look at lemming reconcile`,
      );
    const reserve = worstCase(line.price, requestBytes(line.price, prompt), outputLimit(line.model, prompt));
    if (reserve > purse.left)
      throw new OutOfCredits(
        `the next call could cost ${reserve / 1e6} credits, and ${Math.max(0, purse.left) / 1e6} may be spent`,
      );
    const hash = requestHash(systemHash, line.name, prompt.parts);
    return {
      k: 'intent',
      ...key,
      unit,
      model: line.name,
      provider: line.model.provider,
      hash,
      reserve,
      ...(purse.via === undefined ? {} : { via: purse.via }),
      repeatable: line.provider.repeatable,
      prompt: ref,
    };
  }

  private async book(
    answer: Extract<CallEntry, { k: 'reply' | 'failed' }>,
    intent: IntentEntry,
    purse: Purse,
  ): Promise<void> {
    purse.left += intent.reserve - answer.cost;
    this.journal.add(answer);
    await this.journal.durable();
    apply(this.state, answer);
    const { log } = this.ports;
    if (log) for (const event of lineEvents(answer, answer.turn)) log(event);
  }

  /** The time limit of one attempt; scripted answers without delay cost no timer. */
  private async withTimeout(
    line: Line,
    signal: AbortSignal,
    call: (signal: AbortSignal) => Promise<Reply>,
  ): Promise<Reply> {
    if (line.provider.free) return call(signal);
    const done = new AbortController();
    const late = new AbortController();
    const limit = AbortSignal.any([signal, done.signal]);
    this.ports.clock.sleep(line.model.timeout_ms, limit).then(
      () => late.abort(),
      () => {},
    );
    try {
      return await call(AbortSignal.any([signal, late.signal]));
    } catch (error) {
      if (late.signal.aborted && !signal.aborted)
        throw new ProviderError('timeout', `no answer within ${line.model.timeout_ms} ms`);
      throw error;
    } finally {
      done.abort();
    }
  }
}

function isProviders(error: ProviderError): boolean {
  return error.failure !== 'refused' && error.failure !== 'incomplete' && error.failure !== 'malformed';
}

function outputLimit(model: Model, prompt: Prompt): number {
  return Math.min(model.max_output_tokens ?? Infinity, prompt.maxOutputTokens);
}

/** Usage that is no count of tokens is as good as none. */
function withSoundUsage(reply: Reply): Reply {
  return reply.usage === null || isSound(reply.usage) ? reply : { ...reply, usage: null };
}

function isSound(usage: Usage | null): boolean {
  return usage !== null && Object.values(usage).every((tokens) => Number.isSafeInteger(tokens) && tokens >= 0);
}

function limitOutput(model: Model, prompt: Prompt): Prompt {
  const maxOutputTokens = outputLimit(model, prompt);
  return maxOutputTokens === prompt.maxOutputTokens ? prompt : { ...prompt, maxOutputTokens };
}

/** Bytes of the request as an upper bound of its tokens; only counted when tokens cost something. */
function requestBytes(price: Price, prompt: Prompt): number {
  if (!countsTokens(price)) return 0;
  let bytes = Buffer.byteLength(prompt.system) + Buffer.byteLength(JSON.stringify(prompt.tools)) + 512;
  for (const part of prompt.parts)
    bytes += 64 + Buffer.byteLength(part.role === 'user' ? part.text : JSON.stringify(part));
  return bytes;
}
