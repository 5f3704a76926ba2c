/** What a tool is, and what it works with. */
import type { OrgFile } from '../../schema/config/org.ts';
import type { Resume } from '../../schema/config/resume.ts';
import { copyWith } from '../../schema/copy.ts';
import type { Message } from '../../schema/records/message.ts';
import type { Json, JsonObject, ToolSpec } from './call.ts';
import type { Config, Server } from './config.ts';
import type { Attached, Cause, Effect, Held, HiredEffect } from './entry.ts';
import { TextsByHash } from './hash.ts';
import type { Task } from './state/tasks.ts';
import type { State } from './state.ts';
import type { Trusted } from './trust.ts';
/**
 * A tool: one file in `src/tools/`. It is either an act on the organisation, judged and staged by a pure function, or works
 * on the world through the tool context and is journaled as intent and result.
 */
export type Tool = ActTool | WorldTool;

interface ToolBase {
  spec: ToolSpec;
  /** `all`: every agent has it; `resume`: only those whose resume lists it. */
  granted: 'all' | 'resume';
  /**
   * To whom of those who have it prompts describe it, if not to all: those who have mail that the prompt does not show, those who have
   * open tasks, those who were asked for a plan, or those whose resume lists it. A description costs tokens in every prompt.
   */
  described?: 'with-earlier-mail' | 'with-tasks' | 'when-asked-to-plan' | 'when-listed';
  /** Each use is held for a person: `always`, or unless a policy decides. */
  held?: 'always' | 'unless-policy';
  /** Why nobody may use it at present: the owner of the machine has not approved it, or it cannot work. */
  barred?: string;
  /** What a person is shown of a held act, where that is easier to read than its input. Pure. */
  preview?(value: unknown, scene: ActContext): string;
  /**
   * What the act would replace or take along: an approval covers these things as they were shown. Pure, except for what the
   * context reads.
   */
  covers?(value: unknown, scene: ActContext): Covers;
  /** Checks hostile input by the schema: own properties only, nothing but what the schema names. */
  parse(input: Json): { ok: true; value: unknown } | { ok: false; why: string };
}

export interface ActTool extends ToolBase {
  kind: 'act';
  /** The model wants to see the result, so the visit thinks again. */
  asks?: true;
  /** Once it is held, the visit has nothing more to do. */
  ends?: true;
  /** A trial before a person is asked, for a tool that is always `held`. */
  trial?: Trial;
  /** What must hold before it is done, and who must approve it; null for nothing. Pure. */
  conditions?(value: unknown, scene: ActContext): ActConditions | null;
  /** Decides what the act does, against the snapshot and the visit's own earlier acts. Pure. */
  stage(value: unknown, scene: ActContext): Staged;
}

/** What must hold before an act is done. */
export interface ActConditions {
  /** Runs in the tool context: the act is done only when it succeeds. */
  work: ToolWork | null;
  /** People who must approve it. */
  approvers: string[];
  /** The input with which it is held. */
  input: Json;
}

/** What is tried before a person is asked about an act that is always held. */
export interface Trial {
  /** Why nobody is asked; null when a person may be asked. Pure. */
  refusal(value: unknown, scene: ActContext): Extract<Staged, { ok: false }> | null;
  /** Runs in the tool context; only a success is held. */
  work: ToolWork;
  /** What the person is shown, and the hash of what the act would replace. Pure. */
  show(value: unknown, scene: ActContext, result: string): Required<Pick<Held, 'shows' | 'over'>>;
}

export interface WorldTool extends ToolBase, ToolWork {
  kind: 'world';
}

/** Work on the world through the tool context. */
export interface ToolWork {
  /** What repeating it does: nothing (`pure`), the same again (`idempotent`), or harm (`once`: never repeated in doubt). */
  touches: 'pure' | 'idempotent' | 'once';
  /** Whether its input leaves the organisation, so that an agent may give away what it knows. */
  outbound?: true | ((org: OrgFile) => boolean);
  /** Milliseconds after which it counts as failed. */
  timeout: number;
  /** Most characters of its result. */
  most: number;
  /** What the owner of the machine approved; a tool that ships with LeMMing needs no approval. */
  needs?: Trusted;
  /** What a person wrote in that turn, and the owner must have approved if it came with the folder. */
  received?: { turn: number; what: Trusted } | undefined;
  run(value: unknown, box: ToolContext): WorldResult | Promise<WorldResult>;
}

/** All that a world tool can reach. Paths are checked: relative to the workspace, or `shared/...` within the grants. */
export interface ToolContext {
  agent: string;
  read(path: string): FileText;
  /**
   * Writes in the workspace at once; a shared path becomes an effect of the turn. With `expected`, it writes only over a
   * file with this hash, or merges with what changed since the visit knew that version. Returns what was written.
   */
  write(path: string, text: string, expected?: string): FileText;
  list(path: string): string[];
  /** The files in a folder and below it, in order, except in folders that are never searched (`isUnsearched`). */
  files(path: string): Iterable<{ path: string; bytes: number }>;
  /** Runs a program in the sandbox, in the workspace. The result holds its output, how it ended and what it changed. */
  program(argv: readonly string[], given?: ProgramInputs): Promise<WorldResult>;
  /** Runs a program in the sandbox with only these files, in a folder that is removed afterwards. */
  apart(files: ReadonlyMap<string, string>, argv: readonly string[]): Promise<WorldResult>;
  /** Runs JavaScript that reaches nothing at all. */
  javascript(code: string): Promise<WorldResult>;
  /** Calls a tool of an MCP server. */
  ask(server: Server, tool: string, input: JsonObject): Promise<WorldResult>;
  /** Fetches a page of the public web from a host that the resume lists. */
  fetch(url: string): Promise<WebPage>;
  /** A message that the agent wrote or was given, as it was delivered; null for any other. */
  mail(id: string): DeliveredMail | null;
  /** Ids of all such messages of former visits, the latest first. */
  mailIds(): Iterable<string>;
  /** Searches what `search:` of org.yaml names; at most so many results, best first. */
  search(query: string, limit: number): Promise<SearchHits>;
}

/** A message as it was delivered. */
export interface DeliveredMail
  extends Pick<
    Message,
    'id' | 'from' | 'to' | 'turn' | 'kind' | 'thread' | 'subject' | 'body' | 'reply_to' | 'attachments'
  > {
  /** Its author had read words of strangers. */
  tainted?: true | undefined;
}

/** What a search found. */
export interface SearchHits {
  hits: Hit[];
  /** They are words of strangers. */
  tainted: boolean;
}

export interface Hit {
  title: string;
  /** A web address, or the path by which the agent reads a shared file. */
  url: string;
  snippet: string;
}

/** A page of the web. */
export interface WebPage {
  /** The address after redirects. */
  url: string;
  status: number;
  /** Such as `text/html`, in lower case. */
  type: string;
  text: string;
  /** The page was cut. */
  isCut: boolean;
}

/** A text file, and the short hash by which `ToolContext.write` knows that it is still the same. */
export interface FileText {
  text: string;
  /**
   * The text without secrets. Everything shown is made from this, because a secret that was cut would not be recognised.
   */
  shown: string;
  hash: string;
}

export interface WorldResult {
  ok: boolean;
  /** The text for the model. */
  text: string;
  /** Lines that follow the text, and stay when it is too long. */
  end?: string;
  /** The rule that refused it, if one did. */
  rule?: string;
  /** Holds words of strangers, who may try to make the agent do something. */
  tainted?: true;
}

/** What a program gets besides its workspace. */
export interface ProgramInputs {
  /** Written to its standard input. */
  input: string;
  /** Path → text of files that it can read but not change. An argument `./PATH` stands for such a file. */
  files: ReadonlyMap<string, string>;
  /** Hosts that it may reach; without it there is no network. */
  hosts?: readonly string[];
}

/** The context in which an act is judged. */
export interface ActContext {
  config: Config;
  /** The frozen state: every visit of a turn sees the same. */
  state: State;
  turn: number;
  agent: string;
  resume: Resume;
  /** The mail of the visit, or what a held act keeps of it. */
  given: readonly Cause[];
  /** The task on which the visit works. */
  task?: Task | undefined;
  draft: Draft;
  /** All tools by name, where routes are to be judged. */
  tools?: ReadonlyMap<string, Tool>;
  /** The held act that a person approved, if this is one. */
  approved?: Held;
  /** The file at a path that the agent may read, to be attached to a message; or why it cannot be. */
  attach(path: string): Attachable | { why: string };
  /** What stands at a path that the agent may write, or that it may attach; null when it may not. */
  stands(path: string, toAttach?: true): Stands | null;
  /** Path → what approved acts of the same turn have left there. */
  left?: Pick<ReadonlyMap<string, { text: string | null }>, 'get'>;
}

/** A file that may be attached. */
export interface Attachable {
  /** Base64. */
  data: string;
  /** Where it is, as a path of the org. */
  from: string;
  /** It holds words of strangers. */
  tainted?: true;
}

/** What stands at a path of the org. */
export interface Stands {
  path: string;
  /** Hash of its bytes; `NOTHING`, or `OTHER` when it is not a plain file. */
  hash: string;
  /** The text with secrets masked; null when there is none, it is too long, or not text. */
  text: string | null;
}
export const NOTHING = 'nothing';
export const OTHER = 'other';

/** A path of the org, or a description → the hash of what was shown. */
export type Covers = Record<string, string>;

/** What a visit has done so far. Settled and committed with the turn. */
export interface Draft {
  sent: {
    message: Message;
    files: Attached[];
    held: boolean;
    made?: string | undefined;
    tainted?: true | undefined;
    digest?: Extract<Effect, { k: 'sent' }>['digest'];
  }[];
  /** Path → its staged content. */
  wrote: Map<string, Staging>;
  acked: { id: string; author: string; reaction: string }[];
  held: Held[];
  /** Acts that a rule refused. */
  refusals: { tool: string; rule: string; text: string }[];
  /** Policies that end after some uses → acts that they permitted in this visit. */
  uses: Map<string, number> | null;
  /** Skills that it loaded, one for each load. */
  loaded: string[];
  /** Uses that the tool context, a host or a quota refused; their `used` lines say why. */
  stopped: number;
  notes: string[];
  /** How its last reply ended the visit, if it called `done`. */
  done: Done | null;
  /** Paths in its workspace that it changed, and how. */
  touched: Map<string, 'wrote' | 'changed' | 'removed'>;
  /** How large it left files of its workspace: characters of texts, bytes of others. */
  sizes: Map<string, number>;
  /** Calls that came to nothing. */
  undone: DroppedCalls;
  /** The model that answered in place of the first, and why. */
  via?: string | undefined;
  /** What is being done: a call and an act in it, or a held act (`made` of a sent message). */
  doing?: string | undefined;
  /** Number of the agent's next message in this turn. */
  nextMessage: number;
  /** Acts of the agent that were already held in this turn: approved ones that must wait again. */
  heldBefore: readonly Held[];
  /** Texts of files that it read or wrote. */
  known: TextsByHash;
  /** Agents that it hires and retires; settled when all visits have ended. */
  hires: Hire[];
  retires: string[];
  /** What it does to tasks, in order, and the number of its next new one in this turn. */
  tasks: TaskAct[];
  nextTask: number;
  /** Micro-credits promised to hires of this turn, which it can no longer spend. */
  promised: number;
}

/** A new task, or a change of one. */
export type TaskAct =
  | { task: Task; body: string }
  | {
      id: string;
      fields: Partial<Task>;
      /** What its history says. */
      what: string;
      /** What is to be done, in place of what its file says. */
      body?: string | undefined;
      /** A plan changes it, as a person has approved it. */
      isPlanned?: true;
      /** Who made it gets a message about it. */
      isTold?: boolean;
      /** The files that come with its result. */
      files?: Attached[];
    };

/** What a visit says when it calls `done`. */
export interface Done {
  /** Its answer to whoever wrote. */
  answer?: string | undefined;
  /** Mail that needs no further answer. */
  settled: readonly string[];
}

/** A requested hire. */
export interface Hire extends Pick<HiredEffect, 'agent' | 'template' | 'files' | 'credits'> {
  /** Whom it may write to, and whose mail it reads. */
  send_to: string[];
  read_from: string[];
  /** Its first task, and where that was written (`made` of a sent message). */
  message: Message | null;
  made?: string | undefined;
}

/** A file as a visit wants it to be. */
export interface Staging {
  /** null: it is to be removed. */
  text: string | null;
  /** The text it was based on, null when there was none. */
  was: string | null;
  /**
   * Applies the same change to what another agent wrote there in the same turn; null when it would undo that. Absent:
   * `text` simply replaces it.
   */
  onto?: ((now: string | null) => { text: string | null } | null) | undefined;
}

export function emptyDraft(nextMessage = 1, promised = 0, heldBefore: readonly Held[] = []): Draft {
  const acts = { sent: [], wrote: new Map(), acked: [], held: [], hires: [], retires: [], tasks: [] };
  return copyWith(acts, {
    refusals: [],
    uses: null,
    loaded: [],
    stopped: 0,
    notes: [],
    done: null,
    touched: new Map(),
    sizes: new Map(),
    undone: new Map(),
    known: new TextsByHash(),
    nextMessage,
    nextTask: 1,
    promised,
    heldBefore,
  });
}

/** A copy in which acts can be staged without changing the original. */
export function copyDraft(draft: Draft): Draft {
  return copyWith(draft, {
    sent: [...draft.sent],
    wrote: new Map(draft.wrote),
    acked: [...draft.acked],
    uses: new Map(draft.uses),
    loaded: [...draft.loaded],
    notes: [...draft.notes],
    hires: [...draft.hires],
    retires: [...draft.retires],
    tasks: [...draft.tasks],
  });
}

/** The outcome of staging: the text for the model, and whether a rule refused the act. */
export type Staged = { ok: true; text: string } | { ok: false; rule: string; text: string };

/** Calls of a visit that came to nothing: what they were, why, and how often. */
export type DroppedCalls = Map<string, { why: string; times: number; refused: boolean }>;
