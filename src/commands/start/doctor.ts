/** `lemming doctor`: checks files, journal, lock and sandbox, and repairs what it can. */
import type { OrgPlace } from '../../app/place.ts';
import { portsOf } from '../../app/ports.ts';
import { checkFolder } from '../../app/read-org.ts';
import { placesOf } from '../../core/journal/file-op.ts';
import { opsOf } from '../../core/journal/unplaced.ts';
import { awayText, isAway } from '../../core/mail/absent-agents.ts';
import { deadLines } from '../../core/mail/chain.ts';
import { type Config, hasEdge } from '../../core/model/config.ts';
import type { Entry } from '../../core/model/entry.ts';
import { conflictPath, resumePath, retiredPath } from '../../core/model/paths.ts';
import { agentState } from '../../core/model/state/staff.ts';
import type { State } from '../../core/model/state.ts';
import { creditAdvice } from '../../core/money/credit-advice.ts';
import { grants } from '../../core/rights/permit.ts';
import { isOutbound, privateTo } from '../../core/rights/taint.ts';
import { foldersOf } from '../../core/tools/file-versions.ts';
import type { Toolbox } from '../../core/turn/judge.ts';
import { oneSidedEdges } from '../../disk/config/chart.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { lockHolder } from '../../disk/fs/lock.ts';
import { treeOf } from '../../disk/fs/tree.ts';
import { readJournal } from '../../disk/journal/journal.ts';
import { ownerOf } from '../../disk/owner/owner.ts';
import type { Probed } from '../../disk/sandbox/sandbox.ts';
import { addToList } from '../../disk/yaml/edit.ts';
import { modelFaults } from '../../engine/calls/model-faults.ts';
import { notesOfModels } from '../../engine/calls/model-notes.ts';
import { load } from '../../engine/journal/load.ts';
import { keyFaults } from '../../engine/search/keys.ts';
import { declaredFaults } from '../../engine/tools/declared-faults.ts';
import { PROGRAM_TOOLS, toolsetOf } from '../../engine/tools/toolset.ts';
import type { Resume } from '../../schema/config/resume.ts';
import { type Fault, FaultError, fault, printFault } from '../../schema/fault.ts';
import { isName } from '../../schema/name.ts';
import { cut } from '../../schema/print.ts';
import { TOOLS } from '../../tools/all.ts';
import { count } from '../../views/text/table.ts';
import type { Definition, Run } from '../command.ts';
import { missingKeyLines } from '../key-hints.ts';
import { exactText, replaceExact } from '../own-files.ts';
import { faultShape } from '../shapes.ts';
import { notesOfPrograms, programsOf } from './programs.ts';

export const command = {
  name: 'doctor',
  group: 'start',
  summary: 'Check the files, the journal and the lock, and report anything odd',
  examples: [
    {
      line: 'lemming doctor',
      does: 'lists faults (exit code 3) and oddities, each with a remedy, and describes the sandbox',
    },
    {
      line: 'lemming doctor --fix',
      does: 'completes one-sided edges, keeps comments, and moves files that stand in the way of folders',
    },
  ],
  args: [],
  flags: [
    {
      name: 'fix',
      about: 'complete one-sided edges in org/chart.yaml; move aside files that stand in the way of folders',
    },
  ],
  reads: false,
  right: 'owner',
  output: (z) =>
    z.strictObject({
      ok: z.boolean(),
      faults: z.array(faultShape(z)),
      notes: z.array(z.string()),
      fixed: z.array(z.string()),
      box: z.strictObject({
        level: z.enum(['strong', 'medium', 'none']),
        why: z.string(),
        keyring: z.boolean().optional(),
      }),
    }),
} as const satisfies Definition;

const CHART = 'org/chart.yaml';

export const run: Run<typeof command> = async (world, input) => {
  const { machine, root, env } = world;
  const place = { machine, root, env };
  const disk = machine.disk(root);
  const room = input.flags.fix ? makeRoom(disk) : [];
  const fixes = input.flags.fix ? completeEdges(disk, checkFolder(place).config) : { fixed: [], left: [] };
  fixes.fixed.unshift(...room);
  const { config } = checkFolder(place);
  const declared = config ? [...(await declaredFaults(TOOLS, config, disk)), ...(await modelFaults(config, disk))] : [];
  const outbound = config ? outboundIn(await toolsetOf(TOOLS, config, new Map()), config) : [];
  const hosts = config ? hostsIn(config) : [];
  const network = hosts.length > 0 ? await tryProxy(hosts) : [];
  const missing = config ? missingKeyLines(world, config) : [];
  return examine(place, disk, fixes, { declared, outbound, network, missing }, await portsOf(place).sandbox.probe());
};

/** What was looked at beforehand: the faults of the org's own tools and models, and which of all tools send data out. */
interface Known {
  declared: readonly Fault[];
  outbound: readonly string[];
  /** How the proxy for tools with hosts treated an unlisted host. */
  network: readonly string[];
  /** Keys that are not set. */
  missing: readonly string[];
}

/** All hosts that programs may reach. */
function hostsIn({ org, tools }: Config): string[] {
  return [org.network, ...[...tools.values()].map(({ head }) => head.network)].flatMap((one) => one?.hosts ?? []);
}

async function tryProxy(hosts: readonly string[]): Promise<string[]> {
  const { checkProxy } = await import('../../engine/tools/proxy-check.ts');
  try {
    await checkProxy(hosts);
    return ['Programs with network access reach only the listed hosts: the proxy refused one that is not listed'];
  } catch (error) {
    return [`Programs with network access cannot run: ${(error as Error).message}`];
  }
}

/** Approved or not: whoever approves a server should know beforehand. */
function outboundIn(toolbox: Toolbox, { org }: Config): string[] {
  return [...toolbox.values()].flatMap((tool) => (isOutbound(tool, org) ? [tool.spec.name] : []));
}

function examine(
  place: OrgPlace,
  disk: Disk,
  { fixed, left }: Fixes,
  { declared, outbound, network, missing }: Known,
  box: Probed,
) {
  const { config, faults, warnings } = checkFolder(place);
  const journal = journalFaults(disk);
  const owner = ownerOf(place);
  const told = [...faults, ...warnings];
  const barred = barredFolders(disk).filter((path) => !told.some(({ file }) => file === path));
  const places = barred.map((path) =>
    fault('not-regular', 'This is a file, but a folder belongs here', { file: path, remedy: MAKE_ROOM }),
  );
  const keys = config ? keyFaults(config, owner) : [];
  const owned = owner.faults().filter(({ message }) => !told.some((one) => one.message === message));
  const all = [...told, ...places, ...declared, ...journal, ...owned, ...keys];
  const running = lockHolder(disk, place.machine.host(place.root));
  const notes = [
    ...left,
    ...(running ? [`An engine is running here: process ${running.pid} (lemming ${running.command})`] : []),
    ...(journal.length === 0 ? notesOfState(disk, config, outbound, running !== null) : []),
    ...(config
      ? [
          ...notesOfChart(config, disk),
          ...notesOfPrograms(programsOf(config, disk, owner), owner),
          ...notesOfModels(config, owner),
          ...missing,
        ]
      : []),
    ...notesOfFolder(disk, all),
    ...notesOfBox(box, config),
    ...network,
  ];
  const ok = all.length === 0;
  const data = { ok, faults: all, notes, fixed, box };
  return { data, text: print(all, notes, fixed, box), exit: ok ? 0 : 3 };
}

function print(faults: readonly Fault[], notes: readonly string[], fixed: readonly string[], box: Probed): string {
  return [
    ...fixed.map((line) => `Fixed: ${line}`),
    ...faults.map(printFault),
    ...notes.map((line) => `Note: ${line}`),
    `Sandbox: ${box.level}${box.why && ` (${box.why})`}${heldBy(box)}`,
    faults.length > 0 ? `${count(faults.length, 'fault')}` : 'No faults',
  ].join('\n');
}

/** What a sandbox of this level prevents. */
function heldBy({ level, keyring }: Probed): string {
  if (level === 'none') return '';
  return [
    ': no files but the workspace, no network, filtered system calls',
    level === 'strong' ? '1 GB of memory for all processes of a program' : '1 GB of memory for each process',
    ...(keyring ? ['its own session keyring'] : []),
  ].join(', ');
}

/** All faults of the journal, which is read completely. */
function journalFaults(disk: Disk): Fault[] {
  const faults: Fault[] = [];
  try {
    for (const _group of readJournal(disk, faults));
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    faults.push(...error.faults);
  }
  return faults;
}

function notesOfState(disk: Disk, config: Config | null, outbound: readonly string[], isRunning: boolean): string[] {
  const { state, unfinished, undone } = load(disk);
  return [
    ...(isRunning ? [] : unplacedNotes(disk, undone, state.clock.turn)),
    ...(unfinished ? [turnNote(unfinished.open.turn, isRunning)] : []),
    ...(state.staff.paused ? ['The organisation is paused. Run lemming resume to continue'] : []),
    ...deadLetters(config, state),
    ...(state.money.doubts.size > 0
      ? [`${count(state.money.doubts.size, 'call')} may have been billed although no reply came. Run lemming reconcile`]
      : []),
    ...[...state.calls.stopped].map(([model, why]) => `The model ${model} is stopped: ${why}. Run lemming reconcile`),
    ...[...state.staff.agents.keys()]
      .filter((name) => agentState(state.staff, name).starved)
      .map(
        (name) =>
          `${name} is out of credits: ${config ? creditAdvice(config, state, name) : `lemming top-up ${name} CREDITS`}`,
      ),
    ...[...(config?.agents.values() ?? [])].flatMap((resume) => notesOfTaint(state, resume, outbound)),
  ];
}

function turnNote(turn: number, isRunning: boolean): string {
  return isRunning ? `Turn ${turn} is under way` : `Turn ${turn} was interrupted. The next run finishes it`;
}

/** A turn whose files do not all stand in the folder, and those that never can. */
function unplacedNotes(disk: Disk, undone: readonly Entry[] | null, turn: number): string[] {
  if (!undone) return [];
  const lost = opsOf(undone).flatMap((op) => (op.op === 'live' ? [] : [placesOf(op)[0]]));
  const barred = lost.filter((path) => foldersOf(path).some((folder) => disk.stat(folder)?.kind === 'file'));
  return [
    `Turn ${turn} was interrupted before all its files were written. The next run writes them`,
    ...barred.map((path) => `${path} cannot be written below a file. The next run sets it aside and keeps its content`),
  ];
}

/** Notes agents that can read words of strangers, reach private data and send it out: all that data theft needs. */
function notesOfTaint(state: State, resume: Resume, outbound: readonly string[]): string[] {
  const reach = privateTo(state, resume);
  const out = outbound.filter((tool) => grants(resume, tool) === 'free');
  if (reach === null || out.length === 0) return [];
  const more = out.length > MOST_NAMES ? [`${out.length - MOST_NAMES} more`] : [];
  const names = [...out.slice(0, MOST_NAMES), ...more].join(', ');
  return [
    `${resume.name} can read text from strangers, reaches ${reach}, and can send it out (${names}). Once it has read such text, each use of these tools waits for you. See docs/permissions.md`,
  ];
}

/** The most tools that a note names: a server may have hundreds. */
const MOST_NAMES = 5;

/** Notes undelivered mail, and files that were set aside. */
function deadLetters(config: Config | null, state: State): string[] {
  return deadLines(state).map(({ id, message, path, reason, to, count: letters }) => {
    if (message === null) return `${path} was set aside (${reason}). org/dead-letter/${id}.md explains why`;
    const name = reason === 'no-agent' && config && to.find((one) => isAway(config, state, one));
    if (name) return `${message} waits for ${name}: ${awayText(name)}`;
    const more = letters > 1 ? ` and ${letters - 1} more of its chain were` : ' was';
    return `${message}${more} not delivered (${reason}). To deliver again: lemming retry ${id}`;
  });
}

function notesOfChart(config: Config, disk: Disk): string[] {
  const notes: string[] = [];
  for (const name of config.order) {
    const others = config.order.filter((other) => other !== name);
    const reached = others.some((other) => hasEdge(config, other, name));
    if (reached) continue;
    const person = config.agents.get(name)?.person;
    notes.push(
      person
        ? `No agent can write to ${name}. Add an edge in ${CHART}`
        : `Nobody can write to ${name}, so it never gets mail. Add an edge in ${CHART}${keptFor(name, config, disk)}`,
    );
  }
  return notes;
}

/** The edges of an agent that was hired while somebody edited the chart are in a file beside it. */
function keptFor(name: string, { readFrom }: Config, disk: Disk): string {
  const beside = (disk.list('org') ?? []).filter((file) => file.startsWith('chart.yaml.conflict-'));
  const kept = beside.find((file) => Buffer.from(disk.read(`org/${file}`) ?? []).includes(`${name}:`));
  return readFrom.has(name) || kept === undefined ? '' : `, as in org/${kept}`;
}

/** Where programs of agents cannot be shut in, and somebody has a tool that runs them. */
function notesOfBox({ level, why }: Probed, config: Config | null): string[] {
  const agents = [...(config?.agents.values() ?? [])].filter((resume) =>
    PROGRAM_TOOLS.some((tool) => grants(resume, tool) !== null),
  );
  if (level !== 'none' || agents.length === 0) return [];
  const names = agents.map(({ name }) => name).join(', ');
  return [`${names} cannot use shell and run_python: ${why}. Install bubblewrap (apt install bubblewrap)`];
}

/** Notes conflicts that wait for a decision, traces of a crash, and agents without a resume. */
function notesOfFolder(disk: Disk, faults: readonly Fault[]): string[] {
  const { files: paths, others } = treeOf(disk, ['org', 'agents'], (path) => path === 'org/journal');
  const unusable = others.filter((path) => disk.stat(path)?.kind === 'folder');
  const conflicts = paths.filter((path) => /\.conflict-\d+(-old)?$/.test(path));
  const traces = paths.filter((path) => /(^|\/)\.lemming-[^/]*$/.test(path));
  const nameless = (disk.list('agents') ?? []).filter((name) => {
    const folder = `agents/${name}`;
    const told = faults.some(({ file }) => file === folder || file?.startsWith(`${folder}/`));
    return (
      !name.startsWith('.') &&
      disk.stat(folder)?.kind === 'folder' &&
      !disk.stat(resumePath(name)) &&
      !disk.stat(retiredPath(name)) &&
      !told
    );
  });
  return [
    ...conflicts.map((path) => `${path} is the version that conflicted with yours. Copy what you need, then delete it`),
    ...traces.map((path) => `${path} was left by a crash. The next run cleans it up`),
    ...unusable.map(
      (path) =>
        `${cut(path, 100)} is too deep or not readable, so backups leave it out. The next program that its agent runs moves it or makes it readable`,
    ),
    ...nameless.map((name) => `agents/${name} has no resume.md, so ${name} is not an agent`),
  ];
}

const MAKE_ROOM = 'Run lemming doctor --fix to move the file aside.';

/** Places of folders of the organisation and its agents at which there are files. */
function barredFolders(disk: Disk): string[] {
  const agents = (disk.list('agents') ?? []).filter(isName);
  const own = agents.flatMap((name) => AGENT_FOLDERS.map((folder) => `agents/${name}/${folder}`));
  return ['.lemming', 'org/shared', 'org/dead-letter', 'org/approvals', 'org/approvals/answered', ...own].filter(
    (path) => disk.stat(path)?.kind === 'file',
  );
}
const AGENT_FOLDERS = ['outbox', 'outbox/archive', 'memory', 'workspace', 'requests', 'logs', 'skills'];

/** Renames what is in the place of a folder; nothing is lost. */
function makeRoom(disk: Disk): string[] {
  return barredFolders(disk).map((path) => {
    const name = freeName(disk, path);
    disk.rename(path, name);
    return `${path} was a file and is now ${name}. Copy what you need, then delete it`;
  });
}

function freeName(disk: Disk, path: string): string {
  for (let n = 1; ; n++) {
    const name = conflictPath(path, n);
    if (disk.stat(name) === null) return name;
  }
}

/** What --fix did, and what it could not do. */
interface Fixes {
  fixed: string[];
  left: string[];
}

/** Adds the missing ends of edges that one side lists by name. */
function completeEdges(disk: Disk, config: Config | null): Fixes {
  const fixes: Fixes = { fixed: [], left: [] };
  const before = config && exactText(disk, CHART);
  if (!before) return fixes;
  let text = before;
  for (const { from, to, missing } of oneSidedEdges(config)) {
    const [owner, other] = missing === 'read_from' ? [to, from] : [from, to];
    const result = addToList(text, ['agents', owner, missing], other);
    if ('text' in result) {
      text = result.text;
      fixes.fixed.push(`${CHART}: ${other} was added to ${missing} of ${owner}`);
    } else fixes.left.push(`${CHART}: ${other} was not added to ${missing} of ${owner}: ${result.fault.message}`);
  }
  replaceExact(disk, CHART, before, text);
  return fixes;
}
