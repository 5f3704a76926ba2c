/** What a wrapper wraps: the way of a request to a model. */
import type { Prompt, Reply } from '../../core/model/call.ts';

/** A request on its way to a model. Wrappers know only this much of it. */
export interface ModelRequest {
  prompt: Prompt;
  /** Calls with a greater number go first where calls wait. */
  priority: number;
  /** Attempts that this call may still make, over all models. */
  budget: { left: number };
}

/**
 * Calls a model: answers, or rejects with a `ProviderError`, or with the signal's reason after an abort. A wrapper takes
 * one and returns one, adds one behaviour, and passes on everything else unchanged.
 */
export type CallModel<A extends ModelRequest = ModelRequest> = (asked: A, signal: AbortSignal) => Promise<Reply>;
