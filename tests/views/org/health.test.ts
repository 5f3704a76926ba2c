import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/core/model/config.ts';
import { type AgentState, emptyAgent } from '../../../src/core/model/state/staff.ts';
import { emptyState } from '../../../src/core/model/state.ts';
import { conditionOf, healthOf } from '../../../src/views/org/health.ts';

/** An org in turn 9 whose agent `a` has this account; something is asked of it, unless it is at rest. */
function org(account: Partial<AgentState>, more: { broken?: boolean; person?: boolean; rests?: boolean } = {}) {
  const state = emptyState();
  state.clock.turn = 9;
  if (!more.rests) state.undo.asked.push({ of: '9', by: 'human' });
  state.staff.agents.set('a', { ...emptyAgent(), ...account });
  const config = {
    agents: new Map([['a', { person: more.person ?? false }]]),
    broken: new Map(more.broken ? [['a', []]] : []),
  } as unknown as Config;
  return { health: healthOf(config, state, 'a'), state: conditionOf(config, state, 'a') };
}

describe('how an agent is', () => {
  it.each<[string, Partial<AgentState>, string, string]>([
    ['never called', {}, 'unknown', 'healthy'],
    ['called in the last turn', { lastTurn: 9 }, 'active', 'healthy'],
    ['called before', { lastTurn: 8 }, 'idle', 'healthy'],
    ['failed once', { lastTurn: 9, failedInRow: 1 }, 'active', 'degraded'],
    ['failed twice', { lastTurn: 8, failedInRow: 2 }, 'idle', 'degraded'],
    ['failed three times', { lastTurn: 8, failedInRow: 3 }, 'error', 'unhealthy'],
    ['its provider failed once', { lastTurn: 8, failedInRow: 1, failures: 1 }, 'offline', 'degraded'],
    ['its provider failed often', { lastTurn: 8, failedInRow: 5, failures: 5 }, 'offline', 'unhealthy'],
    ['out of credits', { lastTurn: 8, failedInRow: 1, failures: 1, starved: true }, 'idle', 'degraded'],
    ['paused, whatever else', { lastTurn: 9, failedInRow: 4, failures: 4, paused: true }, 'paused', 'unhealthy'],
  ])('%s', (_what, account, state, health) => expect(org(account)).toEqual({ state, health }));

  it('nobody is active in an organisation at rest', () => {
    expect(org({ lastTurn: 9 }, { rests: true }).state).toBe('idle');
  });

  it('who was only cut is degraded, however often', () => {
    expect(org({ lastTurn: 9, failedInRow: 7, lastOutcome: 'cut' })).toEqual({ state: 'active', health: 'degraded' });
  });

  it('a broken resume is an error, a person always idle', () => {
    expect(org({ paused: true }, { broken: true })).toEqual({ state: 'error', health: 'unhealthy' });
    expect(org({}, { person: true })).toEqual({ state: 'idle', health: 'healthy' });
  });
});
