/** Moves, copies and replaces the folders of skills. */
import { basename, dirname } from 'node:path';
import { configReader } from '../../disk/config/config.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { isLeftover, removeTree, treeOf } from '../../disk/fs/tree.ts';
import { type Fault, FaultError, failure } from '../../schema/fault.ts';
import type { World } from '../world.ts';

const HOME = 'org/skills';
const WHOSE = 'Run lemming skill to list the skills. For the own skill of an agent, add --agent AGENT.';
/** The most files and bytes of a skill. */
const MOST_FILES = 200;
const MOST_BYTES = 5_000_000;

/** The folder for the skills of an agent, or for those of the organisation. */
export function homeFor(agent: string | undefined): string {
  return agent === undefined ? HOME : `agents/${agent}/skills`;
}

/** Moves a skill between its place and `_off`. Throws `not-found`, or `refused` if the place is taken. */
export function switchSkill(disk: Disk, id: string, on: boolean, agent?: string): { id: string; folder: string } {
  const home = homeFor(agent);
  const places = [`${home}/${id}`, `${home}/_off/${id}`] as const;
  const [to, from] = on ? places : [places[1], places[0]];
  needFolder(disk, from, id);
  if (disk.stat(to)) throw taken(to, 'Move one of the two out of the way.');
  disk.rename(from, to);
  return { id, folder: to };
}

/** The ids of skills that are switched off, of an agent or of the organisation. */
export function offSkills(disk: Disk, agent?: string): string[] {
  return (disk.list(`${homeFor(agent)}/_off`) ?? []).filter((name) => !isLeftover(name));
}

/** The numbers of the versions that an approval, an import or a rollback replaced (`_old/<id>/<n>`), oldest first. */
export function oldVersions(disk: Disk, id: string, home = HOME): number[] {
  checkId(id);
  return (disk.list(`${home}/_old/${id}`) ?? [])
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * Copies a folder with a valid SKILL.md into the org. Throws its faults, and `refused` unless the present skill may be
 * replaced.
 */
export function importSkill(
  { machine }: World,
  disk: Disk,
  turn: number,
  path: string,
  replace: boolean,
): { id: string; folder: string; files: number } {
  const id = basename(path);
  const folder = `${HOME}/${id}`;
  const files = readFolder(machine.disk(dirname(path)), id);
  checkSkill(id, files);
  if (disk.stat(folder) && !replace)
    throw taken(folder, 'To replace it and keep it for a rollback: lemming skill import --replace.');
  const made = `${HOME}/_new-${id}`;
  copyInto(disk, made, files);
  keep(disk, turn, id, HOME);
  disk.rename(made, folder);
  return { id, folder, files: files.size };
}

/** Copies a skill out of the org into a new folder. Returns the number of files. */
export function exportSkill({ machine }: World, disk: Disk, folder: string, target: string): number {
  const files = readFolder(disk, folder);
  const out = machine.disk(dirname(target));
  if (out.stat(basename(target))) throw taken(target, 'Choose another folder.');
  out.mkdir('');
  for (const [file, bytes] of files) out.create(`${basename(target)}/${file}`, bytes);
  return files.size;
}

/** Removes what an interrupted attempt left there. */
function copyInto(disk: Disk, folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  removeTree(disk, folder);
  for (const [file, bytes] of files) disk.create(`${folder}/${file}`, bytes);
}

/** Restores the last kept version and keeps the present one. Throws `not-found`. */
export function rollBack(
  disk: Disk,
  turn: number,
  id: string,
  agent?: string,
): { id: string; folder: string; kept: string | null } {
  const home = homeFor(agent);
  const last = oldVersions(disk, id, home).at(-1);
  if (last === undefined) throw failure('not-found', `${home} contains no older version of ${id}.`, { remedy: WHOSE });
  const waiting = `${home}/_new-${id}`;
  copyInto(disk, waiting, readFolder(disk, `${home}/_old/${id}/${last}`));
  const kept = keep(disk, turn, id, home);
  disk.rename(waiting, `${home}/${id}`);
  return { id, folder: `${home}/${id}`, kept };
}

/**
 * Moves the present skill to the kept versions, under a number above all those that approvals gave. Returns the folder, or
 * null.
 */
function keep(disk: Disk, turn: number, id: string, home: string): string | null {
  if (!disk.stat(`${home}/${id}`)) return null;
  const kept = `${home}/_old/${id}/${Math.max(turn, oldVersions(disk, id, home).at(-1) ?? 0) + 1}`;
  disk.rename(`${home}/${id}`, kept);
  return kept;
}

function taken(path: string, remedy: string): FaultError {
  return failure('refused', `${path} already exists`, { remedy });
}

/** Throws `not-found` unless it is a valid skill id: only valid names become parts of paths. */
function checkId(id: string): void {
  if (!/^[a-z0-9-]{1,64}$/.test(id)) throw failure('not-found', `${JSON.stringify(id)} is not a valid skill id.`);
}

function needFolder(disk: Disk, path: string, id: string): void {
  checkId(id);
  if (disk.stat(path)?.kind === 'folder') return;
  throw failure('not-found', `The folder ${path} does not exist.`, { remedy: WHOSE });
}

/** The files of a folder by their paths in it. Throws if it contains links or is too large. */
function readFolder(disk: Disk, folder: string): Map<string, Uint8Array> {
  const { files, others } = treeOf(disk, [folder], (path) => isLeftover(basename(path)));
  if (files.length === 0)
    throw failure('not-found', `${folder} contains no files.`, { remedy: 'Give a folder that contains a SKILL.md.' });
  if (others.length > 0)
    throw failure('not-regular', 'A skill may contain only files and folders, no links', { file: others[0] as string });
  const bytes = files.reduce((sum, path) => sum + (disk.stat(path)?.size ?? 0), 0);
  if (files.length > MOST_FILES || bytes > MOST_BYTES)
    throw failure('too-large', `A skill may contain at most ${MOST_FILES} files and ${MOST_BYTES} bytes`, {
      file: folder,
    });
  return new Map(files.map((path) => [path.slice(folder.length + 1), disk.read(path) ?? new Uint8Array()]));
}

/** Throws the faults of the skill, read as if it were in an org. */
function checkSkill(id: string, files: ReadonlyMap<string, Uint8Array>): void {
  const texts = new Map([...files].map(([file, bytes]) => [`${HOME}/${id}/${file}`, Buffer.from(bytes).toString()]));
  const { faults } = configReader()(texts, [], {});
  const [first, ...rest] = faults.filter(({ file }) => file?.startsWith(`${HOME}/`));
  if (first) throw new FaultError(first, ...(rest as Fault[]));
  if (!texts.has(`${HOME}/${id}/SKILL.md`))
    throw failure('missing-file', 'The folder has no SKILL.md', { file: `${id}/SKILL.md` });
}
