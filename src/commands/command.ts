import type { Seat } from '../app/place.ts';

/** A command is data plus a function: from it derive the CLI verb, its help, the MCP tool and (later) the HTTP route and the TUI action. */
export interface Command {
  /** The verb, and the name of its file. */
  name: string;
  /** Heading in the help. */
  group: 'start' | 'run' | 'people' | 'look' | 'money' | 'work' | 'parts' | 'time' | 'keep' | 'serve';
  /** One line, starting with a verb. */
  summary: string;
  /** A command line that works, and what it does. */
  examples: { line: string; does: string }[];
  args: Arg[];
  flags: Flag[];
  /** true: changes nothing, offers --json, needs no lock. */
  reads: boolean;
  /** false: works outside an org (bootstrap, import). Default true. */
  needsOrg?: boolean;
}

/** A positional argument. */
export interface Arg {
  name: string;
  about: string;
  optional?: boolean;
  /** Takes all that is left. */
  many?: boolean;
  /** `-` stands for all of standard input. */
  stdin?: boolean;
  choices?: string[];
  /** What may stand here, for completion; told by its name when left out. */
  of?: Known[];
}

/** Kinds of things in an organisation that completion knows. */
export type Known =
  | 'agent'
  | 'unit'
  | 'message'
  | 'thread'
  | 'approval'
  | 'dead-letter'
  | 'model'
  | 'skill'
  | 'tool'
  | 'file'
  | 'folder';

/** An option `--name`. Without `value` it is a switch. */
export interface Flag {
  name: string;
  about: string;
  /** Placeholder of the value in the help, such as N or AGENT. */
  value?: string;
  /** May be given several times: its value is the list. */
  many?: boolean;
  /** The value may be left out: then the option is `true`. */
  optional?: boolean;
  /** Single letter. */
  short?: string;
  /** `whole`: a whole number from `least`; `amount`: credits with up to six decimals. Anything else is a wrong use (exit 2). */
  kind?: 'text' | 'whole' | 'amount';
  least?: number;
  choices?: string[];
}

/** What the command line said, parsed and checked. */
export interface Input {
  args: Record<string, string | undefined>;
  /** The rest of a `many` argument. */
  rest: string[];
  flags: Record<string, string | number | boolean | string[] | undefined>;
}

/** The world of a command. Faces make it; commands touch nothing else. */
export interface World {
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
  /** A full screen for a person, where the face has one; resolves when they leave it. `run`: the engine runs in this process. */
  screen?(wish: { run: boolean }): Promise<Outcome>;
  /** Serves the organisation to an assistant over standard input and output, where the face can; resolves when it leaves. */
  serve?(seat: Seat, rights: ReadonlySet<Right>): Promise<Outcome>;
  /** Aborted at the first Ctrl-C; the command finishes or rolls back its turn and returns. */
  signal: AbortSignal;
}

/** What an assistant may do beyond its seat: read what others wrote to each other, make turns, answer held acts. */
export type Right = 'look' | 'turns' | 'approvals';

/** How lines are typed at a terminal. */
export interface Typing {
  /** Stands before the line. */
  prompt(): string;
  /** Earlier lines, the oldest first. */
  history(): readonly string[];
  /** Whole lines that what is typed may become. */
  complete(line: string): string[];
}

/** What a command returns. `data` is what --json prints, one object; `text` is for people. */
export interface Outcome<Data extends object = object> {
  data: Data;
  text: string;
  /** Exit code, default 0. Faults are thrown as `FaultError`. */
  exit?: number;
}

/** A command file exports `command` and `run`. */
export type Run<Data extends object = object> = (world: World, input: Input) => Promise<Outcome<Data>>;
