import { describe, expect, it } from 'vitest';
import { type NextTime, triggered } from '../../../src/core/workflows/run/triggers.ts';
import { loadCron } from '../../../src/disk/config/cron.ts';
import { fileOf, HOUR, work } from './world.ts';

const { next, flaw } = await loadCron();
const at = (text: string): number => Date.parse(text);

/** When runs begin while the clock stands at these times, one turn at each. */
function begun(cron: string, zone: string, times: readonly string[], clock: NextTime = next) {
  const file = fileOf([work('x')], { owner: 'a', on: { cron, zone } });
  let mark = { since: 1, turn: 1, time: at(times[0] as string) };
  return times.slice(1).map((time, i) => {
    const facts = { turn: i + 2, time: at(time), mail: [], known: () => false };
    const { begin, mark: after, notices } = triggered('w', file, mark, facts, clock);
    mark = after;
    return [begin.map(({ key }) => key.replace('on/w/time/', '')), notices.length] as const;
  });
}

describe('times of a workflow', () => {
  it('begin a run each', () =>
    expect(
      begun('0 9 * * *', 'UTC', ['2026-03-01T08:00Z', '2026-03-01T08:59Z', '2026-03-01T09:00Z', '2026-03-01T10:00Z']),
    ).toEqual([
      [[], 0],
      [['2026-03-01T09:00:00.000Z'], 0],
      [[], 0],
    ]));

  it('that were missed begin one run together, also after a day', () =>
    expect(begun('0 * * * *', 'UTC', ['2026-03-01T08:30Z', '2026-03-02T08:30Z'])).toEqual([
      [['2026-03-01T09:00:00.000Z'], 1],
    ]));

  it('begin nothing again when the clock goes back an hour', () =>
    expect(
      begun('0 9 * * *', 'UTC', [
        '2026-03-01T08:30Z',
        '2026-03-01T09:10Z',
        '2026-03-01T08:10Z',
        '2026-03-01T09:05Z',
        '2026-03-01T09:30Z',
      ]),
    ).toEqual([
      [['2026-03-01T09:00:00.000Z'], 0],
      [[], 0],
      [[], 0],
      [[], 0],
    ]));

  it('stay at the time of the zone when summer begins and ends', () => {
    // Berlin: from 29 March 2026 at 2:00 the clock stands an hour ahead; on 25 October at 3:00 it goes back
    expect(
      begun('0 9 * * *', 'Europe/Berlin', ['2026-03-28T09:00Z', '2026-03-29T06:59Z', '2026-03-29T07:00Z']),
    ).toEqual([
      [[], 0],
      [['2026-03-29T07:00:00.000Z'], 0],
    ]);
    const skipped = begun('30 2 * * *', 'Europe/Berlin', [
      '2026-03-28T12:00Z',
      '2026-03-29T12:00Z',
      '2026-03-30T12:00Z',
    ]);
    expect(skipped.map(([keys]) => keys.length)).toEqual([1, 1]);
    const twice = begun('30 2 * * *', 'Europe/Berlin', [
      '2026-10-24T12:00Z',
      '2026-10-25T00:30Z',
      '2026-10-25T01:30Z',
      '2026-10-25T12:00Z',
    ]);
    expect(twice.flatMap(([keys]) => keys)).toHaveLength(1);
  });

  it('are counted up to a thousand', () => {
    const file = fileOf([work('x')], { owner: 'a', on: { cron: '* * * * *' } });
    const facts = { turn: 2, time: 100 * HOUR, mail: [], known: () => false };
    const { notices } = triggered('w', file, { since: 1, turn: 1, time: 0 }, facts, next);
    expect(notices[0]).toContain('at least 1000 times');
  });

  it('that never come begin nothing', () => {
    expect(next('0 0 30 2 *', 'UTC', 0)).toBeNull();
    expect(next('no time', 'UTC', 0)).toBeNull();
    expect(begun('0 0 30 2 *', 'UTC', ['2026-03-01T08:00Z', '2027-03-01T08:00Z'])).toEqual([[[], 0]]);
  });

  it('are told apart from what is none', () => {
    expect(flaw('0 9 * * 1-5', 'Europe/Berlin')).toBeNull();
    expect(flaw('0 0 30 2 *', 'UTC')).toBe('It has no time that is still to come');
    expect(flaw('0 99 * * *', 'UTC')).toMatch(/^It cannot be read: /);
    expect(flaw('0 9 * * *', 'Mars/Olympus')).toMatch(/^It cannot be read: /);
  });
});
