/** Removes many agents from a chart and parses it only once. */
import { type Document, isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';
import { ANCHOR, find, type Splice, valueAt, type YamlPath } from './edit.ts';
import { SIDES } from './edit-chart.ts';
import { cutOf, emptied, joined, linesOf, spanOf, type TextSpan } from './edit-remove.ts';
import { compose, readTree } from './yaml-tree.ts';

/** A list or map of the text, and what is left in it. */
interface ShrinkingRow {
  node: { flow?: boolean | undefined };
  key: unknown;
  names: unknown[];
  spans: (TextSpan | null)[];
  /** Whether its last part was cut, so that it now ends earlier. */
  shorter: boolean;
}

/**
 * A chart from which agents are removed one after the other. It is parsed once; each version is what `withoutAgent` would make
 * of the version before.
 */
export class ShrinkingChart {
  /** What the present version should say. */
  readonly data: unknown;
  private readonly text: string;
  private readonly agents: Record<string, unknown>;
  private readonly entries: ShrinkingRow | null;
  private readonly lists = new Map<string, ShrinkingRow[]>();
  /** Name → the lists that contain it. */
  private readonly naming = new Map<unknown, Set<ShrinkingRow>>();
  private readonly cuts: Splice[] = [];

  constructor(text: string) {
    const { data, faults } = readTree(text, '');
    const { doc } = compose(text);
    this.text = text;
    this.data = data;
    this.agents = (valueAt(data, ['agents']) ?? {}) as Record<string, unknown>;
    const known = faults.length === 0 && doc !== null && !ANCHOR.test(text);
    this.entries = known ? rowAt(doc.contents, ['agents'], Object.keys(this.agents)) : null;
    if (this.entries) this.readLists(this.entries.node as YAMLMap);
  }

  /** The version without that agent; null, with nothing changed, if only `withoutAgent` can make it. */
  without(name: string): string | null {
    if (!this.entries) return null;
    const rows = [...(this.naming.get(name) ?? [])];
    const splices = rows.map((row) => spliceOf(this.text, row, name, '[]', /^ *- +$/));
    const own = this.entries.names.includes(name) ? [this.entries] : [];
    splices.push(...own.map((row) => (this.isWhole(name) ? spliceOf(this.text, row, name, '{}', /^ *$/) : null)));
    const namesItself = this.lists.get(name)?.some((row) => rows.includes(row));
    if (namesItself || splices.includes(null)) return null;
    this.cuts.push(...(splices as Splice[]));
    for (const row of [...rows, ...own]) cut(row, name);
    for (const row of this.lists.get(name) ?? []) for (const other of row.names) this.naming.get(other)?.delete(row);
    this.naming.delete(name);
    delete this.agents[name];
    return this.print();
  }

  private readLists(map: YAMLMap): void {
    for (const { key, value } of map.items)
      for (const side of SIDES) {
        const name = String(isScalar(key) ? (key.source ?? key.value) : key);
        const names = valueAt(this.agents, [name, side]);
        const row = Array.isArray(names) ? rowAt(value, [side], names) : null;
        if (!row) continue;
        this.lists.set(name, [...(this.lists.get(name) ?? []), row]);
        for (const other of row.names) this.naming.set(other, (this.naming.get(other) ?? new Set()).add(row));
      }
  }

  /** Whether what is left of an entry ends where it ended before, or only items followed it. */
  private isWhole(name: string): boolean {
    const span = this.entries?.spans[this.entries.names.indexOf(name)];
    const shorter = this.lists.get(name)?.some((row) => row.shorter);
    return !shorter || (span != null && !/#|\n[ \r]*\n/.test(this.text.slice(...span)));
  }

  private print(): string {
    let printed = '';
    let at = 0;
    for (const { start, end, text } of this.cuts.sort((a, b) => a.start - b.start || b.end - a.end)) {
      if (start >= at) printed += this.text.slice(at, start) + text;
      at = Math.max(at, end);
    }
    return printed + this.text.slice(at);
  }
}

/**
 * The part of the text that is removed with a name from a row. Null for a name that occurs twice, and for the last line of a
 * text without a final line end: the line end before it would be removed as well, and may be gone already.
 */
function spliceOf(
  text: string,
  { node, key, names, spans }: ShrinkingRow,
  name: string,
  none: string,
  lead: RegExp,
): Splice | null {
  const at = names.indexOf(name);
  if (names.lastIndexOf(name) !== at) return null;
  if (node.flow) return cutOf(spans, at);
  if (names.length === 1) return emptied(text, key, spans[at] ?? null, none);
  const splice = linesOf(text, spans[at] ?? null, lead);
  return splice && text[splice.end - 1] === '\n' ? splice : null;
}

function cut(row: ShrinkingRow, name: string): void {
  const at = row.names.indexOf(name);
  row.shorter ||= !row.node.flow && at === row.names.length - 1;
  row.names.splice(at, 1);
  row.spans.splice(at, 1);
}

/** The list or map at a path below a node; its names are shared with the data. */
function rowAt(top: unknown, path: YamlPath, names: unknown[]): ShrinkingRow | null {
  const { node, pair } = find({ contents: top } as Document.Parsed, path) as { node: unknown; pair: Pair | null };
  if (!isMap(node) && !isSeq(node)) return null;
  const spans = isMap(node)
    ? node.items.map(({ key, value }) => joined(spanOf(key), spanOf(value)))
    : node.items.map(spanOf);
  return { node, key: pair?.key, names, spans, shorter: false };
}
