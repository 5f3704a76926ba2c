/** The values that go to a provider and come back from it. */

/** Identifies one call: the n-th of that agent's visit in that turn, and the attempt at it (both from 1). */
export interface CallKey {
  turn: number;
  agent: string;
  n: number;
  attempt: number;
}

/** `turn.agent.n.attempt`, the key under which the journal knows an attempt. */
export function printKey(k: CallKey): string {
  return `${k.turn}.${k.agent}.${k.n}.${k.attempt}`;
}

/** A tool as a model sees it. */
export interface ToolSpec {
  name: string;
  description: string;
  /** JSON Schema of the input; always an object. */
  input: JsonObject;
}

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Whether the value is an object, and not a list or null. */
export function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields of an act's input; none if it is not an object. */
export function inputFields(input: Json): JsonObject {
  return isObject(input) ? input : {};
}

/** A tool call of a model. `input` is parsed but not checked: it is hostile data. */
export interface ActCall {
  id: string;
  tool: string;
  input: Json;
}

/** One entry of the conversation of a visit. */
export type Part =
  | { role: 'user'; text: string }
  | { role: 'assistant'; text: string; acts: ActCall[] }
  | { role: 'tool'; id: string; tool: string; text: string; ok: boolean };

/** The mail of the visit, for providers that answer by rule. Real providers see it only in the text. */
export interface MailView {
  id: string;
  from: string;
  kind: string;
  subject: string;
  body: string;
  thread: string;
}

/** An image that came with the mail. */
export interface Image {
  /** Name of the file. */
  name: string;
  type: 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';
  /** base64 */
  data: string;
}

/** A request to a provider. The same prompt always gives the same `hash`. */
export interface Prompt {
  agent: string;
  turn: number;
  /** First, second ... call of the visit. */
  n: number;
  /** The stable part: resume, rules, neighbours. Holds no clock, so providers can cache it. */
  system: string;
  parts: Part[];
  tools: ToolSpec[];
  maxOutputTokens: number;
  mail: MailView[];
  /** Id of the task on which the visit works; `mail` begins with it. */
  task?: string;
  /** Images of the mail, for models that can look at them; they belong to the first user part. */
  images?: Image[];
  summaryDue: boolean;
  /** Seed of the org, for providers with random answers. */
  seed: string;
}

/** Tokens of one call. `input` excludes what was read from or written to the provider's cache; `output` includes `reasoning`. */
export interface Usage {
  input: number;
  cachedInput: number;
  cacheWrite: number;
  output: number;
  reasoning: number;
  /**
   * A number was missing, negative or contradicted another; these are the ones that could be read. The estimate is charged
   * when it is higher.
   */
  doubtful?: true;
}

/** The counts of a usage. */
export const USAGE_COUNTS = ['input', 'cachedInput', 'cacheWrite', 'output', 'reasoning'] as const;

/**
 * Receives what a model writes while it writes: its text or, with `act`, a piece of the input (JSON) of its n-th act. For
 * display only: the reply alone counts.
 */
export type Heard = (text: string, act?: { n: number; tool: string }) => void;

/** A provider's answer. */
export interface Reply {
  text: string;
  acts: ActCall[];
  /** null when the provider reported none, or none that makes sense: then the estimate is charged. */
  usage: Usage | null;
  /** The provider's id of the request, for the invoice. */
  requestId: string | null;
  /** The model that answered, as the provider names it. */
  model: string;
  /** Micro-credits that the back end itself says the call cost; it is charged instead of tokens, never more than the reserve. */
  cost?: number;
  /**
   * The visit ends with this reply unless an act of it asks for a result, and nothing is owed: rules that answer in place of
   * a model say so, because they do not call `done`.
   */
  ends?: true;
}

/**
 * Why a call failed. After failures of the first group the next model is asked, after those of the second none. `too-long`
 * and `refused` are about the prompt (`mail/refusals.ts`), `incomplete` and `malformed` about the reply.
 */
export const PROVIDER_FAILURES = [
  'auth',
  'rate-limit',
  'overloaded',
  'timeout',
  'unavailable',
  'bad-request',
  'too-long',
] as const;
export const REPLY_FAILURES = ['refused', 'incomplete', 'malformed'] as const;
export type CallFailure = (typeof PROVIDER_FAILURES)[number] | (typeof REPLY_FAILURES)[number];

/**
 * Thrown by a provider. `retryAfterMs` is what the service asked for; `usage` is set when it billed all the same;
 * `received` is set when the service had begun to answer: characters that had come. Such a call is charged by its usage, else by an estimate.
 */
export class ProviderError extends Error {
  readonly failure: CallFailure;
  readonly retryAfterMs: number | null;
  readonly usage: Usage | null;
  readonly requestId: string | null;
  readonly received: number | null;
  constructor(
    failure: CallFailure,
    message: string,
    more: {
      retryAfterMs?: number | null;
      usage?: Usage | null;
      requestId?: string | null;
      received?: number | null;
    } = {},
  ) {
    super(message);
    this.name = 'ProviderError';
    this.failure = failure;
    this.retryAfterMs = more.retryAfterMs ?? null;
    this.usage = more.usage ?? null;
    this.requestId = more.requestId ?? null;
    this.received = more.received ?? null;
  }
}

/**
 * A call that was not made, because the model is left alone or too many calls wait. Nobody was asked and nothing is owed.
 */
export class Unasked extends ProviderError {}
