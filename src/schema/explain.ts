/** Says in words what is wrong with the input of a tool. */
import type * as z from 'zod';

/** Characters of what is said to be wrong with an input. */
const SAID = 500;
/** Characters of one name in it. */
const NAME = 60;

/** What is wrong with the input of a tool, as its model is told: a sentence for each fault. */
export function explain(
  tool: string,
  keys: readonly string[],
  input: unknown,
  issues: readonly z.core.$ZodIssue[],
): string {
  if (typeof input === 'string')
    return `The input is not a JSON object. ${tool} takes an object with: ${keys.join(', ')}.`.slice(0, SAID);
  const missing = issues.filter((issue) => isMissing(input, issue));
  const others = issues.filter(
    (issue) => !missing.includes(issue) && !(missing.length && issue.code === 'unrecognized_keys'),
  );
  const sentences = others.map((issue) => sentence(tool, keys, issue));
  if (missing.length > 0) sentences.unshift(missingText(tool, input, missing, unknownIn(issues)));
  return [...new Set(sentences)].join(' ').slice(0, SAID);
}

function isMissing(input: unknown, { path }: z.core.$ZodIssue): boolean {
  return path.length > 0 && valueAt(input, path) === undefined;
}

/** Everything that is missing, and the names under which the model gave something instead; only names that tools use. */
function missingText(
  tool: string,
  input: unknown,
  missing: readonly z.core.$ZodIssue[],
  unknown: readonly string[],
): string {
  const given = Object.keys(input as object).filter((key) => TOLD_KEY.test(key));
  const [first] = missing as [z.core.$ZodIssue];
  if (missing.length === 1 && first.path.length === 1 && unknown.length === 1 && given.includes(unknown[0] as string))
    return `"${unknown[0]}" is not known: say "${fieldOf(first)}".`;
  const needed = missing.map((issue) => `${fieldOf(issue)} (${kindOf(issue).replace(/^an? /, '')})`);
  const instead = given.length > 0 ? `; you gave ${listed(given.slice(0, SHOWN_KEYS))}` : '';
  return `${tool} needs ${listed(needed)}${instead}.`;
}

/** Names that the tool does not take; a schema that models see leaves out some that it does. */
function unknownIn(issues: readonly z.core.$ZodIssue[]): string[] {
  return issues.flatMap((issue) => (issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : []));
}

/** A name such as those of fields; nothing else of a name that a model made up is repeated. */
const TOLD_KEY = /^[a-z_]{1,30}$/i;

/** Keys of an input that are named at most. */
const SHOWN_KEYS = 8;

/** `a, b and c`. */
function listed(names: readonly string[]): string {
  return names.length === 1 ? (names[0] as string) : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function fieldOf({ path }: z.core.$ZodIssue): string {
  return path.join('.').slice(0, NAME);
}

function sentence(tool: string, keys: readonly string[], issue: z.core.$ZodIssue): string {
  const field = fieldOf(issue);
  if (issue.code === 'unrecognized_keys') return `${field === '' ? tool : field} takes only: ${keys.join(', ')}.`;
  if (field === '') return `${tool} takes an object with: ${keys.join(', ')}.`;
  return `${field} must be ${kindOf(issue)}.`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], input);
}

/** What is wanted in place of what came. */
function kindOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] ?? `of type ${issue.expected}`;
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_union':
      return [...new Set(issue.errors.flatMap(([first]) => (first ? [kindOf(first)] : [])))].join(' or ');
    case 'too_big':
      return `${AMOUNTS[issue.origin] ?? 'a value'} of at most ${issue.maximum}${unitOf(issue.origin, issue.maximum)}`;
    case 'too_small':
      return `${AMOUNTS[issue.origin] ?? 'a value'} of at least ${issue.minimum}${unitOf(issue.origin, issue.minimum)}`;
    default:
      return issue.message.replace(/^expected /, '');
  }
}

const KINDS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};
const AMOUNTS: Record<string, string> = {
  string: 'a text',
  array: 'a list',
  number: 'a number',
  int: 'a whole number',
};

function unitOf(origin: string, amount: number | bigint): string {
  const isOne = Number(amount) === 1;
  if (origin === 'string') return isOne ? ' character' : ' characters';
  if (origin !== 'array') return '';
  return isOne ? ' entry' : ' entries';
}
