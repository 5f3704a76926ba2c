import { basename, dirname } from 'node:path';
import { configReader } from '../disk/config.ts';
import type { Disk } from '../disk/disk.ts';
import { realDisk } from '../disk/real.ts';
import { isLeftover, removeTree, treeOf } from '../disk/tree.ts';
import { type Fault, FaultError, failure } from '../schema/fault.ts';

const HOME = 'org/skills';
const OFF = `${HOME}/_off`;
/** Versions that an import or a rollback replaced: `_old/<id>/<n>`. */
const OLD = `${HOME}/_old`;
/** What a skill may have, files and bytes in all. */
const MOST_FILES = 200;
const MOST_BYTES = 5_000_000;

/** Moves a skill of the org between its place and `_off`. Throws `not-found`, or `refused` when the place is taken. */
export function switchSkill(disk: Disk, id: string, on: boolean): { id: string; folder: string } {
  const [from, to] = on ? [`${OFF}/${id}`, `${HOME}/${id}`] : [`${HOME}/${id}`, `${OFF}/${id}`];
  needFolder(disk, from, id);
  if (disk.stat(to)) throw taken(to, 'Move one of the two out of the way.');
  disk.rename(from, to);
  return { id, folder: to };
}

/** Ids of the skills that are switched off. */
export function offSkills(disk: Disk): string[] {
  return (disk.list(OFF) ?? []).filter((name) => !isLeftover(name));
}

/** Numbers of the versions that are kept, the oldest first. */
export function oldVersions(disk: Disk, id: string): number[] {
  checkId(id);
  return (disk.list(`${OLD}/${id}`) ?? [])
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** Copies a folder with a good SKILL.md into the org. Throws its faults, and `refused` unless it may be replaced. */
export function importSkill(disk: Disk, path: string, replace: boolean): { id: string; folder: string; files: number } {
  const id = basename(path);
  const folder = `${HOME}/${id}`;
  const files = readFolder(realDisk(dirname(path)), id);
  checkSkill(id, files);
  if (disk.stat(folder) && !replace)
    throw taken(folder, 'lemming skill import --replace takes its place and keeps it for a rollback.');
  const made = `${HOME}/_new-${id}`;
  removeTree(disk, made);
  for (const [file, bytes] of files) disk.create(`${made}/${file}`, bytes);
  keep(disk, id);
  disk.rename(made, folder);
  return { id, folder, files: files.size };
}

/** Copies a skill out of the org, into a folder that is not there yet. Returns how many files it has. */
export function exportSkill(disk: Disk, folder: string, target: string): number {
  const files = readFolder(disk, folder);
  const out = realDisk(dirname(target));
  if (out.stat(basename(target))) throw taken(target, 'Name another folder.');
  for (const [file, bytes] of files) out.create(`${basename(target)}/${file}`, bytes);
  return files.size;
}

/** Puts the last kept version back and keeps the present one. Throws `not-found`. */
export function rollBack(disk: Disk, id: string): { id: string; folder: string; kept: string | null } {
  const last = oldVersions(disk, id).at(-1);
  if (last === undefined) throw failure('not-found', `No older version of ${id} is kept.`);
  const waiting = `${HOME}/_new-${id}`;
  removeTree(disk, waiting);
  disk.rename(`${OLD}/${id}/${last}`, waiting);
  const kept = keep(disk, id);
  disk.rename(waiting, `${HOME}/${id}`);
  return { id, folder: `${HOME}/${id}`, kept };
}

/** Moves what stands there to the kept versions. Returns where, or null. */
function keep(disk: Disk, id: string): string | null {
  if (!disk.stat(`${HOME}/${id}`)) return null;
  const kept = `${OLD}/${id}/${(oldVersions(disk, id).at(-1) ?? 0) + 1}`;
  disk.rename(`${HOME}/${id}`, kept);
  return kept;
}

function taken(path: string, remedy: string): FaultError {
  return failure('refused', `${path} is there already`, { remedy });
}

/** Throws `not-found` unless it may be the id of a skill: only such names become parts of paths. */
function checkId(id: string): void {
  if (!/^[a-z0-9-]{1,64}$/.test(id)) throw failure('not-found', `${JSON.stringify(id)} cannot be the id of a skill.`);
}

function needFolder(disk: Disk, path: string, id: string): void {
  checkId(id);
  if (disk.stat(path)?.kind === 'folder') return;
  throw failure('not-found', `There is no folder ${path}.`, { remedy: 'lemming skill lists what there is.' });
}

/** The files of a folder by their paths in it. Throws when there are links, or too much. */
function readFolder(disk: Disk, folder: string): Map<string, Uint8Array> {
  const { files, others } = treeOf(disk, [folder], (path) => isLeftover(basename(path)));
  if (files.length === 0) throw failure('not-found', `There are no files in ${folder}.`);
  if (others.length > 0)
    throw failure('not-regular', 'A skill holds files and folders only, and no links', { file: others[0] as string });
  const bytes = files.reduce((sum, path) => sum + (disk.stat(path)?.size ?? 0), 0);
  if (files.length > MOST_FILES || bytes > MOST_BYTES)
    throw failure('too-large', `A skill has at most ${MOST_FILES} files and ${MOST_BYTES} bytes`, { file: folder });
  return new Map(files.map((path) => [path.slice(folder.length + 1), disk.read(path) ?? new Uint8Array()]));
}

/** Throws what is wrong with the skill, read as it would stand in an org. */
function checkSkill(id: string, files: ReadonlyMap<string, Uint8Array>): void {
  const texts = new Map([...files].map(([file, bytes]) => [`${HOME}/${id}/${file}`, Buffer.from(bytes).toString()]));
  const { faults } = configReader()(texts, [], {});
  const [first, ...rest] = faults.filter(({ file }) => file?.startsWith(`${HOME}/`));
  if (first) throw new FaultError(first, ...(rest as Fault[]));
  if (!texts.has(`${HOME}/${id}/SKILL.md`))
    throw failure('missing-file', 'The folder has no SKILL.md', { file: `${id}/SKILL.md` });
}
