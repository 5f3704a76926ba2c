import type { Prompt, Reply } from '../core/call.ts';
import type { Model } from '../schema/models.ts';

/** What the outside world is to a provider. Nothing in `providers/` reads the clock, the environment or the disk on its own. */
export interface Outside {
  /** Value of an environment variable, or undefined. */
  env(name: string): string | undefined;
  /** Text of a file in the org folder (the script of `scripted`), as frozen for this turn; null when absent. */
  file(path: string): string | null;
  /** Waits; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A connection to one configured model. */
export interface Connection {
  /**
   * Sends the prompt and resolves with the answer, or rejects with a `ProviderError`. Never retries on its own and never
   * replaces an answer by made-up text. Must stop soon after `signal` is aborted.
   */
  complete(prompt: Prompt, signal: AbortSignal): Promise<Reply>;
}

/** One LLM back end: one file in this folder, its file name is its name in `org/models.yaml`. */
export interface Provider {
  /** One line for the reference. */
  about: string;
  /** Asking again with the same key costs nothing and gives the same answer, so an attempt cut off by a crash is simply repeated. */
  repeatable: boolean;
  /** Costs nothing unless priced (scripted, simulated). */
  free: boolean;
  /** Opens a connection; loads heavy SDKs only here. Throws a `ProviderError('auth', ...)` that names the variable when the key is missing. */
  connect(model: Model, outside: Outside): Promise<Connection>;
}
