/** The tool context: a tool's only handle on the world. */
import { OUTDATED } from '../../core/approvals/covers.ts';
import { attachmentsHint, permitRead, type Reader } from '../../core/mail/attachments.ts';
import type { LiveFile } from '../../core/model/entry.ts';
import { SHOWN_HASH, shortHash, textHash } from '../../core/model/hash.ts';
import { type FileText, NOTHING, OTHER, type ToolContext } from '../../core/model/tool.ts';
import { type PathRuling, type PermittedPath, permitPath, toldPath } from '../../core/model/tool-path.ts';
import { diffText } from '../../core/text/diff.ts';
import { mergeTexts } from '../../core/text/merge.ts';
import { isUnsearched } from '../../core/text/unsearched-folders.ts';
import { foldersOf } from '../../core/tools/file-versions.ts';
import { type Disk, DiskError, isOfPlace, type Stat } from '../../disk/fs/disk.ts';
import { beside, bytesHash } from '../../disk/fs/materialise.ts';
import { otherName } from '../../disk/fs/other-name.ts';
import { type Replaced, writeLive } from '../../disk/fs/workspace.ts';
import { runJavascript } from '../../disk/sandbox/javascript.ts';
import type { Resume } from '../../schema/config/resume.ts';
import { byCodeUnit } from '../../schema/name.ts';
import { demandQuota, noteWritten, type WorkspaceQuota } from './workspace-quota.ts';

/**
 * Thrown by the tool context if a tool asks for something it may not have; the model is told. `rule` names the rule that
 * decided.
 */
export class ToolRefusal extends Error {
  readonly rule: string;
  constructor(message: string, rule = 'path') {
    super(message);
    this.rule = rule;
  }
}

/** Reported like a refusal, although no rule denied it: the file does not exist. */
export class NotThere extends ToolRefusal {}

/** What a tool changed, for the journal. */
export interface FileChanges {
  files: LiveFile[];
  /** Hosts that a program reached. */
  network?: string[];
  shared?: { path: string; text: string };
  /** The content of a file that could not be merged with the new text. */
  conflict?: { text: string; hash: string };
  /** The tool read something that a tainted agent wrote. */
  tainted?: true;
  /** What the tool replaced, until it is in the journal. */
  replaced: (Replaced & { path: string })[];
}

export function noChanges(): FileChanges {
  return { files: [], replaced: [] };
}

/** The parts of a tool context for one use of a tool. */
export interface ContextParts {
  disk: Disk;
  resume: Resume;
  reader: Reader;
  /** The visit's own staged writes to shared files, by path; null as text removes the file. */
  wrote: ReadonlyMap<string, { text: string | null }>;
  /** What of the visit's own shared files keeps one from standing at a path: a file where a folder is wanted, or one below it. */
  inTheWay(path: string): string | null;
  /** The text of a file that the visit knows by this short hash. */
  known(hash: string): string | undefined;
  /** The hash of what a person was shown at a path when they approved this use. The tool writes only over that. */
  shown(path: string): string | undefined;
  /** Masks secrets in a text. */
  redact(text: string): string;
  /** Whether a tainted agent wrote a shared file. */
  isTainted(path: string): boolean;
  /** How much the workspace may hold. */
  room: WorkspaceQuota;
  /** Collects what the tool changes. */
  changes: FileChanges;
  /** Runs a program in the workspace. */
  program: ToolContext['program'];
  ask: ToolContext['ask'];
  /** Fetches a page under the agent's rights. */
  fetch: ToolContext['fetch'];
  search: ToolContext['search'];
  mail: ToolContext['mail'];
  mailIds: ToolContext['mailIds'];
  /** Runs a program on these files alone. */
  apart: ToolContext['apart'];
  /** The tool's time limit in milliseconds. */
  timeout: number;
  signal: AbortSignal;
}

/** The deepest nesting of folders that is read. */
const DEPTH = 32;

export function makeToolContext(means: ContextParts): ToolContext {
  const { disk, resume, reader, wrote, changes, program, apart, ask, fetch, search, mail, mailIds, timeout, signal } =
    means;
  const isThere = (path: string): boolean => disk.stat(path) !== null;
  const resolve = (path: string, isNamed?: typeof isThere): PathTarget => {
    const target = demandPermitted(permitPath(resume, path, isNamed));
    refuseLinks(disk, target.path);
    return target;
  };
  const look = (target: PathTarget): FileText | null => {
    const text = target.shared ? wrote.get(target.path)?.text : undefined;
    if (target.tainted || (target.shared && means.isTainted(target.path))) changes.tainted = true;
    const bytes = text === undefined ? readFirst(disk, target) : text === null ? null : Buffer.from(text);
    return bytes === null ? null : fileText(bytes, means.redact);
  };
  return {
    agent: resume.name,
    read(path) {
      const found = look(demandPermitted(permitRead(reader, path, isThere)));
      if (found === null)
        throw new NotThere(`There is no file ${JSON.stringify(path)}.${attachmentsHint(reader, path)}`);
      return found;
    },
    write(path, text, expected) {
      const target = resolve(path);
      demandPlace(means, target, path);
      if (target.shared) readAlone(disk, target.path); // what cannot be read is not the text that may be replaced
      const made =
        expected === undefined
          ? text
          : onto(path, text, look(target) ?? movedAside(means, target), expected, means.known(expected), changes);
      const over = means.shown(target.path);
      if (over !== undefined && !isOver(disk, target.path, over, made)) throw outdated(target.path);
      if (target.shared) changes.shared = { path: target.path, text: means.redact(made) };
      else writeFile(means, target.path, made, over);
      return fileText(Buffer.from(made), means.redact);
    },
    list(path) {
      const target = resolve(path === '.' ? '' : path, isThere);
      const folder = target.path.replace(/\/$/, '');
      const names = (disk.list(folder) ?? [])
        .filter((name) => !name.startsWith('.lemming-') && wrote.get(`${folder}/${name}`)?.text !== null)
        .map((name) => (disk.stat(`${folder}/${name}`)?.kind === 'folder' ? `${name}/` : name));
      return target.shared ? withStaged(names, wrote, `${folder}/`) : names;
    },
    files(path) {
      const shown = path === '.' ? '' : path.replace(/\/+$/, '');
      const target = resolve(shown);
      const place = target.path.replace(/\/$/, '');
      const files = filesUnder(disk, place, shown, DEPTH);
      return target.shared && wrote.size > 0 ? withWritten(files, wrote, place, shown) : files;
    },
    program,
    ask,
    fetch,
    search,
    mail,
    mailIds,
    apart,
    javascript: (code) => runJavascript(code, timeout, signal),
  };
}

/** Names in a folder, with those of files that the visit writes there. */
function withStaged(names: readonly string[], wrote: ContextParts['wrote'], folder: string): string[] {
  const all = new Set(names);
  for (const [path, { text }] of wrote) {
    if (text === null || !path.startsWith(folder)) continue;
    const [name, ...below] = path.slice(folder.length).split('/');
    all.add(`${name}${below.length > 0 ? '/' : ''}`);
  }
  return [...all].sort(byCodeUnit);
}

/** Files at a path and below it, as the visit leaves them. */
function* withWritten(
  files: Iterable<ListedFile>,
  wrote: ContextParts['wrote'],
  place: string,
  shown: string,
): Generator<ListedFile> {
  for (const file of files) if (!wrote.has(`${place}${file.path.slice(shown.length)}`)) yield file;
  for (const [path, { text }] of wrote)
    if (text !== null && (path === place || path.startsWith(`${place}/`)))
      yield { path: `${shown}${path.slice(place.length)}`, bytes: Buffer.byteLength(text) };
}

interface ListedFile {
  path: string;
  bytes: number;
}

/** Where a path of a tool leads, as a path of the disk. */
type PathTarget = Omit<PermittedPath, 'ok'>;

function demandPermitted(ruling: PathRuling): PathTarget {
  if (!ruling.ok) throw new ToolRefusal(ruling.text);
  return ruling;
}

const UTF8 = new TextDecoder();

/** Hash and shown text are made when somebody asks for them. */
function fileText(bytes: Uint8Array, redact: ContextParts['redact']): FileText {
  const text = UTF8.decode(bytes);
  return {
    text,
    get shown() {
      return redact(text);
    },
    get hash() {
      return bytesHash(bytes).slice(0, SHOWN_HASH);
    },
  };
}

/**
 * Refuses a path at which no file can be: it is the folder itself, leads through a file, or is another spelling of an existing
 * name.
 */
function demandPlace({ disk, resume, inTheWay }: ContextParts, target: PathTarget, shown: string): void {
  const root = target.shared ? 'org/shared' : `agents/${resume.name}/workspace`;
  const stat = statOf(disk, target.path);
  if (target.path === root || stat?.kind === 'folder') throw new ToolRefusal(`${JSON.stringify(shown)} is a folder.`);
  const barrier = foldersOf(target.path).find((folder) => statOf(disk, folder)?.kind === 'file');
  const other = target.shared ? inTheWay(target.path) : null;
  const file = barrier ?? (other !== null && other.length < target.path.length ? other : null);
  if (file !== null) throw new ToolRefusal(`${toldPath(file)} is a file, so it cannot contain files.`);
  if (other !== null) throw new ToolRefusal(`${toldPath(target.path)} is a folder: you wrote ${toldPath(other)}.`);
  for (const part of [...foldersOf(target.path), target.path]) {
    const name = part.startsWith(`${root}/`) ? refusing(() => otherName(disk, part)) : null;
    if (name !== null)
      throw new ToolRefusal(`On this disk ${toldPath(part)} is the same name as ${name}, which exists.`);
  }
}

/** What a write that a kill cut off moved aside, where nothing stands now: it is done again. */
function movedAside({ disk, redact }: ContextParts, { path, shared }: PathTarget): FileText | null {
  const bytes = shared ? null : readAlone(disk, beside(path, 'aside'));
  return bytes === null ? null : fileText(bytes, redact);
}

/**
 * The content for a file that the agent knew with a different hash: its text, merged with what changed since. `base` is the
 * text with that hash, if the agent saw it in this visit.
 */
function onto(
  path: string,
  text: string,
  found: FileText | null,
  expected: string,
  base: string | undefined,
  changes: FileChanges,
): string {
  if (found?.hash === expected) return text;
  const now = found ? `has the hash ${found.hash} now` : 'is not there';
  if (!found || base === undefined || shortHash(found.text) !== found.hash)
    throw new ToolRefusal(`${JSON.stringify(path)} ${now}${found ? ': read it again' : ''}.`, 'hash');
  const merged = mergeTexts(base, text, found.text);
  if (merged !== null) return merged;
  changes.conflict = { text: found.text, hash: found.hash };
  const told = `what was changed there in the meantime conflicts with your text. Nothing was written. The changes:`;
  throw new ToolRefusal(`${JSON.stringify(path)} ${now}, and ${told}\n${diffText(base, found.text)}`, 'conflict');
}

/** Whether the path still holds what was shown, or what an earlier, interrupted run of this write left. */
function isOver(disk: Disk, path: string, shown: string, text: string): boolean {
  const stands = readAlone(disk, path) ?? readAlone(disk, beside(path, 'aside'));
  const hash = stands === null ? NOTHING : bytesHash(stands);
  return hash === shown || (hash === textHash(text) && isOurs(disk, path, shown));
}

/** An interrupted write leaves what it replaced beside the file. */
function isOurs(disk: Disk, path: string, shown: string): boolean {
  const aside = readAlone(disk, beside(path, 'aside'));
  return aside === null ? shown === NOTHING : bytesHash(aside) === shown;
}

function outdated(path: string): ToolRefusal {
  return new ToolRefusal(`${path} changed since it was shown.`, OUTDATED);
}

/** Of a text in which a person's secret stands the journal keeps no more than the hash. */
function writeFile({ disk, room, changes, redact }: ContextParts, path: string, text: string, over?: string): void {
  const wish = { bytes: Buffer.byteLength(text) - (disk.stat(path)?.size ?? 0), files: disk.stat(path) ? 0 : 1 };
  const refusal = demandQuota(disk, room, wish);
  if (refusal !== null) throw new ToolRefusal(refusal, 'quota');
  const replaced = writeLive(disk, path, text, over);
  if (replaced === null) throw outdated(path);
  noteWritten(room, wish);
  const was = replaced.bytes === null ? null : bytesHash(replaced.bytes);
  const isSecret = redact(text) !== text;
  changes.files.push(
    isSecret ? { path, text: null, was, hash: textHash(text), size: Buffer.byteLength(text) } : { path, text, was },
  );
  if (was === textHash(text)) replaced.release();
  else changes.replaced.push({ path, ...replaced });
}

/** Regular files at a path of the disk and below it, by the names that the agent gives them. */
export function* filesUnder(disk: Disk, path: string, shown: string, depth: number): Generator<ListedFile> {
  const stat = disk.stat(path);
  if (stat?.kind === 'file' && (stat.links ?? 1) === 1) yield { path: shown, bytes: stat.size };
  if (stat?.kind !== 'folder' || depth === 0) return;
  for (const name of disk.list(path) ?? [])
    if (!isUnsearched(name))
      yield* filesUnder(disk, `${path}/${name}`, shown === '' ? name : `${shown}/${name}`, depth - 1);
}

/**
 * No part of a path below the org may be a link, which the disk would not follow anyway. Nor may a file have a second name,
 * which could be anywhere.
 */
function refuseLinks(disk: Disk, path: string): void {
  const { kind, links = 1 } = statOf(disk, path) ?? {};
  const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  if (kind === undefined && parent !== '') refuseLinks(disk, parent);
  if (kind === 'file' && links > 1) throw new ToolRefusal(`${path} has a second name (a hard link).`);
  if (kind === 'link' || kind === 'other') throw new ToolRefusal(`${path} is not a regular file or folder.`);
}

function statOf(disk: Disk, path: string): Stat | null {
  return refusing(() => disk.stat(path));
}

/** Reads the file and, with the same call, refuses what `refuseLinks` would. */
function readAlone(disk: Disk, path: string): Uint8Array | null {
  return refusing(() => disk.read(path, 'alone'));
}

function readFirst(disk: Disk, { path, also = [] }: PathTarget): Uint8Array | null {
  for (const place of [path, ...also]) {
    const bytes = readAlone(disk, place);
    if (bytes !== null) return bytes;
  }
  return null;
}

function refusing<T>(look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (error instanceof DiskError && error.failure === 'not-regular') throw new ToolRefusal(error.message);
    throw error;
  }
}

/**
 * The bytes of a regular file that is not reached through a link; `NOTHING`; or `OTHER` for anything that is not such a file or
 * has more bytes than `most`. An agent may name anything, so this throws only if the disk fails.
 */
export function bytesAt(disk: Disk, path: string, most = Infinity): Uint8Array | typeof NOTHING | typeof OTHER {
  try {
    const stat = disk.stat(path);
    if (stat === null) return NOTHING;
    return isPlainFile(disk, path) && stat.size <= most ? (disk.read(path) ?? NOTHING) : OTHER;
  } catch (error) {
    if (!isOfPlace(error)) throw error;
    return OTHER;
  }
}

/** The same for the first of these paths at which something exists. */
export function firstBytes(disk: Disk, paths: readonly string[]): ReturnType<typeof bytesAt> {
  for (const path of paths) {
    const bytes = bytesAt(disk, path);
    if (bytes !== NOTHING) return bytes;
  }
  return NOTHING;
}

/** A regular file that is not reached through a link. */
function isPlainFile(disk: Disk, path: string): boolean {
  const parts = path.split('/');
  return parts.every(
    (_, i) => disk.stat(parts.slice(0, i + 1).join('/'))?.kind === (i === parts.length - 1 ? 'file' : 'folder'),
  );
}

/** The largest text of a person, in bytes, that the journal keeps when a tool replaces it. */
const MAX_KEPT = 1_048_576;

/** The bytes as text; null if they are not text, or too many. */
export function textOf(bytes: Uint8Array, most = MAX_KEPT): string | null {
  if (bytes.length > most) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
