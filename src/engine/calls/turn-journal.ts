/** Where visits hand over what they want journaled. Nothing else changes the state while they run. */
import { apply } from '../../core/journal/apply.ts';
import type { CallEntry, Entry, IntentEntry } from '../../core/model/entry.ts';
import type { State } from '../../core/model/state.ts';
import type { Journal } from '../../disk/journal/journal.ts';

/**
 * The journal from the point of view of visits. What they hand over counts in the state at once, so nobody else can spend what
 * a call reserves.
 */
export interface TurnJournal {
  add(...lines: CallEntry[]): void;
  /** Resolves when the intent is durable and that many bytes are free after it. */
  announce(intent: IntentEntry, room: number): Promise<void>;
  /** Takes lines that were in the journal before a crash: they count, and are not written again. */
  recall(...lines: Entry[]): void;
  /** Resolves when all lines so far are durable. */
  durable(): Promise<void>;
}

/** The journal of a running engine, with the state that its lines make. */
export class WrittenJournal implements TurnJournal {
  private readonly journal: Journal;
  private readonly state: State;

  constructor(journal: Journal, state: State) {
    this.journal = journal;
    this.state = state;
  }

  add(...lines: CallEntry[]): void {
    this.journal.add(...lines);
    for (const line of lines) apply(this.state, line);
  }

  announce(intent: IntentEntry, room: number): Promise<void> {
    apply(this.state, intent);
    return this.journal.announce(intent, room);
  }

  recall(...lines: Entry[]): void {
    for (const line of lines) apply(this.state, line);
  }

  durable(): Promise<void> {
    return this.journal.durable();
  }
}
