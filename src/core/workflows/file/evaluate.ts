/** Says whether a condition holds. */
import type { Json } from '../../model/call.ts';
import type { Comparison, Expression } from './expression.ts';
import { type RunScope, valueNamed } from './reference.ts';

/** Whether a condition holds. A value that says nothing (null, false, 0, an empty text or list) does not. Total. */
export function holds(expression: Expression, scope: RunScope): boolean {
  return isSaid(valueIn(expression, scope));
}

function valueIn(expression: Expression, scope: RunScope): Json {
  switch (expression.k) {
    case 'value':
      return expression.value;
    case 'name':
      return valueNamed(scope, expression.name);
    case 'not':
      return !holds(expression.of, scope);
    case 'and':
      return holds(expression.left, scope) && holds(expression.right, scope);
    case 'or':
      return holds(expression.left, scope) || holds(expression.right, scope);
    case 'compare':
      return compare(expression.by, valueIn(expression.left, scope), valueIn(expression.right, scope));
  }
}

function isSaid(value: Json): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === 'string' ? value.trim() !== '' : Boolean(value);
}

function compare(by: Comparison, left: Json, right: Json): boolean {
  switch (by) {
    case '==':
      return isEqual(left, right);
    case '!=':
      return !isEqual(left, right);
    case 'contains':
      return contains(left, right);
    default:
      return isOrdered(by, left, right);
  }
}

/** Texts are equal without the blanks around them; a number equals a text that writes it. */
function isEqual(left: Json, right: Json): boolean {
  const [a, b] = [plain(left), plain(right)];
  const numbers = numbersOf(a, b);
  return numbers ? numbers[0] === numbers[1] : JSON.stringify(a) === JSON.stringify(b);
}

function plain(value: Json): Json {
  return typeof value === 'string' ? value.trim() : value;
}

function contains(whole: Json, part: Json): boolean {
  if (Array.isArray(whole)) return whole.some((one) => isEqual(one, part));
  return typeof whole === 'string' && whole.toLowerCase().includes(String(part).toLowerCase());
}

/** What is neither two numbers nor two texts has no order. */
function isOrdered(by: '<' | '<=' | '>' | '>=', left: Json, right: Json): boolean {
  const numbers = numbersOf(plain(left), plain(right));
  if (numbers) return inOrder(by, ...numbers);
  return typeof left === 'string' && typeof right === 'string' && inOrder(by, left, right);
}

function inOrder<T extends string | number>(by: '<' | '<=' | '>' | '>=', a: T, b: T): boolean {
  switch (by) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?$/;

/** Two values as numbers, when one is a number and the other is one or writes one. */
function numbersOf(left: Json, right: Json): [number, number] | null {
  if (typeof left !== 'number' && typeof right !== 'number') return null;
  const [a, b] = [left, right].map((one) => (typeof one === 'string' && NUMBER.test(one) ? Number(one) : one));
  return typeof a === 'number' && typeof b === 'number' ? [a, b] : null;
}
