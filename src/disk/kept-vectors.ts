import { crc32 } from 'node:zlib';
import { type Disk, DiskError } from './disk.ts';
import { replaceNow } from './workspace.ts';

const FILE = '.lemming/memory.vectors';
/** Version of the file: with another it is made anew. */
const VERSION = 1;

/** Bytes of vectors that can be kept. */
export const MOST_VECTOR_BYTES = 48 * 1024 * 1024;

/** The line before the numbers. */
interface Table {
  /** What made the vectors. */
  by: string;
  /** Numbers of each. */
  dimensions: number;
  /** Names of the vectors. */
  names: string[];
}

/** The vectors that were made by this, by their names. What is damaged, or made by something else, is made anew. */
export function keptVectors(disk: Disk, by: string): Map<string, Float32Array> {
  try {
    const bytes = disk.read(FILE);
    return (bytes && unpack(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), by)) ?? new Map();
  } catch (error) {
    if (error instanceof DiskError) return new Map();
    throw error;
  }
}

/** Keeps vectors, all of one length. Throws a `DiskError` where it cannot: they may have cost money. */
export function keepVectors(disk: Disk, by: string, vectors: ReadonlyMap<string, Float32Array>): void {
  const [first] = vectors.values();
  const table: Table = { by, dimensions: first?.length ?? 0, names: [...vectors.keys()] };
  const numbers = [...vectors.values()].map((vector) =>
    Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength),
  );
  const rest = Buffer.concat([Buffer.from(`${JSON.stringify(table)}\n`), ...numbers]);
  replaceNow(disk, FILE, Buffer.concat([Buffer.from(`${VERSION} ${crc32(rest)}\n`), rest]));
}

function unpack(bytes: Buffer, by: string): Map<string, Float32Array> | null {
  const head = bytes.indexOf('\n') + 1;
  const rest = bytes.subarray(head);
  if (bytes.toString('latin1', 0, head) !== `${VERSION} ${crc32(rest)}\n`) return null;
  const start = rest.indexOf('\n') + 1;
  const table = JSON.parse(rest.toString('utf8', 0, start)) as Table;
  if (table.by !== by) return null;
  const { buffer, byteOffset, byteLength } = rest.subarray(start);
  const numbers = new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength)); // a copy: they begin at any byte
  const { dimensions } = table;
  return new Map(table.names.map((name, i) => [name, numbers.subarray(i * dimensions, (i + 1) * dimensions)]));
}
