import { ProviderError } from '../../core/call.ts';
import type { Asked, Line } from './line.ts';

/** A provider that does not listen is left alone so long after its end: milliseconds. */
const DEAF_MS = 300;

/** Ends one attempt after `ms` milliseconds with the failure `timeout`, and at an abort, even when the provider does not listen. */
export function timeout<A extends Asked>(
  line: Line<A>,
  ms: number,
  sleep: (ms: number, signal: AbortSignal) => Promise<void>,
): Line<A> {
  return async (asked, signal) => {
    const end = new AbortController();
    const passOn = () => end.abort(signal.reason);
    signal.addEventListener('abort', passOn, { once: true });
    sleep(ms, end.signal).then(
      () => end.abort(new ProviderError('timeout', `no answer within ${ms} ms`)),
      () => {},
    );
    try {
      return await Promise.race([line(asked, end.signal), deafEnd(end.signal)]);
    } catch (error) {
      throw end.signal.aborted && !(error instanceof ProviderError) ? end.signal.reason : error;
    } finally {
      signal.removeEventListener('abort', passOn);
      end.abort();
    }
  };
}

function deafEnd(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => setTimeout(() => reject(signal.reason), DEAF_MS).unref(), { once: true });
  });
}
