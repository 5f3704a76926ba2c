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

/**
 * A turn that is being made. The state is the snapshot: visits change only their own part of it and money, and only through the
 * journal.
 */
export interface Turn {
  number: number;
  open: OpenEntry;
  /** Who is due, where the freeze found that out. */
  walked?: Due[] | undefined;
  config: Config;
  state: State;
  journal: TurnJournal;
  calls: Models;
  recorded: KnownCalls;
  ports: Ports;
  caches: TurnCaches;
  /** Tasks up to this turn came with the folder; 0 when it was made here. */
  receivedUntil: number;
  /** Workspace files that tools wrote in this turn. */
  live: Set<string>;
  /** Masks secrets of the environment in a text. */
  mask: (text: string) => string;
  /** Old files that this turn's freeze found. */
  swept: string[];
  signal: AbortSignal;
  /** Receives what the models write. */
  listen?: Listen | undefined;
  /** What models were sent, if the turn was cut off under other rules. */
  sent?: SentPrompts | undefined;
}

/** What an engine remembers between turns, so that nothing is read twice. Everything in it can be computed again. */
export interface TurnCaches {
  /** The use of each workspace. */
  counted: Map<string, WorkspaceUse>;
  /** Hashes of workspace files by mark: the same mark means the same content. */
  hashes: Map<string, { mark: string; hash: string }>;
  /** Reads the files as they would be after hires and retirements. */
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
