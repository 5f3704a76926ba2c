/** A map that may be larger than memory. */

/** The rows of a spill map that are not in memory, in the order of their keys. Never changed in place. */
export interface SpilledRows {
  /** The value at a key; undefined when there is none. */
  get(key: string): unknown;
  /** Rows with keys from one up to, not including, another, in order. */
  rows(from: string, to: string): Iterable<readonly [key: string, value: () => unknown]>;
}

/** Converts the name of a row to its key, and back, so that rows that belong together stand together. */
export interface KeyOrder {
  keyOf(name: string): string;
  nameOf(key: string): string;
}
/** Comes after every character of a key. */
const END = '\uffff';

const AS_IT_IS: KeyOrder = { keyOf: (name) => name, nameOf: (key) => key };

/**
 * A map that may be larger than memory: recent changes are here, everything else is in spilled rows below. Nobody notices
 * which. Code that changes a value must set it again. Iterates in the order of the keys.
 */
export class SpillMap<V> {
  private readonly order: KeyOrder;
  /** Key → value set since the last spill; null: removed, while the spilled rows still have it. */
  private fresh = new Map<string, V | null>();
  /** Spilled rows that were read. */
  private near = new Map<string, V>();
  /** Keys of changed rows that are among the spilled rows as well. */
  private covered = new Set<string>();
  private ground: SpilledRows | null = null;
  private count = 0;

  constructor(order: KeyOrder = AS_IT_IS) {
    this.order = order;
  }

  get size(): number {
    return this.count;
  }

  get(name: string): V | undefined {
    const key = this.order.keyOf(name);
    const known = this.fresh.get(key) ?? this.near.get(key);
    if (known !== undefined || this.ground === null || this.fresh.has(key)) return known;
    const found = this.ground.get(key) as V | undefined;
    if (found !== undefined) this.near.set(key, found);
    return found;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** Sets a row. A row that may exist must have been read before, so that the spilled rows are not searched again. */
  set(name: string, value: V): this {
    const key = this.order.keyOf(name);
    if (this.near.delete(key)) this.covered.add(key);
    else if ((this.fresh.get(key) ?? null) === null) this.count++;
    this.fresh.set(key, value);
    return this;
  }

  delete(name: string): boolean {
    if (this.get(name) === undefined) return false;
    const key = this.order.keyOf(name);
    this.count--;
    if (this.near.delete(key)) this.covered.add(key);
    if (this.covered.has(key)) this.fresh.set(key, null);
    else this.fresh.delete(key);
    return true;
  }

  /** Removes all rows, including the spilled ones. */
  clear(): void {
    for (const name of [...this.keys()]) this.delete(name);
  }

  /** Rows whose keys begin with the prefix, in order; spilled rows are not kept in memory. */
  rows(prefix = ''): Generator<[name: string, value: V]> {
    return this.between(prefix, prefix + END);
  }

  /** Rows with keys from one up to, not including, another. */
  *between(from: string, to: string): Generator<[name: string, value: V]> {
    for (const [key, value] of this.merged(from, to)) yield [this.order.nameOf(key), value()];
  }

  /** Names of the rows whose keys begin with the prefix, in order, without reading values. */
  *names(prefix = ''): Generator<string> {
    for (const [key] of this.merged(prefix, prefix + END)) yield this.order.nameOf(key);
  }

  private *merged(from: string, to: string): Generator<[key: string, value: () => V]> {
    const made = [...this.fresh].filter(([key]) => key >= from && key < to).sort(([a], [b]) => (a < b ? -1 : 1));
    let next = 0;
    const until = function* (end: string | null): Generator<[string, () => V]> {
      for (let row = made[next]; row && (end === null || row[0] < end); row = made[++next]) {
        const [key, value] = row;
        if (value !== null) yield [key, () => value];
      }
    };
    for (const [key, value] of this.ground?.rows(from, to) ?? []) {
      yield* until(key);
      if (made[next]?.[0] !== key) yield [key, () => this.near.get(key) ?? (value() as V)];
    }
    yield* until(null);
  }

  *keys(): Generator<string> {
    yield* this.names();
  }

  *values(): Generator<V> {
    for (const [, value] of this.rows()) yield value;
  }

  [Symbol.iterator](): Generator<[string, V]> {
    return this.rows();
  }

  /** Changes since the last spill: rows by key, null for removed ones. */
  changes(): ReadonlyMap<string, V | null> {
    return this.fresh;
  }

  /** Keys of changed rows that are among the spilled rows as well. */
  get over(): string[] {
    return [...this.covered].filter((key) => this.fresh.has(key));
  }

  /**
   * Continues on top of these spilled rows, with these changes, some of which the spilled rows hold as well, and so many
   * rows in all.
   */
  stand(
    ground: SpilledRows | null,
    changes: Iterable<[string, V | null]>,
    over: readonly string[],
    size: number,
  ): void {
    this.ground = ground;
    this.fresh = new Map(changes);
    this.covered = new Set(over.filter((key) => this.fresh.has(key)));
    this.near = new Map();
    this.count = size;
  }
}
