import { describe, expect, it } from 'vitest';
import { creditAdvice, shortText } from '../../../src/core/money/credit-advice.ts';
import { visited } from '../entries.ts';
import { configOf, stateOf } from '../world.ts';

describe('what is short, in words', () => {
  it.each([
    ['a', null, 3489, 'a has 0.003489 left'],
    ['a per day', 'agents.a.per_day', 5, 'a per day has 0.000005 left (agents.a.per_day)'],
    ['@team', 'units.team.cap', 0, 'the unit team has 0 left (units.team.cap)'],
    ['org per turn', 'org.per_turn', -7, 'the organisation per turn has 0 left (org.per_turn)'],
  ])('%s', (scope, key, amount, words) => {
    expect(shortText(3634, { scope, key, amount, of: 10_000 })).toBe(
      `its next call could cost 0.003634 credits, but ${words}`,
    );
  });
});

describe('what lets an agent spend again', () => {
  const plan = (credits: Record<string, unknown>) =>
    configOf({
      edges: { human: ['a'], a: [] },
      org: { limits: { steps: 8 } },
      resumes: { a: { limits: { steps: 4 } } },
      credits,
    });
  const short = (need?: number) => stateOf(visited({ outcome: 'skipped', blame: 'credits', ...(need && { need }) }));

  it.each<[string, Record<string, unknown>, number | undefined, string]>([
    [
      'pays for a visit at the price of its next call',
      { agents: { a: { grant: 0.004 } } },
      3634,
      'lemming top-up a 0.011',
    ],
    ['of few micro-credits is exact', {}, 2, 'lemming top-up a 0.000008'],
    ['is not guessed where no line says the price', {}, undefined, 'lemming top-up a CREDITS'],
    [
      'is a higher cap where that is short',
      { agents: { a: { grant: 9 } }, org: { cap: 0.004 } },
      3634,
      'raise org.cap in org/credits.yaml to 0.015',
    ],
    ['is enough already', { agents: { a: { grant: 9 } } }, 3634, 'lemming top-up a CREDITS'],
  ])('%s', (_what, credits, need, relief) => {
    expect(creditAdvice(plan(credits), short(need), 'a')).toBe(relief);
  });

  it('of an agent that is gone is not known', () => {
    expect(creditAdvice(plan({}), short(5), 'gone')).toBe('lemming top-up gone CREDITS');
  });
});
