import { expect, it } from 'vitest';
import { readConfig } from '../../../../src/disk/config/config.ts';
import { planFiles } from '../../../../src/testing/build-org.ts';

/** What is said of one route in an organisation in which human and a write to b, and b to human. */
function said(when: object, action: object): string[] {
  const files = planFiles({
    edges: { human: ['b'], a: ['b'], b: ['human'], c: [] },
    files: {
      'org/units/desk.md': '---\nmembers: [c]\n---\n',
      'org/routes.yaml': JSON.stringify({ version: 1, routes: [{ name: 'one', when, do: action }] }),
    },
  });
  const { faults, warnings } = readConfig(files, ['human', 'a', 'b', 'c'], {});
  expect(faults).toEqual([]);
  return warnings.map(({ code, message }) => `${code}: ${message}`);
}

it.each([
  ['anything', {}, { copy: 'b' }, null],
  ['an edge', { from: 'a', to: 'b' }, { priority: 'high' }, null],
  ['no edge', { from: 'a', to: 'human' }, { priority: 'high' }, 'nobody whom it names'],
  ['no edge to a unit', { to: '@desk' }, { priority: 'high' }, 'nobody whom it names'],
  ['no target', { from: 'a' }, { redirect: ['human', '@desk'] }, 'no author of such mail may write to human, @desk'],
  ['no target for a copy', {}, { copy: 'c', priority: 'low' }, 'no author of such mail may write to c'],
  ['a target for one author only', { to: 'b' }, { redirect: ['b', 'c'] }, null],
  ['urgent mail', { priority: 'urgent' }, { digest: { every: 5 } }, 'urgent mail is collected only with urgent: true'],
  ['urgent mail all the same', { priority: 'urgent' }, { digest: { every: 5, urgent: true } }, null],
  ['urgent mail that is so no longer', { priority: 'urgent' }, { priority: 'low', digest: { every: 5 } }, null],
  ['urgent mail that stays so', { priority: ['urgent'] }, { priority: 'urgent', digest: { every: 5 } }, 'urgent: true'],
  ['some urgent mail', { priority: ['urgent', 'low'] }, { digest: { every: 5 } }, null],
])('a route that can never apply is told: %s', (_name, when, action, why) => {
  const found = said(when, action);
  expect(found).toEqual(why === null ? [] : [expect.stringContaining(why)]);
  expect(found.every((one) => one.startsWith('idle-route: The route one can never apply here: '))).toBe(true);
});
