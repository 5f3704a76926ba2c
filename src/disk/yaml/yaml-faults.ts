/** Reports what is wrong with a YAML file, in terms of its schema. */
import { distance } from 'fastest-levenshtein';
import type * as z from 'zod';
import { type Fault, type FaultCode, fault } from '../../schema/fault.ts';
import { cut } from '../../schema/print.ts';
import type { YamlTree } from './yaml-tree.ts';

type Issue = z.core.$ZodIssue;
type FaultPath = readonly PropertyKey[];

/** The most faults that are reported for one file. */
const MAX_FAULTS = 200;
/** The longest value in a fault, in UTF-16 units. */
const MAX_VALUE = 80;

/**
 * What zod found, as faults with places, in the order of the file. If there are more than 200, the last one says how many are
 * left.
 */
export function faultsOf(schema: z.ZodType, tree: YamlTree, issues: readonly Issue[]): Fault[] {
  const findings = issues.flatMap((issue) => flatten(issue, [], tree.data));
  const faults = findings.slice(0, MAX_FAULTS).map((finding) => toFault(finding, schema, tree));
  if (findings.length > MAX_FAULTS)
    faults.push(fault('invalid-value', `${findings.length - MAX_FAULTS} more faults`, { file: tree.file }));
  return faults.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

/** One problem at one path. */
interface Finding {
  code: FaultCode;
  path: FaultPath;
  /** What was expected, or what is wrong. */
  text: string;
  /** Texts that would be valid there. */
  valid: readonly string[];
}

/** Splits issues that concern a union or several keys; `above` is the path of the union. */
function flatten(issue: Issue, above: FaultPath, data: unknown): Finding[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ code: 'unknown-key', path: [...path, key], text: '', valid: [] }));
  const found = follow(data, path);
  if (!found) return [absent(path)];
  if (path.length === 1 && path[0] === 'version' && issue.code === 'invalid_value')
    return [otherVersion(issue, found.value)];
  const branch = issue.code === 'invalid_union' ? nearestBranch(issue.errors) : undefined;
  if (branch) return branch.flatMap((inner) => flatten(inner, path, data));
  return [{ code: 'invalid-value', path, text: expectation(issue), valid: valuesOf(issue) }];
}

function absent(path: FaultPath): Finding {
  if (path.length === 1 && path[0] === 'version')
    return { code: 'old-version', path, text: 'The key version is missing', valid: [] };
  return { code: 'missing-key', path, text: '', valid: [] };
}

function otherVersion(issue: Extract<Issue, { code: 'invalid_value' }>, version: unknown): Finding {
  const known = Number(issue.values[0]);
  const path = ['version'];
  if (!Number.isInteger(version)) return { code: 'invalid-value', path, text: `expected ${known}`, valid: [] };
  if (Number(version) < known)
    return {
      code: 'old-version',
      path,
      text: `The file has format version ${version}; version ${known} is required`,
      valid: [],
    };
  return {
    code: 'invalid-value',
    path,
    text: `expected ${known}; a newer LeMMing may have written this file`,
    valid: [],
  };
}

/** The branch of a union that was probably meant: the one whose issues lie inside the value. None if no branch has its type. */
function nearestBranch(branches: readonly Issue[][]): readonly Issue[] | undefined {
  const inside = branches.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys'),
  );
  return inside.sort((a, b) => a.length - b.length)[0];
}

function toFault({ code, path, text, valid }: Finding, schema: z.ZodType, tree: YamlTree): Fault {
  const { file } = tree;
  const name = nameOf(path);
  const parent = path.slice(0, -1);
  const key = String(path.at(-1));
  if (code === 'missing-key') {
    const message = `The key "${key}" is missing${parent.length ? ` in ${nameOf(parent)}` : ''}`;
    return fault(code, message, { file, ...tree.place(parent, 'key') });
  }
  if (code === 'unknown-key') {
    const message = `There is no key "${cut(key, MAX_VALUE)}"${parent.length ? ` in ${nameOf(parent)}` : ''}`;
    return fault(code, message, {
      file,
      ...tree.place(path, 'key'),
      value: cut(key, MAX_VALUE),
      ...near(
        key,
        validKeys(schema, parent).filter((valid) => valid !== key),
      ),
    });
  }
  const value = key === 'key' || path.includes('headers') ? HIDDEN : follow(tree.data, path)?.value;
  const place = tree.place(path, 'value');
  if (code === 'old-version')
    return fault(code, text, { file, ...place, ...(value === undefined ? {} : { value: show(value) }) });
  const message = `${name}: ${text}, found ${typeof value === 'string' ? JSON.stringify(show(value)) : show(value)}`;
  return fault(code, message, {
    file,
    ...place,
    value: show(value),
    ...(typeof value === 'string' ? near(value, valid) : {}),
  });
}

/** `agents.planner.send_to[0]`; the whole file for the empty path. */
function nameOf(path: FaultPath): string {
  if (path.length === 0) return 'The file';
  const name = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return cut(name.replace(/^\./, ''), 2 * MAX_VALUE);
}

/** Replaces a value that may be an API key by mistake: faults do not repeat keys. */
const HIDDEN = '(hidden)';

function isSecret(name: string): boolean {
  return name === 'key' || name === 'headers';
}

/** A value as text: a string as it is, anything else as JSON, cut to 80 characters. The part before a host may be a password. */
function show(value: unknown): string {
  const text =
    typeof value === 'string'
      ? value
      : (JSON.stringify(value, (key, inner: unknown) => (isSecret(key) ? HIDDEN : inner)) ?? String(value));
  return cut(text.replace(/(:\/\/)[^/@\s"]*@/g, `$1${HIDDEN}@`), MAX_VALUE);
}

const TYPES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
};

/** What was expected in place of a value. */
function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${TYPES[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `expected ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `expected at least ${amount(issue.minimum, issue.origin)}`;
    case 'too_big':
      return `expected at most ${amount(issue.maximum, issue.origin)}`;
    case 'invalid_union': {
      const parts = issue.errors
        .flatMap((issues) => issues.map(expectation))
        .map((text) => text.replace(/^expected (one of )?/, ''));
      const options = 'options' in issue ? (issue.options ?? []).map(String) : [];
      return `expected ${[...new Set([...parts, ...options])].join(' or ') || 'something else'}`;
    }
    case 'invalid_key':
      return issue.issues.map(expectation).join(' or ');
    case 'invalid_format':
      return issue.format === 'url' ? 'expected an address such as https://example.com/v1' : issue.message;
    default:
      return issue.message;
  }
}

function amount(limit: number | bigint, origin: string): string {
  if (origin === 'string') return `${limit} characters`;
  if (origin === 'array') return `${limit} items`;
  return String(limit);
}

/** The texts that would have been valid. */
function valuesOf(issue: Issue): string[] {
  if (issue.code === 'invalid_value') return issue.values.filter((value) => typeof value === 'string');
  if (issue.code !== 'invalid_union') return [];
  const options = 'options' in issue ? (issue.options ?? []) : [];
  return [...options.filter((value) => typeof value === 'string'), ...issue.errors.flat().flatMap(valuesOf)];
}

/** The value at a path of plain data; null if a part of the path is missing. */
function follow(data: unknown, path: FaultPath): { value: unknown } | null {
  let value = data;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return null;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return { value };
}

/** The keys that a schema defines for the map at a path; none if any key is valid. */
export function validKeys(schema: z.core.$ZodType, path: FaultPath): string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const [part, ...rest] = path;
  switch (def.type) {
    case 'object':
      if (part === undefined) return Object.keys(def.shape);
      return Object.hasOwn(def.shape, part) ? validKeys(def.shape[String(part)] as z.core.$ZodType, rest) : [];
    case 'record':
      return part === undefined ? [] : validKeys(def.valueType, rest);
    case 'array':
      return part === undefined ? [] : validKeys(def.element, rest);
    case 'union':
      return def.options.flatMap((option) => validKeys(option, path));
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
      return validKeys(def.innerType, path);
    case 'pipe':
      return validKeys((def.in as z.core.$ZodTypes)._zod.def.type === 'transform' ? def.out : def.in, path);
    case 'lazy':
      return validKeys(def.getter(), path);
    default:
      return [];
  }
}

/** `{ nearest }` if one of the names is at most three edits away, and at most half of the word; otherwise `{}`. */
export function near(word: string, names: Iterable<string>): { nearest?: string } {
  const low = cut(word, MAX_VALUE).toLowerCase();
  let best: string | undefined;
  let least = 4;
  for (const name of names) {
    if (Math.abs(name.length - low.length) >= least) continue;
    const edits = distance(low, name.toLowerCase());
    if (edits < least && edits <= Math.ceil(Math.max(name.length, low.length) / 2)) [best, least] = [name, edits];
  }
  return best === undefined ? {} : { nearest: best };
}
