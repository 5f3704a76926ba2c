/** Reads one configuration file by its schema and collects its faults. */
import type * as z from 'zod';
import { type Fault, type FaultCode, fault } from '../../schema/fault.ts';
import { check, splitMarkdown } from '../yaml/yaml.ts';
import { near } from '../yaml/yaml-faults.ts';
import { readQuick } from '../yaml/yaml-quick.ts';
import { readTree, type TextPosition, type YamlTree } from '../yaml/yaml-tree.ts';

/** A configuration file that was read: its value if it is valid, otherwise its faults. */
export interface ConfigSource<T> {
  file: string;
  value: T | null;
  /** Of a broken file: the rest without the invalid parts, so that its references can be checked nevertheless. */
  sound: T | null;
  /** The content of the YAML, before defaults. */
  data: unknown;
  /** Text below the front matter; empty for a YAML file. */
  body: string;
  faults: Fault[];
  place(path: readonly PropertyKey[], of?: 'key' | 'value'): TextPosition;
}

type Read<T> = (text: string, file: string) => T;

/** Reads a `.yaml` file by its schema. The schema is built when the first file is read. */
export function yamlSource<S extends z.ZodType>(schema: () => S): Read<ConfigSource<z.output<S>>> {
  return (text, file) => sourceOf(schema(), text, file, 1, '');
}

/** Reads a `.md` file whose front matter has that schema. */
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

/**
 * The value without the parts that the schema rejects; null if nothing valid is left. A list with an invalid item is removed as
 * a whole, so that indexes stay correct.
 */
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

/** How often the rest is checked again. */
const MAX_PRUNED = 3;

/** Removes the value at a path, or the list that contains it; false if that is everything. */
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

/** Reads a text again only if it changed. */
export interface Memory<T> {
  read: Read<T>;
  /** Forgets files that no longer exist. */
  keep(files: ReadonlyMap<string, string>): void;
}

/** Remembers the result for each file, by path and text. */
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

/** The most unknown names in a file for which the nearest name is looked up: with thousands of names it would take long. */
const MAX_NEAREST = 200;

/** Collects faults in references between files. */
export class References {
  readonly faults: Fault[] = [];

  /** Records `unknown-name` unless the name is known; `what` is for example `agent`. */
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
