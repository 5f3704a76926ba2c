/** The state as JSON, piece by piece, whatever its slices hold: what a field is shows in its value. */
import type { Json } from '../call.ts';
import { SpillMap } from '../maps/spill-map.ts';
import { emptyState, type State } from '../state.ts';

/** Rows of a map that are written together. */
const CHUNK = 1000;

/** A row of a map. The value of one that ends so is a set. */
type Row = readonly [key: string, value: unknown, isSet?: 'set'];

/** The fields of a state as `slice.field`, in order. */
export function* fieldsOf(state: State): Generator<[field: string, value: unknown]> {
  for (const [slice, fields] of Object.entries(state))
    for (const [field, value] of Object.entries(fields)) if (isKept(value)) yield [`${slice}.${field}`, value];
}

/** What is an object of a class of its own was worked out from other fields. */
function isKept(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return true;
  return [Object, Map, Set, SpillMap].includes(value.constructor as ObjectConstructor);
}

/** What a state consists of. One with other fields cannot be read. */
export function shapeOf(state: State): string {
  return [...fieldsOf(state)].map(([field]) => field).join(' ');
}

type RowsOf = (shelf: SpillMap<unknown>) => Iterable<[string, unknown]>;

/** A state piece by piece: a field, and its value or some of its rows. `rowsOf`: which rows of a spill map. */
export function* piecesOf(state: State, rowsOf?: RowsOf): Generator<[field: string, value: unknown]> {
  for (const [field, value] of fieldsOf(state)) yield* piecesIn(field, value, rowsOf);
}

/** The pieces of one field. */
export function* piecesIn(
  field: string,
  value: unknown,
  rowsOf: RowsOf = (shelf) => shelf,
): Generator<[field: string, value: unknown]> {
  if (value instanceof Map) yield* chunksOf(field, flat(value));
  else if (value instanceof SpillMap) yield* chunksOf(field, rowsOf(value));
  else yield [field, value instanceof Set ? [...value] : value];
}

function* flat(map: ReadonlyMap<string, unknown>): Generator<Row> {
  for (const [key, value] of map) yield value instanceof Set ? [key, [...value], 'set'] : [key, value];
}

function* chunksOf(field: string, rows: Iterable<Row>): Generator<[string, Row[]]> {
  let chunk: Row[] = [];
  for (const row of rows) {
    chunk.push(row);
    if (chunk.length < CHUNK) continue;
    yield [field, chunk];
    chunk = [];
  }
  if (chunk.length) yield [field, chunk];
}

/** Puts pieces together again. `put` takes the rows of a spill map. */
export function stateOf(
  pieces: Iterable<readonly [field: string, value: unknown]>,
  put = (shelf: SpillMap<unknown>, _field: string, rows: readonly [string, unknown][]) => {
    for (const [name, value] of rows) shelf.set(name, value);
  },
): State {
  const state = emptyState();
  const slices = state as unknown as Record<string, Record<string, unknown>>;
  for (const [path, value] of pieces) {
    const [name, field] = path.split('.') as [string, string];
    const slice = slices[name] as Record<string, unknown>;
    const empty = slice[field];
    if (empty instanceof SpillMap) put(empty, path, value as [string, unknown][]);
    else if (empty instanceof Map)
      for (const [key, one, isSet] of value as Row[]) empty.set(key, isSet ? new Set(one as string[]) : one);
    else if (empty instanceof Set) slice[field] = new Set(value as string[]);
    else slice[field] = value;
  }
  return state;
}

/** The spill maps of a state, by field. */
export function shelvesOf(state: State): Map<string, SpillMap<unknown>> {
  return new Map([...fieldsOf(state)].filter((one): one is [string, SpillMap<unknown>] => one[1] instanceof SpillMap));
}

/** A whole state as JSON, wherever its rows lie. `parseState` reads it back. */
export function serializeState(state: State): Json {
  return [...piecesOf(state)] as Json;
}

export function parseState(json: unknown): State {
  return stateOf(json as [string, unknown][]);
}
