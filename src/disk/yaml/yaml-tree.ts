/** Parses YAML and finds the place of each value. */
import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  type YAMLMap,
} from 'yaml';
import { type Fault, fault } from '../../schema/fault.ts';

/** The deepest nesting that is read. Much deeper nesting overflows the stack inside `yaml`, and V8 may then abort the process. */
const MAX_DEPTH = 100;
/** The most uses of anchors in a file: many make a small file huge. */
const MAX_ALIASES = 50;
/** The most syntax errors that are reported for one file; one mistake often causes many. */
const MAX_ERRORS = 20;

/** A line and a column of a file, from 1. */
export interface TextPosition {
  line: number;
  column: number;
}

/** The plain data of a YAML text, and where each value is. */
export interface YamlTree {
  file: string;
  /** Maps are plain objects without a key `__proto__`, nested at most `MAX_DEPTH` deep; `{}` for an empty text. */
  data: unknown;
  /** Syntax errors, repeated keys, tags, invalid anchors. */
  faults: Fault[];
  /** True if the syntax is so wrong that the data may not be what was meant. */
  broken: boolean;
  /** The place of the value or of its key; if it is absent, that of the nearest parent. */
  place(path: readonly PropertyKey[], of: 'key' | 'value'): TextPosition;
}

interface Flaw {
  offset: number;
  message: string;
}

/**
 * Reads a YAML 1.2 text (core schema) into plain data. Never throws and never executes anything. `firstLine` is the line of the
 * file on which the text begins. The time grows with the length of the text, not with its nesting or the number of keys.
 */
export function readTree(text: string, file: string, firstLine = 1): YamlTree {
  const { doc, flaws } = compose(text);
  const broken = flaws.length > 0;
  const walk: Walk = { flaws, anchors: new Map(), open: new Set(), aliases: 0, following: 0 };
  const data = doc?.contents ? toPlain(doc.contents, walk) : null;
  const placeOf = placesIn(text, firstLine);
  const finder: Finder = { anchors: walk.anchors, indexes: new Map() };
  return {
    file,
    data: data ?? {},
    broken,
    faults: unique(flaws)
      .slice(0, MAX_ERRORS)
      .map(({ offset, message }) => fault('invalid-yaml', message, { file, ...placeOf(offset) })),
    place: (path, of) => placeOf(doc?.contents ? offsetOf(doc.contents, path, of, finder) : 0),
  };
}

/** The first problem at each place, in the order of the text. */
function unique(flaws: readonly Flaw[]): Flaw[] {
  const first = new Map([...flaws].reverse().map((flaw) => [flaw.offset, flaw]));
  return [...first.values()].sort((a, b) => a.offset - b.offset);
}

/** Parses to nodes with ranges. The nesting is checked token by token, before any recursive code sees it. */
export function compose(text: string): { doc: Document.Parsed | null; flaws: Flaw[] } {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > MAX_DEPTH)
      return {
        doc: null,
        flaws: [{ offset: parser.offset, message: `The YAML is nested more than ${MAX_DEPTH} levels deep` }],
      };
  }
  for (const token of parser.end()) tokens.push(token);
  const [doc, second] = new Composer(OPTIONS).compose(tokens, true, text.length);
  if (!doc) return { doc: null, flaws: [] };
  const flaws = [...doc.errors, ...doc.warnings].map(({ pos, message }) => ({ offset: pos[0], message }));
  if (second)
    flaws.push({
      offset: second.range[0],
      message: 'The file has more than one YAML document: remove the line --- and everything after it',
    });
  return { doc: doc as Document.Parsed, flaws };
}

/** `toPlain` finds repeated keys: the library's own search is quadratic. */
const OPTIONS = { version: '1.2', schema: 'core', uniqueKeys: false, prettyErrors: false, logLevel: 'silent' } as const;

interface Walk {
  flaws: Flaw[];
  anchors: Map<string, Node>;
  /** Nodes that contain the current alias. */
  open: Set<Node>;
  /** Uses of anchors so far. */
  aliases: number;
  /** Nesting of aliases around this node. The anchors in their targets are known already. */
  following: number;
}

/** The data of a node. What cannot become data is reported and becomes null. */
function toPlain(node: unknown, walk: Walk): unknown {
  if (isAlias(node)) return follow(node, walk);
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return null;
  if (node.tag)
    return reject(
      node,
      `The tag ${node.tag} is not supported: remove it, and put the value in quotes if it is text`,
      walk,
    );
  if (node.anchor && walk.following === 0) walk.anchors.set(node.anchor, node);
  if (isScalar(node)) return node.value;
  walk.open.add(node);
  const plain = isMap(node) ? toObject(node, walk) : node.items.map((one) => toPlain(one, walk));
  walk.open.delete(node);
  return plain;
}

function toObject(map: YAMLMap, walk: Walk): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const { key, value } of map.items) {
    const name = nameOf(key);
    if (name === null) reject(isNode(key) ? key : map, 'A key must be plain text', walk);
    else if (name === '__proto__') reject(key as Node, 'The key __proto__ is not allowed', walk);
    else if (Object.hasOwn(plain, name)) reject(key as Node, `The key "${name.slice(0, 80)}" appears twice`, walk);
    else plain[name] = toPlain(value, walk);
  }
  return plain;
}

function follow(alias: Alias, walk: Walk): unknown {
  const target = walk.anchors.get(alias.source);
  if (!target) return reject(alias, `The anchor &${alias.source} is not defined before this line`, walk);
  if (walk.open.has(target)) return reject(alias, `The alias *${alias.source} contains itself`, walk);
  if (++walk.aliases > MAX_ALIASES) {
    if (walk.aliases === MAX_ALIASES + 1) reject(alias, `The file uses anchors more than ${MAX_ALIASES} times`, walk);
    return null;
  }
  walk.following++;
  const plain = toPlain(target, walk);
  walk.following--;
  return plain;
}

function reject(node: Node, message: string, walk: Walk): null {
  walk.flaws.push({ offset: node.range?.[0] ?? 0, message });
  return null;
}

/** A key as it is written, so that `1e5` or `true` stay names. */
function nameOf(key: unknown): string | null {
  if (!isScalar(key) || key.tag) return null;
  return typeof key.value === 'string' ? key.value : (key.source ?? '');
}

function isNode(node: unknown): node is Node {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node);
}

/** Counts lines only on demand. */
function placesIn(text: string, firstLine: number): (offset: number) => TextPosition {
  let lines: LineCounter | null = null;
  return (offset) => {
    if (!lines) {
      lines = new LineCounter();
      lines.addNewLine(0);
      for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
    }
    const { line, col } = lines.linePos(offset);
    return { line: line + firstLine - 1, column: col };
  };
}

interface Finder {
  anchors: ReadonlyMap<string, Node>;
  /** The pairs of each map that was searched, by key: charts are long. */
  indexes: Map<YAMLMap, Map<string, Pair>>;
}

/** The offset of the value (or its key) at the path, or of the nearest existing parent. */
function offsetOf(root: Node, path: readonly PropertyKey[], of: 'key' | 'value', finder: Finder): number {
  let node: unknown = root;
  let offset = root.range?.[0] ?? 0;
  for (const [depth, part] of path.entries()) {
    if (isAlias(node)) node = finder.anchors.get(node.source);
    const found = childOf(node, part, finder);
    if (!found) return offset;
    const wanted = of === 'key' && depth === path.length - 1 ? found.key : found.value;
    offset = start(wanted) ?? start(found.key) ?? offset;
    node = found.value;
  }
  return offset;
}

function childOf(node: unknown, part: PropertyKey, { indexes }: Finder): { key: unknown; value: unknown } | null {
  if (isMap(node)) {
    const index = indexes.get(node) ?? new Map(node.items.map((pair) => [nameOf(pair.key) ?? '', pair]));
    indexes.set(node, index);
    return index.get(String(part)) ?? null;
  }
  const value = isSeq(node) ? node.items[Number(part)] : undefined;
  return value === undefined ? null : { key: value, value };
}

/** Where a node begins; null for an empty value. */
function start(node: unknown): number | null {
  if (!isNode(node) || !node.range) return null;
  return isScalar(node) && node.source === '' && node.range[0] === node.range[1] ? null : node.range[0];
}
