/** The definition of a command: data from which all faces are derived, the code that runs it, and types derived from the data. */
import type * as zod from 'zod';
import type { World } from './world.ts';

/** A heading in the help. */
export type HelpGroup = 'start' | 'run' | 'people' | 'look' | 'money' | 'work' | 'parts' | 'time' | 'keep' | 'serve';

/**
 * The rights of a caller other than the person at the machine: acting in a seat, reading what others wrote to each other,
 * making turns, answering held acts, giving credits, and changing the organisation's members and parts.
 */
export type Right = 'seat' | 'look' | 'turns' | 'approvals' | 'money' | 'edit';

/** `owner`: only the person at the machine. Of several rights, one is enough. */
export type Needed = Right | 'owner' | readonly Right[];

/**
 * A callable command as data: verb, arguments and options. Parsing, help, completion, reference, MCP tools and resources, and
 * keys of the screen derive from it.
 */
export interface Leaf {
  /** The words that call it: a verb, or a verb and a subcommand. */
  name: string;
  /** One line that starts with a verb. */
  summary: string;
  /** Working command lines, and what they do. */
  examples: readonly { line: string; does: string }[];
  args: readonly Arg[];
  flags: readonly Flag[];
  /** Whether it changes nothing and needs no lock. */
  reads: boolean;
  right: Needed;
  /** Whether it needs an org; false for commands that work outside one (bootstrap, import). Default true. */
  needsOrg?: boolean;
  /** The address at which its data can be read; `{name}` in it is the first argument. */
  resource?: { uri: string; name: string; about: string };
  /** The keys of the terminal screen that run it. */
  screen?: readonly ScreenKey[];
}

/** What a command acts on in the terminal screen: a row of that kind, whose id is its first argument. `org`: any row. */
export type ScreenSubject = 'org' | 'agent' | 'message' | 'dead-letter' | 'approval' | 'task' | 'run' | 'workflow';

/** A key of the terminal screen that runs a command. */
export interface ScreenKey {
  /** Its default key. Commands with the same action share a key: the one that fits the chosen row runs. */
  key: string;
  /** The name of the action in the owner's keymap; by default the last word of the command. */
  action?: string;
  on: ScreenSubject;
  /** Arguments and options that the person is asked for, one after the other. */
  asks?: readonly string[];
  /** Switches that it sets. */
  flags?: Readonly<Record<string, true>>;
  /** The first argument, if it does not come from the row. */
  given?: string;
  /** Whether the person must confirm. */
  confirm?: true;
}

/** A verb with subcommands: `lemming agent list`. */
export interface Family<L extends Leaf = Leaf> {
  name: string;
  group: HelpGroup;
  summary: string;
  /** The subcommand that the verb alone calls. */
  bare: string;
  commands: readonly L[];
}

export type Single = Leaf & { group: HelpGroup };
export type Command = Single | Family;

/** A leaf as a command file defines it, with the schema of its data. The schema is built only on demand. */
export interface LeafDefinition extends Leaf {
  output(z: Zod): zod.ZodType<object>;
}
/** The schema library, passed to whoever builds a schema, so that no command loads it. */
export type Zod = typeof zod;

/** A command file exports `command`, `as const satisfies Definition`, and `run`: a `Run`, or the `Runs` of a family. */
export type Definition = (LeafDefinition & { group: HelpGroup }) | Family<LeafDefinition>;

/** A positional argument. */
export interface Arg {
  name: string;
  about: string;
  optional?: boolean;
  /** Takes all remaining words. */
  many?: boolean;
  /** `-` stands for all of standard input. */
  stdin?: boolean;
  choices?: readonly string[];
  /** What completion offers here; derived from the argument's name by default. */
  of?: readonly Completable[];
}

/** Kinds of things in an organisation that completion offers. */
export type Completable =
  | 'agent'
  | 'unit'
  | 'message'
  | 'thread'
  | 'approval'
  | 'dead-letter'
  | 'model'
  | 'skill'
  | 'tool'
  | 'task'
  | 'goal'
  | 'workflow'
  | 'run'
  | 'file'
  | 'folder';

/** An option `--name`. Without `value` it is a switch. */
export interface Flag {
  name: string;
  about: string;
  /** The placeholder of the value in the help, such as N or AGENT. */
  value?: string;
  /** Whether it can be given several times; its value is then the list. */
  many?: boolean;
  /** Whether the value can be omitted; the option is then `true`. */
  optional?: boolean;
  /** A single letter. */
  short?: string;
  /** `whole`: a whole number from `least`; `amount`: credits with up to six decimals. Anything else is a usage error (exit 2). */
  kind?: 'text' | 'whole' | 'amount';
  least?: number;
  choices?: readonly string[];
  /** The right it needs in addition to that of its command. */
  right?: Needed;
}

type ParsedText<Of> = Of extends { choices: readonly (infer Choice extends string)[] } ? Choice : string;
type ParsedValue<F> = F extends { kind: 'whole' | 'amount' } ? number : ParsedText<F>;
type FlagValue<F> = F extends { value: string }
  ? F extends { many: true }
    ? ParsedText<F>[]
    : F extends { optional: true }
      ? ParsedValue<F> | true
      : ParsedValue<F>
  : true;

/** The parsed and checked input of a call, as the definition describes it. Amounts are micro-credits. */
export interface InputOf<L extends Leaf> {
  args: {
    [A in L['args'][number] as A extends { many: true } | { optional: true } ? never : A['name']]: ParsedText<A>;
  } & {
    [A in L['args'][number] as A extends { many: true } ? never : A extends { optional: true } ? A['name'] : never]?:
      | ParsedText<A>
      | undefined;
  };
  /** The words of a `many` argument. */
  rest: readonly string[];
  flags: { [F in L['flags'][number] as F['name']]?: FlagValue<F> | undefined };
}

/** The same for a command known only as data. */
export interface RawInput {
  args: Record<string, string | undefined>;
  rest: readonly string[];
  flags: Record<string, string | number | boolean | string[] | undefined>;
}

/** Whether a key belongs to the open part of a loose object. */
type LooseKey<T, K extends keyof T> = string extends K ? (unknown extends T[K] ? true : false) : false;

/** Data as a command returns them: read-only. */
type Fixed<T> = T extends readonly (infer One)[]
  ? readonly Fixed<One>[]
  : T extends object
    ? { readonly [K in keyof T as LooseKey<T, K> extends true ? never : K]: Fixed<T[K]> }
    : T;

/** The data type of a leaf. */
export type DataOf<L> = L extends { output(z: Zod): infer Shape extends zod.ZodType<object> }
  ? Fixed<zod.infer<Shape>>
  : object;

/** The result of a command. `data` is the object that --json prints; `text` is for people, and may be a getter where it takes long to make. */
export interface Outcome<Data extends object = object> {
  data: Data;
  readonly text: string;
  /** The exit code, 0 by default. Faults are thrown as `FaultError`. */
  exit?: number;
}

/** The function of a leaf. `Data` may be narrower than its schema. */
export type Run<L extends Leaf, Data extends DataOf<L> & object = DataOf<L> & object> = (
  world: World,
  input: InputOf<L>,
) => Promise<Outcome<Data>>;

/** The functions of a family's leaves, by name. */
export type Runs<F extends Family> = { readonly [L in F['commands'][number] as L['name']]: Run<L> };

/** The code of a leaf, loaded when it runs or when its schema is needed. */
export interface Code {
  run(world: World, input: RawInput): Promise<Outcome>;
  output: LeafDefinition['output'];
}
