/** Forecasts how long a budget lasts and what a call will cost. */
import type { Price } from '../../schema/config/models.ts';
import type { Prompt } from '../model/call.ts';
import type { Config } from '../model/config.ts';
import { type Booked, bookedIn, type Entry } from '../model/entry.ts';
import type { State } from '../model/state.ts';
import { balanceOf, PRICED_TOKENS } from './ledger.ts';

/** Estimates; the ledger has what is certain. All amounts are micro-credits. */

/** Turns from which the pace is taken. */
export const PACE_TURNS = 10;

/** The joint cost of calls and uses of tools in some turns. */
export interface Pace {
  /** Committed turns, including those in which nobody was called and those that went by. */
  turns: number;
  spent: number;
  byAgent: Map<string, number>;
}

/**
 * The pace of the turns whose lines these are, in order. Calls count at the commit of their turn; a reset of the credits
 * starts again.
 */
export function paceOf(entries: Iterable<Entry>): Pace {
  let pace = noPace();
  let calls: Booked[] = [];
  for (const entry of entries) {
    const booked = bookedIn(entry);
    if (booked) calls.push(booked);
    else if (resetsCredits(entry)) pace = noPace();
    else if (entry.k === 'open') pace.turns += entry.passed ?? 0;
    else if (entry.k === 'commit') {
      pace.turns++;
      for (const { agent, cost } of calls) {
        pace.spent += cost;
        pace.byAgent.set(agent, (pace.byAgent.get(agent) ?? 0) + cost);
      }
      calls = [];
    }
  }
  return pace;
}

function noPace(): Pace {
  return { turns: 0, spent: 0, byAgent: new Map() };
}

function resetsCredits(entry: Entry): boolean {
  if (entry.k !== 'request' || entry.request.ask !== 'reset') return false;
  return entry.request.scope === 'credits' || entry.request.scope === 'all';
}

/** The last turn that the remaining credits can pay at a given cost per turn; null when turns cost nothing. */
export function endsAtTurn(lastTurn: number, left: number, spent: number, turns: number): number | null {
  return spent > 0 ? lastTurn + Math.floor((Math.max(0, left) * turns) / spent) : null;
}

/** The rest of the cap of the whole organisation; null without a cap. */
export function leftOfOrg(config: Config, state: State): number | null {
  const { cap } = config.credits.org;
  if (cap === undefined) return null;
  let reserved = 0;
  for (const call of state.calls.open.values()) reserved += call.reserve;
  return cap - state.money.org.spent - state.money.org.doubt - reserved;
}

/** The rest of the grants and top-ups of each agent that has any. */
export function leftByAgent(config: Config, state: State): Map<string, number> {
  const names = new Set([...config.order, ...Object.keys(config.credits.agents), ...state.staff.agents.keys()]);
  const balances = [...names].map((name) => [name, balanceOf(config, state, name)] as const);
  return new Map(balances.filter(([, { granted }]) => granted > 0).map(([name, { left }]) => [name, left]));
}

/** Tokens of a prompt at four characters a token, tools included and images not: an estimate, about right for English prose. */
export function likelyTokens({ system, tools, parts }: Prompt): number {
  let characters = system.length + (tools.length ? JSON.stringify(tools).length : 0);
  for (const part of parts) characters += part.role === 'user' ? part.text.length : JSON.stringify(part).length;
  return Math.ceil(characters / 4);
}

/**
 * The least that a call with so many input tokens costs: all input at the price of the cache where that is lower, and no
 * output.
 */
export function leastCost(price: Price, inputTokens: number): number {
  const input = price.input ?? 0;
  const perMillion = Math.min(input, price.cached_input ?? input);
  return (price.per_call ?? 0) + Math.ceil((inputTokens * perMillion) / PRICED_TOKENS);
}
