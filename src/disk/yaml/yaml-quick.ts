/** A small, fast reader of simple YAML. */
import { withoutEnd } from '../../schema/print.ts';

/**
 * Reads the simple YAML in which almost every file of an org is written, ten to fifty times faster than `yaml`: maps by
 * indentation, lists and maps on one line, lists of such values, texts without escapes, integers and decimals, comments.
 * Returns undefined for anything else, including anything invalid; then `readTree` reads the text. Otherwise the result is
 * exactly what `readTree` would return (a test compares them).
 */
export function readQuick(text: string): unknown {
  if (UNUSUAL.test(text)) return undefined;
  const lines = linesOf(text);
  const reader: QuickReader = { lines, at: 0 };
  const data = lines.length === 0 ? {} : readBlock(reader, 0, 0);
  return data === NONE || reader.at < lines.length ? undefined : data;
}

/** Control characters (including tabs and CR) and byte order marks. */
const UNUSUAL = /[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]/;
const MAX_DEPTH = 20;
/** This reader does not handle the value. */
const NONE = Symbol('none');

interface QuickLine {
  indent: number;
  /** Without its indentation and trailing spaces. */
  text: string;
}

interface QuickReader {
  lines: QuickLine[];
  at: number;
}

/** The lines with content. */
function linesOf(text: string): QuickLine[] {
  const lines: QuickLine[] = [];
  for (const raw of text.split('\n')) {
    const indent = raw.search(/[^ ]/);
    if (indent !== -1 && raw[indent] !== '#') lines.push({ indent, text: withoutEnd(raw.slice(indent), ' ') });
  }
  return lines;
}

function readBlock(reader: QuickReader, indent: number, depth: number): unknown {
  if (depth > MAX_DEPTH) return NONE;
  return reader.lines[reader.at]?.text.startsWith('- ') ? readItems(reader, indent) : readPairs(reader, indent, depth);
}

function readItems(reader: QuickReader, indent: number): unknown {
  const items: unknown[] = [];
  for (let line = reader.lines[reader.at]; line && line.indent >= indent; line = reader.lines[reader.at]) {
    if (line.indent !== indent || !line.text.startsWith('- ')) return NONE;
    const item = readInline(line.text.slice(2).replace(/^ +/, ''));
    if (item === NONE || item === undefined) return NONE;
    items.push(item);
    reader.at++;
  }
  return items;
}

const PAIR = /^([A-Za-z_][\w-]*):(?: +(.*))?$/;

function readPairs(reader: QuickReader, indent: number, depth: number): unknown {
  const map: Record<string, unknown> = {};
  for (let line = reader.lines[reader.at]; line && line.indent >= indent; line = reader.lines[reader.at]) {
    const [, key, rest = ''] = (line.indent === indent && PAIR.exec(line.text)) || [];
    if (key === undefined || key === '__proto__' || Object.hasOwn(map, key)) return NONE;
    reader.at++;
    const value = readValue(reader, rest, indent, depth);
    if (value === NONE) return NONE;
    map[key] = value;
  }
  return map;
}

/** The value of a key: on its line, or indented below it. */
function readValue(reader: QuickReader, rest: string, indent: number, depth: number): unknown {
  const inline = readInline(rest);
  const next = reader.lines[reader.at];
  const deeper = next !== undefined && next.indent > indent;
  if (inline !== undefined) return deeper ? NONE : inline;
  if (deeper) return readBlock(reader, next.indent, depth + 1);
  return next?.indent === indent && next.text.startsWith('-') ? NONE : null;
}

/** A text that needs no quotes, at the position of the pattern. `#` and `:` are left to the other reader. */
const PLAIN = /[A-Za-z_/][^\x00-\x1f:#[\]{},"'&*!|>%@`]*/y;
const PLAIN_LINE = /[A-Za-z_/][^\x00-\x1f:#]*/y;
const QUOTED = /"([^"\\]*)"|'([^']*)'(?!')/y;
/** The id of a message. */
const ID = /\d{6,}-[a-z][a-z0-9_-]*/y;
const NUMBER = /-?(?:0|[1-9]\d{0,14})(?:\.\d{1,9})?(?![\w.+-])/y;
const SPECIAL = /^(?:true|false|null)$/i;
const END = /^ *(?: #.*)?$/;

interface Cursor {
  text: string;
  at: number;
  /** Nesting of lists and maps. */
  depth: number;
}

/** A value on one line; undefined if there is only a comment or nothing. */
function readInline(text: string): unknown {
  if (text === '' || text.startsWith('#')) return undefined;
  const cursor = { text, at: 0, depth: 0 };
  const value = readFlow(cursor);
  return value !== NONE && END.test(text.slice(cursor.at)) ? value : NONE;
}

function readFlow(cursor: Cursor): unknown {
  const first = cursor.text[cursor.at];
  if (first === '[') return readList(cursor);
  if (first === '{') return readMap(cursor);
  const quoted = match(QUOTED, cursor);
  if (quoted) return quoted[1] ?? quoted[2];
  const plain = match(cursor.depth > 0 ? PLAIN : PLAIN_LINE, cursor)?.[0];
  if (plain !== undefined) {
    const word = withoutEnd(plain, ' ');
    cursor.at -= plain.length - word.length;
    return wordOf(word);
  }
  const id = match(ID, cursor)?.[0];
  if (id !== undefined) return followed(cursor) ? id : NONE;
  const number = match(NUMBER, cursor)?.[0];
  return number === undefined || number === '-0' ? NONE : followed(cursor) ? Number(number) : NONE;
}

/** Whether a number ends here rather than continuing as text. */
function followed({ text, at, depth }: Cursor): boolean {
  return depth > 0 ? /^ *[,\]}]/.test(text.slice(at)) : END.test(text.slice(at));
}

function wordOf(word: string): unknown {
  if (!SPECIAL.test(word)) return word;
  if (word === 'null') return null;
  return word === 'true' ? true : word === 'false' ? false : NONE;
}

function readList(cursor: Cursor): unknown {
  const items: unknown[] = [];
  const good = readParts(cursor, ']', () => {
    const item = readFlow(cursor);
    items.push(item);
    return item !== NONE;
  });
  return good ? items : NONE;
}

const KEY = /([A-Za-z_][\w-]*): +/y;

function readMap(cursor: Cursor): unknown {
  const map: Record<string, unknown> = {};
  const good = readParts(cursor, '}', () => {
    const key = match(KEY, cursor)?.[1];
    if (key === undefined || key === '__proto__' || Object.hasOwn(map, key)) return false;
    map[key] = readFlow(cursor);
    return map[key] !== NONE;
  });
  return good ? map : NONE;
}

/** Reads parts separated by commas up to the closing bracket; false if something is unexpected. */
function readParts(cursor: Cursor, close: string, readPart: () => boolean): boolean {
  if (++cursor.depth > MAX_DEPTH) return false;
  skip(cursor, 1);
  if (cursor.text[cursor.at] !== close) {
    do {
      if (!readPart()) return false;
      skip(cursor, 0);
    } while (cursor.text[cursor.at] === ',' && skip(cursor, 1));
  }
  if (cursor.text[cursor.at] !== close) return false;
  cursor.at++;
  cursor.depth--;
  return true;
}

/** Skips so many characters and the spaces after them. */
function skip(cursor: Cursor, count: number): true {
  cursor.at += count;
  while (cursor.text[cursor.at] === ' ') cursor.at++;
  return true;
}

function match(pattern: RegExp, cursor: Cursor): RegExpExecArray | null {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text);
  if (found) cursor.at += found[0].length;
  return found;
}
