/** Loads a provider from an approved plug-in of the organisation. */

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import {
  type CallFailure,
  PROVIDER_FAILURES,
  type Prompt,
  ProviderError,
  REPLY_FAILURES,
  type Reply,
  type Usage,
} from '../core/model/call.ts';
import type { Trusted } from '../core/model/trust.ts';
import type { Model } from '../schema/config/models.ts';
import { defined } from '../schema/copy.ts';
import { FaultError, failure } from '../schema/fault.ts';
import { isPluginPath } from '../schema/name.ts';
import { keyUse } from './hosted/address.ts';
import { failing, readActs } from './hosted/answer.ts';
import type { Connection, Outside, Provider } from './provider.ts';

/** What loading a plug-in needs. */
export interface PluginDoor {
  /** The exact text of the file as it stands now. Throws a `FaultError`. */
  textOf(path: string): string;
  /** Throws a `ProviderError` unless the owner approved exactly this. */
  requireTrust(what: Trusted): void;
  /** The URL of a module that holds exactly this text, where nobody but the owner can change it. */
  moduleOf(text: string): string;
}

/** Milliseconds a plug-in may take to load. */
const LOAD_MS = 10_000;
/** Characters of an answer, and acts in it. */
const LONGEST = 1_048_576;
const MOST_ACTS = 1000;

/** Whether a provider's name is a path, good or bad. */
export function isPlugin(name: string): boolean {
  return name.startsWith('./');
}

/**
 * Loads the plug-in at a path in the org. It must be approved first; what is imported is a copy of the approved text,
 * because the file itself could change in between. Faults: `invalid-value` for a bad path, for a plug-in that cannot be
 * loaded and for a wrong default export; `untrusted`; and those of `textOf`.
 */
export async function plugin(path: string, door: PluginDoor): Promise<Provider> {
  if (!isPluginPath(path))
    throw failure('invalid-value', `${path} is not the path of a plug-in`, {
      file: 'org/models.yaml',
      value: path,
      remedy: 'A plug-in must be an .mjs or .js file inside the organisation, such as ./org/providers/mine.mjs.',
    });
  const { about, repeatable, free } = await load(path, approvedText(path, door), door);
  return { about, repeatable, free, connect: async (model, outside) => lasting(path, door, model, outside) };
}

function approvedText(path: string, door: PluginDoor): string {
  const text = door.textOf(path);
  try {
    door.requireTrust({ kind: 'plugin', path, text });
  } catch (error) {
    if (error instanceof ProviderError) throw failure('untrusted', error.message);
    throw error;
  }
  return text;
}

/** A connection that follows the file: only text that is approved at the time of a call is run. */
function lasting(path: string, door: PluginDoor, model: Model, outside: Outside): Connection {
  let open: { text: string; connection: Promise<Connect> } | null = null;
  const current = (): Promise<Connect> => {
    const text = approvedText(path, door);
    if (open?.text === text) return open.connection;
    const made = { text, connection: load(path, text, door).then((loaded) => connectTo(loaded, model, outside)) };
    made.connection.catch(() => {
      if (open === made) open = null;
    });
    open = made;
    return made.connection;
  };
  return {
    complete: (prompt, signal, heard) =>
      within(signal, model.timeout_ms, path, async (limited) => {
        const { complete } = await current();
        const tell = heard && ((text: unknown) => typeof text === 'string' && !limited.aborted && heard(text));
        const answer = await complete(structuredClone(prompt), limited, tell);
        return replyOf(answer, path, model, prompt);
      }),
    embed: (texts, signal) =>
      within(signal, model.timeout_ms, path, async (limited) => {
        const { embed } = await current();
        if (!embed) throw new ProviderError('bad-request', 'its connection has no function "embed"');
        return (await embed([...texts], limited)) as number[][]; // the caller checks what came
      }),
  };
}

interface Connect {
  complete(prompt: Prompt, signal: AbortSignal, heard: unknown): unknown;
  embed: ((texts: string[], signal: AbortSignal) => unknown) | null;
}

/** Opens the plug-in's own connection. It gets copies, and of the outside world only what a provider needs. */
async function connectTo({ connect }: LoadedPlugin, model: Model, outside: Outside): Promise<Connect> {
  const { env, childEnv, file, sleep } = outside;
  const use = keyUse(model, env);
  /** The approval also covers where models.yaml sends its key. */
  const secret = async (reference: string): Promise<string> => {
    if (use?.needs && reference === use.reference) outside.requireTrust(use.needs);
    return outside.secret(reference);
  };
  const connection: unknown = await connect(structuredClone(model), { env, secret, childEnv, file, sleep });
  const { complete, embed } = (connection ?? {}) as { complete?: unknown; embed?: unknown };
  if (typeof complete !== 'function')
    throw new ProviderError('bad-request', 'its connect gave no connection with a function "complete"');
  return {
    complete: (...args) => complete.apply(connection, args),
    embed: typeof embed === 'function' ? (...args) => embed.apply(connection, args) : null,
  };
}

/** Ends with the signal or the time limit, whatever the plug-in does. Whatever it throws becomes a `ProviderError`. */
async function within<T>(
  signal: AbortSignal,
  ms: number,
  path: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(new ProviderError('timeout', `${path}: no answer within ${ms} ms`)), ms);
  const limited = AbortSignal.any([signal, ended.signal]);
  const stopped = new Promise<never>((_, reject) => {
    limited.addEventListener('abort', () => reject(limited.reason), { once: true });
  });
  try {
    return await Promise.race([work(limited), stopped]);
  } catch (error) {
    if (limited.aborted) throw limited.reason;
    throw asProviderError(error, path);
  } finally {
    clearTimeout(timer);
  }
}

/** What a plug-in exports, checked. */
interface LoadedPlugin {
  about: string;
  repeatable: boolean;
  free: boolean;
  connect: (model: Model, outside: Partial<Outside>) => unknown;
}

const exported = z.object({
  about: z.string().min(1).max(200),
  repeatable: z.boolean().default(false),
  free: z.boolean().default(false),
  connect: z.custom<LoadedPlugin['connect']>((value) => typeof value === 'function', 'expected a function'),
});

async function load(path: string, text: string, door: PluginDoor): Promise<LoadedPlugin> {
  const url = door.moduleOf(text);
  const file = path.slice(2);
  try {
    const module: unknown = await inTime(import(/* @vite-ignore */ url));
    const read = exported.safeParse((module as { default?: unknown }).default);
    if (read.success) return read.data;
    const wrong = read.error.issues.map((issue) => [...issue.path, issue.message].join(': '));
    throw failure('invalid-value', `The default export of the plug-in is not a provider: ${wrong.join('; ')}`, {
      file,
      remedy: 'See docs/plugins.md for a provider that works.',
    });
  } catch (error) {
    if (error instanceof FaultError) throw error;
    throw failure('invalid-value', `The plug-in cannot be loaded: ${withoutPlace(messageOf(error), url, file)}`, {
      file,
      remedy: 'Correct the plug-in.',
    });
  }
}

/** A message without the path of this machine: messages are kept in the organisation. */
function withoutPlace(message: string, url: string, file: string): string {
  const copy = fileURLToPath(url);
  return message.replaceAll(url, file).replaceAll(copy, file).replaceAll(dirname(copy), '.');
}

/** An `await` at the top of a module may never end. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not load within ${LOAD_MS} ms`)), LOAD_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const usage = z.object({
  input: count,
  cachedInput: count.default(0),
  cacheWrite: count.default(0),
  output: count,
  reasoning: count.default(0),
});
const answer = z.object({
  text: z.string().max(LONGEST).default(''),
  acts: z
    .array(z.object({ id: z.string().min(1).max(200).optional(), tool: z.string().max(200), input: z.json() }))
    .max(MOST_ACTS)
    .default([]),
  usage: z.unknown().optional(),
  cost: z.unknown().optional(),
  requestId: z.string().max(200).nullish(),
  model: z.string().min(1).max(200).optional(),
});

/** A plug-in's reply as plain data. Nonsensical usage and cost are dropped: then the estimate is charged. */
function replyOf(value: unknown, path: string, model: Model, { n }: Prompt): Reply {
  const malformed = (why: string) => new ProviderError('malformed', `${path}: ${why}`);
  const read = answer.safeParse(plain(value, malformed));
  if (!read.success) {
    const wrong = read.error.issues.map((issue) => [...issue.path, issue.message].join(': '));
    throw malformed(`the reply is wrong: ${wrong.slice(0, 5).join('; ')}`);
  }
  const { text, acts, requestId = null } = read.data;
  const known = usage.safeParse(read.data.usage).data ?? null;
  const ids = acts.flatMap(({ id }) => id ?? []);
  if (new Set(ids).size < ids.length) throw malformed('two acts have the same id');
  const called = acts.map(({ id, tool, input }) => ({ id, tool, input }));
  const cost = count.safeParse(read.data.cost).data;
  return {
    text,
    acts: readActs(called, `plugin-${n}`, failing(path, { usage: known, received: text.length, requestId })),
    usage: known,
    requestId,
    model: read.data.model ?? model.model ?? path,
    ...defined({ cost }),
  };
}

/** The value as plain JSON: this removes getters, cycles and endless values. */
function plain(value: unknown, malformed: (why: string) => ProviderError): unknown {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch {
    throw malformed('the reply is not plain data');
  }
}

const thrown = z.object({
  failure: z.enum([...PROVIDER_FAILURES, ...REPLY_FAILURES] as [CallFailure, ...CallFailure[]]),
  message: z.string().default('it gave no reason'),
  retryAfterMs: count.nullish(),
  usage: usage.nullish(),
});

/** A plug-in cannot use our classes: it throws `{ failure, message, retryAfterMs, usage }`. Anything else is a broken plug-in. */
function asProviderError(error: unknown, path: string): ProviderError {
  if (error instanceof ProviderError) return error;
  if (error instanceof FaultError) return new ProviderError('bad-request', error.fault.message);
  const told = partsOf(error);
  if (!told) return new ProviderError('unavailable', `${path} broke: ${messageOf(error)}`);
  const { retryAfterMs = null, usage: billed = null } = told;
  return new ProviderError(told.failure, `${path}: ${told.message}`, { retryAfterMs, usage: billed as Usage | null });
}

function partsOf(error: unknown): z.infer<typeof thrown> | null {
  try {
    return thrown.safeParse(error).data ?? null;
  } catch {
    return null;
  }
}

/** The message of a thrown value, which may be anything, even unprintable. */
function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return 'something that cannot be printed';
  }
}
