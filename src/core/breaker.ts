import { type CallFailure, PROVIDER_FAILURES } from './call.ts';
import type { Config } from './config.ts';
import type { State } from './state.ts';

/** Failures in a row after which a model is left alone, and for how long: milliseconds of frozen time. */
const FAILURES_IN_ROW = 5;
const REST_MS = 60_000;

/** A model that keeps failing. */
export interface Breaker {
  failures: number;
  /** Until when it is left alone, ms since 1970; 0 while it is still called. */
  until: number;
}

/** Outcomes of a model's attempts in the turn that is being made. */
export interface Tries {
  replies: number;
  outages: number;
}

/** Whether a failure says that the service does not work; a bad request would fail anywhere. */
export function isOutage(failure: CallFailure): boolean {
  return failure !== 'bad-request' && (PROVIDER_FAILURES as readonly string[]).includes(failure);
}

/** Notes the outcome of an attempt in the turn that is being made; `failure` is null for a reply. */
export function noteOutcome(state: State, model: string, failure: CallFailure | null): void {
  const tries = state.tries.get(model) ?? { replies: 0, outages: 0 };
  state.tries.set(model, tries);
  if (failure === null) tries.replies++;
  else if (isOutage(failure)) tries.outages++;
}

/** At the end of a turn: one reply closes the breaker of a model, whatever the order in which its calls ended. */
export function settleBreakers(state: State): void {
  for (const [model, { replies, outages }] of state.tries) {
    if (replies > 0) state.breakers.delete(model);
    else if (outages > 0) {
      const failures = (state.breakers.get(model)?.failures ?? 0) + outages;
      state.breakers.set(model, { failures, until: failures >= FAILURES_IN_ROW ? state.time + REST_MS : 0 });
    }
  }
  state.tries.clear();
}

/** The models of a resume and their fallbacks, each once, in order. */
export function chainOf(config: Config, models: readonly string[]): string[] {
  const chain: string[] = [];
  const add = (name: string): void => {
    if (chain.includes(name)) return;
    chain.push(name);
    for (const next of config.models.get(name)?.fallback ?? []) add(next);
  };
  for (const name of models) add(name);
  return chain;
}

/**
 * The models that the visits of a turn may call, by the snapshot: a model that failed too often is left alone; when its rest
 * is over, the first visit of the turn tries it. The same for every order in which the visits are made.
 */
export function modelChooser(config: Config, state: State): (models: readonly string[]) => string[] {
  const tried = new Set<string>();
  return (models) =>
    chainOf(config, models).filter((name) => {
      const breaker = state.breakers.get(name);
      if (!breaker || breaker.failures < FAILURES_IN_ROW) return true;
      if (state.time < breaker.until || tried.has(name)) return false;
      tried.add(name);
      return true;
    });
}
