// The world of a command: everything that it can see and touch.
import type { Seat } from '../app/place.ts';
import type { Machine } from '../engine/machine.ts';
import type { Outcome, Right } from './command.ts';

/** The world of a command. Faces make it; commands touch nothing else. */
export interface World {
  machine: Machine;
  /** The absolute path of the org folder; '' for commands that need no org, if none was found. */
  root: string;
  cwd: string;
  env: Record<string, string | undefined>;
  /** Who acts, if it is not the person at the keyboard. */
  seat?: Seat;
  /** Showing mail does not mark it as read. */
  peeks?: boolean;
  /** --json was given. */
  json: boolean;
  /** A person is at a terminal (progress may be redrawn). */
  interactive: boolean;
  /** The face goes on showing the organisation, so a run waits while it is paused. */
  stays?: true;
  /** Progress and remarks, a line each; written to stderr. */
  say(line: string): void;
  /** Data as it arrives, for commands that stream (logs -f); written to stdout. */
  print(line: string): void;
  /** All of standard input, for `-`. */
  stdin(): Promise<string>;
  /** Changing text at the bottom of a terminal; null removes it. Ignored elsewhere. */
  sketch(text: string | null): void;
  /** Standard input line by line. At a terminal, `typing` adds editing and history. */
  lines(typing?: Typing): AsyncIterable<string>;
  /** Other command lines that the person types within this command, where the face knows them. */
  within?(): Promise<LinesWithin>;
  /** Lets the person change a text in their editor, where the face can; resolves to what they saved. */
  edit?(text: string, file: string): Promise<string>;
  /** A full screen for a person, where the face has one; resolves when they leave it. `run`: the engine runs in this process. */
  screen?(wish: { run: boolean }): Promise<Outcome>;
  /** Serves the organisation to an assistant over standard input and output, where the face can; resolves when it leaves. */
  serve?(seat: Seat, rights: ReadonlySet<Right>): Promise<Outcome>;
  /** Aborted at the first Ctrl-C; the command then finishes or rolls back its turn and returns. */
  signal: AbortSignal;
}

/** Command lines within a command: without the word lemming, in the same organisation and seat. */
export interface LinesWithin {
  /** The verbs that there are. */
  readonly names: readonly string[];
  /** Runs one. Throws `usage` for a line that is none. */
  run(words: readonly string[]): Promise<Outcome>;
  /** What the last word may become. */
  complete(words: readonly string[]): string[];
}

/** How lines are typed at a terminal. */
export interface Typing {
  /** The text before the line. */
  prompt(): string;
  /** Earlier lines, oldest first. */
  history(): readonly string[];
  /** The lines that the typed text may become. */
  complete(line: string): string[];
}
