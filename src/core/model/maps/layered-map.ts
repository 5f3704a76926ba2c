/** A map over another one: what is set here does not touch that one, and no row of it is copied. */

/** As long as this is used, nobody changes the map below. Its rows come first, in their order. Rows cannot be taken out. */
export class LayeredMap<V> extends Map<string, V> {
  private readonly below: ReadonlyMap<string, V>;

  constructor(below: ReadonlyMap<string, V>) {
    super();
    this.below = below;
  }

  /** The row as it was set here; undefined when it was not. */
  own(key: string): V | undefined {
    return super.get(key);
  }

  override get(key: string): V | undefined {
    return super.has(key) ? super.get(key) : this.below.get(key);
  }

  override has(key: string): boolean {
    return super.has(key) || this.below.has(key);
  }

  override get size(): number {
    let size = this.below.size;
    for (const key of super.keys()) if (!this.below.has(key)) size++;
    return size;
  }

  override *entries(): MapIterator<[string, V]> {
    for (const key of this.below.keys()) yield [key, this.get(key) as V];
    for (const row of super.entries()) if (!this.below.has(row[0])) yield row;
  }

  override [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  override *keys(): MapIterator<string> {
    for (const [key] of this.entries()) yield key;
  }

  override *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  override forEach(each: (value: V, key: string, map: Map<string, V>) => void): void {
    for (const [key, value] of this.entries()) each(value, key, this);
  }

  override delete(): never {
    throw new Error('a layer has no rows to take out');
  }

  override clear(): never {
    throw new Error('a layer has no rows to take out');
  }
}
