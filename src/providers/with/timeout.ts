/** The wrapper that ends an attempt after its time. */
import { ProviderError } from '../../core/model/call.ts';
import type { CallModel, ModelRequest } from './line.ts';

/** Calls back after so many milliseconds, unless the returned function is called first. */
export type Timer = (ms: number, late: () => void) => () => void;

/** How long after its end a provider that does not stop is waited for: milliseconds. */
const DEAF_MS = 300;

/**
 * Ends one attempt after `ms` milliseconds with the failure `timeout`, and at an abort, even when the provider does not
 * stop.
 */
export function timeout<A extends ModelRequest>(line: CallModel<A>, ms: number, timer: Timer): CallModel<A> {
  return async (asked, signal) => {
    signal.throwIfAborted();
    const end = new AbortController();
    let leave = (_reason: unknown): void => {};
    const deaf = new Promise<never>((_, reject) => {
      leave = reject;
    });
    const stop = (reason: unknown): void => {
      end.abort(reason);
      setTimeout(() => leave(reason), DEAF_MS).unref();
    };
    const passOn = (): void => stop(signal.reason);
    signal.addEventListener('abort', passOn, { once: true });
    const cancel = timer(ms, () => stop(new ProviderError('timeout', `no answer within ${ms} ms`)));
    try {
      return await Promise.race([line(asked, end.signal), deaf]);
    } catch (error) {
      throw end.signal.aborted && !(error instanceof ProviderError) ? end.signal.reason : error;
    } finally {
      signal.removeEventListener('abort', passOn);
      cancel();
    }
  };
}
