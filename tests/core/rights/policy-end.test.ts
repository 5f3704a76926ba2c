import { describe, expect, it } from 'vitest';
import type { Policy } from '../../../src/core/rights/policy.ts';
import { countedAs, endText, hasEnded } from '../../../src/core/rights/policy-end.ts';

const policy = (until?: Policy['until']): Policy => ({ act: 'shell', do: 'always', ...(until && { until }) });
const NOW = {
  turn: 10,
  time: Date.parse('2026-11-23T12:00:00Z'),
  uses: (name: string) => (name === 'A-1-a-1' ? 3 : 1),
};

describe('a policy', () => {
  it.each([
    ['without an end', undefined, false],
    ['in its last turn', { turn: 10 }, false],
    ['after its last turn', { turn: 9 }, true],
    ['a second before its time', { time: '2026-11-23T12:00:01Z' }, false],
    ['at its time', { time: '2026-11-23T12:00:00Z' }, true],
    ['with a use left', { uses: 4, of: 'A-1-a-1' }, false],
    ['without a use left', { uses: 3, of: 'A-1-a-1' }, true],
    ['written by hand, counted by its pattern', { uses: 2 }, false],
    ['with several ends, of which one has come', { turn: 99, uses: 9, time: '2026-11-23T11:00:00Z' }, true],
    ['with several ends, of which none has come', { turn: 99, uses: 9, time: '2026-11-23T13:00:00Z' }, false],
  ])('%s', (_what, until, ended) => expect(hasEnded(policy(until), NOW)).toBe(ended));

  it('is counted by the approval with which it was given', () => {
    expect([countedAs(policy({ uses: 1, of: 'A-1-a-1' })), countedAs(policy())]).toEqual(['A-1-a-1', 'shell']);
  });

  it.each([
    [{ turn: 24 }, undefined, 'Until turn 24'],
    [{ time: '2026-11-23T12:00:01Z' }, undefined, 'Until 2026-11-23 12:00 UTC'],
    [{ uses: 1 }, undefined, 'For 1 action'],
    [{ uses: 5 }, undefined, 'For 5 actions'],
    [{ uses: 5, turn: 2 }, 2, 'Until turn 2, for 2 of 5 actions'],
    [undefined, undefined, ''],
  ])('says when it ends: %j', (until, left, text) => expect(endText({ until }, left)).toBe(text));
});
