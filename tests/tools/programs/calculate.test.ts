import fc from 'fast-check';
import { expect, it } from 'vitest';
import { memoryOrg, use } from '../world.ts';

function calculated(expression: string): string {
  return use('calculate', { expression }, memoryOrg()).text;
}

it.each([
  ['1 + 2 * 3', '7'],
  ['(1 + 2) * 3', '9'],
  ['-2 ^ 2', '-4'],
  ['2 ^ 3 ^ 2', '512'],
  ['2 ** -1', '0.5'],
  ['2*-3', '-6'],
  ['+5 - -5', '10'],
  ['10 % 4', '2'],
  ['5!', '120'],
  ['2 + 3! / 2', '5'],
  ['0.1 + 0.2', '0.3'],
  ['1_000_000 * 1.5e3', '1500000000'],
  ['.5 + 1', '1.5'],
  ['2^53 - 1', '9007199254740991'],
  ['sqrt(2)', '1.4142135623731'],
  ['round(2.005, 2)', '2.01'],
  ['round(-1234.5, -2)', '-1200'],
  ['round(1e300, 5)', '1e+300'],
  ['Max(1, 2, 3) - min(1, 2)', '2'],
  ['mean(1, 2, 3, 4)', '2.5'],
  ['median(3, 1, 2)', '2'],
  ['median(4, 1, 2, 3)', '2.5'],
  ['sum(1, 2, 3)', '6'],
  ['gcd(12, 18)', '6'],
  ['lcm(4, 6)', '12'],
  ['log(8, 2) + log(100, 10) + ln(e) + log(27, 3)', '9'],
  ['pow(2, 10)', '1024'],
  ['atan2(0, 1)', '0'],
  ['cos(pi) + tau - 2 * pi', '-1'],
])('%s is %s', (expression, result) => {
  expect(calculated(expression)).toBe(result);
});

it.each([
  ['1 / 0', 'too large, or a division by zero'],
  ['sqrt(-1)', 'not a real number'],
  ['171!', 'too large'],
  ['(-1)!', 'a factorial needs'],
  ['1 +', 'ends too early'],
  ['(1', 'a ) is missing'],
  ['1 2', 'unexpected 2'],
  [')', 'unexpected )'],
  ['sin', 'needs its values'],
  ['sin()', 'takes 1 values'],
  ['round(1, 2, 3)', 'takes 1 to 2 values'],
  ['constructor', 'is not known'],
  ['__proto__(1)', 'is not understood'],
  ['process.exit()', 'is not understood'],
  ['x = 5', 'is not understood'],
  ['"a"', 'is not understood'],
  ['1'.padStart(500, '('), 'too deep'],
  ['-'.repeat(500), 'too deep'],
])('%s has no result', (expression, why) => {
  expect(calculated(expression)).toContain(why);
});

it('answers whatever it is asked, at once', () => {
  const pieces = fc.constantFrom(...'0123456789.,()+-*/%^!e_ '.split(''), 'pi', 'sqrt(', 'max(', '1e308', '\0', 'ä');
  fc.assert(
    fc.property(fc.array(pieces, { minLength: 1, maxLength: 500 }), (parts) => {
      expect(calculated(parts.join('').slice(0, 2000))).not.toBe('');
    }),
    { numRuns: 2000 },
  );
});
