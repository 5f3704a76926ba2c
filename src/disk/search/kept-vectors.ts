/** Keeps the vectors of memory entries between searches, because they cost money. */
import { failure } from '../../schema/fault.ts';
import type { KeptFiles } from '../cache/kept.ts';

const FILE = 'memory.vectors';

/** The most bytes of vectors that can be kept. */
export const MOST_VECTOR_BYTES = 48 * 1024 * 1024;

/** The line before the numbers. */
interface Table {
  /** The model that made the vectors. */
  by: string;
  /** The length of each vector. */
  dimensions: number;
  /** The names of the vectors. */
  names: string[];
}

/** The vectors that this model made, by name. Vectors from another machine or model are computed again. */
export function keptVectors(kept: KeptFiles, by: string): Map<string, Float32Array> {
  const found = kept.read(FILE);
  return (found && unpack(found.bytes, by)) ?? new Map();
}

/** Keeps vectors, all of one length. Throws a `DiskError` or `bad-env` if it cannot, because they may have cost money. */
export function keepVectors(kept: KeptFiles, by: string, vectors: ReadonlyMap<string, Float32Array>): void {
  const [first] = vectors.values();
  const table: Table = { by, dimensions: first?.length ?? 0, names: [...vectors.keys()] };
  const numbers = [...vectors.values()].map((vector) =>
    Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength),
  );
  if (kept.write(FILE, '', `${JSON.stringify(table)}\n`, ...numbers) !== null) return;
  throw failure('bad-env', 'The vectors of the memory cannot be kept, because no writable owner folder is set', {
    remedy: 'Set LEMMING_HOME to a folder outside the organisation that you can write to.',
  });
}

function unpack(bytes: Buffer, by: string): Map<string, Float32Array> | null {
  const start = bytes.indexOf('\n') + 1;
  const table = JSON.parse(bytes.toString('utf8', 0, start)) as Table;
  if (table.by !== by) return null;
  const { buffer, byteOffset, byteLength } = bytes.subarray(start);
  const numbers = new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength)); // a copy: they can begin at any byte
  const { dimensions } = table;
  return new Map(table.names.map((name, i) => [name, numbers.subarray(i * dimensions, (i + 1) * dimensions)]));
}
