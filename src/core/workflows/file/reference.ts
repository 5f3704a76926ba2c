/** What the names in conditions and templates stand for: inputs, results of steps, items and mail. */
import type { Json } from '../../model/call.ts';

/** The values that names stand for. */
export interface RunScope {
  inputs: { readonly [name: string]: Json };
  /** Step → how it stands and what came of it. */
  steps: { readonly [step: string]: { status: string; result: string | null } };
  /** The run, for names of files that no other run has. */
  run: { id: string; owner: string };
  /** What a step is done for at present, and its number from 1; absent when it is not done for each of a list. */
  each?: { item: Json; number: number };
  /** The mail that started the run. */
  mail?: { id?: string | undefined; from: string; subject: string; body: string };
}

const REFERENCE = /^(?:inputs\.|steps\.|run\.|mail\.|item(?![\w-])|number$)[\w.-]*$/;

/** Whether a word is a name at all: `inputs.x`, `steps.x.result`, `item`, `number`, `run.id` or `mail.body`. */
export function isReference(word: string): boolean {
  return REFERENCE.test(word) && !word.split('.').includes('');
}

/** What a name stands for; null when there is nothing. A name may go on into a list, a map, or a text that is JSON. */
export function valueNamed(scope: RunScope, name: string): Json {
  const [first = '', ...rest] = name.split('.');
  switch (first) {
    case 'item':
      return within(scope.each?.item ?? null, rest);
    case 'number':
      return scope.each?.number ?? null;
    case 'inputs':
      return within(scope.inputs, rest);
    case 'steps':
      return within(scope.steps, rest);
    case 'run':
      return within(scope.run, rest);
    default:
      return within(scope.mail ?? null, rest);
  }
}

function within(value: Json | object, path: readonly string[]): Json {
  let found: unknown = value;
  for (const key of path) {
    if (typeof found === 'string') found = jsonOf(found);
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return null;
    found = (found as Record<string, unknown>)[key];
  }
  return found as Json;
}

/** What a text says as JSON, whether or not it stands in a fence of markdown; null when it is no JSON. */
export function jsonOf(text: string): Json {
  const bare = text
    .trim()
    .replace(/^```(?:json)?\n/, '')
    .replace(/\n```$/, '');
  try {
    return JSON.parse(bare) as Json;
  } catch {
    return null; // no JSON: it holds no fields
  }
}

/** The items of a value: a list, a text that is a JSON list, or the lines of a text. Null when it has none. */
export function itemsOf(value: Json): Json[] | null {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'string') return null;
  const json = jsonOf(value);
  if (Array.isArray(json)) return json;
  const lines = value.split('\n').map((line) => line.replace(/^\s*(?:[-*]|\d+[.)])\s+/, '').trim());
  return lines.filter((line) => line !== '');
}
