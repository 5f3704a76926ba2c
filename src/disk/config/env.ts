/** Overrides settings of org.yaml by `LEMMING_*` variables. */
import type * as z from 'zod';
import { type OrgFile, orgFile } from '../../schema/config/org.ts';
import { type Fault, fault } from '../../schema/fault.ts';
import { cut } from '../../schema/print.ts';
import { homeFault } from '../owner/owner-folder.ts';
import { near } from '../yaml/yaml-faults.ts';

/** Variables for the command line, not for the configuration. */
const NO_SETTINGS = ['LEMMING_ORG', 'LEMMING_DEBUG', 'LEMMING_HOME'];

/** An environment variable that overrides one scalar of `org/org.yaml`. */
export interface Variable {
  /** `LEMMING_LIMITS_CONCURRENCY` */
  name: string;
  path: readonly string[];
  schema: z.ZodType;
  about: string;
}

type Scalar = string | number | boolean | null;

/** All variables, in the order of the keys of `org/org.yaml`. Lists, maps with arbitrary keys, and the version have none. */
export function variables(): readonly Variable[] {
  all ??= variablesOf(orgFile(), []);
  return all;
}
let all: readonly Variable[] | undefined;

function variablesOf(schema: z.ZodType, path: readonly string[]): Variable[] {
  const { def } = base(schema)._zod;
  if (def.type === 'object')
    return Object.entries(def.shape).flatMap(([key, inner]) => variablesOf(inner as z.ZodType, [...path, key]));
  if (!['string', 'number', 'boolean', 'enum'].includes(def.type)) return [];
  return [{ name: `LEMMING_${path.join('_').toUpperCase()}`, path, schema, about: schema.description ?? '' }];
}

/** The schema without defaults and other wrappers. */
function base(schema: z.ZodType): z.core.$ZodTypes {
  let inner = schema as unknown as z.core.$ZodTypes;
  while ('innerType' in inner._zod.def) inner = inner._zod.def.innerType as z.core.$ZodTypes;
  return inner;
}

/**
 * The organisation's settings with the `LEMMING_*` variables applied; `data` is the content of org.yaml. Faults: `bad-env` for
 * a variable that is unknown (with the nearest name), that cannot be parsed or that leaves the settings incomplete, and for a
 * relative `LEMMING_HOME`.
 */
export function override(
  data: unknown,
  env: Readonly<Record<string, string | undefined>>,
): { org: OrgFile | null; faults: Fault[] } {
  const faults: Fault[] = [homeFault(env) ?? []].flat();
  const settings = structuredClone(data) as Record<string, unknown>;
  const names: string[] = [];
  for (const name of Object.keys(env).sort()) {
    const text = env[name];
    if (text === undefined || !name.startsWith('LEMMING_') || NO_SETTINGS.includes(name)) continue;
    names.push(name);
    const read = readVariable(name, text);
    if ('code' in read) faults.push(read);
    else put(settings, read.path, read.value);
  }
  const result = orgFile().safeParse(settings);
  if (!result.success && faults.length === 0) faults.push(incomplete(names, result.error.issues));
  return { org: faults.length ? null : (result.data ?? null), faults };
}

function readVariable(name: string, text: string): { path: readonly string[]; value: Scalar } | Fault {
  const variable = variables().find((one) => one.name === name);
  if (!variable) {
    const known = variables().map((one) => one.name);
    return fault('bad-env', `The variable ${cut(name, 80)} does not belong to any setting`, {
      ...near(name, [...known, ...NO_SETTINGS]),
    });
  }
  const value = parse(variable.schema, text);
  const result = value === undefined ? null : variable.schema.safeParse(value);
  if (value !== undefined && result?.success) return { path: variable.path, value };
  const why = result?.error?.issues[0]?.message ?? `expected ${wanted(variable.schema)}`;
  return fault('bad-env', `${name} is ${JSON.stringify(cut(text, 80))}: ${why}`, { value: cut(text, 80) });
}

/** Parses the text by the type of the schema; undefined if it does not match. */
function parse(schema: z.ZodType, text: string): Scalar | undefined {
  if (text === 'null' && schema.safeParse(null).success) return null;
  switch (base(schema)._zod.def.type) {
    case 'number':
      return /^[+-]?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : undefined;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    default:
      return text;
  }
}

function wanted(schema: z.ZodType): string {
  return base(schema)._zod.def.type === 'number' ? 'a number' : 'true or false';
}

function put(settings: Record<string, unknown>, path: readonly string[], value: Scalar): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    settings[key] = value;
    return;
  }
  const inner = settings[key];
  if (typeof inner !== 'object' || inner === null) settings[key] = {};
  put(settings[key] as Record<string, unknown>, rest, value);
}

function incomplete(names: readonly string[], issues: readonly z.core.$ZodIssue[]): Fault {
  const keys = issues.map((issue) => issue.path.join('.')).join(', ');
  return fault('bad-env', `When ${names.join(', ')} is set, the settings also need ${keys}`, {
    remedy: 'Set the key in org/org.yaml, or unset the variable.',
  });
}

/** The variables that change settings. Those in effect for a turn are journaled. */
export function overridesIn(env: Record<string, string | undefined>): Record<string, string> {
  const names = Object.keys(env)
    .filter((name) => name.startsWith('LEMMING_') && !NO_SETTINGS.includes(name))
    .sort();
  return Object.fromEntries(names.map((name) => [name, env[name] as string]));
}
