/** The wrapper that writes every attempt down before and after it is made. */
import { ProviderError, type Reply } from '../../core/model/call.ts';
import type { CallModel, ModelRequest } from './line.ts';

/** Records attempts. Each step is durable when it resolves. `I` is what is known of an attempt under way. */
export interface CallRecorder<A extends ModelRequest, I> {
  /** Called before anything is sent. Throws whatever forbids the attempt. */
  begin(asked: A): Promise<I>;
  /** Resolves with the reply as it may be used. */
  replied(intent: I, asked: A, reply: Reply, ms: number): Promise<Reply>;
  failed(intent: I, asked: A, error: ProviderError, ms: number): Promise<void>;
  /** Whether a failure is not the provider's: it leaves the attempt open, and so in doubt. */
  isForeign(error: unknown): boolean;
}

/**
 * The innermost wrapper: each network attempt is recorded before and after. An abort leaves it open. An error of the
 * provider that is not a `ProviderError` becomes one.
 */
export function record<A extends ModelRequest, I>(
  line: CallModel<A>,
  book: CallRecorder<A, I>,
  ticks: () => number,
): CallModel<A> {
  return async (asked, signal) => {
    const intent = await book.begin(asked);
    const start = ticks();
    let reply: Reply;
    try {
      reply = await line(asked, signal);
    } catch (thrown) {
      if (signal.aborted || book.isForeign(thrown)) throw thrown;
      const error = typed(thrown);
      await book.failed(intent, asked, error, ticks() - start);
      throw error;
    }
    return book.replied(intent, asked, reply, ticks() - start);
  };
}

function typed(thrown: unknown): ProviderError {
  if (thrown instanceof ProviderError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ProviderError('unavailable', `the provider broke: ${message}`);
}
