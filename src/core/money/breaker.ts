/** Counts failures of models, and says which models a visit may call. */
import { type CallFailure, PROVIDER_FAILURES } from '../model/call.ts';
import type { Config } from '../model/config.ts';
import type { Tries } from '../model/state/calls.ts';
import type { State } from '../model/state.ts';

/** Whether a failure means that the service is down; a request that is wrong or too long is another matter. */
export function isOutage(failure: CallFailure): boolean {
  if (failure === 'bad-request' || failure === 'too-long') return false;
  return (PROVIDER_FAILURES as readonly string[]).includes(failure);
}

/**
 * Which of the failures of two models tells why a visit failed: that of a service that is down, then a wrong request, then
 * the later one. So a small spare model does not give up mail that waits for a larger one.
 */
export function telling<E extends { failure: CallFailure }>(before: E | null, now: E): E {
  return before !== null && weightOf(before.failure) > weightOf(now.failure) ? before : now;
}

function weightOf(failure: CallFailure): number {
  if (isOutage(failure)) return 2;
  return failure === 'bad-request' ? 1 : 0;
}

/** Notes the outcome of an attempt among those of a turn or a visit; `failure` is null for a reply, `at` is its time. */
export function noteOutcome(all: Map<string, Tries>, model: string, failure: CallFailure | null, at: number): void {
  const tries = all.get(model) ?? { replies: 0, outages: 0, since: 0 };
  all.set(model, tries);
  if (!failure) tries.replies++;
  else if (isOutage(failure)) {
    tries.outages++;
    tries.since = Math.max(tries.since, at);
  }
}

/**
 * Settles the breakers at the end of a turn: one reply closes the breaker of a model, whatever the order in which its calls
 * ended.
 */
export function settleBreakers(state: State): void {
  const { tries, breakers, waits } = state.calls;
  for (const [model, { replies, outages, since }] of tries) {
    if (replies > 0) breakers.delete(model);
    else if (outages > 0) breakers.set(model, { failures: (breakers.get(model)?.failures ?? 0) + outages, since });
  }
  tries.clear();
  for (const [model, until] of waits) if (until <= state.clock.time) waits.delete(model);
}

/** Notes until when the service of a model asked for no call: milliseconds since 1970. */
export function noteWait({ calls: { waits } }: State, model: string, until: number): void {
  waits.set(model, Math.max(waits.get(model) ?? 0, until));
}

/** Longest wait that a service may ask for. More is a fault of the service, or of a clock that was set back. */
const MOST_WAIT_MS = 86_400_000;

/** How long the service of a model still takes no call, as it asked: milliseconds, 0 when it takes them. */
export function closedFor(config: Config, { calls: { waits } }: State, name: string, now: number): number {
  let ms = 0;
  for (const [other, until] of waits) {
    const left = until - now;
    if (left > ms && left <= MOST_WAIT_MS && isSameService(config, name, other)) ms = left;
  }
  return ms;
}

function isSameService({ models }: Config, name: string, other: string): boolean {
  const [one, two] = [models.get(name), models.get(other)];
  return name === other || (!!one && one.provider === two?.provider && one.base_url === two.base_url);
}

/** Whether the service of a model takes no call for longer than a call waits for it. */
function isClosed(config: Config, state: State, name: string): boolean {
  if (state.calls.waits.size === 0) return false;
  return closedFor(config, state, name, state.clock.time) > (config.models.get(name)?.retry.most_ms ?? 0);
}

/** Until when the services of all models of a resume take no call: milliseconds since 1970; null when one takes them. */
export function allClosedUntil(config: Config, state: State, models: readonly string[]): number | null {
  if (state.calls.waits.size === 0) return null;
  const { time } = state.clock;
  const chain = chainOf(config, models);
  if (!chain.every((name) => isClosed(config, state, name))) return null;
  return time + Math.min(...chain.map((name) => closedFor(config, state, name, time)));
}

/** Until when a model is left alone: milliseconds since 1970; null while it may be called. */
export function restsUntil(config: Config, state: State, model: string): number | null {
  const breaker = state.calls.breakers.get(model);
  const settings = config.models.get(model)?.breaker;
  if (!breaker || !settings || breaker.failures < settings.failures) return null;
  return breaker.since + settings.rest_ms;
}

/**
 * Whether a visit may ask a model once more: not after too many failures, its own and those of earlier turns together,
 * unless it was answered too. After a rest a single failure is enough. What other visits of the turn see does not count, so
 * that the order of answers does not change the turn.
 */
export function admits(config: Config, state: State, seen: ReadonlyMap<string, Tries>, model: string): boolean {
  const { replies, outages } = seen.get(model) ?? { replies: 0, outages: 0 };
  const most = config.models.get(model)?.breaker.failures ?? Infinity;
  const before = state.calls.breakers.get(model)?.failures ?? 0;
  return replies > 0 || outages < (before >= most ? 1 : most - before);
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
 * Chooses the models that the visits of a turn may call, by the snapshot: a model that failed too often is left alone; when
 * its rest is over, the first visit of the turn tries it. In the first turn of a run (`retry`) every visit does. A model
 * whose service asked for a pause is left alone until then. The result is the same for every order of visits.
 */
export function modelChooser(config: Config, state: State, retry = false): (models: readonly string[]) => string[] {
  const tried = new Set<string>();
  return (models) =>
    chainOf(config, models).filter((name) => {
      const until = restsUntil(config, state, name);
      if (isClosed(config, state, name)) return false;
      if (until === null || retry) return true;
      if (state.clock.time < until || tried.has(name)) return false;
      tried.add(name);
      return true;
    });
}
