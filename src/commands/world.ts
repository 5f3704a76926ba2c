// The world of a command: all that a command can see and touch. Faces make it.
import type { Seat } from '../app/place.ts';
import type { Machine } from '../engine/machine.ts';
import type { Outcome, Right } from './command.ts';

/** The world of a command. Faces make it; commands touch nothing else. */
export interface World {
  machine: Machine;
  /** Absolute path of the org folder; '' for commands with needsOrg false when none was found. */
  root: string;
  cwd: string;
  env: Record<string, string | undefined>;
  /** Who acts, when it is not the person at the keyboard. */
  seat?: Seat;
  /** Mail that is shown does not count as read by that. */
  peeks?: boolean;
  /** --json was given. */
  json: boolean;
  /** A person is at a terminal (progress may be redrawn). */
  interactive: boolean;
  /** The face goes on showing the organisation: what runs waits while it is paused. */
  stays?: true;
  /** Progress and remarks, a line each; goes to stderr. */
  say(line: string): void;
  /** Data as it comes, for commands that stream (logs -f); goes to stdout. */
  print(line: string): void;
  /** All of standard input, for `-`. */
  stdin(): Promise<string>;
  /** Text that still changes, drawn below all else at a terminal that can; null takes it away. */
  sketch(text: string | null): void;
  /** Standard input line by line; at a terminal with `typing` as a person types, with editing and history. */
  lines(typing?: Typing): AsyncIterable<string>;
  /** Other command lines that the person types within this command, where the face knows them. */
  within?(): Promise<LinesWithin>;
  /** Lets the person change a text in their editor, where the face can; resolves to what they saved. */
  edit?(text: string, file: string): Promise<string>;
  /** A full screen for a person, where the face has one; resolves when they leave it. `run`: the engine runs in this process. */
  screen?(wish: { run: boolean }): Promise<Outcome>;
  /** Serves the organisation to an assistant over standard input and output, where the face can; resolves when it leaves. */
  serve?(seat: Seat, rights: ReadonlySet<Right>): Promise<Outcome>;
  /** Aborted at the first Ctrl-C; the command finishes or rolls back its turn and returns. */
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
  /** Stands before the line. */
  prompt(): string;
  /** Earlier lines, the oldest first. */
  history(): readonly string[];
  /** Whole lines that what is typed may become. */
  complete(line: string): string[];
}
