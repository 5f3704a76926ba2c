import type { Config } from '../core/config.ts';
import { type AgentState, agentState, type State } from '../core/state.ts';

export type AgentCondition =
  | 'unknown'
  | 'initializing'
  | 'idle'
  | 'active'
  | 'paused'
  | 'error'
  | 'offline'
  | 'finished';
export type Health = 'healthy' | 'degraded' | 'unhealthy';

/** Failed visits in a row after which an agent counts as unhealthy; fewer are degraded. */
const UNHEALTHY = 3;

/** How an agent's visits went lately: by its failures in a row. A broken resume is unhealthy. */
export function healthOf(config: Config, state: State, agent: string): Health {
  if (config.broken.has(agent)) return 'unhealthy';
  const { failedInRow } = agentState(state, agent);
  return failedInRow === 0 ? 'healthy' : failedInRow < UNHEALTHY ? 'degraded' : 'unhealthy';
}

/**
 * What an agent is at: set aside, paused, unreachable through its provider, failing, at work in the last turn, resting, or
 * never called. People are always idle.
 */
export function conditionOf(config: Config, state: State, agent: string): AgentCondition {
  const account = agentState(state, agent);
  if (config.broken.has(agent)) return 'error';
  if (config.agents.get(agent)?.person) return 'idle';
  if (account.paused) return 'paused';
  if (isOffline(account)) return 'offline';
  if (healthOf(config, state, agent) === 'unhealthy') return 'error';
  if (account.lastTurn === 0) return 'unknown';
  return account.lastTurn === state.turn ? 'active' : 'idle';
}

/** Backing off from a provider that failed; waiting for credits is something else. */
function isOffline(account: Readonly<AgentState>): boolean {
  return account.failures > 0 && !account.starved;
}
