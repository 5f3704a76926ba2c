import { describe, expect, it } from 'vitest';
import { chainOf, modelChooser, noteOutcome, settleBreakers } from '../../src/core/breaker.ts';
import type { CallFailure } from '../../src/core/call.ts';
import { emptyState, type State } from '../../src/core/state.ts';
import { configOf } from './world.ts';

const MINUTE = 60_000;

describe('a breaker', () => {
  const settled = (state: State, time: number, ...outcomes: (CallFailure | null)[]) => {
    state.time = time;
    for (const outcome of outcomes) noteOutcome(state, 'm', outcome);
    settleBreakers(state);
    return state.breakers.get('m');
  };

  it('opens for a minute with the fifth failure in a row, and again with each one after; a reply closes it', () => {
    const state = emptyState();
    expect(settled(state, 0, 'timeout', 'timeout', 'timeout')).toEqual({ failures: 3, until: 0 });
    expect(settled(state, 500, 'auth')).toEqual({ failures: 4, until: 0 });
    expect(settled(state, 1000, 'unavailable')).toEqual({ failures: 5, until: 1000 + MINUTE });
    expect(settled(state, 90_000, 'unavailable')).toEqual({ failures: 6, until: 90_000 + MINUTE });
    expect(settled(state, 95_000)).toEqual({ failures: 6, until: 90_000 + MINUTE });
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
    state.time = time;
    state.breakers.set('default', { failures, until: failures < 5 ? 0 : 10 });
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
