import { closest } from 'fastest-levenshtein';
import { apply } from '../core/apply.ts';
import { AWAY_REMEDY, goneText, isAway } from '../core/away.ts';
import { type Config, isPersonIn, peopleOf } from '../core/config.ts';
import type { Entry, Input } from '../core/entry.ts';
import { retiredPath } from '../core/files.ts';
import { unanswer } from '../core/fold/approvals.ts';
import { forgetDead } from '../core/fold/bygone.ts';
import type { Toolbox } from '../core/judge.ts';
import { emptyState, type State } from '../core/state.ts';
import { realClock } from '../disk/clock.ts';
import type { Reading } from '../disk/config.ts';
import { memoryFaults } from '../disk/config-memory.ts';
import type { Disk } from '../disk/disk.ts';
import { Folder } from '../disk/folder.ts';
import { realHost } from '../disk/host.ts';
import type { KeptFiles } from '../disk/kept.ts';
import { realKept } from '../disk/kept-key.ts';
import { lockHolder } from '../disk/lock.ts';
import { realDisk } from '../disk/real.ts';
import { copyWith } from '../schema/copy.ts';
import { type Fault, FaultError, failure, fault } from '../schema/fault.ts';
import type { Message } from '../schema/message.ts';
import { isName } from '../schema/name.ts';
import { journalLines } from './history.ts';
import { type IntakeStep, intake } from './intake.ts';
import { readFolder } from './kept-config.ts';
import { type Loaded, load } from './load.ts';
import { redactor } from './redact.ts';

/** What a command says of its surroundings. */
export interface Place {
  /** Absolute path of the org folder. */
  root: string;
  env: Record<string, string | undefined>;
  /** Programs of agents may run without a Box, if org.yaml says so as well. */
  unsafeHost?: boolean;
  /** Every byte of the journal is checked before an engine starts. */
  verify?: boolean;
  /** Who acts, when it is not the person at the keyboard. */
  seat?: Seat;
  /** Hears what takes long, a line each. */
  say?(line: string): void;
}

/** The place of a person in the chart, taken by somebody else, such as an assistant. */
export interface Seat {
  person: string;
  /** true: of mail it sees only what it wrote and what was written to it. */
  ownMail: boolean;
}

/** Tells a person why a start takes long. */
export function progressOf(place: Place): (left: number) => void {
  return (left) => place.say?.(`Reading the journal: ${left} turns are left`);
}

/** An org as a reading command sees it: what the journal says, and the configuration as the folder shows it now. */
export interface View {
  disk: Disk;
  kept: KeptFiles;
  state: State;
  config: Config;
  /** Faults and warnings of the configuration as it stands in the folder. */
  faults: Fault[];
  warnings: Fault[];
  loaded: Loaded;
  /** Strikes the secrets of the environment out of a text. */
  redact: (text: string) => string;
  seat?: Seat;
  /** Whether who acts may see a message. */
  sees: (mail: Pick<Message, 'from' | 'to'>) => boolean;
  /** Process of the engine that is running, if any. */
  running: { pid: number; command: string } | null;
}

/** Reads an org without a lock; `fresh`: its journal was folded already, to compare it; then nothing is kept. Throws the faults of the configuration when it cannot be used at all, and as `personNamed` does for a seat. */
export function readOrg(place: Place, fresh?: Loaded): View {
  const disk = realDisk(place.root);
  if (!disk.stat('org/org.yaml')) throw failure('no-org', `There is no org/org.yaml in ${place.root}`);
  const kept = realKept(place.root, place.env, disk);
  const loaded = fresh ?? load(disk, kept, undefined, { progress: progressOf(place) });
  forgetDeleted(disk, loaded.state);
  const read = readFolder(disk, fresh ? copyWith(kept, { write: () => null }) : kept, loaded.state, place.env);
  if (!read.config) throw new FaultError(...(read.faults as [Fault, ...Fault[]]));
  const { seat } = place;
  if (seat) personNamed({ config: read.config, disk, state: loaded.state }, seat.person);
  return {
    disk,
    kept,
    ...(seat && { seat }),
    sees: ({ from, to }) => !seat?.ownMail || from === seat.person || to.includes(seat.person),
    state: loaded.state,
    config: read.config,
    faults: read.faults,
    warnings: read.warnings,
    loaded,
    redact: redactor(place.env),
    running: lockHolder(disk, realHost(place.root)),
  };
}

/** All that is wrong with the files people write, whatever the journal holds; files that cannot be read at all as well. */
export function checkFolder(place: Place): Reading {
  const disk = realDisk(place.root);
  const kept = realKept(place.root, place.env, disk);
  const read = readFolder(disk, kept, goneFrom(disk, kept), place.env);
  const most = read.config?.org.limits.message_bytes ?? MOST_BYTES;
  const inputs = new Folder(disk, realClock, redactor(place.env)).tracked(emptyState(), most);
  const unreadable = inputs.flatMap((input) => {
    if (input.k !== 'aside' || input.reason === 'malformed') return []; // of a missing resume the configuration tells
    const code = input.reason === 'too-large' || input.reason === 'not-regular' ? input.reason : 'not-text';
    return [fault(code, UNREADABLE[code](most), { file: input.path })];
  });
  const entries = inputs.flatMap((input) => (input.k === 'file' ? memoryFaults(input.path, input.text ?? '') : []));
  const named = new Set(unreadable.map(({ file }) => file));
  return copyWith(read, {
    warnings: [...read.warnings, ...entries],
    faults: [...unreadable, ...read.faults.filter(({ code, file }) => code !== 'missing-file' || !named.has(file))],
  });
}

/** Nothing but the agents that the journal knows and the folder has not: what is wrong with them is that. */
function goneFrom(disk: Disk, kept: KeptFiles): State {
  const state = emptyState();
  try {
    for (const name of load(disk, kept).state.absent.keys())
      if (disk.stat(`agents/${name}`) === null)
        state.absent.set(name, { since: 0, why: 'Its folder is gone.', out: true });
  } catch (error) {
    if (!(error instanceof FaultError)) throw error; // the journal is told elsewhere
  }
  return state;
}

const UNREADABLE = {
  'too-large': (most: number) => `The file is larger than ${most} bytes and is not read`,
  'not-regular': () => 'This is no regular file and is not read',
  'not-text': () => 'The file is no UTF-8 text and is not read',
};

/** What is wrong with mail that waits in people's outboxes. */
export function faultyDrops({ root, env }: Place, config: Config): Fault[] {
  const disk = realDisk(root);
  const { state } = load(disk, realKept(root, env, disk));
  return new Folder(disk, realClock, redactor(env)).faultyDrops(state, config, config.org.limits.message_bytes);
}

/** Files that were set aside and that somebody deleted since need nobody any more: the ids of their dead letters. What never stood there does. */
export function deletedSince(disk: Disk, state: State): string[] {
  return [...state.astray].flatMap(([path, ids]) => {
    const deleted = ids.filter((id) => state.dead.get(id)?.reason !== 'unplaced');
    return deleted.length > 0 && state.aside.get(path) !== 'gone' && disk.stat(path) === null ? deleted : [];
  });
}

/** A state to look at forgets them; that of an engine is the fold of its journal. True when there were any. */
export function forgetDeleted(disk: Disk, state: State): boolean {
  const deleted = deletedSince(disk, state);
  for (const id of deleted) forgetDead(state, id);
  return deleted.length > 0;
}

/** The person at the keyboard: `human`, else the first person of the chart; undefined when there is none. */
export function personIn(config: Config): string | undefined {
  const people = peopleOf(config);
  return people.includes('human') ? 'human' : people[0];
}

/** Who acts: the seat, else the person at the keyboard. Throws `not-found` when there is none. */
export function personOf({ config, seat }: Pick<View, 'config' | 'seat'>): string {
  const name = seat?.person ?? personIn(config);
  if (name === undefined)
    throw failure('not-found', 'There is no person in this organisation', {
      remedy: 'Give an agent a resume with "person: true".',
    });
  return name;
}

/** Whose view a reading command shows: the seat, else the person at the keyboard; where there is no person, that of nobody. */
export function readerOf({ config, seat }: Pick<View, 'config' | 'seat'>): string {
  return seat?.person ?? personIn(config) ?? NOBODY;
}

/** No agent bears this name. */
const NOBODY = '';

/** The name, if a person bears it. Throws as `checkAgent` does, and `refused` for an agent. */
export function personNamed(view: Pick<View, 'config' | 'disk' | 'state'>, name: string): string {
  checkAgent(view, name);
  if (isPersonIn(view.config, name)) return name;
  throw failure('refused', `${name} is no person of the chart.`, { remedy: 'lemming status lists the people.' });
}

/** Throws `not-found` when there is no such agent or person, with the nearest name or when it was retired; for a broken resume its faults. */
export function checkAgent({ config, disk, state }: Pick<View, 'config' | 'disk' | 'state'>, name: string): void {
  if (config.agents.has(name)) return;
  if (isAway(config, state, name))
    throw failure('absent', `${goneText(name)} New mail to it waits.`, { file: `agents/${name}`, remedy: AWAY_REMEDY });
  const broken = config.broken.get(name);
  if (broken) throw new FaultError(...(broken as [Fault, ...Fault[]]));
  if (isName(name) && disk.stat(retiredPath(name))) throw retired(disk, name);
  const nearest = config.order.length ? { nearest: closest(name, config.order) } : {};
  throw failure(
    'not-found',
    `There is no agent ${JSON.stringify(name)}.`,
    copyWith(nearest, { remedy: 'lemming status lists the agents.' }),
  );
}

/** Of a resume that somebody renamed by hand the journal does not tell. */
function retired(disk: Disk, name: string): FaultError {
  let when = '';
  for (const line of journalLines(disk))
    if (line.k === 'retired' && line.agent === name) when = ` in turn ${line.turn} by ${line.by}`;
  return failure('not-found', `${name} was retired${when}.`, {
    remedy: `Its mail, memory and logs lie in agents/${name}/, its resume in ${retiredPath(name)}; lemming history ${name} shows its mail.`,
  });
}

/**
 * The org as its next freeze will find it: mail that was dropped and requests that wait are taken into the view's state.
 * A file that is being written right now counts as it stands.
 */
export async function foresee(view: View): Promise<void> {
  const { state, config, disk, loaded } = view;
  if (loaded.unfinished) return;
  const folder = new Folder(disk, copyWith(realClock, { now: () => realClock.now() + LONG_AGO_MS }), view.redact);
  const moment = { turn: state.turn + 1, time: state.time };
  const take = (entries: readonly Entry[], step: IntakeStep): void => {
    for (const entry of entries)
      if (entry.k !== 'aside') apply(state, entry);
      else if (step === 'answers') unanswer(state, entry.path);
  };
  await intake({ disk, folder, state, config, toolbox: NO_TOOLS }, moment, take, { wanted: WAITING });
}
const WAITING: readonly IntakeStep[] = ['requests', 'answers', 'drops'];
/** None of these steps asks for tools, and to load them takes long. */
const NO_TOOLS: Toolbox = new Map();

/** Whoever takes the seat of a person is told apart from them. */
export function throughOf({ seat }: Pick<Place, 'seat'>): { through?: 'mcp' } {
  return seat ? { through: 'mcp' } : {};
}

/** What people changed in the files that they write, since the last freeze. */
export function folderChanges({ disk, state, redact }: Pick<View, 'disk' | 'state' | 'redact'>): Input[] {
  return new Folder(disk, realClock, redact).tracked(state, MOST_BYTES);
}
const MOST_BYTES = 1_048_576;

/** What cannot be understood in the files of `org/approvals/`, as they stand. */
export function faultyAnswers({ state, config, disk, redact }: View): Fault[] {
  const folder = new Folder(disk, realClock, redact);
  return folder.faultyAnswers(state, config, config.org.limits.message_bytes);
}

const LONG_AGO_MS = 60_000;
