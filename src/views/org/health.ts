/** Shows how well agents and models are. */
import type { CallFailure } from '../../core/model/call.ts';
import type { Config } from '../../core/model/config.ts';
import { type AgentState, agentState } from '../../core/model/state/staff.ts';
import type { State } from '../../core/model/state.ts';
import { idleness } from '../../core/turn/schedule.ts';
import { shorten, table } from '../text/table.ts';

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

/**
 * The health of an agent, by its failures in a row. A broken resume is unhealthy; an agent whose visits were only cut is
 * degraded.
 */
export function healthOf(config: Config, state: State, agent: string): Health {
  if (config.broken.has(agent)) return 'unhealthy';
  const { failedInRow, lastOutcome } = agentState(state.staff, agent);
  return failedInRow === 0 ? 'healthy' : lastOutcome === 'cut' || failedInRow < UNHEALTHY ? 'degraded' : 'unhealthy';
}

/**
 * The state of an agent: set aside, paused, unreachable through its provider, failing, at work in the last turn, resting,
 * or never called. People are always idle.
 */
export function conditionOf(config: Config, state: State, agent: string): AgentCondition {
  const account = agentState(state.staff, agent);
  if (config.broken.has(agent)) return 'error';
  if (config.agents.get(agent)?.person) return 'idle';
  if (account.paused) return 'paused';
  if (isOffline(account)) return 'offline';
  if (healthOf(config, state, agent) === 'unhealthy') return 'error';
  if (account.lastTurn === 0) return 'unknown';
  return account.lastTurn === state.clock.turn && idleness(config, state) !== 'idle' ? 'active' : 'idle';
}

/** Whether it is backing off from a provider that failed; waiting for credits is different. */
function isOffline(account: Readonly<AgentState>): boolean {
  return account.failures > 0 && !account.starved;
}

/** An agent in `lemming health`. */
export interface AgentHealth {
  name: string;
  health: Health;
  state: AgentCondition;
  failures_in_a_row: number;
  /** Why the last visit failed, or why the agent is set aside; null when all is well. */
  reason: string | null;
}

/** A configured model in `lemming health --providers`. */
export interface ModelHealth {
  model: string;
  provider: string;
  /** false when it cannot be reached, or not as configured. */
  ok: boolean;
  failure?: CallFailure;
  message: string;
  /** Milliseconds until this was known. */
  ms: number;
}

/** The health of each agent in chart order, then of those set aside; people have none. */
export function healthOfAgents(config: Config, state: State): AgentHealth[] {
  const names = [...config.order, ...[...config.broken.keys()].sort()];
  return names
    .filter((name) => !config.agents.get(name)?.person)
    .map((name) => ({
      name,
      health: healthOf(config, state, name),
      state: conditionOf(config, state, name),
      failures_in_a_row: agentState(state.staff, name).failedInRow,
      reason: reasonOf(config, state, name),
    }));
}

function reasonOf(config: Config, state: State, name: string): string | null {
  const broken = config.broken.get(name)?.[0];
  if (broken) return `set aside: ${broken.message}`;
  const { failedInRow, lastReason } = agentState(state.staff, name);
  return failedInRow > 0 && lastReason ? lastReason : null;
}

/** Both tables as text; `models` is null when nobody was asked. */
export function printHealth(agents: readonly AgentHealth[], models: readonly ModelHealth[] | null): string {
  const ofAgents = agents.map(({ name, health, state, failures_in_a_row, reason }) => [
    name,
    health,
    state,
    String(failures_in_a_row),
    reason === null ? '-' : shorten(reason, 80),
  ]);
  const tables = [table([['agent', 'health', 'state', 'failures in a row', 'last failure'], ...ofAgents])];
  if (models) tables.push(table([['model', 'provider', 'reached', 'ms', 'message'], ...models.map(rowOf)]));
  return tables.join('\n\n');
}

function rowOf({ model, provider, ok, failure, ms, message }: ModelHealth): string[] {
  return [model, provider, ok ? 'ok' : `failed (${failure})`, String(ms), message];
}
