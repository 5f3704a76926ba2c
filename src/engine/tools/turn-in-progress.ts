/** The turn that is being made, as every part of the engine sees it. */
import type { Config } from '../../core/model/config.ts';
import type { OpenEntry } from '../../core/model/entry.ts';
import type { State } from '../../core/model/state.ts';
import type { Due } from '../../core/turn/schedule.ts';
import { configReader, type ReadConfig } from '../../disk/config/config.ts';
import type { Models } from '../calls/calls.ts';
import type { Listen } from '../calls/listen.ts';
import type { KnownCalls } from '../calls/recorded-calls.ts';
import type { TurnJournal } from '../calls/turn-journal.ts';
import type { SentPrompts } from '../journal/sent-prompts.ts';
import type { Ports } from '../ports.ts';
import type { WorkspaceUse } from './workspace-quota.ts';

/** A turn being made. The state is the snapshot: visits change it through the journal alone, and nothing of it but what is theirs and money. */
export interface Turn {
  number: number;
  open: OpenEntry;
  /** Who is due, where the freeze found that out. */
  schedule?: Due[] | undefined;
  config: Config;
  state: State;
  journal: TurnJournal;
  calls: Models;
  recorded: KnownCalls;
  ports: Ports;
  caches: TurnCaches;
  /** Workspace files that tools wrote in this turn. */
  live: Set<string>;
  /** Masks secrets of the environment in a text. */
  mask: (text: string) => string;
  /** Old files that this turn's freeze found. */
  swept: string[];
  signal: AbortSignal;
  /** Receives what the models write. */
  listen?: Listen | undefined;
  /** What models were told, where the turn was cut off under other rules. */
  sent?: SentPrompts | undefined;
}

/** What an engine knows from turn to turn, so that nothing is read twice. Without it all is found out again. */
export interface TurnCaches {
  /** What workspaces hold. */
  counted: Map<string, WorkspaceUse>;
  /** Hashes of files in workspaces, by their marks: the same mark is the same content. */
  hashes: Map<string, { mark: string; hash: string }>;
  /** Reads the files as they would be after agents come and go. */
  readChart: ReadConfig;
}

export function emptyCaches(): TurnCaches {
  return { counted: new Map(), hashes: new Map(), readChart: configReader() };
}

/** One result of an act, as the model sees it. */
export interface ToolResult {
  id: string;
  tool: string;
  text: string;
  ok: boolean;
}
