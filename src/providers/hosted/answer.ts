/** Reads what every hosted service answers: bodies, tool calls and usage. */
import { type ActCall, type CallFailure, type Json, ProviderError, type Usage } from '../../core/model/call.ts';

/** Nesting of an act's input. A deeper one could not be printed again. */
const DEPTH = 100;
/** More tokens than any service can count for one call. */
const MOST_TOKENS = 100_000_000;

/** How far an answer has come. Its reader updates this as it goes, so that a failure can say what was begun and billed. */
export interface AnswerProgress {
  /** Characters that had arrived, of the body or of a stream; null before the service began to answer. */
  received: number | null;
  usage: Usage | null;
  requestId: string | null;
}

/** Makes a failure of an answer that had begun, with what is known of it so far. */
export type Fail = (failure: CallFailure, why: string) => ProviderError;

export function failing(service: string, progress: AnswerProgress): Fail {
  return (failure, why) => new ProviderError(failure, `${service}: ${why}`, progress);
}

/** Whether a body is a stream of events; a service may answer a request for one with a plain body all the same. */
export function isStream(response: Response): boolean {
  return /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');
}

/** The value in a plain body. Throws what `parseAnswer` throws. */
export async function readJson(response: Response, progress: AnswerProgress, fail: Fail): Promise<unknown> {
  return parseAnswer(await readText(response, progress), fail);
}

/**
 * Parses a text. Throws an `unavailable` when it is not JSON, or incomplete, or reports a failure: some services send
 * failures as successes.
 */
export function parseAnswer(text: string, fail: Fail): unknown {
  const value = parsed(text, fail);
  const error = member(value, 'error');
  if (!error || (typeof error !== 'object' && typeof error !== 'string')) return value;
  const message = typeof error === 'string' ? error : member(error, 'message');
  const words = typeof message === 'string' ? message : 'the answer tells a failure';
  throw Object.assign(new Error(words), { code: member(error, 'code'), type: member(error, 'type') });
}

function parsed(text: string, fail: Fail): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw fail('unavailable', text.trim() ? 'the reply is not JSON, or was cut' : 'the reply is empty');
  }
}

/** The text of a plain body, counted as it arrives. */
export async function readText(response: Response, progress: AnswerProgress): Promise<string> {
  if (!response.body) return '';
  let text = '';
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    progress.received = text.length;
  }
  return text;
}

/**
 * The input of an act that came as JSON text; an empty text is an empty input. An object in a text of its own is read, too. A
 * text that is not JSON stays a text: the tool refuses it and says so, and the other acts of the reply stand.
 */
export function parseInput(text: string): Json {
  if (!text.trim()) return {};
  const input = jsonIn(text);
  const inner = typeof input === 'string' ? jsonIn(input) : undefined;
  return (inner !== null && typeof inner === 'object' ? inner : input) ?? text;
}

function jsonIn(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** A tool call as a service gave it. */
export interface Called {
  id: string | null | undefined;
  tool: string | null | undefined;
  input: Json;
}

/**
 * The acts of a reply. A missing or repeated id is replaced, so that each act can be answered; `functions.`, which some models
 * write before the name of a tool, is left out. Throws `malformed` when a
 * call names no tool, or when its input is nested too deep.
 */
export function readActs(calls: readonly Called[], prefix: string, fail: Fail): ActCall[] {
  const known = new Set<string>();
  return calls.map(({ id, tool, input }, i) => {
    if (typeof tool !== 'string') throw fail('malformed', 'a tool call has no name');
    if (!isShallow(input, DEPTH))
      throw fail('malformed', `the input of ${tool.slice(0, 64)} is nested more than ${DEPTH} levels deep`);
    let own = id && !known.has(id) ? id : `${prefix}-${i + 1}`;
    while (known.has(own)) own += '_';
    known.add(own);
    return { id: own, tool: tool.replace(/^functions\./, ''), input };
  });
}

function isShallow(value: Json, levels: number): boolean {
  if (value === null || typeof value !== 'object') return true;
  return levels > 0 && Object.values(value).every((part) => isShallow(part, levels - 1));
}

/** The counts that a service reported. `input` includes tokens from the cache, `output` includes reasoning. */
export interface Counts {
  input: unknown;
  cachedInput?: unknown;
  cacheWrite?: unknown;
  output: unknown;
  reasoning?: unknown;
  /** The total, if the service reports one. */
  total?: unknown;
}

/**
 * The usage in our terms. `doubtful` when a count is missing, invalid or contradicts another; null when nothing was
 * reported.
 */
export function usageOf(counts: Counts): Usage | null {
  const { total, ...parts } = counts;
  const given = Object.values(parts).filter((value) => value !== undefined && value !== null);
  if (!given.some(isCount)) return null;
  const prompt = count(counts.input);
  const cachedInput = count(counts.cachedInput);
  const cacheWrite = count(counts.cacheWrite);
  const reasoning = count(counts.reasoning);
  const output = Math.max(count(counts.output), reasoning);
  const sound =
    given.every(isCount) &&
    isCount(counts.input) &&
    isCount(counts.output) &&
    cachedInput + cacheWrite <= prompt &&
    output === counts.output &&
    (total === undefined || total === null || total === prompt + output);
  const input = Math.max(0, prompt - cachedInput - cacheWrite);
  return { input, cachedInput, cacheWrite, output, reasoning, ...(!sound && { doubtful: true }) };
}

/** The usage of an incomplete answer, which may still grow. */
export function unfinished(usage: Usage | null): Usage | null {
  return usage && { ...usage, doubtful: true };
}

/** The sum of counts of which some may be missing. An invalid count makes the sum invalid. */
export function sum(...values: unknown[]): unknown {
  const given = values.filter((value) => value !== undefined && value !== null);
  return given.length && given.every(isCount) ? given.reduce((total, value) => total + value, 0) : given[0];
}

function count(value: unknown): number {
  return isCount(value) ? value : 0;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= MOST_TOKENS;
}

/** A member of a value of any type. */
export function member(value: unknown, name: string): unknown {
  return value !== null && typeof value === 'object' && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
