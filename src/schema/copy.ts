// Copies of values and records with something changed.

/** What `{ ...base, ...change }` is: the fields of `change` in place of those of `base`. */
type Merged<Base, Change> = Base extends unknown ? Omit<Base, keyof Change> & Change : never;

/**
 * `{ ...base, ...change }` in the hidden class of its fields. In Node 20 an object literal that begins with a spread gets a class
 * of its own each time it is evaluated, and so does a lone `{ ...base }` to which a field is added: whatever reads such objects is
 * slow, and each class takes memory. Not for records whose keys others choose: see `withEntry`.
 */
export function copyWith<Base extends object, Change extends object>(base: Base, change: Change): Merged<Base, Change> {
  return Object.assign({}, base, change) as unknown as Merged<Base, Change>;
}

/** `{ ...record, [key]: value }`, whatever the key is called. */
export function withEntry<Value>(
  record: { readonly [key: string]: Value },
  key: PropertyKey,
  value: Value,
): Record<string, Value> {
  return Object.fromEntries([...Object.entries(record), [key, value]]);
}

/** The fields that are not undefined, in their order; the same as `...(a === undefined ? {} : { a })` for each field. */
export function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
