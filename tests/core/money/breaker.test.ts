import { describe, expect, it } from 'vitest';
import type { CallFailure } from '../../../src/core/model/call.ts';
import { emptyState, type State } from '../../../src/core/model/state.ts';
import {
  admits,
  chainOf,
  modelChooser,
  noteOutcome,
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
