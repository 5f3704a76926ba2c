/** The sandbox in which programs of agents run. */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ProgramInputs } from '../../core/model/tool.ts';
import type { Job, Ran } from '../../core/tools/job.ts';
import { copyWith } from '../../schema/copy.ts';
import { type KeptFiles, NOTHING_KEPT } from '../cache/kept.ts';
import { realClock } from '../fs/clock.ts';
import { DiskError } from '../fs/disk.ts';
import { boxed, HOST_ENV, KEYRING, type Spots, saidBy, TOOL_SPOT } from './bubblewrap.ts';
import { type ExtraDescriptors, FILTER_FD, runIn } from './child.ts';
import { Groups } from './groups.ts';
import { endLeft, type Home, noteRunning } from './left-running.ts';
import { PROXY_SOCKET } from './proxy.ts';
import { filterFor } from './seccomp.ts';
import { hashOf, listWorkspace, ownerIn, type WorkspaceListing } from './workspace-listing.ts';

/**
 * How well programs are isolated. `strong`: bubblewrap, and control groups that count processes and memory of all processes
 * together; `medium`: bubblewrap alone; `none`: not at all.
 */
export type SandboxLevel = 'strong' | 'medium' | 'none';

export interface Probed {
  level: SandboxLevel;
  /** For `none`: the reason, on one line. */
  why: string;
  /** Whether programs get a session keyring of their own. */
  keyring?: boolean;
}

/** The limits of a program, at any level. */
export interface Allowed {
  /** Time limit in milliseconds. */
  timeoutMs: number;
  /** Output limit in bytes. */
  most: number;
  /** Bytes and files that it may add to the disk before its workspace is measured. */
  room: { bytes: number; files: number };
  /** Whether a workspace with this content is too large. Bytes count by file size, even for sparse files. */
  isFull(held: { bytes: number; count: number }): boolean;
  signal: AbortSignal;
}

/** How a program ended. `full`: it was ended because the workspace became too large. */
export interface SandboxedProgram extends Ran {
  full: boolean;
  /** The error of the sandbox itself if it could not start the program. */
  broken: string | null;
}

/** Runs programs that agents wrote. A workspace is a folder of the org; no part of the path to it may be a link. */
export interface Sandbox {
  /** What works on this machine. It is tried once. */
  probe(): Promise<Probed>;
  /** Ends what killed engines left running. */
  sweep(): number;
  /** What lies in a workspace, in which no program is at work; what cannot be used there is put right. */
  survey(workspace: string): Promise<WorkspaceListing>;
  /** The hash of a file of that size in a workspace, read in pieces while others have their turn; null when nobody can. */
  hash(workspace: string, name: string, size: number): Promise<string | null>;
  /**
   * Runs a program in a workspace, isolated at the level that was found; `unsafe` runs it with all rights of this process
   * instead.
   */
  run(
    workspace: string,
    argv: readonly string[],
    allowed: Allowed,
    unsafe?: boolean,
    given?: ProgramInputs,
    door?: string,
  ): Promise<SandboxedProgram>;
}

/** Starts when the filter is sent. Standard error is merged into the output. */
const TOGETHER = ['sh', '-c', `read -r _ <&${FILTER_FD}; exec "$0" "$@" 2>&1 ${FILTER_FD}<&-`];
const BEGIN = Buffer.from('\n');
/** How many programs run at the same time; others wait. */
const AT_ONCE = 8;
/** Milliseconds between checks of the free disk space while a program runs. */
const LOOK_MS = 100;
/** Milliseconds after which a workspace is listed even if the disk lost no space. */
const NOW_AND_THEN_MS = 500;
/** Milliseconds within which the rest of an ended process disappears. */
const GOING_MS = 3000;
const PROBE_MS = 10_000;
const NOTHING: ProgramInputs = { input: '', files: new Map() };
/** On a processor without a filter no level works. */
export const FILTER = filterFor(process.arch) ?? new Uint8Array();

/** The sandbox of this machine for the org folder at `root`. Programs that an engine left running are found through `kept`. */
export function realSandbox(root: string, kept: KeptFiles = NOTHING_KEPT): Sandbox {
  let found: Promise<Probed> | undefined;
  const lanes = new Lanes(AT_ONCE);
  const probe = (): Promise<Probed> => (found ??= tryOut());
  return {
    probe,
    sweep: () => endLeft({ root, kept }),
    survey: (workspace) => listWorkspace(placeOf(root, workspace), true),
    hash: (workspace, name, size) => hashOf(`${placeOf(root, workspace)}/${name}`, size),
    run: (workspace, argv, allowed, unsafe = false, given = NOTHING, door) =>
      lanes.through(async () => {
        const folder = placeOf(root, workspace);
        return withFiles(given.files, async (tool) => {
          if (!unsafe)
            return runBoxed(folder, argv, allowed, await probe(), given, { tool, door: door ?? null }, { root, kept });
          const named = namedIn(argv, given.files, tool ?? '');
          const job = { argv: [...TOGETHER, ...named], env: HOST_ENV, input: given.input };
          return noting({ root, kept }, [], (begun) => guarded(folder, job, allowed, { filter: BEGIN, begun }));
        });
      }),
  };
}

/** The absolute path of a workspace. It must contain no link: the sandbox would follow it, whoever made it. */
function placeOf(root: string, workspace: string): string {
  const folder = `${fs.realpathSync(root)}/${workspace}`;
  if (fs.realpathSync(folder) !== folder) throw new DiskError('not-regular', workspace, 'the way to it holds a link');
  return folder;
}

/** Runs `true` in the sandbox, first with control groups, then without. */
async function tryOut(): Promise<Probed> {
  if (filterFor(process.arch) === null)
    return { level: 'none', why: `which system calls to refuse is not known for the processor ${process.arch}` };
  const version = await saidOf(['bwrap', '--version']);
  if (version === null) return { level: 'none', why: 'bubblewrap (bwrap) is not installed' };
  const keyring = (await saidOf([...KEYRING, 'true'])) !== null;
  const folder = fs.mkdtempSync(join(tmpdir(), 'lemming-box-'));
  try {
    const strong = Groups.possible() && (await works(folder, { level: 'strong', keyring })) === null;
    const why = strong ? null : await works(folder, { level: 'medium', keyring });
    if (why !== null) return { level: 'none', why: `${version} does not work here: ${why}` };
    return { level: strong ? 'strong' : 'medium', why: '', keyring };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** What a program of this machine prints; null if it fails or is not installed. */
function saidOf([program = '', ...args]: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: PROBE_MS }, (error, out) => resolve(error ? null : out.trim()));
  });
}

/** The problem, or null. */
async function works(folder: string, found: Pick<Probed, 'level' | 'keyring'>): Promise<string | null> {
  const allowed: Allowed = {
    timeoutMs: PROBE_MS,
    most: 10_000,
    room: { bytes: Infinity, files: Infinity },
    isFull: () => false,
    signal: new AbortController().signal,
  };
  const ran = await runBoxed(folder, ['true'], allowed, found);
  if (ran.end.how === 'exit' && ran.end.code === 0 && ran.broken === null) return null;
  return (ran.broken ?? JSON.stringify(ran.end)).trim().split('\n', 1)[0]?.slice(0, 300) ?? '';
}

async function runBoxed(
  folder: string,
  argv: readonly string[],
  allowed: Allowed,
  { level, keyring = false }: Pick<Probed, 'level' | 'keyring'>,
  { input, files }: ProgramInputs = NOTHING,
  spots: Spots = { tool: null, door: null },
  home: Home | null = null,
): Promise<SandboxedProgram> {
  const groups = level === 'strong' ? Groups.make() : null;
  const owner = await ownerIn(folder);
  if (spots.door !== null && owner)
    for (const path of [`${spots.door}/${PROXY_SOCKET}`, spots.door]) fs.chownSync(path, owner.uid, owner.gid);
  let first = 0;
  try {
    const named = namedIn(argv, files, TOOL_SPOT);
    const job = {
      argv: boxed(folder, { owner, doors: groups?.doors ?? [], keyring }, named, spots),
      env: HOST_ENV,
      input,
    };
    const told = (text: string): void => {
      first ||= Number(/"child-pid": (\d+)/.exec(text)?.[1] ?? 0);
    };
    const ran = await noting(home, groups?.folders ?? [], (begun) =>
      guarded(folder, job, allowed, { filter: FILTER, told, begun }),
    );
    return copyWith(ran, { broken: saidBy(ran.stderr).replaceAll(folder, '/work') || null });
  } finally {
    if (first > 0) await untilGone(first);
    void groups?.remove();
  }
}

/** Does work that starts a program, and keeps a note of the program as long as it may be running. */
async function noting<T>(
  home: Home | null,
  groups: readonly string[],
  work: (begun: (pid: number) => void) => Promise<T>,
): Promise<T> {
  let forget = (): void => {};
  try {
    return await work((pid) => {
      if (home !== null) forget = noteRunning(home, pid, groups);
    });
  } finally {
    forget();
  }
}

/** Runs a job and watches the disk meanwhile. */
async function guarded(
  folder: string,
  { argv, env, input }: Pick<Job, 'argv' | 'env' | 'input'>,
  { timeoutMs, most, room, isFull, signal }: Allowed,
  side?: ExtraDescriptors,
): Promise<SandboxedProgram> {
  const full = new AbortController();
  const before = spaceOf(folder);
  const hasGrown = (): boolean => {
    const now = spaceOf(folder);
    return before.bytes - now.bytes > room.bytes || before.files - now.files > room.files;
  };
  const over = new AbortController();
  const looking = watchFolder(folder, hasGrown, over.signal, (held) => {
    if ((held.bytes > room.bytes || held.count > room.files) && isFull(held)) full.abort();
  });
  const job: Job = { argv, env, input, timeoutMs, most, signal: AbortSignal.any([signal, full.signal]) };
  try {
    return copyWith(await runIn(folder, job, side), { full: false, broken: null });
  } catch (error) {
    if (!full.signal.aborted || signal.aborted) throw error;
    return { end: { how: 'too-much' }, stdout: new Uint8Array(), stderr: '', full: true, broken: null };
  } finally {
    over.abort();
    await looking;
  }
}

/**
 * Lists a folder while a program works in it: as soon as the disk lost more than is allowed, and from time to time anyway,
 * because a sparse file takes no space. Listing takes at most a tenth of the time.
 */
async function watchFolder(
  folder: string,
  hasGrown: () => boolean,
  over: AbortSignal,
  tell: (held: WorkspaceListing) => void,
): Promise<void> {
  let next = realClock.ticks() + NOW_AND_THEN_MS;
  while (!over.aborted) {
    await wait(LOOK_MS, undefined, { signal: over }).catch(() => {});
    const began = realClock.ticks();
    if (over.aborted || (began < next && !hasGrown())) continue;
    tell(await listWorkspace(folder));
    const now = realClock.ticks();
    next = now + Math.max(NOW_AND_THEN_MS, 10 * (now - began));
  }
}

/** Writes files where programs can read them, for the duration of the work; null if there are no files. */
async function withFiles<T>(files: ProgramInputs['files'], work: (folder: string | null) => Promise<T>): Promise<T> {
  if (files.size === 0) return work(null);
  const folder = fs.mkdtempSync(join(tmpdir(), 'lemming-tool-'));
  try {
    for (const [name, text] of files) {
      fs.mkdirSync(dirname(join(folder, name)), { recursive: true });
      fs.writeFileSync(join(folder, name), text);
    }
    for (const name of ['.', ...fs.readdirSync(folder, { recursive: true })])
      fs.chmodSync(join(folder, String(name)), 0o755);
    return await work(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Replaces arguments `./PATH` that refer to one of the files by its path. */
function namedIn(argv: readonly string[], files: ProgramInputs['files'], folder: string): string[] {
  return argv.map((word) => (word.startsWith('./') && files.has(word.slice(2)) ? `${folder}/${word.slice(2)}` : word));
}

function spaceOf(folder: string): { bytes: number; files: number } {
  const { bavail, bsize, ffree } = fs.statfsSync(folder);
  return { bytes: bavail * bsize, files: ffree };
}

/** The first process of the sandbox ends only when all others in it have ended. */
async function untilGone(pid: number): Promise<void> {
  for (const end = realClock.ticks() + GOING_MS; isAlive(pid) && realClock.ticks() < end; ) await realClock.sleep(2);
}

function isAlive(pid: number): boolean {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

/** Runs so many jobs at a time, in the order in which they came. */
class Lanes {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(width: number) {
    this.free = width;
  }

  async through<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((go) => this.waiting.push(go));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
    }
  }
}
