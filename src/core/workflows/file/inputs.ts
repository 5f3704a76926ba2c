/** Checks the inputs of workflows, and the values that runs are given. */
import type { WorkflowFile, WorkflowInput } from '../../../schema/records/workflow.ts';
import type { Json } from '../../model/call.ts';
import { nearestTo } from '../../text/nearest.ts';
import type { WorkflowFlaw } from './validate.ts';

/** Keys of an input that say something about some types alone. */
const KEYS = {
  minimum: ['integer', 'number'],
  maximum: ['integer', 'number'],
  maxLength: ['string'],
  items: ['array'],
  maxItems: ['array'],
} as const satisfies { [K in keyof WorkflowInput]?: readonly WorkflowInput['type'][] };

/** What is wrong with the inputs that a workflow declares. */
export function flawsOfInputs({ inputs }: WorkflowFile): WorkflowFlaw[] {
  return Object.entries(inputs).flatMap(([name, input]) => {
    const flaw = (key: keyof WorkflowInput, message: string): WorkflowFlaw => {
      return { code: 'invalid-value', path: ['inputs', name, key], message: `${name}: ${message}` };
    };
    const foreign = (Object.keys(KEYS) as (keyof typeof KEYS)[]).filter(
      (key) => input[key] !== undefined && !KEYS[key].some((type) => type === input.type),
    );
    const { default: value, enum: values = [] } = input;
    const { enum: _enum, ...bare } = input;
    const why = value === undefined ? null : flawOfValue(input, value);
    return [
      ...foreign.map((key) => flaw(key, `${key} says nothing about a value of type ${input.type}`)),
      ...values.flatMap((one) => {
        const unfit = flawOfValue(bare, one);
        return unfit === null ? [] : [flaw('enum', unfit)];
      }),
      ...(why === null ? [] : [flaw('default', why)]),
    ];
  });
}

/** The inputs of a run: what was given, and defaults for the rest; or everything that is wrong with what was given. */
export function readInputs(
  { inputs }: WorkflowFile,
  given: { readonly [name: string]: Json },
): { inputs: Record<string, Json> } | { flaws: WorkflowFlaw[] } {
  const names = Object.keys(inputs);
  const flaws = Object.entries(given).flatMap(([name, value]): WorkflowFlaw[] => {
    const path = ['inputs', name];
    const input = inputs[name];
    if (!input) {
      const message = `There is no input ${name}`;
      return [{ code: 'unknown-name', path, message, value: name, ...nearestTo(name, names) }];
    }
    const why = flawOfValue(input, value);
    return why === null ? [] : [{ code: 'invalid-value', path, message: `${name}: ${why}` }];
  });
  const found = names.flatMap((name): [string, Json][] => {
    const value = Object.hasOwn(given, name) ? given[name] : inputs[name]?.default;
    if (value !== undefined) return [[name, value]];
    flaws.push({ code: 'missing-key', path: ['inputs', name], message: `The input ${name} is missing`, value: name });
    return [];
  });
  return flaws.length > 0 ? { flaws } : { inputs: Object.fromEntries(found) };
}

/** Why a value does not fit an input; null when it does. */
export function flawOfValue(input: WorkflowInput, value: Json): string | null {
  return (
    flawOfType(input.type, value) ?? flawOfSize(input, value) ?? flawOfItems(input, value) ?? flawOfChoice(input, value)
  );
}

const TYPES = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
} as const;

function flawOfType(type: WorkflowInput['type'], value: Json): string | null {
  const fits =
    type === 'array' ? Array.isArray(value) : type === 'integer' ? Number.isInteger(value) : typeof value === type;
  return fits ? null : `expected ${TYPES[type]}`;
}

function flawOfSize({ minimum, maximum, maxLength, maxItems }: WorkflowInput, value: Json): string | null {
  if (typeof value === 'number') {
    if (minimum !== undefined && value < minimum) return `expected at least ${minimum}`;
    if (maximum !== undefined && value > maximum) return `expected at most ${maximum}`;
  }
  if (typeof value === 'string' && maxLength !== undefined && value.length > maxLength)
    return `expected at most ${maxLength} characters`;
  if (Array.isArray(value) && maxItems !== undefined && value.length > maxItems)
    return `expected at most ${maxItems} items`;
  return null;
}

function flawOfItems({ items }: WorkflowInput, value: Json): string | null {
  if (items === undefined || !Array.isArray(value)) return null;
  const at = value.findIndex((one) => flawOfType(items, one) !== null);
  return at < 0 ? null : `item ${at + 1}: expected ${TYPES[items]}`;
}

function flawOfChoice({ enum: values }: WorkflowInput, value: Json): string | null {
  if (values === undefined || values.some((one) => JSON.stringify(one) === JSON.stringify(value))) return null;
  return `expected one of ${values.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join(', ')}`;
}
