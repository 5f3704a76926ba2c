/** The orders in which spill maps keep their rows. */
import { byCodeUnit, isPlainId, messageId, parseMessageId } from '../../../schema/name.ts';
import type { KeyOrder, SpillMap } from './spill-map.ts';

/** Turns are padded to this many digits, so that they sort as texts. */
const DIGITS = 10;

/**
 * Messages by author, then in the order they were written: `planner/0000000042/01`. A name that is not a message id is its
 * own key.
 */
export const byMessage: KeyOrder = {
  keyOf(id) {
    if (id !== lastId) {
      lastKey = keyOfMessage(id);
      lastId = id;
    }
    return lastKey;
  },
  nameOf(key) {
    const [author, turn, n] = key.split('/') as [string, string, string];
    return author === '' ? key.slice(1) : messageId(Number(turn), author, Number(n));
  },
};

/** One message is looked up several times in a row. */
let [lastId, lastKey] = ['', '/'];

function keyOfMessage(id: string): string {
  if (isPlainId(id)) return `${id.slice(7, -3)}/${turnIn(id)}/${id.slice(-2)}`;
  const key = parseMessageId(id);
  return key ? `${key.author}/${long(key.turn)}/${String(key.n).padStart(2, '0')}` : `/${id}`;
}

/** Dead letters by their message. A name is `<id of the message> <id of the dead letter>`. */
export const ofDead: KeyOrder = {
  keyOf(name) {
    const [message, id] = name.split(' ') as [string, string];
    return `${byMessage.keyOf(message)}/${id}`;
  },
  nameOf(key) {
    const cut = key.lastIndexOf('/');
    return `${byMessage.nameOf(key.slice(0, cut))} ${key.slice(cut + 1)}`;
  },
};

/** Messages by a reader, then by turn. A name is `<reader> <id of the message>`. */
export const byReader: KeyOrder = {
  keyOf(name) {
    const at = name.indexOf(' ');
    const [reader, id] = [name.slice(0, at), name.slice(at + 1)];
    return `${reader}/${isPlainId(id) ? turnIn(id) : long(parseMessageId(id)?.turn ?? 0)}/${id}`;
  },
  nameOf(key) {
    const [reader, , id] = key.split('/') as [string, string, string];
    return `${reader} ${id}`;
  },
};

/** Turns searched at once, at first. */
const SPAN = 64;

/** The rows of a reader up to a turn, each with the id of its message, the latest message first. */
export function* latestFirst<V>(map: SpillMap<V>, reader: string, turn: number): Generator<[id: string, value: V]> {
  for (let end = turn, span = SPAN; end >= 0; end -= span, span *= 2) {
    const first = Math.max(0, end - span + 1);
    const found: [id: string, value: V][] = [];
    for (const [name, value] of map.between(readerKey(reader, first), readerKey(reader, end + 1)))
      found.push([name.slice(reader.length + 1), value]);
    yield* found.sort(([a], [b]) => inTurn(a, b)).reverse();
  }
}

function inTurn(a: string, b: string): number {
  const [x, y] = [parseMessageId(a), parseMessageId(b)];
  return x && y ? x.turn - y.turn || byCodeUnit(x.author, y.author) || x.n - y.n : byCodeUnit(a, b);
}

/** The beginning of the keys of a reader's mail in a turn. */
function readerKey(reader: string, turn: number): string {
  return `${reader}/${long(turn)}`;
}

/** The turn of a plain id, as `long` gives it. */
function turnIn(id: string): string {
  return `0000${id.slice(0, 6)}`;
}

function long(turn: number): string {
  return String(turn).padStart(DIGITS, '0');
}
