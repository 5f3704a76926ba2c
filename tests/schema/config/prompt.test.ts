import { describe, expect, it } from 'vitest';
import { CHANGING_SECTIONS, promptSettings, STABLE_SECTIONS } from '../../../src/schema/config/prompt.ts';

function faults(settings: object): string[] {
  const read = promptSettings().safeParse(settings);
  return read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

const without = (list: readonly string[], ...names: string[]): string[] => list.filter((one) => !names.includes(one));
const KEPT = 'must be listed: no prompt goes without it';

describe('the sections of prompts', () => {
  it.each<[string, object]>([
    ['nothing', {}],
    ['the usual order', { stable: STABLE_SECTIONS, changing: CHANGING_SECTIONS }],
    ['another order', { stable: [...STABLE_SECTIONS].reverse(), changing: [...CHANGING_SECTIONS].reverse() }],
    ['less', { stable: ['rules', 'colleagues'], changing: without(CHANGING_SECTIONS, 'people', 'related', 'memory') }],
    ['an own one at the end', { add: { 'house-style': 'British English.' } }],
    ['an own one at its place', { stable: ['house', ...STABLE_SECTIONS], add: { house: 'x' } }],
    ['an own one in the changing part', { changing: [...CHANGING_SECTIONS, 'house'], add: { house: 'x' } }],
  ])('may say %s', (_what, settings) => expect(faults(settings)).toEqual([]));

  it.each<[string, object, string]>([
    ['drop the rules', { stable: without(STABLE_SECTIONS, 'rules') }, `stable: rules ${KEPT}`],
    ['drop who can be written to', { stable: without(STABLE_SECTIONS, 'colleagues') }, `stable: colleagues ${KEPT}`],
    [
      'drop the granted paths',
      { changing: without(CHANGING_SECTIONS, 'environment') },
      `changing: environment ${KEPT}`,
    ],
    ['drop the mail', { changing: without(CHANGING_SECTIONS, 'mail') }, `changing: mail ${KEPT}`],
    [
      'put what changes first',
      { stable: ['environment', ...STABLE_SECTIONS], changing: without(CHANGING_SECTIONS, 'environment') },
      'stable.0: environment changes from visit to visit: nothing that changes may stand in the stable part',
    ],
    [
      'put what is stable behind',
      { changing: ['goals', ...CHANGING_SECTIONS], stable: without(STABLE_SECTIONS, 'goals') },
      'changing.0: goals belongs to the stable part',
    ],
    ['name what there is not', { stable: [...STABLE_SECTIONS, 'nosuch'] }, 'stable.6: there is no section "nosuch"'],
    ['list one twice', { stable: [...STABLE_SECTIONS, 'rules'] }, 'stable: rules is listed twice'],
    ['list mail twice', { changing: [...CHANGING_SECTIONS, 'mail'] }, 'changing: mail is listed twice'],
    [
      'add one under a taken name',
      { add: { rules: 'Do as you like.' } },
      'add.rules: this is the name of a section that every prompt has',
    ],
    [
      'add one and list it nowhere',
      { stable: STABLE_SECTIONS, add: { house: 'x' } },
      'add.house: expected its name in stable or changing',
    ],
  ])('may not %s', (_what, settings, fault) => expect(faults(settings)).toContain(fault));

  it('have names that can be told from others', () => {
    for (const name of ['Big', 'a b', '<mail>', 'constructor:'])
      expect(faults({ add: { [name]: 'x' } })).toHaveLength(1);
    expect(faults({ add: { house: '' } })).toHaveLength(1);
  });
});
