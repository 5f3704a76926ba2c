/** The wrapper that tries passing failures again. */
import { handleWhen, retry as retryPolicy } from 'cockatiel';
import { ProviderError, Unasked } from '../../core/model/call.ts';
import type { Retry } from '../../schema/config/models.ts';
import type { CallModel, ModelRequest } from './line.ts';

/**
 * What retrying needs: `random` draws from [0, 1), `sleep` waits milliseconds, `goesOn` says whether another attempt makes
 * sense.
 */
export interface Patience<A extends ModelRequest> {
  goesOn(asked: A): boolean;
  random(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Failures that may pass by themselves. A wrong key or request would fail the same way again. */
const PASSING: ReadonlySet<string> = new Set(['rate-limit', 'overloaded', 'timeout', 'unavailable']);

/**
 * Retries failures that may pass, within the attempts of the model and the remaining budget of the call. Between attempts
 * it waits as long as the service asks; otherwise a random time between 0 and a bound that doubles (full jitter). When the
 * service asks for more than the longest pause, the call is not tried again.
 */
export function retry<A extends ModelRequest>(
  line: CallModel<A>,
  settings: Retry,
  { random, sleep, goesOn }: Patience<A>,
): CallModel<A> {
  const pause = (error: ProviderError, nth: number, signal: AbortSignal) => {
    const bound = Math.min(settings.most_ms, settings.first_ms * 2 ** (nth - 1));
    return sleep(error.retryAfterMs ?? random() * bound, signal);
  };
  return (asked, signal) => {
    const attempts = Math.max(1, Math.min(settings.attempts, asked.budget.left));
    const policy = retryPolicy(
      handleWhen((error) => !signal.aborted && mayPass(error, settings.most_ms) && goesOn(asked)),
      { maxAttempts: attempts - 1 },
    );
    let last: unknown;
    return policy.execute(async ({ attempt }) => {
      if (attempt > 0) await pause(last as ProviderError, attempt, signal);
      asked.budget.left--;
      try {
        return await line(asked, signal);
      } catch (error) {
        last = error;
        throw error;
      }
    });
  };
}

function mayPass(error: unknown, most: number): boolean {
  if (!(error instanceof ProviderError) || error instanceof Unasked) return false;
  return PASSING.has(error.failure) && (error.retryAfterMs ?? 0) <= most;
}
