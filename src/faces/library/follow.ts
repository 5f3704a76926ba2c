/** Reports what happens in an organisation to a program, turn by turn. */
import type { OrgPlace } from '../../app/place.ts';
import type { Entry } from '../../core/model/entry.ts';
import { FolderWatcher } from '../../disk/fs/watcher.ts';
import { journalFiles } from '../../disk/journal/journal.ts';
import { Tail } from '../../disk/journal/tail.ts';
import { turnLines } from '../../engine/journal/history.ts';
import { load } from '../../engine/journal/load.ts';
import { eventOf } from '../../views/journal/turn.ts';
import type { TurnEvent } from '../../views/journal/turn-event.ts';
import { asFault } from '../cli/faults.ts';
import type { Effect } from './org.ts';

/** Milliseconds between two looks: when the journal has changed, and at the latest. */
const REST_MS = 50;
const POLL_MS = 500;

/** What happens from the next turn on, or from an earlier one, as the journal reports it, until the signal is aborted. */
export function follow(place: OrgPlace, signal: AbortSignal, since?: number): AsyncIterable<Effect> {
  try {
    return tell(new JournalReading(place, since), new FolderWatcher(place.root), signal);
  } catch (error) {
    throw asFault(error);
  }
}

async function* tell(
  reading: JournalReading,
  watcher: FolderWatcher,
  signal: AbortSignal,
): AsyncGenerator<Effect, void> {
  const leave = (): void => void watcher.close();
  signal.addEventListener('abort', leave, { once: true });
  try {
    for (let last = false; !last; ) {
      last = signal.aborted;
      yield* reading.look();
      if (!last) await watcher.wait(REST_MS, POLL_MS, signal);
    }
  } catch (error) {
    throw asFault(error);
  } finally {
    signal.removeEventListener('abort', leave);
    await watcher.close();
  }
}

/** The journal as far as it was reported. A turn is reported as a whole, once its files stand in the folder. */
class JournalReading {
  private readonly place: OrgPlace;
  private tail!: Tail;
  /** Lines that existed at the start, until they are read. */
  private before: Iterable<Entry> = [];
  /** The first turn that was not reported yet. */
  private turn: number;
  /** Events of the coming turn so far. */
  private held: TurnEvent[] = [];

  constructor(place: OrgPlace, since?: number) {
    this.place = place;
    const next = this.start();
    this.turn = since ?? next;
  }

  /** Events that were not reported yet. */
  *look(): Generator<Effect> {
    yield* this.eventsIn(this.before);
    this.before = [];
    const lines = this.tail.look();
    if (lines === null) this.start();
    yield* this.eventsIn(lines ?? this.before);
  }

  /** Reads everything from the beginning, as `before`, and continues after it. Returns the coming turn. */
  private start(): number {
    const { root, env } = this.place;
    const disk = this.place.machine.disk(root);
    const { journal, state } = load(disk, this.place.machine.kept(root, env, disk));
    this.held = [];
    this.tail = new Tail(disk, journal.file, journal.size, journal.head);
    this.before = this.linesUntil(journal.file);
    return state.clock.turn + 1;
  }

  /** The lines from the first turn that was not reported up to that file. */
  private *linesUntil(file: number): Generator<Entry> {
    const disk = this.place.machine.disk(this.place.root);
    for (const turn of journalFiles(disk)) if (turn >= this.turn && turn < file) yield* turnLines(disk, turn);
    if (file >= this.turn) yield* this.tail.before;
  }

  private *eventsIn(lines: Iterable<Entry>): Generator<Effect> {
    for (const line of lines) {
      const event = eventOf(line);
      if (event) this.held.push(event);
      if (line.k === 'done') yield* this.tellTurn(line.turn);
    }
  }

  private *tellTurn(turn: number): Generator<Effect> {
    const { held } = this;
    this.held = [];
    if (turn < this.turn) return;
    this.turn = turn + 1;
    for (const event of held) yield { turn, ...event };
    yield { turn, what: 'turn', agent: null, id: null, text: `Turn ${turn} is done.` };
  }
}
