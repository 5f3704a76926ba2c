/** Reads one configuration file by its schema, and collects its faults. */
import type * as z from 'zod';
import { type Fault, type FaultCode, fault } from '../../schema/fault.ts';
import { check, splitMarkdown } from '../yaml/yaml.ts';
import { near } from '../yaml/yaml-faults.ts';
import { readQuick } from '../yaml/yaml-quick.ts';
import { readTree, type TextPosition, type YamlTree } from '../yaml/yaml-tree.ts';

/** A configuration file as it was read: its value when it is good, its faults when not. */
export interface ConfigSource<T> {
  file: string;
  value: T | null;
  /** Of a broken file: what is left of it without the parts that are wrong, so that its references can be checked all the same. */
  sound: T | null;
  /** What the YAML says, before defaults. */
  data: unknown;
  /** Text below the front matter; empty for a YAML file. */
  body: string;
  faults: Fault[];
  place(path: readonly PropertyKey[], of?: 'key' | 'value'): TextPosition;
}

type Read<T> = (text: string, file: string) => T;

/** Reads a `.yaml` file by its schema, which is made for the first file. */
export function yamlSource<S extends z.ZodType>(schema: () => S): Read<ConfigSource<z.output<S>>> {
  return (text, file) => sourceOf(schema(), text, file, 1, '');
}

/** Reads a `.md` file, whose front matter has that schema. */
export function markdownSource<S extends z.ZodType>(schema: () => S): Read<ConfigSource<z.output<S>>> {
  return (text, file) => {
    const parts = splitMarkdown(text, file);
    if (!('fault' in parts)) return sourceOf(schema(), parts.head, file, parts.headLine, parts.body);
    return {
      file,
      value: null,
      sound: null,
      data: {},
      body: '',
      faults: [parts.fault],
      place: () => ({ line: 1, column: 1 }),
    };
  };
}

function sourceOf<S extends z.ZodType>(
  schema: S,
  text: string,
  file: string,
  firstLine: number,
  body: string,
): ConfigSource<z.output<S>> {
  let tree: YamlTree | null = null;
  const place = (path: readonly PropertyKey[], of: 'key' | 'value' = 'value') => {
    tree ??= readTree(text, file, firstLine);
    return tree.place(path, of);
  };
  const quick = readQuick(text);
  const result = quick === undefined ? null : schema.safeParse(quick);
  if (result?.success) return { file, data: quick, body, value: result.data, sound: result.data, faults: [], place };
  const read = readTree(text, file, firstLine);
  const checked = check(schema, read);
  const sound = checked.value ?? (read.broken ? null : soundPart(schema, read.data));
  return { file, data: read.data, body, ...checked, sound, place };
}

/** The value without what the schema refuses; null when nothing good is left. Indexes in lists stay true: a list with a bad item goes whole. */
function soundPart<S extends z.ZodType>(schema: S, data: unknown): z.output<S> | null {
  let rest: unknown;
  try {
    rest = structuredClone(data);
  } catch {
    return null;
  }
  for (let tries = 0; tries < MAX_PRUNED; tries++) {
    const result = schema.safeParse(rest);
    if (result.success) return result.data;
    for (const issue of result.error.issues)
      if (issue.code === 'unrecognized_keys') for (const key of issue.keys) removeAt(rest, [...issue.path, key]);
      else if (!removeAt(rest, issue.path)) return null;
  }
  return null;
}

/** How often what is left may turn out to be wrong again. */
const MAX_PRUNED = 3;

/** Removes what stands at a path, or the list that it is in; false when that is everything. */
function removeAt(data: unknown, path: readonly PropertyKey[]): boolean {
  const list = path.findIndex((part) => typeof part === 'number');
  const keys = list < 0 ? path : path.slice(0, list);
  const last = keys.at(-1);
  if (last === undefined) return false;
  let parent = data as Record<PropertyKey, unknown> | undefined;
  for (const key of keys.slice(0, -1)) parent = parent?.[key] as Record<PropertyKey, unknown> | undefined;
  if (typeof parent !== 'object' || parent === null) return true;
  delete parent[last];
  return true;
}

/** Reads a text again only when it changed. */
export interface Memory<T> {
  read: Read<T>;
  /** Forgets the files that are no longer there. */
  keep(files: ReadonlyMap<string, string>): void;
}

/** Remembers what was read of each file, by its path and text. */
export function remember<T>(read: Read<T>): Memory<T> {
  const known = new Map<string, { text: string; result: T }>();
  return {
    read(text, file) {
      const before = known.get(file);
      if (before?.text === text) return before.result;
      const result = read(text, file);
      known.set(file, { text, result });
      return result;
    },
    keep(files) {
      for (const file of known.keys()) if (!files.has(file)) known.delete(file);
    },
  };
}

/** Unknown names of one file whose nearest name is looked for: with thousands of both it would take long. */
const MAX_NEAREST = 200;

/** Collects the faults that references between files have. */
export class References {
  readonly faults: Fault[] = [];

  /** Notes `unknown-name` unless the name is among the known; `what` is such as `agent`. */
  need(
    name: string,
    known: ReadonlySet<string>,
    what: string,
    source: ConfigSource<unknown>,
    path: readonly PropertyKey[],
    of: 'key' | 'value' = 'value',
  ): void {
    if (known.has(name)) return;
    const nearest = this.faults.length < MAX_NEAREST ? near(name, known) : {};
    this.add('unknown-name', `There is no ${what} ${JSON.stringify(name)}`, source, path, of, {
      value: name,
      ...nearest,
    });
  }

  add(
    code: FaultCode,
    message: string,
    source: ConfigSource<unknown>,
    path: readonly PropertyKey[],
    of: 'key' | 'value' = 'value',
    more: { value?: string; nearest?: string } = {},
  ): void {
    this.faults.push(fault(code, message, { file: source.file, ...source.place(path, of), ...more }));
  }
}
