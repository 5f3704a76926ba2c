/** Keeps replies, so that an equal request gets the same reply without a call. */
import * as z from 'zod';
import { printKey, type Reply } from '../../core/model/call.ts';
import type { Entry, IntentEntry } from '../../core/model/entry.ts';
import { textHash } from '../../core/model/hash.ts';
import { readYaml } from '../../disk/yaml/yaml.ts';
import type { CacheDump, CachedReply, Replies } from '../../providers/with/cache.ts';
import type { CallModel } from '../../providers/with/line.ts';
import { type CacheSettings, type Model, modelsFile } from '../../schema/config/models.ts';
import type { Ports } from '../ports.ts';
import type { Asking } from './attempts.ts';

/** The file with the kept replies. Deleting it only loses the saving. */
export const REPLIES_FILE = 'replies.json';

const dump = z.object({
  version: z.literal(1),
  hits: z.number(),
  misses: z.number(),
  saved: z.number(),
  entries: z.array(z.object({ key: z.string(), at: z.number(), kept: z.looseObject({ reply: z.looseObject({}) }) })),
});

/** Identifies a cached line. */
interface CachedLine {
  model: string;
  key(asking: Asking): string;
  again(asking: Asking, reply: Reply): Reply;
}

/** The replies that an engine reuses. They are read when a model first needs them, and written when the engine closes. */
export class ReplyCache {
  private readonly ports: Ports;
  private replies: Promise<Replies> | null = null;
  private open: Replies | null = null;

  constructor(ports: Ports) {
    this.ports = ports;
  }

  /** Puts the cache before a line. A reply is kept once its turn is committed. */
  async before(line: CallModel<Asking>, settings: CacheSettings, use: CachedLine): Promise<CallModel<Asking>> {
    const { cache } = await import('../../providers/with/cache.ts');
    this.replies ??= openReplies(this.ports, settings.entries);
    const replies = await this.replies;
    this.open = replies;
    const noted: CallModel<Asking> = async (asking, signal) => {
      const before = asking.thought.purse.left;
      const reply = await line(asking, signal);
      const { purse, prompt } = asking.thought;
      const kept: CachedReply = { agent: prompt.agent, model: use.model, cost: before - purse.left, reply };
      if (purse.via === undefined) replies.add(use.key(asking), kept);
      return reply;
    };
    return cache(noted, replies, {
      key: use.key,
      ttlMs: settings.ttl_seconds * 1000,
      again: async (asking, reply) => use.again(asking, reply),
    });
  }

  commit(): void {
    this.open?.commit();
  }

  close(): void {
    if (this.open) writeReplies(this.ports, this.open);
  }
}

/** Reads the kept replies; an invalid file counts as empty. */
export async function openReplies({ kept, clock }: Pick<Ports, 'kept' | 'clock'>, entries: number): Promise<Replies> {
  const { Replies } = await import('../../providers/with/cache.ts');
  const replies = new Replies(entries, () => clock.now());
  const found = kept.read(REPLIES_FILE);
  const read = found && dump.safeParse(JSON.parse(found.bytes.toString()));
  if (read?.success) replies.load(read.data as unknown as CacheDump);
  return replies;
}

export function writeReplies({ kept }: Pick<Ports, 'kept'>, replies: Replies): void {
  kept.write(REPLIES_FILE, '', JSON.stringify({ version: 1, ...replies.dump() }));
}

/** Adds the replies of committed turns whose models were cached at the time; returns their number. */
export function warm(replies: Replies, entries: Iterable<Entry>): number {
  let made = 0;
  for (const one of repliesIn(entries)) {
    if (one === null) replies.commit();
    else {
      replies.add(one.key, one.kept);
      made++;
    }
  }
  return made;
}

/**
 * Whether a kept reply differs from every reply in the journal to the same request. Requests that the journal does not have are
 * ignored: they came from elsewhere.
 */
export function isAnyStrange({ entries }: CacheDump, lines: Iterable<Entry>): boolean {
  const known = new Map(entries.map(({ key }) => [key, new Set<string>()]));
  for (const one of repliesIn(lines)) if (one) known.get(one.key)?.add(JSON.stringify(one.kept.reply));
  return entries.some(({ key, kept }) => {
    const given = known.get(key) as Set<string>;
    return given.size > 0 && !given.has(JSON.stringify(kept.reply));
  });
}

/** The replies of cached models with their keys; null where a turn is committed. */
function* repliesIn(entries: Iterable<Entry>): Generator<{ key: string; kept: CachedReply } | null> {
  let models: ReadonlyMap<string, Model> = new Map();
  const outputs = new Map<string, number>();
  const intents = new Map<string, IntentEntry>();
  for (const entry of entries) {
    if (entry.k === 'file' && entry.path === 'org/models.yaml') models = modelsIn(entry.text);
    else if (entry.k === 'intent') {
      if ('pieces' in entry.prompt) outputs.set(entry.agent, entry.prompt.max);
      intents.set(printKey(entry), entry);
    } else if (entry.k === 'reply') {
      const intent = intents.get(printKey(entry));
      const model = intent && models.get(intent.model);
      if (!intent || !model?.cache || intent.cached || intent.via !== undefined) continue;
      const limit = Math.min(model.max_output_tokens ?? Infinity, outputs.get(intent.agent) ?? Infinity);
      const kept = { agent: intent.agent, model: intent.model, cost: entry.cost, reply: entry.reply };
      yield { key: cacheKey(model, limit, intent.hash), kept };
    } else if (entry.k === 'commit') {
      yield null;
      intents.clear();
    }
  }
}

function modelsIn(text: string | null): ReadonlyMap<string, Model> {
  const read = text === null ? null : readYaml(modelsFile(), text, 'org/models.yaml').value;
  return new Map(Object.entries(read?.models ?? {}));
}

/** Identifies a request: the service, its settings, the output limit, and the hash of the whole request. */
export function cacheKey(model: Model, outputLimit: number, requestHash: string): string {
  const { provider, model: service, base_url, form, temperature, structured, options } = model;
  const settings = [provider, service, base_url, form, temperature, structured, options, outputLimit];
  return textHash(`${JSON.stringify(settings)}\n${requestHash}`);
}
