/** Removes keys and list items from a YAML text. */
import { isMap, isSeq } from 'yaml';
import {
  type Edited,
  eolOf,
  find,
  lastOffset,
  prove,
  rangeOf,
  type Splice,
  valueAt,
  withValue,
  type YamlPath,
} from './edit.ts';
import { readTree } from './yaml-tree.ts';

/** Removes every occurrence of a text from a list; without such a list nothing changes. Otherwise like `setScalar`. */
export function removeFromList(text: string, path: YamlPath, item: string): Edited {
  const before = valueAt(readTree(text, '').data, path);
  const at = Array.isArray(before) ? before.indexOf(item) : -1;
  if (at < 0) return { text };
  const rest = (before as unknown[]).toSpliced(at, 1);
  const edited = prove(
    text,
    path,
    (data) => withValue(data, path, rest),
    (doc) => {
      const { node, pair } = find(doc, path) as { node: unknown; pair: { key: unknown } | null };
      if (!isSeq(node)) return null;
      if (node.flow) return cutOf(node.items.map(spanOf), at);
      return rest.length
        ? linesOf(text, spanOf(node.items[at]), /^ *- +$/)
        : emptied(text, pair?.key, spanOf(node), '[]');
    },
  );
  return 'text' in edited ? removeFromList(edited.text, path, item) : edited;
}

/** Removes a key, its value and the comment on its line; without such a key nothing changes. Otherwise like `setScalar`. */
export function removeKey(text: string, path: YamlPath): Edited {
  const parent = path.slice(0, -1);
  const key = String(path.at(-1));
  const before = valueAt(readTree(text, '').data, parent) as Record<string, unknown> | null | undefined;
  if (before == null || !Object.hasOwn(before, key)) return { text };
  const { [key]: _gone, ...rest } = before;
  return prove(
    text,
    path,
    (data) => withValue(data, parent, rest),
    (doc) => {
      const { node, pair } = find(doc, parent) as { node: unknown; pair: { key: unknown } | null };
      if (!isMap(node)) return null;
      const spans = node.items.map((item) => joined(spanOf(item.key), spanOf(item.value)));
      const at = Object.keys(before).indexOf(key);
      if (node.flow) return cutOf(spans, at);
      return node.items.length > 1
        ? linesOf(text, spans[at] ?? null, /^ *$/)
        : emptied(text, pair?.key, spans[at] ?? null, '{}');
    },
  );
}

export type TextSpan = readonly [start: number, end: number];

/** From the beginning of a node to the end of its last part. */
export function spanOf(node: unknown): TextSpan | null {
  const range = rangeOf(node);
  const end = lastOffset(node);
  return range && [range[0], end ?? range[1]];
}

export function joined(key: TextSpan | null, value: TextSpan | null): TextSpan | null {
  return key && [key[0], Math.max(key[1], value?.[1] ?? 0)];
}

/** Cuts one of several items out of a bracket, with the comma beside it. */
export function cutOf(spans: readonly (TextSpan | null)[], at: number): Splice | null {
  const [before, own, after] = [spans[at - 1], spans[at], spans[at + 1]];
  if (!own) return null;
  if (after) return { start: own[0], end: after[0], text: '' };
  return { start: before ? before[1] : own[0], end: own[1], text: '' };
}

/** Cuts the whole lines of an item of a block. Before it on its line there may only be what the pattern matches. */
export function linesOf(text: string, span: TextSpan | null, lead: RegExp): Splice | null {
  if (!span) return null;
  const start = text.lastIndexOf('\n', span[0] - 1) + 1;
  if (!lead.test(text.slice(start, span[0]))) return null;
  const from = text[span[1] - 1] === '\n' ? span[1] - 1 : span[1];
  const end = text.indexOf('\n', from);
  if (end >= 0) return { start, end: end + 1, text: '' };
  return { start: Math.max(0, start - eolOf(text).length), end: text.length, text: '' };
}

/** Writes an empty list or map in place of the last item. If that would lose comments, the edit is not made. */
export function emptied(text: string, key: unknown, span: TextSpan | null, source: string): Splice | null {
  const colon = text.indexOf(':', rangeOf(key)?.[1] ?? text.length);
  if (!span || colon < 0 || text.slice(colon, span[1]).includes('#')) return null;
  return { start: colon + 1, end: span[1], text: ` ${source}` };
}
