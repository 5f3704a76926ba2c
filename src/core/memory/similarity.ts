/** Compares vectors of texts, and merges ranked lists. */
import { byCodeUnit } from '../../schema/name.ts';
import { normalise } from './relevance.ts';

/** Numbers of a vector that `hashVector` makes. */
const DIMENSIONS = 256;
/** Characters of the pieces of a text that `hashVector` counts. */
const PIECE = 3;

/**
 * A vector for a text from its pieces of three characters, each counted in a place that its hash chooses. It knows no
 * meaning: texts are near when they are spelt alike. The same on every machine. Pure.
 */
export function hashVector(text: string): number[] {
  const vector = new Array<number>(DIMENSIONS).fill(0);
  const folded = normalise(text);
  for (let at = 0; at + PIECE <= folded.length; at++) {
    const hash = hashOf(folded.slice(at, at + PIECE));
    const place = hash % DIMENSIONS;
    vector[place] = (vector[place] as number) + (hash & 0x10000 ? 1 : -1);
  }
  return vector;
}

/** FNV-1a, its bits mixed once more. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
}

/** The vector of length one in the same direction; a zero vector stays as it is. Pure. */
export function unit(vector: readonly number[]): Float32Array {
  const length = Math.hypot(...vector);
  return Float32Array.from(vector, (x) => (length > 0 ? x / length : 0));
}

/** The names of the unit vectors nearest to a given one, by angle, limited in number. Pure. */
export function nearest(all: ReadonlyMap<string, Float32Array>, to: Float32Array, most: number): string[] {
  return [...all]
    .map(([name, vector]) => ({ name, near: product(vector, to) }))
    .filter(({ near }) => near > 0)
    .sort((a, b) => b.near - a.near || byCodeUnit(a.name, b.name))
    .slice(0, most)
    .map(({ name }) => name);
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** Softens the weight of the first places of a list. */
const SOFT = 60;

/**
 * Merges several lists into one, best first, limited in number: place n in a list counts 1 / (60 + n) (reciprocal rank
 * fusion; Cormack, Clarke and Büttcher, SIGIR 2009). Pure.
 */
export function fuse(lists: readonly (readonly string[])[], most: number): string[] {
  const scores = new Map<string, number>();
  for (const list of lists)
    for (const [n, name] of list.entries()) scores.set(name, (scores.get(name) ?? 0) + 1 / (SOFT + n + 1));
  return [...scores]
    .sort(([a, x], [b, y]) => y - x || byCodeUnit(a, b))
    .slice(0, most)
    .map(([name]) => name);
}
