/** Freezes what people did since the last turn. */
import { apply } from '../../core/journal/apply.ts';
import { isGiven } from '../../core/journal/line-kinds.ts';
import type { Entry, OpenEntry } from '../../core/model/entry.ts';
import type { State } from '../../core/model/state.ts';
import type { Toolbox } from '../../core/turn/judge.ts';
import { type Due, scheduleTurn } from '../../core/turn/schedule.ts';
import type { Folder } from '../../disk/intake/folder.ts';
import type { Journal } from '../../disk/journal/journal.ts';
import type { Fault } from '../../schema/fault.ts';
import type { Ports } from '../ports.ts';
import { intake } from './intake.ts';
import type { LiveConfig } from './live-config.ts';

/** The inputs of a turn. After the freeze nothing that people do affects it. */
export interface Frozen {
  open: OpenEntry;
  /** Inputs, and their immediate consequences. */
  lines: Entry[];
  /** Who is due; known to whoever froze the turn. */
  walked?: Due[];
  /** Files that were swept aside. */
  swept: string[];
  /** The number of inputs. */
  inputs: number;
}

/** What a freeze reads, and the state and journal that it changes. */
export interface Freezing {
  ports: Ports;
  toolbox: Toolbox;
  state: State;
  journal: Journal;
  folder: Folder;
  live: LiveConfig;
}

/** Reads what people did since the last turn, the configuration first. Each step sees what the steps before took in. */
export async function freeze(freezing: Freezing, open: OpenEntry, faults: Fault[]): Promise<Frozen> {
  const { ports, toolbox, state, folder, live } = freezing;
  const { disk, approved } = ports;
  const lines: Entry[] = [];
  const add = (entries: readonly Entry[]): void => {
    take(freezing, entries);
    lines.push(...entries);
  };
  disk.recheck();
  add([open]);
  add(live.freeze(open.turn, faults));
  const config = live.current;
  await intake({ disk, folder, state, config, toolbox, approved }, open, add, { before: [...lines] });
  const walked = scheduleTurn(config, state, open.turn, open);
  add(
    folder.workspaces.changes(
      state,
      walked.flatMap(({ agent, due }) => (due ? agent : [])),
    ),
  );
  return { open, lines, walked, ...countsOf(lines) };
}

/** The inputs of a turn that was cut off: as they were frozen then. */
export function thawed(open: OpenEntry, lines: Entry[]): Frozen {
  return { open, lines, ...countsOf(lines) };
}

/** Applies lines to the state and adds them to the journal. The caller writes the journal. */
export function take({ state, journal }: Pick<Freezing, 'state' | 'journal'>, entries: readonly Entry[]): void {
  for (const entry of entries) {
    apply(state, entry);
    journal.add(entry);
  }
}

function countsOf(lines: readonly Entry[]): Pick<Frozen, 'swept' | 'inputs'> {
  return {
    swept: lines.flatMap((line) => (line.k === 'sweep' ? line.paths : [])),
    inputs: lines.filter(isGiven).length,
  };
}
