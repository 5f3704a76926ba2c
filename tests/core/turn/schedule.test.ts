import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/core/model/entry.ts';
import { inboxOf, type Mail } from '../../../src/core/model/state/mail.ts';
import { atRest, hasFailures, idleness, scheduleTurn } from '../../../src/core/turn/schedule.ts';
import { asked, dead, EVERY, HELD, visited } from '../entries.ts';
import { configOf, sent, stateOf } from '../world.ts';

const EDGES = { human: ['z', 'a'], z: ['a'], a: ['human'] };
const WAITS = sent();
const NOTICE = sent({ kind: 'notice', priority: 'urgent' });

function schedule(fields: Record<string, unknown>) {
  return configOf({ edges: EDGES, resumes: { a: { schedule: fields } } });
}

/** How an agent stands in turns 1 to 12: `#` due, `.` not. */
function pattern(fields: Record<string, unknown>, ...entries: Entry[]): string {
  const config = schedule(fields);
  const state = stateOf(...entries);
  return Array.from({ length: 12 }, (_, i) =>
    scheduleTurn(config, state, i + 1).find((due) => due.agent === 'a')?.due ? '#' : '.',
  ).join('');
}

function look(turn: number, config = schedule({}), ...entries: Entry[]) {
  return scheduleTurn(config, stateOf(...entries), turn).find((due) => due.agent === 'a');
}

describe('a schedule', () => {
  it.each([
    [{}, [], '............', 'without mail nobody is due'],
    [{}, [WAITS], '############', 'mail waits'],
    [{}, [NOTICE], '............', 'notices wake nobody, even urgent ones'],
    [{}, [NOTICE, sent({ n: 2 })], '############', 'mail and notices wait'],
    [{ every: 1, when: 'always' }, [], '############', 'always'],
    [{ every: 3 }, [WAITS], '..#..#..#..#', 'every third turn'],
    [{ every: 3, offset: 1 }, [WAITS], '#..#..#..#..', 'every third turn from 1'],
    [{ every: 3, offset: 2 }, [WAITS], '.#..#..#..#.', 'every third turn from 2'],
    [{ every: 3, offset: 5 }, [WAITS], '.#..#..#..#.', 'an offset beyond the period counts from within it'],
    [{ every: 4, offset: 3, when: 'always' }, [], '..#...#...#.', 'always, every fourth turn'],
    [{ every: 100 }, [sent({ priority: 'urgent' })], '############', 'urgent mail wakes at once'],
    [{ every: 100 }, [sent({ priority: 'high' })], '............', 'other mail does not'],
  ])('%j: %s', (fields, entries, turns, _why) => {
    expect(pattern(fields, ...entries)).toBe(turns);
  });

  it.each([
    [1, {}, [], null, false],
    [1, {}, [WAITS], 1, false],
    [4, { every: 3 }, [WAITS], 6, true],
    [5, { every: 3 }, [WAITS], 6, true],
    [7, { every: 3, offset: 2 }, [WAITS], 8, true],
    [4, { every: 3, when: 'always' }, [], 6, false],
    [4, { every: 3 }, [], null, false],
  ])('in turn %i of %j: next in turn %s', (turn, fields, entries, next, later) => {
    expect(look(turn, schedule(fields), ...(entries as Entry[]))).toMatchObject({ next, later, failing: false });
  });

  it('is told in words', () => {
    const why = (turn: number, fields: object, ...entries: Entry[]) =>
      look(turn, schedule({ ...fields }), ...entries)?.why;
    expect(why(1, {}, WAITS)).toBe('1 message waits');
    expect(why(1, {}, WAITS, sent({ n: 2 }))).toBe('2 messages wait');
    expect(why(1, { when: 'always' })).toBe('scheduled');
    expect(why(1, {})).toBe('no mail');
    expect(why(1, { every: 5, when: 'always' })).toBe('scheduled for turn 5');
    expect(why(1, { every: 5 }, WAITS)).toBe('mail waits for turn 5 (every 5)');
    expect(why(1, { every: 5 }, sent({ priority: 'urgent' }))).toBe('urgent mail');
  });
});

describe('a walk', () => {
  const config = configOf({ edges: { ...EDGES, extra: [] } });

  it('goes through the agents in chart order and leaves out people', () => {
    expect(scheduleTurn(config, stateOf(), 1).map(({ agent }) => agent)).toEqual(['z', 'a', 'extra']);
  });

  it('lets nobody be due in a paused organisation, and a paused agent never', () => {
    const pause = (agent: string | null) => asked({ ask: 'pause', by: 'human', agent });
    const to = { to: ['a', 'z'] };
    expect(scheduleTurn(config, stateOf(sent(to), pause(null)), 1).map(({ due }) => due)).toEqual([
      false,
      false,
      false,
    ]);
    expect(scheduleTurn(config, stateOf(sent(to), pause('a')), 1).map(({ due, why }) => due || why)).toEqual([
      true,
      'paused',
      'no mail',
    ]);
  });

  it('by hand goes on although the organisation is paused, not where an agent is', () => {
    const pause = (agent: string | null) => asked({ ask: 'pause', by: 'human', agent });
    const paused = stateOf(sent({ to: ['a', 'z'] }), pause(null), pause('z'));
    expect(scheduleTurn(config, paused, 1, { step: true }).map(({ due, why }) => due || why)).toEqual([
      'paused',
      true,
      'no mail',
    ]);
    expect(scheduleTurn(config, paused, 1, { step: true, only: 'a' })[1]).toMatchObject({ due: true });
    expect(scheduleTurn(config, paused, 1, { only: 'a' })[1]).toMatchObject({ due: false });
  });

  it('of one agent lets only that one be due, schedule or not', () => {
    const late = configOf({ edges: EDGES, resumes: { a: { schedule: { every: 100 } } } });
    const due = (...entries: Entry[]) =>
      scheduleTurn(late, stateOf(...entries), 1, { only: 'a' }).map(({ agent, due, why }) => [agent, due, why]);
    expect(due(sent({ to: ['z'] }))).toEqual([
      ['z', false, 'only a steps'],
      ['a', true, 'called by step'],
    ]);
    expect(due(WAITS)[1]).toEqual(['a', true, 'called by step, mail waits']);
    expect(due(WAITS, asked({ ask: 'pause', by: 'human', agent: 'a' }))[1]).toEqual(['a', false, 'paused']);
  });
});

describe('after failures of a provider', () => {
  const fails = visited({ outcome: 'failed', blame: 'provider', reason: 'overloaded', mail: [] });

  it('an agent waits, and urgent mail or a step does not shorten it', () => {
    const entries = [sent({ priority: 'urgent' }), fails, fails];
    expect(look(2, schedule({}), ...entries)).toMatchObject({
      due: false,
      later: true,
      failing: true,
      next: 3,
      why: 'backing off until turn 3: overloaded',
    });
    expect(
      scheduleTurn(schedule({}), stateOf(...entries), 2, { only: 'a' }).find(({ agent }) => agent === 'a'),
    ).toMatchObject({
      due: false,
    });
    expect(look(3, schedule({}), ...entries)).toMatchObject({ due: true, failing: true, next: 3 });
  });

  it('is tried again in the first turn of a run, unless it waits for credits or has nothing to do', () => {
    const due = (...entries: Entry[]) =>
      scheduleTurn(schedule({ every: 5 }), stateOf(...entries), 2, { retry: true }).find(({ agent }) => agent === 'a');
    expect(due(WAITS, fails, fails)).toMatchObject({ due: true, why: 'a new run tries its provider again' });
    expect(due(WAITS)).toMatchObject({ due: false });
    expect(due(fails, fails)).toMatchObject({ due: false, why: 'no mail' });
    const starves = visited({ outcome: 'cut', reason: 'credits', detail: 'x', blame: 'credits', mail: [] });
    expect(due(WAITS, fails, starves)).toMatchObject({ due: false, why: expect.stringContaining('no credits') });
  });

  it('waits until a time that its service named, whatever else says that it is due', () => {
    const config = schedule({});
    const state = stateOf(sent({ priority: 'urgent' }));
    state.calls.waits.set('default', 86_400_000);
    for (const step of [{}, { retry: true }, { only: 'a' }])
      expect(scheduleTurn(config, state, 2, step).find(({ agent }) => agent === 'a')).toMatchObject({
        due: false,
        failing: true,
        later: true,
        why: 'its provider asked for no call before 1970-01-02 00:00:00 UTC',
      });
    expect(idleness(config, state)).toBe('failing');
    const mail = inboxOf(state.mail, 'a')[0] as Mail;
    state.mail.inbox.clear();
    state.mail.owed.set('a', [{ id: mail.id, from: 'human', thread: mail.thread, subject: '', turn: 1, mail }]);
    const reminded = () => scheduleTurn(config, state, 2).some(({ reminder }) => reminder);
    expect([idleness(config, state), reminded()]).toEqual(['failing', false]);
    state.clock.time = 86_400_000;
    expect([idleness(config, state), reminded()]).toEqual(['busy', true]);
    expect(hasFailures(state)).toBe(false);
    expect(hasFailures(stateOf(fails))).toBe(true);
    state.calls.breakers.set('default', { failures: 1, since: 0 });
    expect(hasFailures(state)).toBe(true);
  });

  it('one failure is not yet a failing provider, and without mail nothing waits for it', () => {
    expect(look(1, schedule({}), WAITS, fails)).toMatchObject({ due: false, later: true, failing: false, next: 2 });
    expect(look(2, schedule({}), fails, fails)).toMatchObject({ due: false, later: false, failing: false, next: 3 });
  });

  it('of credits the wait is for a top-up', () => {
    const starves = visited({ outcome: 'failed', blame: 'credits', reason: 'no credits: a', mail: [] });
    expect(look(2, schedule({}), WAITS, starves, starves)).toMatchObject({ due: false, later: false, failing: false });
  });
});

describe('a summary', () => {
  const config = configOf({ edges: EDGES, org: { summary: { agent: 'a', every: 4 } } });
  const due = (turn: number, ...entries: Entry[]) => look(turn, config, ...entries);
  const summarised: Entry[] = [
    WAITS,
    visited({ mail: ['000001-human-01'] }),
    { k: 'commit', turn: 3, lock: 1 },
    { k: 'summarised' },
  ];

  it.each([
    [4, [sent({ to: ['z'] })], true, 'something was sent'],
    [5, [sent({ to: ['z'] })], false, 'not its turn'],
    [4, [], false, 'nothing was ever sent'],
    [8, summarised, false, 'nothing was sent since the last'],
    [
      8,
      [...summarised, { k: 'commit', turn: 4, lock: 1 }, sent({ to: ['z'], n: 2 })],
      true,
      'something was sent since the last',
    ],
  ] as [number, Entry[], boolean, string][])('in turn %i: %o', (turn, entries, is) => {
    expect(due(turn, ...entries)).toMatchObject({ due: is, summary: is });
  });

  it('is written by its agent only, with mail or on a step too', () => {
    const entries = [sent({ to: ['a', 'z'], priority: 'urgent' })];
    expect(scheduleTurn(config, stateOf(...entries), 4).map(({ agent, summary }) => [agent, summary])).toEqual([
      ['z', false],
      ['a', true],
    ]);
    expect(scheduleTurn(config, stateOf(...entries), 4, { only: 'a' })[1]).toMatchObject({ due: true, summary: true });
    expect(look(4, schedule({}), ...entries)).toMatchObject({ summary: false });
  });
});

describe('idleness', () => {
  const config = configOf({
    edges: { human: ['a', 'z'], a: ['human'], z: [] },
    resumes: { z: { schedule: { when: 'always' } } },
  });
  const fails = visited({ outcome: 'failed', blame: 'provider', mail: [] });
  const pause = (agent: string | null) => asked({ ask: 'pause', by: 'human', agent });

  it.each([
    ['nothing waits, and schedules do not count', [], 'idle'],
    ['mail waits', [WAITS], 'busy'],
    ['only notices wait', [NOTICE], 'idle'],
    ['only a person has mail', [sent({ from: 'a', to: ['human'] })], 'idle'],
    ['mail waits for somebody who is not there', [sent({ to: ['ghost'] })], 'idle'],
    ['mail waits, all is paused', [WAITS, pause(null)], 'idle'],
    ['mail waits, the agent is paused', [WAITS, pause('a')], 'idle'],
    ['mail waits for another agent', [WAITS, pause('a'), sent({ n: 2, to: ['z'] })], 'busy'],
    ['mail waits for credits', [WAITS, visited({ outcome: 'skipped', blame: 'credits' })], 'idle'],
    ['a provider failed once', [WAITS, fails], 'busy'],
    ['a provider keeps failing', [WAITS, fails, fails], 'failing'],
    ['a provider keeps failing, another works', [WAITS, fails, fails, sent({ n: 2, to: ['z'] })], 'busy'],
    [
      'a dead letter is to be delivered again',
      [WAITS, dead(), asked({ ask: 'retry', by: 'human', id: '000001-human-01' }), pause(null)],
      'busy',
    ],
    ['an approval waits', [HELD], 'idle'],
    [
      'an approval was answered',
      [HELD, asked({ ask: 'deny', by: 'human', id: HELD.id, note: '' }), pause(null)],
      'busy',
    ],
    [
      'what was approved waits for credits',
      [HELD, asked({ ask: 'approve', by: 'human', id: HELD.id, note: '' }), EVERY.unpaid],
      'idle',
    ],
    ['a summary is due', [EVERY.sent, visited({ mail: ['000001-human-01'] })], 'idle'],
  ] as [string, Entry[], string][])('%s', (_what, entries, is) => {
    expect(idleness(config, stateOf(...entries))).toBe(is);
  });
});

describe('an organisation at rest', () => {
  const when = (schedule: object, summary: object | null = null) =>
    configOf({ edges: EDGES, org: { summary }, resumes: { a: { schedule } } });
  const pause = (agent: string | null) => asked({ ask: 'pause', by: 'human', agent });
  const daily = { agent: 'z', every: 4 };
  const read = [WAITS, visited({ mail: ['000001-human-01'] })];

  it.each([
    ['nothing waits', when({}), [], true],
    ['mail waits', when({}), [WAITS], false],
    ['mail waits, all is paused', when({}), [WAITS, pause(null)], true],
    ['a schedule waits', when({ every: 9, when: 'always' }), [], false],
    ['a schedule waits, its agent is paused', when({ when: 'always' }), [pause('a')], true],
    ['a schedule waits, all is paused', when({ when: 'always' }), [pause(null)], true],
    ['a summary waits', when({}, daily), read, false],
    ['the last summary told everything', when({}, daily), [...read, EVERY.summarised], true],
  ] as [string, ReturnType<typeof configOf>, Entry[], boolean][])('%s', (_what, config, entries, rests) => {
    expect(atRest(config, stateOf(...entries))).toBe(rests);
  });
});
