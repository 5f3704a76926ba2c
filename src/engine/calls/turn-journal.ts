/** Where visits hand over what they want journaled: nothing else changes the state while they run. */
import { apply } from '../../core/journal/apply.ts';
import type { CallEntry, Entry, IntentEntry } from '../../core/model/entry.ts';
import type { State } from '../../core/model/state.ts';
import type { Journal } from '../../disk/journal/journal.ts';

/** The journal as visits see it. What they hand over counts in the state at once: what a call reserves nobody else may spend. */
export interface TurnJournal {
  add(...lines: CallEntry[]): void;
  /** Resolves when the intent is durable, with so many bytes free behind it. */
  announce(intent: IntentEntry, room: number): Promise<void>;
  /** Lines that the journal holds from before a crash: they count, and are not written again. */
  recall(...lines: Entry[]): void;
  /** Resolves when all lines so far are durable. */
  durable(): Promise<void>;
}

/** The journal of an engine at work, with the state that its lines make. */
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
