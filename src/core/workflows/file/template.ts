/** Puts values in the place of `{{names}}` in the texts of a workflow. */
import { cut } from '../../../schema/print.ts';
import type { Json } from '../../model/call.ts';
import { type RunScope, valueNamed } from './reference.ts';

const TEMPLATE = /\{\{([^{}]{0,200})\}\}/g;

/** Characters of one value in a text; what is longer is cut, and says so. */
const LONGEST = 16_384;

/** Every name in the templates of a value, and whether a `{{` in it is no template. */
export function namesInTemplates(value: Json): { names: string[]; isBroken: boolean } {
  const texts = textsIn(value);
  return {
    names: texts.flatMap((text) => [...text.matchAll(TEMPLATE)].map(([, name = '']) => name.trim())),
    isBroken: texts.some((text) => text.replace(TEMPLATE, '').includes('{{')),
  };
}

function textsIn(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/** A text with the values of its templates. What a name does not find is empty. */
export function fillText(text: string, scope: RunScope): string {
  return text.replace(TEMPLATE, (_, name: string) => printed(valueNamed(scope, name.trim())));
}

/** A value with the values of its templates; a text that is one template alone becomes what it names, whatever its type. */
export function fillValue(value: Json, scope: RunScope): Json {
  if (typeof value === 'string') {
    const [, only] = /^\{\{([^{}]{0,200})\}\}$/.exec(value.trim()) ?? [];
    return only === undefined ? fillText(value, scope) : valueNamed(scope, only.trim());
  }
  if (Array.isArray(value)) return value.map((one) => fillValue(one, scope));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fillValue(one, scope)]));
}

function printed(value: Json): string {
  if (value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length <= LONGEST) return text;
  return `${cut(text, LONGEST)} [cut: ${text.length} characters]`;
}

/** What a task is told: what is to be done, and below it the values of `with`. */
export function instructionOf(text: string, values: { readonly [name: string]: Json }, scope: RunScope): string {
  const given = Object.entries(values).map(([name, value]) => `- ${name}: ${printed(fillValue(value, scope))}`);
  return [fillText(text, scope), ...(given.length ? [given.join('\n')] : [])].join('\n\n');
}
