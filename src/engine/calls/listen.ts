/** Passes on what models write while they write it. */
import { type Heard, ProviderError } from '../../core/model/call.ts';
import type { CallModel } from '../../providers/with/line.ts';
import type { Asking } from './attempts.ts';

/** What a listener hears of a call: an attempt begins, text arrives, or the attempt breaks off. */
export type Overheard = { agent: string } & (
  | { is: 'begun' }
  | { is: 'written'; text: string; act?: { n: number; tool: string } }
  | { is: 'broken'; why: string }
);

/** Receives what the models of a turn write. For display only: nothing may depend on it, and only the reply counts. */
export type Listen = (what: Overheard) => void;

/** The listener for a provider. After the end of its attempt it is silent. */
export function heardIn({ prompt, thought: { listen } }: Asking, signal: AbortSignal): Heard | undefined {
  const { agent } = prompt;
  return listen && ((text, act) => signal.aborted || listen({ agent, is: 'written', text, ...(act && { act }) }));
}

/** Informs the listener of a call when an attempt begins and when it breaks off. */
export function overheard(line: CallModel<Asking>): CallModel<Asking> {
  return async (asking, signal) => {
    const { listen } = asking.thought;
    if (!listen) return line(asking, signal);
    const { agent } = asking.prompt;
    listen({ agent, is: 'begun' });
    try {
      return await line(asking, signal);
    } catch (error) {
      const why = error instanceof ProviderError ? `${error.failure}: ${error.message}` : String(error);
      listen({ agent, is: 'broken', why });
      throw error;
    }
  };
}
