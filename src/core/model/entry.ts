/** The types of journal lines. */
import { copyWith } from '../../schema/copy.ts';
import type { JsonObject } from './call.ts';

/**
 * The lines of the journal. Each turn has one file: first what people asked and changed (inputs), then calls and their
 * replies, then the effects and the commit. The state at turn N comes from applying lines 0..N (`apply.ts`), the files from
 * their file operations (`files.ts`). Amounts are micro-credits; `time` is milliseconds since 1970. The file of each kind
 * (`src/core/journal/kinds/`) has the schema of its lines, and adds its type to one of these interfaces.
 */

/** What came from outside, frozen before anything is called. */
// biome-ignore lint/suspicious/noEmptyInterface: each kind adds its own
export interface Inputs {}
/** Calls to providers and to world tools. */
// biome-ignore lint/suspicious/noEmptyInterface: each kind adds its own
export interface Calls {}
/** What a turn changed. Only these, and the inputs, change a state. */
// biome-ignore lint/suspicious/noEmptyInterface: each kind adds its own
export interface Effects {}
/** How far the engine came. */
// biome-ignore lint/suspicious/noEmptyInterface: each kind adds its own
export interface Marks {}

export interface Lines extends Inputs, Calls, Effects, Marks {}

/** A line of that kind. */
export type Line<K extends keyof Lines = keyof Lines> = Lines[K];

export type InputEntry = Inputs[keyof Inputs];
export type CallEntry = Calls[keyof Calls];
export type Effect = Effects[keyof Effects];
export type Mark = Marks[keyof Marks];
export type Entry = InputEntry | CallEntry | Effect | Mark;

export type OpenEntry = Line<'open'>;
export type UndoEntry = Line<'undo'>;
/** One step of an undo. */
export type UndoStep = UndoEntry['steps'][number];
export type IntentEntry = Line<'intent'>;
/** How the exact prompt of a call is kept. */
export type PromptRef = IntentEntry['prompt'];
type FirstPrompt = Extract<PromptRef, { system: string }>;
/** An image of the mail. */
export type ImageRef = NonNullable<FirstPrompt['images']>[number];
/** A piece of the text of a prompt. */
export type Piece = FirstPrompt['pieces'][number];
/** What was wrong with the usage that a service reported. */
export type UsageFlag = NonNullable<Line<'reply'>['flag']>;
export type UseEntry = Line<'use'>;
/** An act of a visit. */
export type ActKey = Pick<UseEntry, 'turn' | 'agent' | 'n' | 'act'>;
export type UsedEntry = Line<'used'>;
/** A file of a workspace as a tool left it. */
export type LiveFile = UsedEntry['files'][number];
/** A file that a message carries. */
export type Attached = NonNullable<Line<'sent'>['files']>[number];
/** An act that waits for a person. */
export type Held = Line<'decided'>['held'];
/** The part of a message that an act may refer to. */
export type Cause = Held['cause'][number];
/** Micro-credits that are left of an account or a cap. */
export type Left = NonNullable<Held['price']>['left'][number];
export type HiredEffect = Line<'hired'>;
export type RetiredEffect = Line<'retired'>;
/** A file of a new agent. */
export type NewFile = HiredEffect['files'][number];
/** A file that people write, with single fields changed. */
export type Patch = HiredEffect['chart'];
export type VisitEffect = Line<'visit'>;
/** How a visit ended. */
export type VisitOutcome = VisitEffect['outcome'];
/** Who is to blame. */
export type Blame = NonNullable<VisitEffect['blame']>;
/** The content of the notice of a cut visit. */
export type Unfinished = NonNullable<Line<'notice'>['left']>;
/** What was done. */
export type DoneSoFar = Unfinished['done'];

/** Micro-credits that are booked on an agent. */
export interface Booked {
  turn: number;
  agent: string;
  cost: number;
}

/** The amount that a line books, for a call that ended or for a use of a tool that costs something. */
export function bookedIn(entry: Entry): Booked | null {
  if (entry.k === 'reply' || entry.k === 'failed') return entry;
  return entry.k === 'use' && entry.cost !== undefined ? copyWith(entry, { cost: entry.cost }) : null;
}

export type { JsonObject };
