/** What a tool is, and what it works with. */
import type { OrgFile } from '../../schema/config/org.ts';
import type { Resume } from '../../schema/config/resume.ts';
import { copyWith } from '../../schema/copy.ts';
import type { Message } from '../../schema/records/message.ts';
import type { Json, JsonObject, ToolSpec } from './call.ts';
import type { Config, Server } from './config.ts';
import type { Attached, Cause, Held, HiredEffect } from './entry.ts';
import { TextsByHash } from './hash.ts';
import type { State } from './state.ts';
import type { Trusted } from './trust.ts';
/**
 * A tool: one file in `src/tools/`. Either it is an act on the organisation, judged and staged by a pure function, or it
 * works on the world through the tool context and is journaled as intent and result.
 */
export type Tool = ActTool | WorldTool;

interface ToolBase {
  spec: ToolSpec;
  /** `all`: every agent has it; `resume`: only those whose resume lists it. */
  granted: 'all' | 'resume';
  /** Each use is held for a person: `always`, or unless a policy says what is done with it. */
  held?: 'always' | 'unless-policy';
  /** Why nobody may use it now: the owner of the machine has not approved it, or it cannot work. */
  barred?: string;
  /** What a person is shown of an act that waits, where that is easier to read than its input. Pure. */
  preview?(value: unknown, scene: ActContext): string;
  /**
   * What of the world it takes the place of, or takes with it: an approval covers these as they were shown. Pure but for what
   * the scene reads.
   */
  covers?(value: unknown, scene: ActContext): Covers;
  /** Checks hostile input by the schema: own properties only, nothing but what the schema names. */
  parse(input: Json): { ok: true; value: unknown } | { ok: false; why: string };
}

export interface ActTool extends ToolBase {
  kind: 'act';
  /** The model wants to see the result, so the visit thinks again. */
  asks?: true;
  /** Comes before a person is asked; of a tool that is `held` always. */
  trial?: Trial;
  /** Decides what the act does, against the snapshot and the visit's own earlier acts. Pure. */
  stage(value: unknown, scene: ActContext): Staged;
}

/** What is done with an act that always waits for a person, before it does. */
export interface Trial {
  /** Why nobody is to be asked; null when a person may be. Pure. */
  refusal(value: unknown, scene: ActContext): Extract<Staged, { ok: false }> | null;
  /** Works in the tool context; only what comes out well is held. */
  work: ToolWork;
  /** What the person is shown, and the hash of what the act would replace. Pure. */
  show(value: unknown, scene: ActContext, result: string): Required<Pick<Held, 'shows' | 'over'>>;
}

export interface WorldTool extends ToolBase, ToolWork {
  kind: 'world';
}

/** Work on the world through the Box. */
export interface ToolWork {
  /** What repeating it does: nothing (`pure`), the same again (`idempotent`), or harm (`once`: never repeated in doubt). */
  touches: 'pure' | 'idempotent' | 'once';
  /** What it is asked with leaves the organisation: an agent may give away with it what it knows. */
  outbound?: true | ((org: OrgFile) => boolean);
  /** Milliseconds after which it has failed. */
  timeout: number;
  /** Most characters of its result. */
  most: number;
  /** What the owner of the machine approved; a tool that ships with LeMMing needs no approval. */
  needs?: Trusted;
  run(value: unknown, box: ToolContext): WorldResult | Promise<WorldResult>;
}

/** All that a world tool can reach. Paths are checked: relative to the workspace, or `shared/...` within the grants. */
export interface ToolContext {
  agent: string;
  read(path: string): FileText;
  /**
   * Writes in the workspace at once; a shared path becomes an effect of the turn. With `expected`, only over a file that has
   * this hash, or merged with what was changed there since the visit knew it so. Returns what was written.
   */
  write(path: string, text: string, expected?: string): FileText;
  list(path: string): string[];
  /** The files in a folder and below it, in order, but for those that nobody searches (`isLeftOut`). */
  files(path: string): Iterable<{ path: string; bytes: number }>;
  /** Runs a program in the sandbox, in the workspace; its result tells what it printed, how it ended and what it changed. */
  program(argv: readonly string[], given?: ProgramInputs): Promise<WorldResult>;
  /** Runs a program in the sandbox on these files alone, in a folder of its own that is gone afterwards. */
  apart(files: ReadonlyMap<string, string>, argv: readonly string[]): Promise<WorldResult>;
  /** Runs JavaScript that reaches nothing at all. */
  javascript(code: string): Promise<WorldResult>;
  /** Asks a server of tools. */
  ask(server: Server, tool: string, input: JsonObject): Promise<WorldResult>;
  /** Asks for a page of the public web, from a host that the resume lists. */
  fetch(url: string): Promise<WebPage>;
  /** Searches what `search:` of org.yaml names: so many results at most, the best first. */
  search(query: string, limit: number): Promise<SearchHits>;
}

/** What a search found. */
export interface SearchHits {
  hits: Hit[];
  /** They are words of strangers. */
  tainted: boolean;
}

export interface Hit {
  title: string;
  /** Of the web, or the path by which the agent reads a shared file. */
  url: string;
  snippet: string;
}

/** A page of the web. */
export interface WebPage {
  /** Where it was found in the end. */
  url: string;
  status: number;
  /** Such as `text/html`, in lower case. */
  type: string;
  text: string;
  /** There was more of it than is taken. */
  isCut: boolean;
}

/** A text file, and the short hash by which `ToolContext.write` knows that it is still the same. */
export interface FileText {
  text: string;
  /** The same without secrets: what is shown is made of this, for a secret that was cut is known to nobody. */
  shown: string;
  hash: string;
}

export interface WorldResult {
  ok: boolean;
  /** What the model is told. */
  text: string;
  /** Lines that follow the text, and stay when it is too long. */
  end?: string;
  /** The rule that refused it, if one did. */
  rule?: string;
  /** Holds words of strangers, who may want to make the agent do something. */
  tainted?: true;
}

/** What a program is given beside its workspace. */
export interface ProgramInputs {
  /** Written to its standard input. */
  input: string;
  /** Path → text of files that it can read and not change. An argument `./PATH` stands for such a file. */
  files: ReadonlyMap<string, string>;
  /** Hosts that it may reach; without it there is no network. */
  hosts?: readonly string[];
}

/** What an act is judged against. */
export interface ActContext {
  config: Config;
  /** As frozen: every visit of a turn sees the same. */
  state: State;
  turn: number;
  agent: string;
  resume: Resume;
  /** The mail of the visit, or what a held act remembers of it. */
  given: readonly Cause[];
  draft: Draft;
  /** The held act that a person approved, when this is one. */
  approved?: Held;
  /** Bytes of a file in the agent's workspace for an attachment, base64; null when there is none. */
  attach(path: string): string | null;
  /** What stands at a path that the agent may write; null: it may not. */
  stands(path: string): Stands | null;
  /** Path → what acts that were approved in the same turn have left there. */
  left?: Pick<ReadonlyMap<string, { text: string | null }>, 'get'>;
}

/** What stands at a path of the org. */
export interface Stands {
  path: string;
  /** Of its bytes; `NOTHING`, or `OTHER` for what is no plain file. */
  hash: string;
  /** Secrets are struck out; null: there is none, it is long, or no text. */
  text: string | null;
}
export const NOTHING = 'nothing';
export const OTHER = 'other';

/** A path of the org, or in words what it is → a hash of it as it was shown. */
export type Covers = Record<string, string>;

/** What a visit has done so far. Settled and committed with the turn. */
export interface Draft {
  sent: { message: Message; files: Attached[]; held: boolean; made?: string | undefined }[];
  /** Path → what is to stand there. */
  wrote: Map<string, Staging>;
  acked: { id: string; author: string; reaction: string }[];
  held: Held[];
  /** What the gate refused. */
  refusals: { tool: string; rule: string; text: string }[];
  /** Skills that it loaded, one for each load. */
  loaded: string[];
  /** Uses that the tool context, a host or a quota refused: their `used` lines say why. */
  stopped: number;
  notes: string[];
  /** Paths in its workspace that it changed, and how. */
  touched: Map<string, 'wrote' | 'changed' | 'removed'>;
  /** Calls that came to nothing. */
  undone: DroppedCalls;
  /** The model that answered in place of the first, and why. */
  via?: string | undefined;
  /** What is being done: a call and an act in it, or a held act (`made` of a sent message). */
  doing?: string | undefined;
  /** Number of the agent's next message in this turn. */
  nextMessage: number;
  /** Acts of the agent that were held in this turn before: approved ones that have to wait again. */
  heldBefore: readonly Held[];
  /** Texts of files that it read or wrote. */
  known: TextsByHash;
  /** Whom it hires and retires: settled when all visits have ended. */
  hires: Hire[];
  retires: string[];
  /** Micro-credits that hires of this turn take from it: what it may spend no more. */
  promised: number;
}

/** A new agent as it is wished. */
export interface Hire extends Pick<HiredEffect, 'agent' | 'template' | 'files' | 'credits'> {
  /** Whom it may write to, and whose mail it reads. */
  send_to: string[];
  read_from: string[];
  /** The first thing it is told, and what it was written in (`made` of a sent message). */
  message: Message | null;
  made?: string | undefined;
}

/** A file as a visit wants it. */
export interface Staging {
  /** null: it is to be removed. */
  text: string | null;
  /** The text it was based on, null when there was none. */
  was: string | null;
  /** Does the same on what another wrote there in the same turn; null: it would undo that. Absent: `text` simply takes its place. */
  onto?: ((now: string | null) => { text: string | null } | null) | undefined;
}

export function emptyDraft(nextMessage = 1, promised = 0, heldBefore: readonly Held[] = []): Draft {
  const acts = { sent: [], wrote: new Map(), acked: [], held: [], hires: [], retires: [] };
  return copyWith(acts, {
    refusals: [],
    loaded: [],
    stopped: 0,
    notes: [],
    touched: new Map(),
    undone: new Map(),
    known: new TextsByHash(),
    nextMessage,
    promised,
    heldBefore,
  });
}

/** A draft in which acts can be staged without a trace in the other. */
export function copyDraft(draft: Draft): Draft {
  return copyWith(draft, {
    sent: [...draft.sent],
    wrote: new Map(draft.wrote),
    acked: [...draft.acked],
    loaded: [...draft.loaded],
    notes: [...draft.notes],
    hires: [...draft.hires],
    retires: [...draft.retires],
  });
}

/** The outcome of staging: what the model is told, and whether it was refused by a rule. */
export type Staged = { ok: true; text: string } | { ok: false; rule: string; text: string };

/** Calls of a visit that came to nothing: by what they were, why and how often. */
export type DroppedCalls = Map<string, { why: string; times: number; refused: boolean }>;
