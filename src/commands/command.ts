/** What a command is: data from which all faces are made, the code behind it, and the types that follow from the data. */
import type * as zod from 'zod';
import type { World } from './world.ts';

/** Heading in the help. */
export type HelpGroup = 'start' | 'run' | 'people' | 'look' | 'money' | 'work' | 'parts' | 'time' | 'keep' | 'serve';

/**
 * What a command takes from who calls it, when that is not the person at the machine: a seat alone, reading what others wrote to
 * each other, making turns, answering held acts, giving credits, changing who and what the organisation is made of.
 */
export type Right = 'seat' | 'look' | 'turns' | 'approvals' | 'money' | 'edit';

/** `owner`: nobody but the person at the machine. Of several, one is enough. */
export type Needed = Right | 'owner' | readonly Right[];

/** What can be called, as data: verb, arguments and options. From it derive parsing, help, completion, reference, tools, resources and keys of the screen. */
export interface Leaf {
  /** The words that call it: a verb, or a verb and what of it. */
  name: string;
  /** One line, starting with a verb. */
  summary: string;
  /** Command lines that work, and what they do. */
  examples: readonly { line: string; does: string }[];
  args: readonly Arg[];
  flags: readonly Flag[];
  /** true: changes nothing and needs no lock. */
  reads: boolean;
  right: Needed;
  /** false: works outside an org (bootstrap, import). Default true. */
  needsOrg?: boolean;
  /** Where its data can be read; `{name}` in the address is its first argument. */
  resource?: { uri: string; name: string; about: string };
  /** The keys of the terminal screen that run it. */
  screen?: readonly ScreenKey[];
}

/** What a command acts on in the terminal screen: a row of that kind, whose id is its first argument; `org`: whatever is chosen. */
export type ScreenSubject = 'org' | 'agent' | 'message' | 'dead-letter' | 'approval' | 'task' | 'run' | 'workflow';

/** A key of the terminal screen that runs a command. */
export interface ScreenKey {
  /** Its usual key. Commands with one action have one key: the one runs that fits the chosen row. */
  key: string;
  /** The name of the action in the owner's keymap (default: the last word of the command). */
  action?: string;
  on: ScreenSubject;
  /** Arguments and options that the person is asked for, one after the other. */
  asks?: readonly string[];
  /** Switches that it sets. */
  flags?: Readonly<Record<string, true>>;
  /** The first argument, where no row gives it. */
  given?: string;
  /** The person is asked whether it is meant. */
  confirm?: true;
}

/** A verb that has commands below it: `lemming agent list`. */
export interface Family<L extends Leaf = Leaf> {
  name: string;
  group: HelpGroup;
  summary: string;
  /** The one that the verb alone calls. */
  bare: string;
  commands: readonly L[];
}

export type Single = Leaf & { group: HelpGroup };
export type Command = Single | Family;

/** A leaf as it is written: with the shape of the data that it gives. The schema is made only when somebody asks for it. */
export interface LeafDefinition extends Leaf {
  output(z: Zod): zod.ZodType<object>;
}
/** The library of schemas, handed to whoever makes one: no command loads it. */
export type Zod = typeof zod;

/** A command file exports `command`, `as const satisfies Definition`, and `run`: a `Run`, or the `Runs` of a family. */
export type Definition = (LeafDefinition & { group: HelpGroup }) | Family<LeafDefinition>;

/** A positional argument. */
export interface Arg {
  name: string;
  about: string;
  optional?: boolean;
  /** Takes all that is left. */
  many?: boolean;
  /** `-` stands for all of standard input. */
  stdin?: boolean;
  choices?: readonly string[];
  /** What may stand here, for completion; told by its name when left out. */
  of?: readonly Completable[];
}

/** Kinds of things in an organisation that completion knows. */
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
  choices?: readonly string[];
  /** What it takes beyond the right of its command. */
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

/** What a caller said, parsed and checked, as the definition promises it. Amounts are micro-credits. */
export interface InputOf<L extends Leaf> {
  args: {
    [A in L['args'][number] as A extends { many: true } | { optional: true } ? never : A['name']]: ParsedText<A>;
  } & {
    [A in L['args'][number] as A extends { many: true } ? never : A extends { optional: true } ? A['name'] : never]?:
      | ParsedText<A>
      | undefined;
  };
  /** What a `many` argument took. */
  rest: readonly string[];
  flags: { [F in L['flags'][number] as F['name']]?: FlagValue<F> | undefined };
}

/** The same of a command of which only the data are known. */
export interface RawInput {
  args: Record<string, string | undefined>;
  rest: readonly string[];
  flags: Record<string, string | number | boolean | string[] | undefined>;
}

/** What a loose object may hold besides what it names. */
type LooseKey<T, K extends keyof T> = string extends K ? (unknown extends T[K] ? true : false) : false;

/** Data as a command gives them: nobody changes them. */
type Fixed<T> = T extends readonly (infer One)[]
  ? readonly Fixed<One>[]
  : T extends object
    ? { readonly [K in keyof T as LooseKey<T, K> extends true ? never : K]: Fixed<T[K]> }
    : T;

/** The data that a leaf promises. */
export type DataOf<L> = L extends { output(z: Zod): infer Shape extends zod.ZodType<object> }
  ? Fixed<zod.infer<Shape>>
  : object;

/** What a command returns. `data` is what --json prints, one object; `text` is for people. */
export interface Outcome<Data extends object = object> {
  data: Data;
  text: string;
  /** Exit code, default 0. Faults are thrown as `FaultError`. */
  exit?: number;
}

/** What a leaf does. `Data` may say more than its schema does. */
export type Run<L extends Leaf, Data extends DataOf<L> & object = DataOf<L> & object> = (
  world: World,
  input: InputOf<L>,
) => Promise<Outcome<Data>>;

/** What the leaves of a family do, by name. */
export type Runs<F extends Family> = { readonly [L in F['commands'][number] as L['name']]: Run<L> };

/** What of a leaf is code: loaded when it runs, or when its shape is asked for. */
export interface Code {
  run(world: World, input: RawInput): Promise<Outcome>;
  output: LeafDefinition['output'];
}
