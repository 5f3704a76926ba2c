/** The engine's call recorder: journals attempts and books their cost. */
import {
  type CallKey,
  type Prompt,
  ProviderError,
  type Reply,
  USAGE_COUNTS,
  type Usage,
} from '../../core/model/call.ts';
import type { CallEntry, ImageRef, IntentEntry, PromptRef } from '../../core/model/entry.ts';
import type { Tries } from '../../core/model/state/calls.ts';
import type { State } from '../../core/model/state.ts';
import { noteOutcome } from '../../core/money/breaker.ts';
import { charge, chargeFailed, countCredits, countsTokens, printCredits, worstCase } from '../../core/money/ledger.ts';
import { UNPRICED } from '../../core/money/money.ts';
import { requestHash } from '../../core/prompt/pieces.ts';
import { DiskError } from '../../disk/fs/disk.ts';
import type { ModelRequest } from '../../providers/with/line.ts';
import type { CallRecorder } from '../../providers/with/record.ts';
import type { Model, Price } from '../../schema/config/models.ts';
import { copyWith } from '../../schema/copy.ts';
import { FaultError } from '../../schema/fault.ts';
import type { Ports } from '../ports.ts';
import { maskJson } from '../secrets.ts';
import type { Listen } from './listen.ts';
import type { KnownCalls } from './recorded-calls.ts';
import type { TurnJournal } from './turn-journal.ts';

/** Bytes that must be free before a call, so that its reply can be stored. */
const ROOM_FOR_REPLY = 1_048_576;

/** Thrown if the next attempt could cost more than the visit may spend. */
export class OutOfCredits extends Error {
  /** What the attempt could cost, in micro-credits; undefined if the journal does not say. */
  readonly need: number | undefined;

  constructor(message: string, need: number | undefined) {
    super(message);
    this.need = need;
  }
}

/** What a visit may still spend, in micro-credits. */
export interface CallAllowance {
  left: number;
  /** The attempts of the visit at each model. */
  tries: Map<string, Tries>;
  /** The model that answered in place of the first, and why. */
  via?: string | undefined;
  /** The model that was called last. */
  asked?: string;
}

/** One thought of a visit: its prompt, how the journal keeps it, and whose account pays. */
export interface Thought {
  prompt: Prompt;
  ref: PromptRef;
  systemHash: string;
  /** The images of the prompt, as the journal refers to them. */
  images: readonly ImageRef[];
  unit: string | null;
  purse: CallAllowance;
  recorded: KnownCalls;
  /** Waiting calls with a greater number go first. */
  priority: number;
  signal: AbortSignal;
  /** Receives what the model writes. */
  listen?: Listen | undefined;
}

/** A thought on its way to a model. */
export interface Asking extends ModelRequest {
  thought: Thought;
  /** How many attempts of it the journal holds. */
  attempt: number;
  /** The intent of an attempt that a crash cut off and that can simply be made again. */
  again: IntentEntry | null;
}

/** A model and the price of its calls. */
export interface ModelPrice {
  name: string;
  model: Model;
  /** Null if it is not known. */
  price: Price | null;
  repeatable: boolean;
}

/** Journals the attempts at one model, and books their cost in the ledger. */
export class Attempts implements CallRecorder<Asking, IntentEntry> {
  private readonly priced: ModelPrice;
  private readonly ports: Ports;
  private readonly journal: TurnJournal;
  private readonly state: State;
  private readonly redact: (text: string) => string;

  constructor(priced: ModelPrice, ports: Ports, journal: TurnJournal, state: State, redact: (text: string) => string) {
    this.priced = priced;
    this.ports = ports;
    this.journal = journal;
    this.state = state;
    this.redact = redact;
  }

  /**
   * The intent is durable, and its worst case reserved, before anything is sent. Throws `OutOfCredits` if the allowance cannot
   * pay that.
   */
  async begin(asking: Asking): Promise<IntentEntry> {
    const { thought } = asking;
    const known = asking.again?.model === this.priced.name ? asking.again : null;
    const intent = known ?? this.intentOf(asking);
    asking.again = null;
    thought.purse.via = intent.via;
    thought.purse.asked = intent.model;
    asking.attempt = intent.attempt;
    if (known) this.journal.recall(intent);
    else await this.journal.announce(intent, ROOM_FOR_REPLY);
    thought.purse.left -= intent.reserve;
    return intent;
  }

  async replied(intent: IntentEntry, { thought }: Asking, answer: Reply, ms: number): Promise<Reply> {
    const reply = maskJson(this.redact, withSoundUsage(answer));
    const { price } = this.priced;
    const charged = charge(price ?? {}, reply, price ? requestBytes(price, thought.prompt) : 0, intent.reserve);
    await this.settle({ k: 'reply', ...keyOf(intent), ...charged, ms: Math.round(ms), reply }, intent, thought.purse);
    return reply;
  }

  async failed(intent: IntentEntry, { thought }: Asking, error: ProviderError, ms: number): Promise<void> {
    const { failure, message, requestId, received, retryAfterMs } = error;
    const { price } = this.priced;
    const usage = isSound(error.usage) ? error.usage : null;
    const bytes = price ? requestBytes(price, thought.prompt) : 0;
    const line: CallEntry = {
      k: 'failed',
      ...keyOf(intent),
      cost: chargeFailed(price ?? {}, { usage, received }, bytes, intent.reserve),
      ms: Math.round(ms),
      at: this.ports.clock.now(),
      failure,
      message: this.redact(message).slice(0, 2000),
      usage,
      requestId: requestId && this.redact(requestId),
      ...(retryAfterMs !== null && { retryAfterMs }),
    };
    await this.settle(line, intent, thought.purse);
  }

  isForeign(error: unknown): boolean {
    return error instanceof DiskError || error instanceof FaultError;
  }

  /** Records a reused reply as a call that was not made and costs nothing. */
  again(asking: Asking, reply: Reply): Reply {
    const intent: IntentEntry = copyWith(this.intentFor(asking, 0), { cached: true });
    asking.attempt = intent.attempt;
    const line: CallEntry = { k: 'reply', ...keyOf(intent), cost: 0, over: 0, ms: 0, reply };
    this.journal.add(intent, line);
    return reply;
  }

  private intentOf(asking: Asking): IntentEntry {
    const { name, model, price } = this.priced;
    const { prompt, purse } = asking.thought;
    if (price === null) throw new ProviderError('bad-request', `the model ${name} ${UNPRICED}`);
    const stopped = this.state.calls.stopped.get(name);
    if (stopped)
      throw new ProviderError('bad-request', `the model ${name} is stopped: ${stopped}. Run lemming reconcile`);
    const reserve = worstCase(price, requestBytes(price, prompt), outputLimit(model, prompt));
    if (reserve > purse.left)
      throw new OutOfCredits(
        `the next call could cost ${countCredits(reserve)}, and ${printCredits(Math.max(0, purse.left))} may be spent`,
        reserve,
      );
    return this.intentFor(asking, reserve);
  }

  private intentFor({ thought, attempt }: Asking, reserve: number): IntentEntry {
    const { prompt, ref, systemHash, images, unit, purse } = thought;
    const { name, model, repeatable } = this.priced;
    const { turn, agent, n } = prompt;
    return {
      k: 'intent',
      turn,
      agent,
      n,
      attempt: attempt + 1,
      unit,
      model: name,
      provider: model.provider,
      hash: requestHash(systemHash, name, prompt.parts, images),
      reserve,
      ...(purse.via === undefined ? {} : { via: purse.via }),
      repeatable,
      prompt: ref,
    };
  }

  private async settle(
    answer: Extract<CallEntry, { k: 'reply' | 'failed' }>,
    intent: IntentEntry,
    purse: CallAllowance,
  ): Promise<void> {
    purse.left += intent.reserve - answer.cost;
    noteOutcome(purse.tries, intent.model, answer.k === 'failed' ? answer.failure : null, 0);
    this.journal.add(answer);
    await this.journal.durable();
  }
}

function keyOf({ turn, agent, n, attempt }: CallKey): CallKey {
  return { turn, agent, n, attempt };
}

/** The most tokens that a reply of the model may have. */
export function outputLimit(model: Model, prompt: Prompt): number {
  return Math.min(model.max_output_tokens ?? Infinity, prompt.maxOutputTokens);
}

/** Drops usage that is not a number of tokens. */
function withSoundUsage(reply: Reply): Reply {
  return reply.usage === null || isSound(reply.usage) ? reply : copyWith(reply, { usage: null });
}

function isSound(usage: Usage | null): boolean {
  return usage !== null && USAGE_COUNTS.every((key) => Number.isSafeInteger(usage[key]) && usage[key] >= 0);
}

/** The size of the request in bytes, an upper bound of its tokens. Computed only if tokens cost something. */
export function requestBytes(price: Price, prompt: Prompt): number {
  if (!countsTokens(price)) return 0;
  let bytes = Buffer.byteLength(prompt.system) + Buffer.byteLength(JSON.stringify(prompt.tools)) + 512;
  for (const part of prompt.parts)
    bytes += 64 + Buffer.byteLength(part.role === 'user' ? part.text : JSON.stringify(part));
  return bytes + (prompt.images?.length ?? 0) * IMAGE_TOKENS;
}

/**
 * More tokens than any service counts for an image, since all scale images down first: 1,600 at Anthropic, 1,105 at OpenAI
 * (48,169 for small models), 258 a tile at Gemini.
 */
const IMAGE_TOKENS = 50_000;
