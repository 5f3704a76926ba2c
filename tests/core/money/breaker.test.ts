import { describe, expect, it } from 'vitest';
import type { CallFailure } from '../../../src/core/model/call.ts';
import { emptyState, type State } from '../../../src/core/model/state.ts';
import {
  admits,
  allClosedUntil,
  chainOf,
  closedFor,
  modelChooser,
  noteOutcome,
  noteWait,
  restsUntil,
  settleBreakers,
} from '../../../src/core/money/breaker.ts';
import { configOf } from '../world.ts';

const MINUTE = 60_000;

describe('a breaker', () => {
  const settled = (state: State, time: number, ...outcomes: (CallFailure | null)[]) => {
    state.clock.time = time;
    for (const outcome of outcomes) noteOutcome(state.calls.tries, 'm', outcome, time);
    settleBreakers(state);
    return state.calls.breakers.get('m');
  };

  it('opens for a minute with the fifth failure in a row, and again with each one after; a reply closes it', () => {
    const state = emptyState();
    const config = configOf({ edges: { a: [] }, models: { m: { provider: 'scripted' } } });
    const rests = () => restsUntil(config, state, 'm');
    expect(settled(state, 0, 'timeout', 'timeout', 'timeout')).toEqual({ failures: 3, since: 0 });
    expect(settled(state, 500, 'auth')).toEqual({ failures: 4, since: 500 });
    expect(rests()).toBeNull();
    expect(settled(state, 1000, 'unavailable')).toEqual({ failures: 5, since: 1000 });
    expect(rests()).toBe(1000 + MINUTE);
    expect(settled(state, 90_000, 'unavailable')).toEqual({ failures: 6, since: 90_000 });
    expect(settled(state, 95_000)).toEqual({ failures: 6, since: 90_000 });
    expect(rests()).toBe(90_000 + MINUTE);
    expect(settled(state, 190_000, null)).toBeUndefined();
  });

  it('does not care in which order the calls of a turn end', () => {
    for (const outcomes of [
      [null, 'timeout', 'timeout'],
      ['timeout', 'timeout', null],
    ] as const)
      expect(settled(emptyState(), 0, ...outcomes)).toBeUndefined();
  });

  it('counts what says that the service does not work', () => {
    expect(settled(emptyState(), 0, 'bad-request', 'refused', 'malformed')).toBeUndefined();
    const outages = ['auth', 'rate-limit', 'overloaded', 'timeout', 'unavailable'] as const;
    expect(settled(emptyState(), 0, ...outages)?.failures).toBe(5);
  });
});

describe('the models of a visit', () => {
  const config = configOf({
    edges: { a: [] },
    models: {
      default: { provider: 'scripted', fallback: ['second'] },
      second: { provider: 'scripted', fallback: ['third'] },
      third: { provider: 'scripted' },
    },
  });
  const at = (time: number, failures: number) => {
    const state = emptyState();
    state.clock.time = time;
    state.calls.breakers.set('default', { failures, since: 10 - MINUTE });
    return modelChooser(config, state);
  };

  it('are those of the resume and their fallbacks, each once', () => {
    expect(at(0, 4)(['default', 'second'])).toEqual(['default', 'second', 'third']);
  });

  it('are all of them in the first turn of a run', () => {
    const state = emptyState();
    state.calls.breakers.set('default', { failures: 5, since: 0 });
    expect(modelChooser(config, state, true)(['default'])).toEqual(['default', 'second', 'third']);
  });

  it('leave one alone that failed too often; after its rest the first visit tries it', () => {
    expect(at(9, 5)(['default'])).toEqual(['second', 'third']);
    const choose = at(10, 5);
    expect([choose(['default']), choose(['default'])]).toEqual([
      ['default', 'second', 'third'],
      ['second', 'third'],
    ]);
  });
});

it('a model that the configuration does not know has no fallbacks', () => {
  expect(chainOf(configOf({ edges: { a: [] } }), ['gone'])).toEqual(['gone']);
});

describe('a visit', () => {
  const config = configOf({ edges: { a: [] }, models: { m: { provider: 'scripted', breaker: { failures: 3 } } } });

  it('asks a model no more after so many failures, with those of the turns before, unless it was answered', () => {
    const state = emptyState();
    const seen = new Map();
    state.calls.breakers.set('m', { failures: 1, since: 0 });
    for (const expected of [true, true, false]) {
      expect(admits(config, state, seen, 'm')).toBe(expected);
      noteOutcome(seen, 'm', 'overloaded', 5);
    }
    noteOutcome(seen, 'm', null, 6);
    expect(admits(config, state, seen, 'm')).toBe(true);
    expect(admits(config, state, seen, 'unheard of')).toBe(true);
  });

  it('takes one failure after a rest as enough', () => {
    const state = emptyState();
    const seen = new Map();
    state.calls.breakers.set('m', { failures: 7, since: 0 });
    expect(admits(config, state, seen, 'm')).toBe(true);
    noteOutcome(seen, 'm', 'timeout', 5);
    expect(admits(config, state, seen, 'm')).toBe(false);
  });
});

describe('a service that asked for no call', () => {
  const MINUTE = 60_000;
  const config = configOf({
    edges: { a: [] },
    models: {
      one: { provider: 'openai' },
      two: { provider: 'openai', retry: { most_ms: 1 } },
      far: { provider: 'openai', base_url: 'http://127.0.0.1:1/v1' },
    },
  });
  const asked = (until: number, time = 0) => {
    const state = emptyState();
    state.clock.time = time;
    noteWait(state, 'one', until);
    return state;
  };

  it('is closed until then, with each model at the same address', () => {
    const closed = (name: string, now: number) => closedFor(config, asked(MINUTE), name, now);
    expect(['one', 'two', 'far', 'gone'].map((name) => closed(name, 10_000))).toEqual([50_000, 50_000, 0, 0]);
    expect([closed('one', MINUTE), closed('one', MINUTE - 86_400_001)]).toEqual([0, 0]);
    const state = asked(MINUTE);
    noteWait(state, 'one', 1);
    noteWait(state, 'gone', 2 * MINUTE);
    expect([closedFor(config, state, 'one', 0), closedFor(config, state, 'gone', 0)]).toEqual([MINUTE, 2 * MINUTE]);
  });

  it('is left alone when that is longer than a call waits, also in the first turn of a run', () => {
    const chosen = (until: number) => modelChooser(config, asked(until), true)(['one', 'two', 'far', 'gone']);
    expect(chosen(30_000)).toEqual(['one', 'far', 'gone']);
    expect(chosen(30_001)).toEqual(['far', 'gone']);
    const state = emptyState();
    noteWait(state, 'gone', 1);
    expect(modelChooser(config, state)(['gone'])).toEqual([]);
  });

  it('makes an agent wait when all its models are closed', () => {
    const until = (models: string[], time: number) => allClosedUntil(config, asked(MINUTE, time), models);
    expect([until(['one', 'two'], 5), until(['one', 'far'], 5), until(['one'], 40_000)]).toEqual([MINUTE, null, null]);
    expect(allClosedUntil(config, emptyState(), ['one'])).toBeNull();
  });

  it('is forgotten with the turn that begins after it', () => {
    const state = asked(MINUTE, MINUTE - 1);
    settleBreakers(state);
    expect(state.calls.waits.size).toBe(1);
    state.clock.time = MINUTE;
    settleBreakers(state);
    expect(state.calls.waits.size).toBe(0);
  });
});
