/** What a wrapper wraps: the way of a request to a model. */
import type { Prompt, Reply } from '../../core/model/call.ts';

/** What goes down a line. Wrappers know no more of it than this. */
export interface ModelRequest {
  prompt: Prompt;
  /** Calls with a greater number go first where calls wait. */
  priority: number;
  /** Attempts that this call may still make, over all models. */
  budget: { left: number };
}

/**
 * A way to a model: answers, or rejects with a `ProviderError`, or with the signal's reason after an abort. A wrapper makes
 * a line of a line, adds one behaviour, and passes on everything else as it is.
 */
export type CallModel<A extends ModelRequest = ModelRequest> = (asked: A, signal: AbortSignal) => Promise<Reply>;
