import type { Message } from '../schema/message.ts';
import type { Resume } from '../schema/resume.ts';
import type { Json, ToolSpec } from './call.ts';
import type { Config } from './config.ts';
import type { Attached } from './entry.ts';
import type { Mail, State } from './state.ts';

/**
 * A tool: one file in `src/tools/`. Either it is an act on the organisation, judged and staged by a pure function, or it
 * works on the world through the Box and is journaled as intent and result.
 */
export type Tool = ActTool | WorldTool;

interface ToolBase {
  spec: ToolSpec;
  /** `all`: every agent has it; `resume`: only those whose resume lists it. */
  granted: 'all' | 'resume';
  /** Checks hostile input by the schema: own properties only, nothing but what the schema names. */
  parse(input: Json): { ok: true; value: unknown } | { ok: false; why: string };
}

export interface ActTool extends ToolBase {
  kind: 'act';
  /** The model wants to see the result, so the visit thinks again. */
  asks?: true;
  /** Decides what the act does, against the snapshot and the visit's own earlier acts. Pure. */
  stage(value: unknown, scene: Scene): Staged;
}

export interface WorldTool extends ToolBase {
  kind: 'world';
  /** What repeating it does: nothing (`pure`), the same again (`idempotent`), or harm (`once`: never repeated in doubt). */
  touches: 'pure' | 'idempotent' | 'once';
  run(value: unknown, box: Box): WorldResult;
}

/** All that a world tool can reach. Paths are checked: relative to the workspace, or `shared/...` within the grants. */
export interface Box {
  agent: string;
  read(path: string): string;
  /** Writes in the workspace at once; a shared path becomes an effect of the turn. */
  write(path: string, text: string): void;
  list(path: string): string[];
}

export interface WorldResult {
  ok: boolean;
  /** What the model is told. */
  text: string;
}

/** What an act is judged against. */
export interface Scene {
  config: Config;
  /** As frozen: every visit of a turn sees the same. */
  state: State;
  turn: number;
  agent: string;
  resume: Resume;
  given: readonly Mail[];
  draft: Draft;
  /** Bytes of a file in the agent's workspace for an attachment, base64; null when there is none. */
  attach(path: string): string | null;
}

/** What a visit has done so far. Settled and committed with the turn. */
export interface Draft {
  sent: { message: Message; files: Attached[]; held: boolean }[];
  /** path → new text, and the text it was based on. */
  wrote: Map<string, { text: string; was: string | null }>;
  acked: { id: string; author: string; reaction: string }[];
  held: { id: string; tool: string; input: Json; rule: string; contacts: string[] }[];
  refusals: { tool: string; rule: string; text: string }[];
  notes: string[];
  /** Refusals that the model could not be told, because its steps were used up. */
  untold: string[];
  /** The model that answered in place of the first, and why. */
  via?: string | undefined;
  /** Number of the agent's next message in this turn. */
  nextMessage: number;
}

export function emptyDraft(nextMessage = 1): Draft {
  return { sent: [], wrote: new Map(), acked: [], held: [], refusals: [], notes: [], untold: [], nextMessage };
}

/** The outcome of staging: what the model is told, and whether it was refused by a rule. */
export type Staged = { ok: true; text: string } | { ok: false; rule: string; text: string };
