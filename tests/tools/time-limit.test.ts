import { expect, it } from 'vitest';
import { isCutOff, withTimeLimit } from '../../src/tools/time-limit.ts';

it('work gives what it gives, and throws what it throws', () => {
  expect(withTimeLimit(1000, () => 'done')).toBe('done');
  const own = new Error('own');
  expect(() =>
    withTimeLimit(1000, () =>
      [own].forEach((one) => {
        throw one;
      }),
    ),
  ).toThrow(own);
  expect(isCutOff(own)).toBe(false);
});

it('work that takes too long is cut off', () => {
  const slow = /^(a|a)*$/;
  const text = `${'a'.repeat(200)}b`;
  let thrown: unknown;
  try {
    withTimeLimit(100, () => slow.test(text));
  } catch (error) {
    thrown = error;
  }
  expect(isCutOff(thrown)).toBe(true);
  expect((thrown as Error).message).toBe('Script execution timed out after 100ms'); // stands in results of tools
});
