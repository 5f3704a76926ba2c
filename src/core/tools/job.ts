/** A job for a program, and how it ended. */

/** A program that is run once: its input, and how long and how much it may answer. Values only. */
export interface Job {
  /** The program and its arguments; no shell looks at them. */
  argv: readonly string[];
  /** Written to its standard input, which is closed then. */
  input: string;
  /** Names of further variables that it gets: they are part of what was approved. */
  passes?: readonly string[];
  /** Its whole environment. */
  env: Record<string, string>;
  /** Milliseconds after which it is ended. */
  timeoutMs: number;
  /** Bytes it may write to standard output before it is ended. */
  most: number;
  signal?: AbortSignal;
}

/** How a program ended, and what it had written until then. */
export interface Ran {
  end: JobEnd;
  /** Standard output; not more than the job allowed. */
  stdout: Uint8Array;
  /** The last part of standard error. */
  stderr: string;
}

/** `late` and `too-much`: it was ended. `not-started`: the system's reason, such as ENOENT. */
export type JobEnd =
  | { how: 'exit'; code: number }
  | { how: 'signal'; signal: string }
  | { how: 'late' }
  | { how: 'too-much' }
  | { how: 'not-started'; reason: string };
