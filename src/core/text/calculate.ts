/** Calculates an expression in the usual notation, without running code. */

/** An expression that cannot be calculated: why, in a line. */
export class BadExpression extends Error {}

const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ['pi', Math.PI],
  ['e', Math.E],
  ['tau', 2 * Math.PI],
]);

type MathFunction = (...values: number[]) => number;

/** Functions by name, with the least and largest number of their values. */
const FUNCTIONS: ReadonlyMap<string, { call: MathFunction; least: number; most: number }> = new Map([
  ...(
    [
      'abs',
      'ceil',
      'floor',
      'trunc',
      'sign',
      'sqrt',
      'cbrt',
      'exp',
      'sin',
      'cos',
      'tan',
      'asin',
      'acos',
      'atan',
    ] as const
  ).map((name) => one(name, Math[name])),
  one('ln', Math.log),
  one('log2', Math.log2),
  one('log10', Math.log10),
  one('factorial', factorial),
  many(
    'log',
    (x, base = Math.E) => (base === 10 ? Math.log10(x) : base === 2 ? Math.log2(x) : Math.log(x) / Math.log(base)),
    1,
    2,
  ),
  many('round', round, 1, 2),
  many('pow', (x, y) => (x as number) ** (y as number), 2, 2),
  many('atan2', (y, x) => Math.atan2(y as number, x as number), 2, 2),
  many('min', Math.min),
  many('max', Math.max),
  many('sum', (...all) => all.reduce((sum, x) => sum + x, 0)),
  many('mean', (...all) => all.reduce((sum, x) => sum + x, 0) / all.length),
  many('median', median),
  many('gcd', (...all) => all.reduce(gcd)),
  many('lcm', (...all) => all.reduce((a, b) => Math.abs(a * b) / gcd(a, b))),
]);

function one(name: string, call: (x: number) => number): [string, { call: MathFunction; least: number; most: number }] {
  return [name, { call: (x) => call(x as number), least: 1, most: 1 }];
}

function many(
  name: string,
  call: (...values: number[]) => number,
  least = 1,
  most = 1000,
): [string, { call: MathFunction; least: number; most: number }] {
  return [name, { call, least, most }];
}

function factorial(n: number): number {
  if (!Number.isInteger(n) || n < 0) throw new BadExpression('a factorial needs a whole number from 0');
  let product = 1;
  for (let i = 2; i <= n && Number.isFinite(product); i++) product *= i;
  return product;
}

function round(x: number, digits = 0): number {
  const rounded = Number(`${Math.round(Number(`${x}e${Math.trunc(digits)}`))}e${-Math.trunc(digits)}`);
  return Number.isNaN(rounded) ? x : rounded;
}

function median(...all: number[]): number {
  const sorted = all.sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? (sorted[half] as number) : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}

function gcd(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y > 0) [x, y] = [y, x % y];
  return x;
}

const TOKEN =
  /\s*(?:(\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([a-zA-Z][a-zA-Z0-9]*)|(\*\*|[-+*/%^!(),]))\s*/y;
/** Operators between two values, with their precedence. `^` binds to the right. */
const BINDING: Readonly<Record<string, number>> = { '+': 1, '-': 1, '*': 2, '/': 2, '%': 2, '^': 4, '**': 4 };
const SIGN = 3;
/** Nesting of parentheses at most. */
const DEPTH = 100;

/** Calculates an expression. Throws `BadExpression`. */
export function calculate(expression: string): number {
  const tokens = tokensOf(expression);
  const parser = new Parser(tokens);
  const value = parser.value(0);
  parser.demandEnd();
  return value;
}

/** A result in at most 15 digits, beyond which a number is not exact. */
export function printNumber(value: number): string {
  return Number.isSafeInteger(value) ? `${value}` : `${Number(value.toPrecision(15))}`;
}

function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  for (let at = 0; at < expression.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(expression);
    if (!match) throw new BadExpression(`${JSON.stringify(expression.slice(at, at + 20))} is not understood`);
    tokens.push(match[0].trim());
  }
  return tokens;
}

class Parser {
  private readonly tokens: readonly string[];
  private at = 0;
  private depth = 0;

  constructor(tokens: readonly string[]) {
    this.tokens = tokens;
  }

  demandEnd(): void {
    if (this.at < this.tokens.length) throw new BadExpression(`unexpected ${this.tokens[this.at]}`);
  }

  /** A value with all following operators of higher precedence. */
  value(least: number): number {
    if (++this.depth > DEPTH) throw new BadExpression('too deep');
    let left = this.prefix();
    for (;;) {
      const operator = this.tokens[this.at] ?? '';
      if (operator === '!') {
        this.at++;
        left = factorial(left);
        continue;
      }
      const binding = BINDING[operator];
      if (binding === undefined || binding <= least) break;
      this.at++;
      left = combine(operator, left, this.value(binding === 4 ? SIGN : binding));
    }
    this.depth--;
    return left;
  }

  private prefix(): number {
    const token = this.tokens[this.at++];
    if (token === undefined) throw new BadExpression('the expression ends too early');
    if (token === '-') return -this.value(SIGN);
    if (token === '+') return this.value(SIGN);
    if (token === '(') return this.closed(this.value(0));
    if (/^[\d.]/.test(token)) return Number(token.replaceAll('_', ''));
    if (/^[a-zA-Z]/.test(token)) return this.named(token.toLowerCase());
    throw new BadExpression(`unexpected ${token}`);
  }

  private closed(value: number): number {
    if (this.tokens[this.at++] !== ')') throw new BadExpression('a ) is missing');
    return value;
  }

  private named(name: string): number {
    const constant = CONSTANTS.get(name);
    if (constant !== undefined) return constant;
    const known = FUNCTIONS.get(name);
    if (!known)
      throw new BadExpression(
        `${name} is not known; there are ${[...CONSTANTS.keys(), ...FUNCTIONS.keys()].join(', ')}`,
      );
    if (this.tokens[this.at++] !== '(') throw new BadExpression(`${name} needs its values in ( )`);
    const values: number[] = [];
    if (this.tokens[this.at] !== ')') {
      do values.push(this.value(0));
      while (this.tokens[this.at] === ',' && this.at++ >= 0);
    }
    this.closed(0);
    if (values.length < known.least || values.length > known.most)
      throw new BadExpression(
        `${name} takes ${known.least === known.most ? known.least : `${known.least} to ${known.most}`} values`,
      );
    return known.call(...values);
  }
}

function combine(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    default:
      return a ** b;
  }
}
