import type { z } from 'zod';

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
  const sentences = issues.map((issue) => sentence(tool, keys, input, issue));
  return [...new Set(sentences)].join(' ').slice(0, SAID);
}

function sentence(tool: string, keys: readonly string[], input: unknown, issue: z.core.$ZodIssue): string {
  const field = issue.path.join('.').slice(0, NAME);
  if (issue.code === 'unrecognized_keys') return `${field === '' ? tool : field} takes only: ${keys.join(', ')}.`;
  if (field === '') return `${tool} takes an object with: ${keys.join(', ')}.`;
  if (valueAt(input, issue.path) === undefined) return `${tool} needs ${field}, ${kindOf(issue)}. It was missing.`;
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
      return `${AMOUNTS[issue.origin] ?? 'a value'} of at most ${issue.maximum}${unitOf(issue.origin)}`;
    case 'too_small':
      return `${AMOUNTS[issue.origin] ?? 'a value'} of at least ${issue.minimum}${unitOf(issue.origin)}`;
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

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' entries' : '';
}
