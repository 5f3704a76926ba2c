/** `lemming watch`: opens the screen, or prints events as lines. */
import { bookedIn, type Entry } from '../../core/model/entry.ts';
import { countCredits } from '../../core/money/ledger.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { FolderWatcher } from '../../disk/fs/watcher.ts';
import { journalFiles, journalPath, NextFile } from '../../disk/journal/journal.ts';
import { turnLines } from '../../engine/journal/history.ts';
import { inCredits } from '../../schema/amount.ts';
import { failure } from '../../schema/fault.ts';
import { eventOf, printEvent } from '../../views/journal/turn.ts';
import type { TurnEvent } from '../../views/journal/turn-event.ts';
import type { DataOf, Definition, InputOf, Outcome, Run } from '../command.ts';
import { eventShape } from '../shapes.ts';
import type { World } from '../world.ts';

export const command = {
  name: 'watch',
  group: 'people',
  summary: 'Watch the organisation: full screen, or as a list of events',
  examples: [
    { line: 'lemming watch', does: 'opens the screen, whoever runs the organisation; ? shows the keys' },
    { line: 'lemming watch --run', does: 'opens the screen and runs the organisation until you leave' },
    { line: 'lemming watch --plain', does: 'prints events until Ctrl-C, as it does when the output is not a terminal' },
    { line: 'lemming watch --once', does: 'prints the last turn and ends' },
    {
      line: 'lemming watch --turns 3 --json',
      does: 'prints the events of the next three turns, one JSON object a line',
    },
  ],
  args: [],
  flags: [
    { name: 'turns', value: 'N', kind: 'whole', least: 1, about: 'print events, and end after this many more turns' },
    { name: 'once', about: 'print only the last turn' },
    { name: 'run', about: 'also run the organisation until you leave the screen' },
  ],
  reads: true,
  right: 'owner',
  output: (z) =>
    z.looseObject({
      turns: z.number().optional(),
      turn: z.number().optional(),
      spent: z.number().optional(),
      events: z.array(eventShape(z)).optional(),
    }),
} as const satisfies Definition;

/** Milliseconds between two looks at the journal: after a change, and at the latest. */
const REST_MS = 20;
const POLL_MS = 200;

/** Opens the screen at a terminal; otherwise, or if only events are wanted, prints these. */
export const run: Run<typeof command> = async (world, input) => {
  const { once, turns, run = false } = input.flags;
  if (world.screen && !once && turns === undefined) return world.screen({ run });
  if (run)
    throw failure('usage', '--run needs a terminal for the screen', {
      remedy: 'To make turns without a screen, use lemming run.',
    });
  return follow(world, input);
};

/** Follows the journal; needs no lock and no engine. */
async function follow(world: World, input: InputOf<typeof command>): Promise<Outcome<DataOf<typeof command>>> {
  const disk = world.machine.disk(world.root);
  const bell = new FolderWatcher(world.root);
  const next = new NextFile(disk);
  const teller = new EventPrinter(world, world.json && input.flags.once === true);
  const place = startOf(disk, input.flags.once === true);
  const turns = input.flags.once ? 1 : (input.flags.turns ?? Number.POSITIVE_INFINITY);
  for (;;) {
    for (const line of news(disk, place, next)) if (teller.turns < turns) teller.tell(line);
    if (teller.turns >= turns || input.flags.once || world.signal.aborted) break;
    await bell.wait(REST_MS, POLL_MS, world.signal);
  }
  await bell.close();
  return {
    data: {
      turns: teller.turns,
      turn: teller.turn,
      ...(input.flags.once ? { spent: teller.spent, events: teller.events } : {}),
    },
    text: teller.turns === 0 && input.flags.once ? 'No turn has been made yet.' : '',
  };
}

/** How far the journal was told: the file, and the lines of it. */
interface ToldPosition {
  file: number;
  size: number;
  lines: number;
}

/** The end of the journal; of a turn under way, or of the last one when it is wanted, the beginning. */
function startOf(disk: Disk, lastTurn: boolean): ToldPosition {
  const files = journalFiles(disk);
  const isCommitted = (turn: number | undefined) =>
    turn !== undefined && turnLines(disk, turn).some((line) => line.k === 'commit');
  const last = files.at(-1) ?? 1;
  if (lastTurn) return { file: isCommitted(last) ? last : (files.at(-2) ?? last), size: 0, lines: 0 };
  return { file: last, size: 0, lines: isCommitted(last) ? turnLines(disk, last).length : 0 };
}

/** Lines that came since. A file is read from its beginning, because later lines refer to earlier ones. */
function* news(disk: Disk, place: ToldPosition, next: NextFile): Generator<Entry> {
  for (;;) {
    const size = disk.stat(journalPath(place.file))?.size ?? 0;
    const lines = size === place.size ? [] : turnLines(disk, place.file);
    yield* lines.slice(place.lines);
    Object.assign(place, { size, lines: Math.max(place.lines, lines.length) });
    const file = next.after(place.file);
    if (file === null) return;
    Object.assign(place, { file, size: 0, lines: 0 });
  }
}

/** Prints events as they arrive, under the heading of their turn. */
class EventPrinter {
  turns = 0;
  turn = 0;
  spent = 0;
  /** The events of the last turn, if they are printed as one object. */
  events: TurnEvent[] = [];
  private readonly world: World;
  private readonly once: boolean;
  private micro = 0;

  /** `once`: collects the events for one object instead of printing them one by one. */
  constructor(world: World, once: boolean) {
    this.world = world;
    this.once = once;
  }

  tell(line: Entry): void {
    if (line.k === 'open') this.open(line.turn);
    this.micro += bookedIn(line)?.cost ?? 0;
    const event = eventOf(line);
    if (event && this.once) this.events.push(event);
    else if (event)
      this.world.print(this.world.json ? JSON.stringify({ turn: this.turn, ...event }) : printEvent(event));
    if (line.k === 'commit') this.close();
  }

  private open(turn: number): void {
    this.turn = turn;
    this.micro = 0;
    if (!this.world.json) this.world.print(`Turn ${turn}`);
  }

  private close(): void {
    this.turns++;
    this.spent = inCredits(this.micro);
    if (this.once) return;
    const { spent } = this;
    this.world.print(
      this.world.json
        ? JSON.stringify({ turn: this.turn, what: 'turn', spent })
        : `  ${'done'.padEnd(12)} ${countCredits(this.micro)}`,
    );
  }
}
