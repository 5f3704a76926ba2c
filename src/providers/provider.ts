/** What a provider is, and what it gets of the outside world. */
import type * as z from 'zod';
import type { Heard, Prompt, Reply } from '../core/model/call.ts';
import type { Trusted } from '../core/model/trust.ts';
import type { Job, Ran } from '../core/tools/job.ts';
import type { Model } from '../schema/config/models.ts';

/** The outside world for a provider. Nothing in `providers/` reads the clock, the environment or the disk by itself. */
export interface Outside {
  /** Present value of an environment variable, or of the owner's `.env` outside the org; undefined when there is none. */
  env(name: string): string | undefined;
  /**
   * The present secret behind `env:NAME` or `secret://name`: ask before each call, so that it can be changed without a
   * restart. It is masked in everything that is written. Rejects with an `auth` that names what to set.
   */
  secret(reference: string): Promise<string>;
  /** Masks every known secret in a text. Mask before you cut: half of a secret would not be recognised. */
  mask(text: string): string;
  /** The agreed environment of child processes: PATH, HOME and the like, and the variables named; never a secret unless it is named. */
  childEnv(names: readonly string[]): Record<string, string>;
  /** Throws a `bad-request` unless the owner of this machine approved exactly this (a command line, or a module with its text). */
  requireTrust(what: Trusted): void;
  /**
   * Runs a program that the owner approved; absent where programs cannot run. Throws as `requireTrust` does, rejects with
   * the signal's reason.
   */
  run?(job: Job): Promise<Ran>;
  /** Text of a file in the org folder (the script of `scripted`), as frozen for this turn; null when absent. */
  file(path: string): string | null;
  /** Waits; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A connection to one configured model. */
export interface Connection {
  /**
   * Sends the prompt and resolves with the answer, or rejects with a `ProviderError`. Never retries by itself and never
   * replaces an answer by made-up text. Must stop soon after `signal` is aborted. `heard` receives text and acts as they
   * arrive, if the back end streams.
   */
  complete(prompt: Prompt, signal: AbortSignal, heard?: Heard): Promise<Reply>;
  /**
   * Vectors for texts, in their order and all of one length, if the back end makes them. Rejects with a `ProviderError`.
   */
  embed?(texts: readonly string[], signal: AbortSignal): Promise<number[][]>;
  /** Asks the back end whether this model could be called, without cost; resolves to a few words. Rejects with a `ProviderError`. */
  probe?(signal: AbortSignal): Promise<string>;
}

/** One LLM back end: one file in this folder, its file name is its name in `org/models.yaml`. */
export interface Provider {
  /** One line for the reference. */
  about: string;
  /**
   * Asking again with the same key costs nothing and gives the same answer, so an attempt that a crash cut off is simply
   * repeated.
   */
  repeatable: boolean;
  /** Costs nothing unless priced (scripted, simulated). */
  free: boolean;
  /** Schema of a model's `options`, which are checked before a run; absent: the provider checks them itself. */
  options?: z.ZodType;
  /** Opens a connection; loads heavy SDKs only here. Throws a `ProviderError('auth', ...)` that names the variable when the key is missing. */
  connect(model: Model, outside: Outside): Promise<Connection>;
}
