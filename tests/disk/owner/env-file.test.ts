import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readEnv, withVariable } from '../../../src/disk/owner/env-file.ts';

const value = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom('"', "'", '\\', '#', ' ', '=', '\n', '\r', '$', 'n', 'é', '😀') }),
);
const name = fc.constantFrom('A', 'B_KEY', 'c');

it('a variable that is written is read again, and the others stay', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), name, value, (before, changed, now) => {
      let text = '# mine\n';
      const wanted = new Map<string, string>();
      for (const [key, one] of [...before, [changed, now] as const]) {
        text = withVariable(text, key, one);
        wanted.set(key, one);
      }
      const { value: read, faults } = readEnv(text, '.env');
      expect([Object.fromEntries(read ?? []), faults]).toEqual([Object.fromEntries(wanted), []]);
      expect(text.startsWith('# mine\n')).toBe(true);
    }),
  );
});
