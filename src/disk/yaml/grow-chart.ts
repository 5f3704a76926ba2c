/** Adds many agents to a chart and parses it only once. */
import { type Document, isMap, isSeq } from 'yaml';
import { printValue } from '../../schema/print.ts';
import {
  ANCHOR,
  afterKey,
  find,
  insertBlockPair,
  insertFlowPair,
  insertItem,
  isEmpty,
  type Splice,
  valueAt,
  type YamlPath,
} from './edit.ts';
import type { EdgeLists } from './edit-chart.ts';
import { compose, readTree } from './yaml-tree.ts';

/** An addition at one place of a list or map: `open`, then the parts separated by `between`, then `close`. */
interface Growth {
  open: string;
  between: string;
  close: string;
  parts: (string | Growth)[];
}

/** An addition whose surroundings already exist in the text. */
interface GrowthPlace extends Growth {
  start: number;
  end: number;
  depth: number;
}

/**
 * A chart to which agents are added one after the other. It is parsed once; each version is what `withAgent` would make of the
 * version before.
 */
export class GrowingChart {
  /** What the present version should say. */
  readonly data: unknown;
  private readonly text: string;
  private readonly doc: Document.Parsed | null;
  private readonly growths = new Map<string, Growth>();
  /** In the order of the text. */
  private readonly places: GrowthPlace[] = [];

  constructor(text: string) {
    const { data, faults } = readTree(text, '');
    this.text = text;
    this.data = data;
    this.doc = faults.length > 0 || ANCHOR.test(text) ? null : compose(text).doc;
  }

  /** The version with that agent; null, with nothing changed, if only `withAgent` can make it. */
  with(name: string, { send_to, read_from }: EdgeLists): string | null {
    const wanted: [path: YamlPath, name: string][] = [
      ...send_to.map((other): [YamlPath, string] => [['agents', name, 'send_to'], other]),
      ...read_from.map((other): [YamlPath, string] => [['agents', name, 'read_from'], other]),
      ...[...send_to.map((other) => [other, 'read_from']), ...read_from.map((other) => [other, 'send_to'])]
        .map((end): YamlPath => ['agents', ...end])
        .filter((path) => !this.has(path, '*'))
        .map((path): [YamlPath, string] => [path, name]),
    ];
    const missing = wanted.filter(([path, one]) => !this.has(path, one));
    if (!missing.every(([path]) => this.canHold(path) && this.growthOf(path, LIST))) return null;
    for (const [path, one] of missing) if (!this.has(path, one)) this.add(path, one);
    return this.print();
  }

  private has(path: YamlPath, name: string): boolean {
    const names = valueAt(this.data, path);
    return Array.isArray(names) && names.includes(name);
  }

  /** Whether the path leads to a list, or to nothing yet. */
  private canHold(path: YamlPath): boolean {
    const map = path.every((_, depth) => isMapOrNone(valueAt(this.data, path.slice(0, depth))));
    const names = valueAt(this.data, path) ?? [];
    return this.doc !== null && map && Array.isArray(names);
  }

  private add(path: YamlPath, name: string): void {
    const names = (valueAt(this.data, path) ?? setList(this.data, path)) as unknown[];
    names.push(name);
    this.growthOf(path, LIST)?.parts.push(printValue(name));
  }

  private growthOf(path: YamlPath, form: typeof LIST | typeof MAP): Growth | null {
    const key = path.join('\n');
    const growth = this.growths.get(key) ?? this.begun(path, form);
    if (growth) this.growths.set(key, growth);
    return growth;
  }

  /** Prepares the first addition to the list or map at that path; a missing one is made. */
  private begun(path: YamlPath, { open, close }: typeof LIST | typeof MAP): Growth | null {
    const found = find(this.doc as Document.Parsed, path);
    if ('node' in found) {
      const splice = this.spliceFor(found, `${open}${MARK}${close}`);
      return splice && this.placed(splice, path.length, isBlock(found.node));
    }
    const map = path.length > 0 ? this.growthOf(path.slice(0, -1), MAP) : null;
    if (!map) return null;
    const made: Growth = { open: `${printValue(String(path.at(-1)))}: ${open}`, between: ', ', close, parts: [] };
    map.parts.push(made);
    return made;
  }

  private spliceFor({ node, pair }: Extract<ReturnType<typeof find>, { node: unknown }>, whole: string): Splice | null {
    if (isEmpty(node)) return pair && afterKey(this.text, pair, whole);
    if (isSeq(node)) return insertItem(this.text, node, MARK);
    if (!isMap(node)) return null;
    return node.flow ? insertFlowPair(this.text, node, MARK) : insertBlockPair(this.text, node, MARK);
  }

  private placed({ start, end, text }: Splice, depth: number, block: boolean): GrowthPlace {
    const [open = '', close = ''] = text.split(MARK);
    const place: GrowthPlace = { start, end, depth, open, between: block ? open : ', ', close, parts: [] };
    // At the same offset, inner additions come first.
    const next = this.places.findIndex(
      (other) => other.start > start || (other.start === start && other.depth < depth),
    );
    this.places.splice(next < 0 ? this.places.length : next, 0, place);
    return place;
  }

  private print(): string {
    let printed = '';
    let at = 0;
    for (const place of this.places) {
      printed += this.text.slice(at, place.start) + printGrowth(place);
      at = place.end;
    }
    return printed + this.text.slice(at);
  }
}

const LIST = { open: '[', close: ']' } as const;
const MAP = { open: '{ ', close: ' }' } as const;
/** Stands for the addition; no chart contains it. */
const MARK = '\0';

function isBlock(node: unknown): boolean {
  return (isMap(node) || isSeq(node)) && !node.flow;
}

function printGrowth({ open, between, close, parts }: Growth): string {
  return open + parts.map((part) => (typeof part === 'string' ? part : printGrowth(part))).join(between) + close;
}

/** Puts an empty list at a path, with the maps above it. */
function setList(data: unknown, path: YamlPath): unknown[] {
  let map = data as Record<PropertyKey, unknown>;
  for (const part of path.slice(0, -1)) {
    map[part] ??= {};
    map = map[part] as Record<PropertyKey, unknown>;
  }
  const list: unknown[] = [];
  map[path.at(-1) as string] = list;
  return list;
}

function isMapOrNone(data: unknown): boolean {
  return data === undefined || data === null || (typeof data === 'object' && !Array.isArray(data));
}
