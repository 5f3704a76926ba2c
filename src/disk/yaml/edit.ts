/** Changes single values of a YAML text and keeps every other byte. */
import { type Document, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Json } from '../../core/model/call.ts';
import { withEntry } from '../../schema/copy.ts';
import { type Fault, fault } from '../../schema/fault.ts';
import { printQuoted, printValue } from '../../schema/print.ts';
import { compose, readTree } from './yaml-tree.ts';

/** Keys and indices from the top of a YAML text. */
export type YamlPath = readonly (string | number)[];
type ScalarValue = string | number | boolean | null;

/** The text after an edit, or why the edit was not made; the text is never half edited. */
export type Edited = { text: string } | { fault: Fault };

/**
 * Sets one scalar of a YAML text that a person wrote; an absent key is added at the end of its map. Every other byte stays,
 * including comments, columns and CRLF. The result is parsed again: nothing but that value may have changed. Faults:
 * `invalid-yaml` for a broken text, `not-found` if there is no such map, `invalid-value` if the value has a form that cannot be
 * replaced safely (an alias, a block scalar, a list, a map).
 */
export function setScalar(text: string, path: YamlPath, value: ScalarValue): Edited {
  return edit(text, path, value, (doc) => {
    const found = find(doc, path);
    if (!('node' in found)) return insertPath(text, doc, found, path, printValue(value));
    const { node, pair } = found;
    if (isEmpty(node)) return pair ? afterKey(text, pair, printValue(value)) : null;
    if (!isScalar(node) || !node.range || !['PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE'].includes(node.type ?? ''))
      return null;
    const quoted = typeof value === 'string' && node.type !== 'PLAIN';
    return { start: node.range[0], end: node.range[1], text: quoted ? printQuoted(value) : printValue(value) };
  });
}

/**
 * Adds a text to the end of a list, in the form `[a, b]` or with one item a line. An absent list is made, with the maps above
 * it. If the list has the text already, nothing changes. Otherwise like `setScalar`.
 */
export function addToList(text: string, path: YamlPath, item: string): Edited {
  const before = valueAt(readTree(text, '').data, path);
  if (Array.isArray(before) && before.includes(item)) return { text };
  return edit(text, path, Array.isArray(before) ? [...before, item] : [item], (doc) => {
    const found = find(doc, path);
    const source = printValue(item);
    if (!('node' in found)) return insertPath(text, doc, found, path, `[${source}]`);
    if (isEmpty(found.node)) return found.pair ? afterKey(text, found.pair, `[${source}]`) : null;
    return isSeq(found.node) ? insertItem(text, found.node, source) : null;
  });
}

/** Puts a map at the front of a list, on a line of its own or within `[]`. Otherwise like `addToList`. */
export function putFirst(text: string, path: YamlPath, item: Readonly<Record<string, Json>>): Edited {
  const before = valueAt(readTree(text, '').data, path);
  return edit(text, path, [item, ...(Array.isArray(before) ? before : [])], (doc) => {
    const found = find(doc, path);
    const source = printInOrder(item);
    if (!('node' in found)) return insertPath(text, doc, found, path, `[${source}]`);
    if (isEmpty(found.node)) return found.pair ? afterKey(text, found.pair, `[${source}]`) : null;
    return isSeq(found.node) ? insertFirst(text, found.node, source) : null;
  });
}

/** A value on one line; the order of keys is kept. */
export function printInOrder(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(printInOrder).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return printValue(value);
  const pairs = Object.entries(value).map(([key, one]) => `${printValue(key)}: ${printInOrder(one)}`);
  return pairs.length > 0 ? `{ ${pairs.join(', ')} }` : '{}';
}

/** Removes the item with that index from a list, with its lines. Otherwise like `setScalar`. */
export function removeItem(text: string, path: YamlPath, index: number): Edited {
  const before = valueAt(readTree(text, '').data, path);
  const rest = Array.isArray(before) ? before.filter((_, i) => i !== index) : [];
  return edit(text, path, rest, (doc) => {
    const found = find(doc, path);
    return 'node' in found && isSeq(found.node) ? cutItem(text, found.node, index) : null;
  });
}

/** An anchor: changing its value would change every alias as well. */
export const ANCHOR = /(?:^|[\s,[{:])&\S/;

/** Replaces the text from `start` to `end`. */
export interface Splice {
  start: number;
  end: number;
  text: string;
}

/** Makes the splice and proves that it changed the value at the path, and nothing else. */
function edit(text: string, path: YamlPath, value: unknown, plan: EditPlan): Edited {
  return prove(text, path, (data) => withValue(data, path, value), plan);
}

type EditPlan = (doc: Document.Parsed) => Splice | null | { fault: Fault };

/** Makes the splice and proves that the data of the new text is what `wanted` makes of the old data. */
export function prove(text: string, path: YamlPath, wanted: (data: unknown) => unknown, plan: EditPlan): Edited {
  const before = readTree(text, '');
  const { doc } = compose(text);
  const flaw = before.faults[0];
  if (flaw) return { fault: withoutFile(flaw) };
  if (!doc) return cannot(path);
  const splice = plan(doc);
  if (splice === null) return cannot(path);
  if ('fault' in splice) return splice;
  const edited = text.slice(0, splice.start) + splice.text + text.slice(splice.end);
  const after = readTree(edited, '');
  return after.faults.length === 0 && same(after.data, wanted(before.data)) ? { text: edited } : cannot(path);
}

/** The caller knows which file the text is. */
export function withoutFile({ file: _, ...rest }: Fault): Fault {
  return rest;
}

function cannot(path: YamlPath): { fault: Fault } {
  const remedy = 'Change it by hand in an editor.';
  return {
    fault: fault('invalid-value', `${path.join('.')} is written in a form that LeMMing cannot change safely`, {
      remedy,
    }),
  };
}

export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The value at a path of plain data. */
export function valueAt(data: unknown, path: YamlPath): unknown {
  return path.reduce(
    (inner: unknown, part) => (isRecord(inner) && Object.hasOwn(inner, part) ? inner[part] : undefined),
    data,
  );
}

function isRecord(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}

/** A copy of the data with that value at the path; missing maps are made. */
export function withValue(data: unknown, path: YamlPath, value: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (Array.isArray(data)) return data.map((item, i) => (i === part ? withValue(item, rest, value) : item));
  const map = isRecord(data) ? data : {};
  return withEntry(map, part, withValue(map[part], rest, value));
}

interface NodeAt {
  node: unknown;
  /** The pair whose value the node is, if there is one. */
  pair: Pair | null;
}

/** How far a path goes: the last node that exists, and how many parts led to it. */
interface Missing extends Pick<NodeAt, 'pair'> {
  parent: unknown;
  depth: number;
}

export function find(doc: Document.Parsed, path: YamlPath): NodeAt | Missing {
  let node: unknown = doc.contents;
  let pair: Pair | null = null;
  for (const [depth, part] of path.entries()) {
    const parent = node;
    const next: Pair | null = isMap(parent)
      ? (parent.items.find(({ key }) => isScalar(key) && (key.source ?? key.value) === String(part)) ?? null)
      : null;
    const item = isSeq(parent) ? parent.items[Number(part)] : undefined;
    if (!next && item === undefined) return { parent, pair, depth };
    node = next ? next.value : item;
    pair = next;
  }
  return { node, pair };
}

/** Whether the value is missing, as in `key:`. */
export function isEmpty(node: unknown): boolean {
  return node === null || (isScalar(node) && node.source === '' && node.type === 'PLAIN');
}

/** Where a node begins and ends in the text. */
export function rangeOf(node: unknown): readonly [start: number, end: number] | null {
  const range = (node as Node | null)?.range;
  return range ? [range[0], range[1]] : null;
}

/** Writes a value after `key:`. */
export function afterKey(text: string, pair: Pair, source: string): Splice | null {
  const range = rangeOf(pair.key);
  const colon = range ? text.indexOf(':', range[1]) : -1;
  return colon === -1 ? null : { start: colon + 1, end: colon + 1, text: ` ${source}` };
}

/** Adds the missing rest of a path to the deepest existing map. Inner maps are written on one line. */
function insertPath(
  text: string,
  doc: Document.Parsed,
  missing: Missing,
  path: YamlPath,
  source: string,
): Splice | null | { fault: Fault } {
  const { parent, pair, depth } = missing;
  const rest = path.slice(depth);
  const value = rest.slice(1).reduceRight<string>((inner, part) => `{ ${printValue(String(part))}: ${inner} }`, source);
  const line = `${printValue(String(rest[0]))}: ${value}`;
  if (isMap(parent) && typeof rest[0] === 'string')
    return parent.flow ? insertFlowPair(text, parent, line) : insertBlockPair(text, parent, line);
  if (isEmpty(parent) && pair) return afterKey(text, pair, `{ ${line} }`);
  if (doc.contents === null && depth === 0)
    return {
      start: text.length,
      end: text.length,
      text: `${text === '' || text.endsWith('\n') ? '' : eolOf(text)}${line}${eolOf(text)}`,
    };
  return {
    fault: fault('not-found', `There is no map ${path.slice(0, -1).join('.') || 'at the top'} to hold ${path.at(-1)}`),
  };
}

/** Fills `[]` or `{}`; a comment between the brackets stays. */
function fillEmpty(text: string, [start, end]: readonly [number, number], source: string): Splice {
  const blank = text.slice(start + 1, end - 1).trim() === '';
  return { start: start + 1, end: blank ? end - 1 : start + 1, text: source };
}

export function insertFlowPair(text: string, map: YAMLMap, line: string): Splice | null {
  const range = rangeOf(map);
  if (!range) return null;
  const last = map.items.at(-1);
  if (!last) return fillEmpty(text, range, ` ${line} `);
  const end = rangeOf(last.value)?.[1] ?? rangeOf(last.key)?.[1];
  return end === undefined ? null : { start: end, end, text: `, ${line}` };
}

export function insertBlockPair(text: string, map: YAMLMap, line: string): Splice | null {
  const key = rangeOf(map.items[0]?.key);
  const end = lastOffset(map);
  if (!key || end === null) return null;
  return newLine(text, end, ' '.repeat(columnOf(text, key[0])) + line);
}

export function insertItem(text: string, list: YAMLSeq, source: string): Splice | null {
  const range = rangeOf(list);
  const last = list.items.at(-1);
  const end = last === undefined ? null : lastOffset(last);
  if (list.flow) {
    if (end !== null) return { start: end, end, text: `, ${source}` };
    return range && fillEmpty(text, range, source);
  }
  const first = rangeOf(list.items[0]);
  if (end === null || !first) return null;
  const dash = /^[ ]*(?:- +)*- +$/.exec(text.slice(first[0] - columnOf(text, first[0]), first[0]))?.[0];
  return dash === undefined
    ? null
    : newLine(text, end, ' '.repeat(dash.lastIndexOf('-')) + dash.slice(dash.lastIndexOf('-')) + source);
}

function insertFirst(text: string, list: YAMLSeq, source: string): Splice | null {
  const range = rangeOf(list);
  const first = rangeOf(list.items[0]);
  if (list.flow)
    return first ? { start: first[0], end: first[0], text: `${source}, ` } : range && fillEmpty(text, range, source);
  const dash = first && dashBefore(text, first[0]);
  if (!first || dash === null) return null;
  const start = first[0] - columnOf(text, first[0]);
  return { start, end: start, text: `${dash}${source}${eolOf(text)}` };
}

/** The text before an item on its line; null if that is more than a dash. */
function dashBefore(text: string, offset: number): string | null {
  return /^ *- +$/.exec(text.slice(offset - columnOf(text, offset), offset))?.[0] ?? null;
}

/** A list in block form whose last item is removed becomes `[]`; otherwise there would be no list. */
function cutItem(text: string, list: YAMLSeq, index: number): Splice | null {
  const [range, before, after] = [index, index - 1, index + 1].map((i) => rangeOf(list.items[i]));
  const end = lastOffset(list.items[index]);
  if (!range || end === null) return null;
  if (list.flow) {
    if (after) return { start: range[0], end: after[0], text: '' };
    return { start: before ? before[1] : range[0], end: range[1], text: '' };
  }
  const dash = dashBefore(text, range[0]);
  const newline = text.indexOf('\n', text[end - 1] === '\n' ? end - 1 : end);
  if (dash === null) return null;
  const start = range[0] - columnOf(text, range[0]);
  const empty = list.items.length === 1 ? `  []${newline === -1 ? '' : eolOf(text)}` : '';
  return { start, end: newline === -1 ? text.length : newline + 1, text: empty };
}

/** A new line below the line of the offset. */
function newLine(text: string, offset: number, line: string): Splice {
  const eol = eolOf(text);
  const from = text[offset - 1] === '\n' ? offset - 1 : offset;
  const found = text.indexOf('\n', from);
  if (found === -1) return { start: text.length, end: text.length, text: eol + line };
  const at = text[found - 1] === '\r' ? found - 1 : found;
  return { start: at, end: at, text: eol + line };
}

/** Where the last part of a node ends; null if that is unknown. */
export function lastOffset(node: unknown): number | null {
  if (isMap(node) && !node.flow) {
    const last = node.items.at(-1);
    return last ? (isEmpty(last.value) ? (rangeOf(last.key)?.[1] ?? null) : lastOffset(last.value)) : null;
  }
  if (isSeq(node) && !node.flow) return node.items.length ? lastOffset(node.items.at(-1)) : null;
  return rangeOf(node)?.[1] ?? null;
}

/** How many characters precede an offset on its line, without a byte order mark. */
export function columnOf(text: string, offset: number): number {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return offset - start - (start === 0 && text.startsWith('\ufeff') ? 1 : 0);
}

/** The line end that a text uses. */
export function eolOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
