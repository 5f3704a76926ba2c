/** Reads the conditions of steps: a small language of comparisons, and nothing that runs. */
import type { Json } from '../../model/call.ts';
import { isReference } from './reference.ts';

/** A condition that was read. */
export type Expression =
  | { k: 'value'; value: Json }
  | { k: 'name'; name: string }
  | { k: 'not'; of: Expression }
  | { k: 'and' | 'or'; left: Expression; right: Expression }
  | { k: 'compare'; by: Comparison; left: Expression; right: Expression };

const COMPARISONS = ['==', '!=', '<=', '>=', '<', '>', 'contains'] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** Characters and words of a condition, and brackets within each other, at most. */
const LONGEST = 500;
const MOST_WORDS = 100;
const DEEPEST = 20;

/** What the language does not have, and what it has instead. */
const INSTEAD: Record<string, string> = {
  '=': '== compares',
  '===': '== compares',
  '!==': '!= compares',
  '&&': 'say and',
  '||': 'say or',
  '!': 'say not',
  '{{': 'names stand without {{ }} here',
};

const WORD =
  /\s*(?:('[^']*'|"[^"]*")|(-?\d+(?:\.\d+)?)(?![\w.])|([A-Za-z_][\w.-]*)|(===|!==|==|!=|<=|>=|&&|\|\||\{\{|\S))/y;

interface ExpressionWord {
  k: 'text' | 'number' | 'name' | 'sign';
  text: string;
}

/** Why a condition cannot be read. */
class UnreadableExpression extends Error {}

/** Reads a condition; `why` says what is wrong with it. Takes time by its length alone. */
export function readExpression(text: string): { expression: Expression } | { why: string } {
  if (text.length > LONGEST) return { why: `it has ${text.length} characters; at most ${LONGEST} are read` };
  try {
    return { expression: new ExpressionReader(wordsOf(text)).whole() };
  } catch (error) {
    if (!(error instanceof UnreadableExpression)) throw error;
    return { why: error.message };
  }
}

/** Every name in a condition. */
export function namesIn(expression: Expression): string[] {
  switch (expression.k) {
    case 'value':
      return [];
    case 'name':
      return [expression.name];
    case 'not':
      return namesIn(expression.of);
    default:
      return [...namesIn(expression.left), ...namesIn(expression.right)];
  }
}

function wordsOf(text: string): ExpressionWord[] {
  const words: ExpressionWord[] = [];
  const end = text.trimEnd().length;
  WORD.lastIndex = 0;
  while (WORD.lastIndex < end) {
    const [, quoted, number, name, sign] = WORD.exec(text) as RegExpExecArray;
    if (words.length === MOST_WORDS) throw new UnreadableExpression(`it has more than ${MOST_WORDS} words`);
    if (quoted !== undefined) words.push({ k: 'text', text: quoted.slice(1, -1) });
    else if (number !== undefined) words.push({ k: 'number', text: number });
    else if (name !== undefined) words.push({ k: 'name', text: name });
    else words.push({ k: 'sign', text: sign as string });
  }
  return words;
}

class ExpressionReader {
  private readonly words: readonly ExpressionWord[];
  private at = 0;
  private depth = 0;

  constructor(words: readonly ExpressionWord[]) {
    this.words = words;
  }

  whole(): Expression {
    const expression = this.or();
    const rest = this.words[this.at];
    if (rest) throw new UnreadableExpression(`${shown(rest)} cannot stand there${insteadOf(rest)}`);
    return expression;
  }

  private or(): Expression {
    let left = this.and();
    while (this.took('or')) left = { k: 'or', left, right: this.and() };
    return left;
  }

  private and(): Expression {
    let left = this.not();
    while (this.took('and')) left = { k: 'and', left, right: this.not() };
    return left;
  }

  private not(): Expression {
    if (!this.took('not')) return this.comparison();
    this.deeper();
    const of = this.not();
    this.depth--;
    return { k: 'not', of };
  }

  private comparison(): Expression {
    const left = this.operand();
    const by = COMPARISONS.find((one) => this.took(one));
    return by === undefined ? left : { k: 'compare', by, left, right: this.operand() };
  }

  private operand(): Expression {
    const word = this.words[this.at++];
    if (!word) throw new UnreadableExpression('it ends too early: a value is missing');
    if (word.k === 'text') return { k: 'value', value: word.text };
    if (word.k === 'number') return { k: 'value', value: Number(word.text) };
    if (word.k === 'name') return named(word);
    if (word.text !== '(') throw new UnreadableExpression(`${shown(word)} cannot stand there${insteadOf(word)}`);
    this.deeper();
    const inner = this.or();
    this.depth--;
    if (!this.took(')')) throw new UnreadableExpression('a bracket is not closed');
    return inner;
  }

  private deeper(): void {
    if (++this.depth > DEEPEST) throw new UnreadableExpression(`it has more than ${DEEPEST} levels`);
  }

  private took(text: string): boolean {
    const word = this.words[this.at];
    if (!word || word.text !== text || word.k === 'text') return false;
    this.at++;
    return true;
  }
}

const CONSTANTS = new Map<string, Json>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

function named(word: ExpressionWord): Expression {
  const { text } = word;
  const value = CONSTANTS.get(text);
  if (value !== undefined) return { k: 'value', value };
  if (['and', 'or', 'not', 'contains'].includes(text))
    throw new UnreadableExpression(`a value is missing before ${shown(word)}`);
  if (!isReference(text))
    throw new UnreadableExpression(`${shown(word)} is no value: put a text into quotes, as '${text}'`);
  return { k: 'name', name: text };
}

function shown({ k, text }: ExpressionWord): string {
  return k === 'text' ? `'${text}'` : JSON.stringify(text);
}

function insteadOf({ text }: ExpressionWord): string {
  return Object.hasOwn(INSTEAD, text) ? `: ${INSTEAD[text]}` : '';
}
