/** The wrapper that asks the next model when one fails. */
import { ProviderError, REPLY_FAILURES } from '../../core/model/call.ts';
import { telling } from '../../core/money/breaker.ts';
import type { CallModel, ModelRequest } from './line.ts';

/** A model of a chain. `open` makes its line, and throws a `ProviderError` when that is impossible. */
export interface Link<A extends ModelRequest> {
  name: string;
  open(): Promise<CallModel<A>>;
}

/**
 * Asks the models in turn until one answers. Only failures of the provider go on to the next model. Of all failures the
 * most telling one is thrown. `turnTo` receives each model before it is asked, and the failure that led to it.
 */
export function fallback<A extends ModelRequest>(
  links: readonly Link<A>[],
  turnTo: (name: string, failed: ProviderError | null) => void,
): CallModel<A> {
  return async (asked, signal) => {
    let failed: ProviderError | null = null;
    let first: ProviderError | null = null;
    for (const { name, open } of links) {
      turnTo(name, failed);
      try {
        return await (await open())(asked, signal);
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        first = telling(first, error);
        if (isOfTheReply(error)) break;
        failed = error;
      }
    }
    throw first ?? new ProviderError('bad-request', 'there is no model to ask');
  };
}

function isOfTheReply({ failure }: ProviderError): boolean {
  return (REPLY_FAILURES as readonly string[]).includes(failure);
}
