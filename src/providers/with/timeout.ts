import { ProviderError } from '../../core/call.ts';
import type { Asked, Line } from './line.ts';

/** Ends one attempt after `ms` milliseconds with the failure `timeout`, even when the provider does not listen. */
export function timeout<A extends Asked>(
  line: Line<A>,
  ms: number,
  sleep: (ms: number, signal: AbortSignal) => Promise<void>,
): Line<A> {
  return async (asked, signal) => {
    const done = new AbortController();
    const late = new AbortController();
    sleep(ms, AbortSignal.any([signal, done.signal])).then(
      () => late.abort(),
      () => {},
    );
    try {
      return await line(asked, AbortSignal.any([signal, late.signal]));
    } catch (error) {
      if (late.signal.aborted && !signal.aborted && !(error instanceof ProviderError))
        throw new ProviderError('timeout', `no answer within ${ms} ms`);
      throw error;
    } finally {
      done.abort();
    }
  };
}
