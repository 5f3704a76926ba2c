/** Runs programs of agents in the sandbox. */
import type { ProgramInputs, WorldResult } from '../../core/model/tool.ts';
import { removeTree } from '../../disk/fs/tree.ts';
import { openProxy } from '../../disk/sandbox/proxy.ts';
import type { Probed, Sandbox, SandboxedProgram } from '../../disk/sandbox/sandbox.ts';
import type { WorkspaceListing } from '../../disk/sandbox/workspace-listing.ts';
import { type FileChanges, ToolRefusal } from './tool-context.ts';
import type { Turn } from './turn-in-progress.ts';
import { WorkspaceState } from './workspace-changes.ts';
import { noteUse, type WorkspaceQuota } from './workspace-quota.ts';

/** The most bytes of output, after which a program is ended: with what is added, less than a result may have. */
const OUTPUT_BYTES = 50_000;

/** Where a program runs, and for how long (milliseconds). */
export interface Site {
  room: WorkspaceQuota;
  timeout: number;
  changes: FileChanges;
}

/**
 * Runs a program in the workspace of an agent. Texts of people that are not in the journal are journaled first; what the
 * program changed is found by comparing the workspace before and after.
 */
export async function runProgram(
  turn: Turn,
  { room, timeout, changes }: Site,
  argv: readonly string[],
  given?: ProgramInputs,
): Promise<WorldResult> {
  const { ports } = turn;
  const { sandbox, level } = await admit(turn);
  ports.disk.mkdir(room.workspace);
  const before = await sandbox.survey(room.workspace);
  const look = new WorkspaceState(turn, room.workspace);
  await look.keepTexts(before);
  const allowed = {
    timeoutMs: timeout,
    most: OUTPUT_BYTES,
    room: { bytes: Math.max(0, room.bytes - before.bytes), files: Math.max(0, room.files - before.count) },
    isFull: (held: WorkspaceSize) => isOver(held, grown(room, before)),
    signal: turn.signal,
  };
  const run = (door?: string) => sandbox.run(room.workspace, argv, allowed, level === UNSAFE, given, door);
  const ran = given?.hosts ? await networked(turn, given.hosts, changes, run) : await run();
  ports.disk.recheck();
  const after = await sandbox.survey(room.workspace);
  noteUse(room, { bytes: after.bytes, files: after.count });
  const notes = await look.changes(before, after, changes);
  const moved = [...before.moved, ...after.moved];
  if (moved.length > 0) notes.push(`folders that lay too deep were moved: ${list(moved)}`);
  if (isOver(after, room))
    notes.push(`the workspace is over its limit (${room.bytes} bytes, ${room.files} files); remove some files`);
  return tell(ran, level, timeout, notes);
}

/** Runs a program that may reach some hosts. From then on its output may contain words of strangers. */
async function networked(
  turn: Turn,
  hosts: readonly string[],
  changes: FileChanges,
  run: (door: string) => Promise<SandboxedProgram>,
): Promise<SandboxedProgram> {
  const reached = new Set<string>();
  const { reachHost } = await import('./fetch.ts');
  const proxy = await openProxy(async (host, port) => {
    const socket = await reachHost(turn, hosts, host, port);
    reached.add(`${host}:${port}`);
    return socket;
  });
  try {
    return await run(proxy.folder);
  } finally {
    proxy.close();
    if (reached.size > 0) {
      changes.network = [...reached].sort();
      changes.tainted = true;
    }
  }
}

/** What a program may leave in a folder of its own: bytes and files. */
const APART = { bytes: 16_777_216, files: 1000 };

/** Runs a program in a temporary folder that holds only these files. */
export async function runApart(
  turn: Turn,
  folder: string,
  files: ReadonlyMap<string, string>,
  timeoutMs: number,
  argv: readonly string[],
): Promise<WorldResult> {
  const { disk } = turn.ports;
  const { sandbox, level } = await admit(turn);
  removeTree(disk, folder);
  try {
    for (const [path, text] of files) disk.create(`${folder}/${path}`, text);
    const isFull = (held: WorkspaceSize): boolean => isOver(held, APART);
    const allowed = { timeoutMs, most: OUTPUT_BYTES, room: APART, isFull, signal: turn.signal };
    const ran = await sandbox.run(folder, argv, allowed, level === UNSAFE);
    return tell(ran, level, timeoutMs, []);
  } finally {
    disk.recheck();
    removeTree(disk, folder);
  }
}

const UNSAFE = 'none (unsafe-host)';

/** Programs run isolated or not at all, unless the owner permitted otherwise twice: in org.yaml and on the command line. */
async function admit({ ports, config }: Turn): Promise<{ sandbox: Sandbox; level: string }> {
  const { sandbox } = ports;
  const found: Probed = (await sandbox?.probe()) ?? { level: 'none', why: 'this organisation lies on no real disk' };
  if (sandbox && found.level !== 'none') return { sandbox, level: found.level };
  if (sandbox && config.org.sandbox === 'unsafe-host' && ports.unsafeHost) return { sandbox, level: UNSAFE };
  throw new ToolRefusal(
    `No sandbox is available here: ${found.why}. The owner can install bubblewrap; lemming doctor says more.`,
    'sandbox',
  );
}

type WorkspaceSize = Pick<WorkspaceListing, 'bytes' | 'count'>;

function isOver({ bytes, count }: WorkspaceSize, room: Pick<WorkspaceQuota, 'bytes' | 'files'>): boolean {
  return bytes > room.bytes || count > room.files;
}

/** A workspace above its quota is tolerated as long as it does not grow. */
function grown(room: WorkspaceQuota, { bytes, count }: WorkspaceSize): Pick<WorkspaceQuota, 'bytes' | 'files'> {
  return { bytes: Math.max(room.bytes, bytes), files: Math.max(room.files, count) };
}

/** The first names, and how many more there are. */
function list(names: readonly string[]): string {
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return `${names.slice(0, 5).join(', ')}${more}`;
}

/** The result for the model: the output, how the program ended, and what it changed. */
function tell(
  { end, stdout, full, broken }: SandboxedProgram,
  level: string,
  timeout: number,
  notes: readonly string[],
): WorldResult {
  const ok = broken === null && end.how === 'exit' && end.code === 0;
  const output = Buffer.from(stdout).toString().trimEnd();
  const last = [
    broken === null ? ending(end, full, timeout) : 'the sandbox did not start',
    ...notes,
    `Sandbox: ${level}`,
  ];
  return { ok, text: [output, broken?.trim()].filter(Boolean).join('\n'), end: `[${last.join('; ')}]` };
}

function ending(end: SandboxedProgram['end'], full: boolean, timeout: number): string {
  if (full) return 'ended: the workspace became too large';
  switch (end.how) {
    case 'exit':
      return `exit ${end.code}`;
    case 'signal':
      return `ended by ${end.signal}`;
    case 'late':
      return `ended after ${timeout} ms`;
    case 'too-much':
      return `ended: more than ${OUTPUT_BYTES} bytes of output`;
    case 'not-started':
      return `not started: ${end.reason}`;
  }
}
