import { describe, expect, it } from 'vitest';
import { isRounded, numbersIn } from '../../../../src/views/diagnose/numbers.ts';
import { act, found, type Said, say } from '../planted.ts';

const CALCULATOR = { resumes: { a: { tools: ['calculate', 'run_javascript', 'write_file'] } } };

/** An agent that calculates and then tells the person this. */
const sums = (body: string): Said[] => [
  { agent: 'a', turn: 1, acts: [act('calculate', { expression: '1200 + 34.5' })], more: true },
  { agent: 'a', turn: 1, call: 2, acts: [say('human', body, { kind: 'response' })] },
];
/** An agent that runs tests, of which 11 pass, and then tells the person this. */
const tests = (body: string): Said[] => [
  { agent: 'a', turn: 1, acts: [act('run_javascript', { code: 'const test = 1; "11 passed, 0 failed"' })], more: true },
  { agent: 'a', turn: 1, call: 2, acts: [say('human', body, { kind: 'response' })] },
];

describe('numbers', () => {
  it.each([
    ['It is 1,234.50 in all', 1234.5],
    ['Es sind 1.234,50 €', 1234.5],
    ["It is 1'234.5", 1234.5],
    ['about 1235', 1234.5],
  ])('reads %s', (text, exact) => {
    expect(numbersIn(text).some((one) => isRounded(one, exact))).toBe(true);
  });

  it('reads no number in a word, a version or an id', () => {
    expect(numbersIn('v1.2.3 page2 000001-human-01')).toEqual([]);
  });

  it.each(['The total is 1,243.50.', 'Die Summe beträgt 1.243,50 Euro.', 'All in all it comes to 1250.'])(
    'finds a total that calculate did not give: %s',
    async (body) => expect(await found(sums(body), CALCULATOR)).toEqual(['wrong-number a 1']),
  );

  it.each([
    'The total is 1,234.50.',
    'Die Summe beträgt 1.234,50 Euro.',
    'It comes to about 1235.',
    'The total is not 1,243.50.',
    'The 1200 of last year are part of the total.',
    'The total follows tomorrow.',
  ])('finds nothing in: %s', async (body) => expect(await found(sums(body), CALCULATOR)).toEqual([]));

  it('finds a number of passed tests that the run did not print', async () => {
    expect(await found(tests('12 tests pass.'), CALCULATOR)).toEqual(['wrong-number a 1']);
    expect(await found(tests('12 passed, none failed.'), CALCULATOR)).toEqual(['wrong-number a 1']);
    expect(await found(tests('11 tests pass.'), CALCULATOR)).toEqual([]);
    expect(await found(tests('When 12 tests pass, it is done.'), CALCULATOR)).toEqual([]);
  });
});
