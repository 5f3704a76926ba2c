import { closest } from 'fastest-levenshtein';
import { stringify } from 'yaml';
import { apply } from '../core/apply.ts';
import { asked } from '../core/asked.ts';
import { AWAY_REMEDY, goneText, isAway } from '../core/away.ts';
import { absentAfter, type Config, isPersonIn, lists, peopleOf } from '../core/config.ts';
import type { Entry, Input } from '../core/entry.ts';
import { retiredPath } from '../core/files.ts';
import { unanswer } from '../core/fold/approvals.ts';
import { forgetDead } from '../core/fold/bygone.ts';
import { resolveRecipients } from '../core/send.ts';
import { emptyState, type State } from '../core/state.ts';
import { type Clock, realClock } from '../disk/clock.ts';
import { configReader } from '../disk/config.ts';
import { memoryFaults } from '../disk/config-memory.ts';
import type { Disk } from '../disk/disk.ts';
import { readDrop } from '../disk/drop.ts';
import { Folder } from '../disk/folder.ts';
import { realHost } from '../disk/host.ts';
import { lineToInstall } from '../disk/installed.ts';
import type { KeptFiles } from '../disk/kept.ts';
import { realKept } from '../disk/kept-key.ts';
import { lockHolder } from '../disk/lock.ts';
import { ownerOf } from '../disk/owner.ts';
import { pluginText } from '../disk/plugin-text.ts';
import { realDisk } from '../disk/real.ts';
import { realSandbox } from '../disk/sandbox.ts';
import { realWire } from '../disk/wire.ts';
import { replaceNow } from '../disk/workspace.ts';
import { PACKAGES, provider } from '../providers/find.ts';
import { copyWith } from '../schema/copy.ts';
import { type Fault, FaultError, failure, fault } from '../schema/fault.ts';
import type { Message } from '../schema/message.ts';
import { isName, padTurn, slug } from '../schema/name.ts';
import type { Request } from '../schema/request.ts';
import { TOOLS } from '../tools/all.ts';
import { Engine } from './engine.ts';
import { journalLines } from './history.ts';
import { type IntakeStep, intake } from './intake.ts';
import { type Loaded, load } from './load.ts';
import { showLoad } from './load-file.ts';
import { logger } from './log.ts';
import type { Ports } from './ports.ts';
import { redactJson, redactor } from './redact.ts';
import { realServers } from './servers.ts';

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

/** The real world behind an engine. */
export function realPorts(place: Place): Ports {
  const disk = realDisk(place.root);
  const { requireTrust, moduleOf, approved } = ownerOf(place.env, place.root);
  const door = { textOf: (path: string) => pluginText(disk, path), requireTrust, moduleOf };
  const find = async (name: string) => {
    const wanting = wantingFor(name);
    if (wanting !== null) throw failure('not-installed', wanting);
    return provider(name, door);
  };
  const { root, env, unsafeHost = false, verify = false } = place;
  const kept = realKept(root, env, disk);
  const sandbox = realSandbox(root, kept);
  const outside = { sandbox, servers: realServers({ root, env, kept }, sandbox.probe), wire: realWire };
  const progress = progressOf(place);
  const ports = { disk, kept, verify, progress, clock: realClock, host: realHost(root), env, provider: find, approved };
  return copyWith(ports, copyWith(outside, { unsafeHost }));
}

/** Which package a provider needs and has not, and the line that installs it; null when it has all. */
export function wantingFor(provider: string): string | null {
  const name = PACKAGES.get(provider);
  const line = name === undefined ? null : lineToInstall(name);
  return line && `the provider ${provider} needs the package ${name}: ${line}`;
}

/** Tells a person why a start takes long. */
function progressOf(place: Place): (left: number) => void {
  return (left) => place.say?.(`Reading the journal: ${left} turns are left`);
}

/** Opens the engine of an org, and closes it whatever happens. */
export async function withEngine<T>(
  place: Place,
  command: string,
  work: (engine: Engine, clock: Clock) => Promise<T>,
): Promise<T> {
  const ports = realPorts(place);
  let engine: Engine | undefined;
  const log = logger(ports.disk, ports.clock, () => engine?.knownConfig ?? null, place.env);
  engine = Engine.open(copyWith(ports, { log: log.log }), TOOLS, command);
  const running = engine;
  const stopShowing = showLoad(ports.kept, ports.clock, () => running.load());
  try {
    return await work(engine, ports.clock);
  } finally {
    stopShowing();
    await ports.servers?.close();
    log.flush();
    engine.close();
  }
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

/** Reads an org without a lock; `fresh`: its journal was folded already. Throws the faults of the configuration when it cannot be used at all, and as `personNamed` does for a seat. */
export function readOrg(place: Place, fresh?: Loaded): View {
  const disk = realDisk(place.root);
  if (!disk.stat('org/org.yaml')) throw failure('no-org', `There is no org/org.yaml in ${place.root}`);
  const kept = realKept(place.root, place.env, disk);
  const loaded = fresh ?? load(disk, kept, undefined, { progress: progressOf(place) });
  forgetDeleted(disk, loaded.state);
  const read = readFolder(disk, loaded.state, place.env);
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

/** The configuration as the files of the folder say it, whatever the journal holds. */
export function readFolder(
  disk: Disk,
  state: State,
  env: Place['env'],
): { config: Config | null; faults: Fault[]; warnings: Fault[] } {
  const folder = new Folder(disk, realClock, redactor(env));
  const texts = new Map(state.files);
  const changes = folder.tracked(state, 1_048_576);
  for (const input of changes) {
    if (input.k !== 'file') continue;
    if (input.text === null) texts.delete(input.path);
    else texts.set(input.path, input.text);
  }
  return configReader()(texts, folder.agentFolders(), env, absentAfter(state.absent, changes));
}

/** All that is wrong with the files people write, whatever the journal holds; files that cannot be read at all as well. */
export function checkFolder(place: Place): { config: Config | null; faults: Fault[]; warnings: Fault[] } {
  const disk = realDisk(place.root);
  const read = readFolder(disk, goneFrom(disk, place), place.env);
  const most = read.config?.org.limits.message_bytes ?? 1_048_576;
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
function goneFrom(disk: Disk, { root, env }: Place): State {
  const state = emptyState();
  try {
    for (const name of load(disk, realKept(root, env, disk)).state.absent.keys())
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

/** A request without its author. */
export type Ask = Request extends infer R ? (R extends { by: string } ? Omit<R, 'by' | 'through'> : never) : never;

/**
 * Hands requests to the org: with no engine running they are journaled at once, else they wait as files for its next
 * freeze. Says which of the two happened. What waits already, from an engine that stopped meanwhile, is not overtaken.
 */
export function post(place: Place, person: string, asks: readonly Ask[]): 'journaled' | 'waits' {
  const ports = realPorts(place);
  const who = { by: person, ...throughOf(place) };
  const requests = redactJson(redactor(place.env), asks).map((ask) => copyWith(ask, who) as Request);
  if (!requestsWait(ports.disk, person) && journalNow(ports, requests)) return 'journaled';
  const since = ports.clock.now();
  for (const [i, request] of requests.entries()) {
    const name = `${since}-${String(i).padStart(4, '0')}-${ports.clock.token()}.yaml`;
    replaceNow(ports.disk, `agents/${person}/requests/${name}`, stringify(request));
  }
  return 'waits';
}

/** Whoever takes the seat of a person is told apart from them. */
function throughOf({ seat }: Pick<Place, 'seat'>): { through?: 'mcp' } {
  return seat ? { through: 'mcp' } : {};
}

function requestsWait(disk: Disk, person: string): boolean {
  return (disk.list(`agents/${person}/requests`) ?? []).some((name) => name.endsWith('.yaml'));
}

/** False while an engine runs, or a turn that was cut off is to be finished first. */
function journalNow(ports: Ports, requests: readonly Request[]): boolean {
  try {
    const engine = Engine.open(ports, TOOLS, 'request');
    try {
      engine.post(requests.map((request) => asked(request, ports.clock.now())));
      return true;
    } finally {
      engine.close();
    }
  } catch (error) {
    if (!(error instanceof FaultError) || error.fault.code !== 'locked') throw error;
    return false;
  }
}

/** What a person writes. `to` may be names, @unit or *. */
export interface Letter {
  to: string[];
  body: string;
  subject?: string;
  kind?: string;
  priority?: string;
  thread?: string;
  reply_to?: string;
  task?: string;
  attachments?: string[];
  through?: 'mcp';
}

/** Drops a message into a person's outbox, complete at once; the engine takes it at its next freeze. Returns its path in the org. */
export function drop(disk: Disk, clock: Clock, state: State, person: string, letter: Letter): string {
  const name = `${padTurn(state.turn + 1)}-${clock.now()}-${clock.token().slice(0, 6)}-${slug(letter.subject ?? letter.body.slice(0, 60))}.sent.md`;
  const path = `agents/${person}/outbox/${name}`;
  replaceNow(disk, path, fileOf(letter));
  return path;
}

function fileOf({ body, ...head }: Letter): string {
  return `---\n${stringify(head, { lineWidth: 0 })}---\n${body}\n`;
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

/** Whom a message of a person reaches. Throws `not-found` for an unknown name and `refused` for a missing edge. */
export function reach(view: Pick<View, 'config' | 'disk' | 'state'>, person: string, to: readonly string[]): string[] {
  const { config, state } = view;
  for (const name of to)
    if (name !== '*' && !name.startsWith('@') && !isAway(config, state, name)) checkAgent(view, name);
  const unit = to.find((name) => name.startsWith('@') && !config.units.has(name.slice(1)));
  if (unit !== undefined)
    throw failure('not-found', `There is no unit ${JSON.stringify(unit)}.`, {
      remedy: 'The files in org/units/ are the units.',
    });
  const reached = resolveRecipients(config, person, to);
  if (!reached.ok)
    throw failure('refused', `${reached.text} (rule: ${reached.rule})`, { remedy: edgeRemedy(config, person, to) });
  return reached.names;
}

/** Checks a letter by the chart and drops it. Returns its path and whom it reaches. Throws as `reach` does, and `too-large`. */
export function sendLetter(view: View, person: string, letter: Letter): { path: string; to: string[] } {
  const to = reach(view, person, letter.to);
  const clean = redactJson(view.redact, copyWith(letter, throughOf(view)));
  const bytes = Buffer.byteLength(fileOf(clean));
  const most = view.config.org.limits.message_bytes;
  if (bytes > most) throw failure('too-large', `The message has ${bytes} bytes, the limit is ${most}.`);
  const read = readDrop(`agents/${person}/outbox/new.md`, fileOf(clean));
  if ('fault' in read)
    throw new FaultError(copyWith(read.fault, { code: 'usage', remedy: 'Change that, and send it again.' }));
  return { path: drop(view.disk, realClock, view.state, person, clean), to };
}

function edgeRemedy(config: Config, from: string, to: readonly string[]): string {
  const missing = to.flatMap((name) => [
    ...(lists(config.sendTo.get(from), name) ? [] : [`${name} to send_to of ${from}`]),
    ...(lists(config.readFrom.get(name), from) ? [] : [`${from} to read_from of ${name}`]),
  ]);
  return `An edge needs both ends: in org/chart.yaml add ${missing.join(', and ')}.`;
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
  await intake({ disk, folder, state, config, toolbox: TOOLS }, moment, take, { wanted: WAITING });
}
const WAITING: readonly IntakeStep[] = ['requests', 'answers', 'drops'];

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
