import { copyWith } from '../../schema/copy.ts';
import type { DeadLetterHead } from '../../schema/records/dead-letter.ts';
import type { Message } from '../../schema/records/message.ts';
import type { Request } from '../../schema/records/request.ts';
import type { CallFailure, CallKey, Image, Json, JsonObject, Reply, Usage } from './call.ts';
import type { Replacing } from './content.ts';
/**
 * The lines of the journal. One file a turn: first what people asked and changed (inputs), then calls and their replies,
 * then the effects and the commit. The state at turn N is the fold of the lines 0..N (`apply.ts`), the files are the fold
 * of their file operations (`files.ts`). Amounts are micro-credits; `time` is milliseconds since 1970.
 */
export type Entry = Input | CallEntry | Effect | Mark;

/** What came from outside, frozen before anything is called. */
export type Input =
  | OpenEntry
  /** A file that people write and the engine reads (configuration, resume, memory ...): its new text, null when it is gone. */
  | { k: 'file'; path: string; text: string | null }
  /** A message that a person dropped: found at `found` with this hash, completed to the canonical message. `mends`: the record of an earlier version that was set aside. `through`: an assistant wrote it in that person's seat. */
  | { k: 'drop'; turn: number; found: string; hash: string; message: Message; mends?: string; through?: 'mcp' }
  /** A file that could not be taken, left where it is. `mark` is its hash or, when it cannot be read, what the disk says of it. */
  | {
      k: 'aside';
      turn: number;
      id: string;
      path: string;
      mark: string;
      reason: DeadLetterHead['reason'];
      detail: string;
      owner: string;
      /** Its record. Under rules 1 it was printed from the rest; so are all such texts. */
      text?: string;
    }
  /** The folder of an agent is not to be had since then (ms since 1970): gone, or closed to the program. `out`: gone for good. */
  | { k: 'absent'; agent: string; since: number; why: string; out?: true }
  /** It is there again. */
  | { k: 'back'; agent: string }
  /** A person edited an undelivered message (`text`: the whole file, until it is redacted), or deleted it. */
  | { k: 'mail'; id: string; subject: string; body: string; priority: Message['priority']; text?: string }
  | { k: 'mail-gone'; id: string }
  /** What a command asked; `file` is the request file it came in, if any. `told`: what the author of an acknowledged message is told. */
  | { k: 'request'; request: Request; time: number; told?: string; file?: string }
  /** A dead letter that gets another chance, as the file of its message stands now. */
  | { k: 'revived'; turn: number; id: string; message: Message; to: string[] }
  /** A dead letter that cannot get another chance: the file of its message is gone or unreadable. */
  | { k: 'lost'; id: string; path: string }
  /** A person answered a held act in its file: the hash and text of the file. `mends`: the record of a version that could not be understood. */
  | {
      k: 'answer';
      turn: number;
      id: string;
      decision: 'approve' | 'deny';
      by: string;
      note: string;
      hash: string;
      text: string;
      mends?: string;
    }
  /** Nobody answered a held act in time: somebody else is asked as well, and its file says so. `held`: as it was before. `text`: its new file. */
  | { k: 'escalated'; turn: number; to: string; held: Held; otherwise: string; text?: string }
  /** Nobody answered a held act in time, and nobody is left to ask: the answer that org.yaml gives instead. */
  | { k: 'lapsed'; id: string; decision: 'approve' | 'deny'; note: string }
  /** The tools and servers of the org that the owner of the machine approves from now on, each with the hash of what was approved. */
  | { k: 'trusted'; tools: Record<string, string> }
  /** What a person wants undone, newest first: as the journal tells it, against what stands in the folder now. */
  | UndoEntry
  /** Delivered files in an outbox that have become old, or that people put away (`ids`). */
  | { k: 'sweep'; paths: string[]; ids?: string[] };

export interface UndoEntry {
  k: 'undo';
  turn: number;
  /** What was named: an effect, a message, an approval, a turn, a visit or an agent. */
  of: string;
  by: string;
  steps: UndoStep[];
}

/** One thing that an effect changed: a file that is put back, or mail that is withdrawn; or why it cannot be undone. */
export interface UndoStep {
  /** Of the effect: `E-<turn>-<agent>-<n>`. */
  id: string;
  agent: string;
  /** A path or the id of a message. */
  on: string;
  /** What is to stand there, over what stands there. */
  file?: Replacing;
  mail?: true;
  why?: string;
}

export interface OpenEntry {
  k: 'open';
  turn: number;
  /** Frozen wall time of the turn. */
  time: number;
  boot: string;
  /** Number of the lock that was held: the fencing token. */
  lock: number;
  version: string;
  /** The rules that the turn is made under (`rules.ts`); absent: 1. */
  rules?: number;
  /** Turns that went by before it, in which nobody was due and nothing was asked: none of them was made. */
  passed?: number;
  /** Made for its number alone, at the end of a run or after hours of rest: nobody is due. */
  rest?: true;
  /** The LEMMING_* variables that were in force. */
  env?: Record<string, string>;
  /** Made by `step`: goes on although the organisation is paused. */
  step?: true;
  /** Files in `agents/` that bear the names of agents who could be hired: nobody can. */
  barred?: string[];
  /** When only this agent is due (`step --agent`). */
  only?: string;
  /** What the turn may cost at most (`run --max-cost`). */
  budget?: number;
}

/** A file that a message carries; `data` is base64. */
export interface Attached {
  path: string;
  data: string;
}

/** Calls to providers and to world tools. */
export type CallEntry =
  | IntentEntry
  /** `over`: what was reported above the reserve; `flag`: why the cost is an estimate. */
  | ({ k: 'reply'; cost: number; over: number; flag?: UsageFlag; ms: number; reply: Reply } & CallKey)
  | ({
      k: 'failed';
      cost: number;
      ms: number;
      /** When it failed: milliseconds since 1970. */
      at?: number;
      failure: CallFailure;
      message: string;
      usage: Usage | null;
      requestId: string | null;
    } & CallKey)
  | UseEntry
  | UsedEntry
  /** A text that prompts refer to by its hash, or that a tool replaced; `image`: it is base64. */
  | { k: 'blob'; hash: string; text: string; image?: true };

export interface IntentEntry extends CallKey {
  k: 'intent';
  /** The unit that the spending is booked on. */
  unit: string | null;
  model: string;
  provider: string;
  /** sha256 of the request. */
  hash: string;
  reserve: number;
  /** Why this model is asked and not the first of the resume. */
  via?: string;
  /** false: asking again may be billed again, so an intent without a reply is in doubt. */
  repeatable: boolean;
  /** Nobody was asked: a reply of an earlier turn was given again. */
  cached?: true;
  prompt: PromptRef;
}

/** What was wrong with the usage that a service reported. */
export type UsageFlag = 'no usage' | 'doubtful usage';

/** How the exact prompt of a call is kept: by reference to what the journal holds already. */
export type PromptRef =
  | { system: string; pieces: Piece[]; max: number; images?: ImageRef[] }
  /** The same prompt with the reply of the call before and these results. */
  | { after: number; results: { id: string; tool: string; text: string; ok: boolean }[] };

/** An image of the mail; its base64 text is a blob of that hash. */
export interface ImageRef {
  path: string;
  name: string;
  type: Image['type'];
  hash: string;
}

/** A piece of text: literal; the body of a message, cut to so many characters; or a blob. */
export type Piece = string | { mail: string; cut?: number } | { blob: string };

/** The `act`-th act of a call; acts that were approved are those of call 0. */
export interface ActKey {
  turn: number;
  agent: string;
  n: number;
  act: number;
}

/** An act is about to be done: by a tool that works on the world, or by any that costs something. */
export interface UseEntry extends ActKey {
  k: 'use';
  tool: string;
  /** null for an act on the organisation. */
  input: Json;
  /** Booked by this line, on the agent and on this unit. Absent: it costs nothing. */
  cost?: number;
  unit?: string | null;
}

/** Micro-credits that are booked on an agent. */
export interface Booked {
  turn: number;
  agent: string;
  cost: number;
}

/** What a line books: for a call that ended, or for a use of a tool that costs something. */
export function bookedIn(entry: Entry): Booked | null {
  if (entry.k === 'reply' || entry.k === 'failed') return entry;
  return entry.k === 'use' && entry.cost !== undefined ? copyWith(entry, { cost: entry.cost }) : null;
}

export interface UsedEntry extends ActKey {
  k: 'used';
  ok: boolean;
  text: string;
  /** The rule of the Box, of a host or of a quota that refused it. */
  rule?: string;
  /** The text holds words of strangers: from then on the agent is tainted. */
  tainted?: true;
  /** Hosts that its program reached. */
  network?: string[];
  /** Workspace files that the tool changed. */
  files: LiveFile[];
  /** The tool asked for this write to a shared file; it becomes an effect. */
  shared?: { path: string; text: string };
  /** Nothing was written: what stood in the file, with its short hash, cannot be merged with what the agent wants there. */
  conflict?: { text: string; hash: string };
}

/** A file of a workspace as a tool left it, and the hash of what stood there before. Without `hash`, null means that it is gone. */
export interface LiveFile {
  path: string;
  text: string | null;
  was: string | null;
  /** sha256 of a file that is no text, or too large to keep; `data` is its content in base64 when it was small enough. */
  hash?: string;
  size?: number;
  data?: string;
}

/** What a turn changed. Only these, and the inputs, change a state. */
export type Effect =
  | VisitEffect
  /** `made`: the call of its author's visit and the act in it, `2.1`; the call alone for plain text; or the held act that was approved. */
  | { k: 'sent'; message: Message; files?: Attached[]; made?: string }
  /** `text`: null when the agent removed the file. Only in a workspace it may be no text. */
  | ({ k: 'wrote'; agent: string; path: string } & Replacing)
  | { k: 'acked'; agent: string; id: string; author: string; reaction: string }
  /** `text`: its record. `waits`: it is delivered by itself when the folder of its agent is back. */
  | { k: 'dead'; record: DeadLetterHead; detail: string; text?: string; waits?: true }
  | {
      k: 'notice';
      to: string;
      about: 'dead-letter' | 'cut' | 'refused' | 'credits' | 'loop' | 'edit' | 'approval' | 'ack' | 'result' | 'undo';
      text: string;
      /** The dead letter that it tells of. */
      dead?: string;
      /** Of a visit that was cut: it takes the place of what was told of the same mail before. */
      left?: Unfinished;
      /** What it tells of, as long as that is so (`fold/notices.ts`): it goes when that is settled, and a later one takes its place. */
      of?: string;
    }
  | ({ k: 'held' } & Held)
  /** `hash`: of the file that asked; under rules 1 only when a person changed it. `text`: of the one that takes its place. */
  | {
      k: 'decided';
      id: string;
      decision: 'approved' | 'denied';
      by: string;
      note: string;
      outcome: string;
      held: Held;
      hash?: string;
      text?: string;
    }
  /** An approved act cannot be paid: it goes on waiting, and is done when it can. People were told. */
  | { k: 'unpaid'; id: string; cost: number }
  | { k: 'moved'; from: string; to: string }
  | HiredEffect
  | RetiredEffect
  /** Mail that a person took back from those who had not got it. */
  | { k: 'withdrawn'; id: string; by: string; to: string[] }
  /** What an effect did to a path or a message was undone: it is not undone twice. */
  | { k: 'undone'; id: string; by: string; on: string }
  | { k: 'summarised' }
  | { k: 'warned'; scope: string };

/** A new agent: the files of its folder, its place in the chart, and what it may spend, all together. */
export interface HiredEffect {
  k: 'hired';
  turn: number;
  agent: string;
  by: string;
  /** The template it was made from. */
  template: string | null;
  /** Files of its folder, by their paths in it. */
  files: NewFile[];
  chart: Patch;
  /** Micro-credits that it was given, and who has so much less; null: a person granted them. */
  credits: number;
  from: string | null;
}

/** An agent that is none any more: its resume gets another name, it leaves the chart, and what it had left goes on. */
export interface RetiredEffect {
  k: 'retired';
  turn: number;
  agent: string;
  by: string;
  chart: Patch;
  /** Micro-credits that it had left, and who gets them; null: nobody, as they were granted by a person. */
  credits: number;
  to: string | null;
}

/** A file of a new agent; the path is relative to its folder. */
export interface NewFile {
  path: string;
  text: string;
}

/** A file that people write, with single fields changed: its text before and after. */
export interface Patch {
  text: string;
  was: string;
}

/** What of a message an act may refer to. */
export type Cause = Pick<Message, 'id' | 'from' | 'subject' | 'thread' | 'hops' | 'attachments'>;

/** Micro-credits that are left of an account or a cap: of an agent, a unit (`@name`) or the `org`. */
export interface Left {
  of: string;
  left: number;
}

/** An act that waits for a person, as its file tells it. */
export interface Held {
  id: string;
  /** In which it was held. */
  turn: number;
  agent: string;
  tool: string;
  input: Json;
  /** Which rule holds it. */
  rule: string;
  /** What the rule has to say. */
  because?: string;
  /** People who were asked, in order. */
  contacts: string[];
  /** What a person is shown of it besides its input (`preview` of the tool). */
  shows?: string;
  /** For `write_file` and `edit_file`: what the file held that it would change; of a conflict all of it. */
  was?: string;
  /** Micro-credits that the agent had spent by then. */
  spent?: number;
  /** Micro-credits that doing it costs, and what was left at the end of the turn: of the agent, and of the caps that it shares. */
  price?: { cost: number; left: Left[] };
  /** The policy that would let acts like it happen without asking, as a pattern. */
  always?: string;
  /** Mail that the visit was given: what the act refers to when it is done later. */
  cause: Cause[];
  /** One sentence: what happens when nobody answers. */
  otherwise: string;
  /** Hash of what the act would take the place of: it is done only over that. What it `shows` tells the whole input. */
  over?: string;
  /** What the person was shown and an approval covers (`covers.ts`) → its hash. */
  covers?: Record<string, string>;
  /** It was approved before, and held again because these had changed since it was shown. */
  again?: { of: string; changed: string[] };
  /** Its file. */
  text?: string;
  /** How a person denied the same act before. */
  denied?: { of: string; by: string; note: string };
}

/** How a visit ended. `cut`: it ran out of something, or went in a loop; what it did stands, and its mail is given again. */
export type VisitOutcome = 'ok' | 'cut' | 'failed' | 'skipped';

/** `provider`: the provider's fault; `reply`: the mail or the reply made it fail; `credits`; `budget`: the limit of this run; `internal`. */
export type Blame = 'provider' | 'reply' | 'credits' | 'budget' | 'internal';

export interface VisitEffect {
  k: 'visit';
  agent: string;
  outcome: VisitOutcome;
  /** For a failed or skipped visit: why. For one that was cut: `steps`, `tokens` or `credits` ran out, or it `looped`. */
  reason?: string;
  /** For a visit that was cut: the same in words. */
  detail?: string;
  blame?: Blame;
  /** Micro-credits that the call could cost for which credits were missing. */
  need?: number;
  /** Mail that the visit was given. Delivered when the outcome is ok. */
  mail: string[];
  /** Mail of a visit that was cut and had acknowledged it: delivered all the same. */
  settled?: string[];
  sent: number;
  /** Acts that a rule refused: `refusals`, and `used` lines with a rule that no person is asked about. */
  refused: number;
  held: number;
  /** Notices that the visit was told. */
  told: number;
  /** Plain text of the replies: the agent's log. */
  notes: string[];
  /** What the gate refused: tool, rule and why. */
  refusals?: { tool: string; rule: string; text: string }[];
  /** Skills that it loaded, one for each load. */
  loaded?: string[];
}

export type Mark =
  /** The commit point of the turn. */
  | { k: 'commit'; turn: number; lock: number }
  /** The files of that turn stand in the folder. */
  | { k: 'done'; turn: number }
  /** The files of all turns up to this one were fsynced. */
  | { k: 'synced'; turn: number }
  /**
   * After the commit: the file system refused the operations of the turn on that path, for its name or its place; of them
   * those `after` so many. `kept`: where their content lies. `mark`: hash of a file that could not be removed. `record`:
   * the file that tells people.
   */
  | {
      k: 'unplaced';
      turn: number;
      id: string;
      path: string;
      kept: string | null;
      after: number;
      owner: string;
      detail: string;
      record: string;
      mark?: string;
    }
  /** After the commit: the folder of the agent was gone. What the turn wrote there is made when it is back. */
  | { k: 'deferred'; turn: number; agent: string }
  /** It was back: what was deferred stands there. */
  | { k: 'caught-up'; agent: string }
  /** After a crash: attempts that were repeated, and attempts that may have been billed without a reply. `rules`: the turn was finished under these, not its own. */
  | { k: 'recovered'; turn: number; again: string[]; doubt: string[]; rules?: number }
  /** The text of a group of lines was erased on request: the new hash of the group whose seal is `seal`. */
  | { k: 'redacted'; file: number; seal: string; hash: string; id: string };

export type { JsonObject };

/** What was done: a verb, and to what; of many things the first, and that there are more. */
export type Done = { verb: string; things: string[]; more?: true }[];

/** What the notice of a cut visit stands on, so that the next one can take its place. */
export interface Unfinished {
  /** Mail that this visit and those before it were given and did not finish. */
  mail: string[];
  done: Done;
}
