/** Finds entries of memory by meaning, with the embedder of the organisation. */
import { createHash } from 'node:crypto';
import { nearest, unit } from '../../core/memory/similarity.ts';
import { ProviderError } from '../../core/model/call.ts';
import type { MemoryEntry } from '../../core/model/state/memory.ts';
import { keepVectors, keptVectors, MOST_VECTOR_BYTES } from '../../disk/search/kept-vectors.ts';
import type { Connection } from '../../providers/provider.ts';
import type { Model } from '../../schema/config/models.ts';
import { failure } from '../../schema/fault.ts';
import { cut } from '../../schema/print.ts';
import type { OrgPlace } from '../place.ts';
import type { View } from '../view.ts';
import { entryFile, entryPaths } from './memory-index.ts';

/** Texts sent to a service at once. */
const BATCH = 64;
/** Characters of an entry that are used. */
const MOST_CHARS = 8000;
/** Nearest entries at most. */
const MOST_NEAR = 20;
/** Numbers of a vector at most. */
const MOST_DIMENSIONS = 16_384;

type Embed = (texts: readonly string[]) => Promise<Float32Array[]>;

/**
 * Paths of the entries whose vectors are nearest to that of a query, nearest first, made by the embedder of the
 * organisation: of an agent, or of all and the shared context. Vectors are kept by the text of the entry, so each text is
 * sent once. Throws `usage` when there is no embedder, `provider` when it fails, `too-large`.
 */
export async function nearestEntries(
  view: View,
  place: OrgPlace,
  query: string,
  stop: AbortSignal,
  agent?: string,
): Promise<string[]> {
  const { embed, by } = await embedderOf(view, place, stop);
  const all = entryPaths(view.disk).flatMap((path) => entryFile(view, path) ?? []);
  const wanted = all.filter(({ path }) => agent === undefined || path.startsWith(`agents/${agent}/`));
  const kept = keptVectors(view.kept, by);
  const present = new Set(all.map(nameOf));
  for (const name of kept.keys()) if (!present.has(name)) kept.delete(name);
  await complete(view, by, kept, new Map(wanted.map((entry) => [nameOf(entry), textOf(entry)])), embed);
  const [asked] = await embed([view.mask(query)]);
  const vectors = new Map(wanted.map((entry) => [entry.path, kept.get(nameOf(entry)) as Float32Array]));
  return nearest(vectors, asked as Float32Array, MOST_NEAR);
}

/**
 * Makes the missing vectors. Finished ones are kept even when a later one fails; nothing is sent when nothing can be kept.
 */
async function complete(
  { kept: files }: View,
  by: string,
  kept: Map<string, Float32Array>,
  wanted: ReadonlyMap<string, string>,
  embed: Embed,
): Promise<void> {
  const missing = [...wanted].filter(([name]) => !kept.has(name));
  if (missing.length === 0) return;
  keepVectors(files, by, kept);
  try {
    for (let at = 0; at < missing.length; at += BATCH) {
      const batch = missing.slice(at, at + BATCH);
      const vectors = await embed(batch.map(([, text]) => text));
      checkRoom(vectors, kept.size + missing.length - at);
      for (const [i, [name]] of batch.entries()) kept.set(name, vectors[i] as Float32Array);
    }
  } finally {
    keepVectors(files, by, kept);
  }
}

function checkRoom([first]: readonly Float32Array[], count: number): void {
  if ((first?.byteLength ?? 0) * count <= MOST_VECTOR_BYTES) return;
  throw failure('too-large', `The vectors of ${count} entries would need more than ${MOST_VECTOR_BYTES} bytes.`, {
    remedy: 'Search the memory of one agent (--agent), or use a model with shorter vectors.',
  });
}

function nameOf(entry: MemoryEntry): string {
  return createHash('sha256').update(textOf(entry)).digest('base64url').slice(0, 22);
}

function textOf({ key, tags, text }: MemoryEntry): string {
  return cut([key, ...tags].join(' ').concat('\n', text), MOST_CHARS);
}

/** The embedder of the organisation, and a text that identifies it. */
async function embedderOf(view: View, place: OrgPlace, stop: AbortSignal): Promise<{ embed: Embed; by: string }> {
  const { config, loaded } = view;
  const name = config.org.memory.embedder;
  if (name === null)
    throw failure('usage', 'This organisation has no embedding model.', {
      remedy: 'Set memory: { embedder: MODEL } in org/org.yaml, with a model of org/models.yaml. See docs/memory.md.',
    });
  const model = config.models.get(name) as Model;
  const asFaults = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ProviderError) throw failure('provider', view.mask(`${name}: ${error.message}`));
      throw error;
    }
  };
  const connection = await asFaults(async () => {
    const [{ callsOf }, { portsOf }] = await Promise.all([
      import('../../engine/calls/calls.ts'),
      import('../ports.ts'),
    ]);
    const line = await callsOf(portsOf(place), loaded).line(config, name);
    return line.connection;
  });
  if (!connection.embed) throw failure('provider', `${name}: the provider ${model.provider} makes no vectors.`);
  const by = JSON.stringify([model.provider, model.model ?? '', model.base_url ?? '', model.options]);
  return { embed: (texts) => asFaults(() => ask(connection, texts, stop)), by };
}

/** Asks the service and checks its answer: as many vectors as texts, all of one length. */
async function ask(connection: Connection, texts: readonly string[], stop: AbortSignal): Promise<Float32Array[]> {
  const given: unknown = await connection.embed?.(texts, stop);
  if (!Array.isArray(given) || given.length !== texts.length || !given.every((one) => isVector(one, given[0])))
    throw new ProviderError('unavailable', 'it did not return one vector for each text');
  return given.map(unit);
}

function isVector(one: unknown, first: unknown): one is number[] {
  const length = Array.isArray(first) ? first.length : 0;
  const fits = Array.isArray(one) && one.length === length && length > 0 && length <= MOST_DIMENSIONS;
  return fits && one.every((x) => typeof x === 'number' && Number.isFinite(x));
}
