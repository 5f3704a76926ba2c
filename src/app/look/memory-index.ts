/** Finds entries of memory in the folder: by key and by words. */
import { archivedPath, entryAt, memoryOwner, memoryPath, readEntry, SHARED } from '../../core/memory/entry.ts';
import { findable, type Ranked, rankFound, startsOf } from '../../core/memory/relevance.ts';
import type { MemoryEntry } from '../../core/model/state/memory.ts';
import { type Disk, DiskError, type Stat } from '../../disk/fs/disk.ts';
import { isLeftover } from '../../disk/fs/tree.ts';
import { findTexts, type SearchedTexts } from '../../disk/search/find-texts.ts';
import { decode } from '../../disk/yaml/codec.ts';
import { byCodeUnit, isName } from '../../schema/name.ts';
import type { View } from '../view.ts';

/** The largest entry that is read: bytes. */
const MOST_BYTES = 16_777_216;
/** Folders with entries below that of an agent's memory, each after its parent. */
const PARTS = ['memory', 'memory/learned', 'memory/archive', 'memory/archive/learned'];
const SHARED_PARTS = ['shared', 'shared/context'];

/** Folder → files of entries in it: of one agent, or of all and the shared context. */
function entryFolders(disk: Disk, agent?: string): Map<string, [name: string, stat: Stat][]> {
  const agents = agent === undefined ? (disk.list('agents') ?? []).filter(isName) : [agent];
  const folders = new Map<string, [string, Stat][]>();
  for (const name of agents) addFolders(disk, `agents/${name}`, PARTS, folders);
  if (agent === undefined) addFolders(disk, 'org', SHARED_PARTS, folders);
  return folders;
}

/** Adds folders; nothing behind a link is read. */
function addFolders(disk: Disk, home: string, parts: readonly string[], folders: Map<string, [string, Stat][]>): void {
  const open = new Set([home]);
  for (const part of parts) {
    const folder = `${home}/${part}`;
    if (!open.has(folder.slice(0, folder.lastIndexOf('/'))) || disk.stat(folder)?.kind !== 'folder') continue;
    open.add(folder);
    const isEntry = ([name, { kind }]: [string, Stat]): boolean =>
      kind === 'file' && name.endsWith('.md') && !isLeftover(name) && memoryOwner(`${folder}/${name}`) !== null;
    folders.set(folder, (disk.look(folder) ?? []).filter(isEntry));
  }
}

/** Paths of the files of entries: of one agent, or of all and the shared context. */
export function entryPaths(disk: Disk, agent?: string): string[] {
  return [...entryFolders(disk, agent)].flatMap(([folder, files]) => files.map(([name]) => `${folder}/${name}`));
}

/** The entry in the file at a path; null when there is none that can be read. */
export function entryFile({ disk, state, mask }: View, path: string): MemoryEntry | null {
  try {
    const bytes = disk.read(path);
    const decoded = bytes === null ? null : decode(bytes, MOST_BYTES, path);
    if (!decoded || !('text' in decoded)) return null;
    const text = mask(decoded.text);
    return state.files.texts.get(path) === text ? entryAt(state, path) : readEntry(path, text);
  } catch (error) {
    if (error instanceof DiskError && ['not-regular', 'too-large', 'denied'].includes(error.failure)) return null;
    throw error;
  }
}

/** The entries of an agent's memory, or of the shared context, by key, archived ones at the end. */
export function entriesInFolder(view: View, agent?: string): MemoryEntry[] {
  const owner = agent ?? SHARED;
  return entryPaths(view.disk, agent)
    .filter((path) => memoryOwner(path) === owner)
    .flatMap((path) => entryFile(view, path) ?? [])
    .sort((a, b) => Number(a.archived) - Number(b.archived) || byCodeUnit(a.key, b.key));
}

/** The entry of that key, archived or not. */
export function entryNamed(view: View, agent: string, key: string): MemoryEntry | null {
  const paths = entryPaths(view.disk, key.startsWith('shared/') ? undefined : agent);
  const place = memoryPath(agent, key);
  const path = [place, archivedPath(place)].find((one) => paths.includes(one));
  return path === undefined ? null : entryFile(view, path);
}

/**
 * Paths of the entries found by words, best first, limited in number: of an agent, or of all and the shared context. The
 * index is updated first.
 */
export async function findEntries(
  view: View,
  root: string,
  query: string,
  most: number,
  agent?: string,
): Promise<Ranked<string>> {
  const texts = entryTexts(view);
  const { folders } = texts;
  const within = (path: string): boolean => agent === undefined || path.startsWith(`agents/${agent}/`);
  const found = (await findTexts(view, root, texts, startsOf(query))).filter(({ path }) => within(path));
  const of = [...folders].reduce((sum, [folder, files]) => sum + (within(`${folder}/`) ? files.length : 0), 0);
  const ranked = rankFound(found.map(findableIn), query, of, most);
  return { found: ranked.found, best: ranked.best.map(({ path }) => path) };
}

/** What the index of memory covers. */
export function entryTexts(view: View): SearchedTexts {
  return { name: 'memory', folders: entryFolders(view.disk), whole: true, text: (path) => textFor(view, path) };
}

/** The indexed text of an entry: the turn, key and tags, and the text, a line each. */
function textFor(view: View, path: string): string | null {
  const entry = entryFile(view, path);
  if (!entry) return null;
  const { turn, name, body } = findable(entry);
  return `${turn}\n${name}\n${body}`;
}

function findableIn({ path, text }: { path: string; text: string }): ReturnType<typeof findable> {
  const [turn = '', name = '', body = ''] = text.split('\n', 3);
  return { path, turn: Number(turn), name, body };
}
