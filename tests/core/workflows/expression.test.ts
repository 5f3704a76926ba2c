import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/model/call.ts';
import { holds } from '../../../src/core/workflows/file/evaluate.ts';
import { namesIn, readExpression } from '../../../src/core/workflows/file/expression.ts';
import { itemsOf, type RunScope, valueNamed } from '../../../src/core/workflows/file/reference.ts';
import { fillText, fillValue, instructionOf, namesInTemplates } from '../../../src/core/workflows/file/template.ts';

const SCOPE: RunScope = {
  inputs: { n: 7, text: ' Ada ', yes: true, list: ['a', 1], none: null, empty: [] },
  steps: {
    review: { status: 'completed', result: '```json\n{"verdict": "changes", "score": "8", "points": ["x"]}\n```' },
    'with-hyphen': { status: 'skipped', result: null },
  },
  run: { id: 'r1', owner: 'boss' },
};

function isTrue(text: string, scope = SCOPE): boolean {
  const read = readExpression(text);
  if ('why' in read) throw new Error(read.why);
  return holds(read.expression, scope);
}

function why(text: string): string {
  const read = readExpression(text);
  return 'why' in read ? read.why : '';
}

describe('a condition', () => {
  it.each([
    'inputs.n == 7',
    "inputs.n == '7'",
    'inputs.n != 8',
    'inputs.n >= 7 and inputs.n <= 7',
    'inputs.n > 6 and inputs.n < 7.5',
    'not inputs.n > 7',
    "inputs.text == 'Ada'",
    'inputs.text contains "ADA"',
    "inputs.list contains 'a'",
    'inputs.list contains 1',
    'inputs.yes',
    'not inputs.none',
    'not inputs.empty',
    'inputs.none == null',
    'inputs.yes == true and false != true',
    "steps.review.result.verdict == 'changes'",
    'steps.review.result.score >= 8',
    "steps.review.result.points.0 == 'x'",
    "steps.with-hyphen.status == 'skipped'",
    'steps.with-hyphen.result == null',
    "not (steps.review.result.verdict == 'approved' or inputs.n == 1)",
    'inputs.n == 1 or inputs.n == 7 and inputs.yes',
    "'a' < 'b' and 'b' >= 'b'",
    'inputs.n == -7 or inputs.n == 7.0',
    "run.id == 'r1'",
  ])('%s', (text) => expect(isTrue(text)).toBe(true));

  it.each([
    'inputs.text < 3',
    'inputs.none > 0',
    "inputs.n contains '7'",
    'steps.review.result.nothing.there',
    'inputs.constructor',
    'inputs.n.x',
    "inputs.text == 'B'",
    "inputs.list == 'a'",
    'item or number or mail.body',
    "''",
  ])('not: %s', (text) => expect(isTrue(text)).toBe(false));

  it.each([
    ['inputs.n = 7', '== compares'],
    ['inputs.n === 7', '== compares'],
    ['inputs.n !== 7', '!= compares'],
    ['inputs.n && inputs.m', 'say and'],
    ['inputs.n || inputs.m', 'say or'],
    ['!inputs.n', 'say not'],
    ['{{inputs.n}} == 7', 'without {{ }}'],
    ['approved == inputs.n', "put a text into quotes, as 'approved'"],
    ['inputs.n ==', 'ends too early'],
    ['', 'ends too early'],
    ['(inputs.n', 'not closed'],
    ['inputs.n inputs.m', 'cannot stand there'],
    ["inputs.n 'x'", "'x' cannot stand there"],
    ['inputs.n == and', 'a value is missing before "and"'],
    ['x'.repeat(501), 'at most 500'],
    ['not '.repeat(21) + 'item', 'more than 20 levels'],
    [`${'('.repeat(21)}item${')'.repeat(21)}`, 'more than 20 levels'],
    ['1 '.repeat(101), 'more than 100 words'],
    ['inputs. == 1', 'is no value'],
    ['1.2.3 == 1', 'cannot stand there'],
  ])('cannot be read: %s', (text, said) => expect(why(text)).toContain(said));

  it('names what it names, each as often as it stands there', () => {
    const read = readExpression("not inputs.a and (steps.b.result == 'x' or inputs.a)");
    expect('expression' in read && namesIn(read.expression)).toEqual(['inputs.a', 'steps.b.result', 'inputs.a']);
  });

  it('hides no bug', () => {
    expect(() => readExpression({ length: 1 } as unknown as string)).toThrow(TypeError);
  });

  it('of any text is read or refused, and then says yes or no', () => {
    const words = fc.constantFrom(
      'inputs.n',
      "'a'",
      '1',
      'and',
      'or',
      'not',
      '(',
      ')',
      '==',
      '<',
      'contains',
      '{{',
      'x',
      '"',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 30 }).map((all) => all.join(' ')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const read = readExpression(text);
        if ('why' in read) expect(read.why).not.toBe('');
        else expect(typeof holds(read.expression, SCOPE)).toBe('boolean');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('names', () => {
  it('stand for what there is', () => {
    const scope: RunScope = {
      ...SCOPE,
      each: { item: { file: 'a.md' }, number: 2 },
      mail: { from: 'anna', subject: 'S', body: 'B' },
    };
    const names = ['item.file', 'number', 'mail.from', 'run.owner', 'inputs.list.1', 'steps.review.status'];
    expect(names.map((name) => valueNamed(scope, name))).toEqual(['a.md', 2, 'anna', 'boss', 1, 'completed']);
  });

  it('of lists give their items, whichever way a list is written', () => {
    expect(itemsOf(['a', 1])).toEqual(['a', 1]);
    expect(itemsOf('["a", 1]')).toEqual(['a', 1]);
    expect(itemsOf('- a\n\n* b c\n3. d\n4) e\nf')).toEqual(['a', 'b c', 'd', 'e', 'f']);
    expect([7, null, { a: 1 }].map((value) => itemsOf(value as Json))).toEqual([null, null, null]);
  });
});

describe('a template', () => {
  it('puts values in place of names', () => {
    expect(fillText('{{inputs.n}} {{ inputs.text }}, {{inputs.nothing}}{{inputs.list}}', SCOPE)).toBe(
      '7  Ada , ["a",1]',
    );
    expect(fillText('{{inputs.long}}', { ...SCOPE, inputs: { long: 'x'.repeat(20_000) } })).toMatch(
      /^x{16384} \[cut: 20000 characters\]$/,
    );
  });

  it('that stands alone keeps the type of its value', () => {
    const value = { a: '{{inputs.n}}', b: ['{{inputs.list}}', 'n is {{inputs.n}}'], c: null, d: 1 };
    expect(fillValue(value, SCOPE)).toEqual({ a: 7, b: [['a', 1], 'n is 7'], c: null, d: 1 });
  });

  it('is found wherever it stands', () => {
    expect(namesInTemplates({ a: '{{inputs.n}}', b: [' {{ item }}', 1, null] })).toEqual({
      names: ['inputs.n', 'item'],
      isBroken: false,
    });
    expect(namesInTemplates('{{inputs.n} {{').isBroken).toBe(true);
  });

  it('makes what a task is told', () => {
    expect(instructionOf('Do {{inputs.n}}.', {}, SCOPE)).toBe('Do 7.');
    expect(instructionOf('Do.', { n: '{{inputs.n}}', x: ['y'] }, SCOPE)).toBe('Do.\n\n- n: 7\n- x: ["y"]');
  });
});
