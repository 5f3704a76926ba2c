/** Compares the folder with what the journal makes of it. */
import { opsOf } from '../../core/journal/unplaced.ts';
import type { Config } from '../../core/model/config.ts';
import type { State } from '../../core/model/state.ts';
import { configReader } from '../../disk/config/config.ts';
import { realClock } from '../../disk/fs/clock.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { bytesHash, readAny } from '../../disk/fs/materialise.ts';
import { isLeftover, treeOf } from '../../disk/fs/tree.ts';
import { Folder } from '../../disk/intake/folder.ts';
import { readMessage } from '../../disk/intake/incoming-message.ts';
import { readJournalFile } from '../../disk/journal/journal.ts';
import { decode } from '../../disk/yaml/codec.ts';
import { byCodeUnit } from '../../schema/name.ts';
import type { Mask } from '../secrets.ts';
import type { JournalFiles, MadeFile } from './journal-files.ts';

/** A file that differs from what the journal makes. */
export interface FileDifference {
  path: string;
  /** `extra`: the journal makes no such file. */
  what: 'changed' | 'missing' | 'extra';
}

/**
 * Compares a folder with what the journal makes of it: every file of the journal, and other files where only the engine writes
 * or the next freeze would read. Sorted by path.
 */
export function compareFolder(
  disk: Disk,
  refold: JournalFiles,
  env: Record<string, string | undefined>,
  redact: Mask,
): FileDifference[] {
  const differences: FileDifference[] = [];
  for (const [path, made] of refold.files) {
    const bytes = readAny(disk, path);
    if (bytes === null) differences.push({ path, what: 'missing' });
    else if (bytesHash(bytes) !== made.hash && !saysTheSame(path, bytes, made, refold.state, redact))
      differences.push({ path, what: 'changed' });
  }
  const known = new Set(differences.map(({ path }) => path));
  for (const path of extras(disk, refold, env, redact)) if (!known.has(path)) differences.push({ path, what: 'extra' });
  return differences.sort((a, b) => byCodeUnit(a.path, b.path));
}

/** People's files are compared as text (line ends and byte order mark do not count), edited mail by its content. */
function saysTheSame(
  path: string,
  bytes: Uint8Array,
  made: MadeFile,
  state: State,
  redact: (text: string) => string,
): boolean {
  const text = state.files.texts.get(path);
  if (text === undefined && made.edit === null) return false;
  const decoded = decode(bytes, bytes.length, path);
  if (!('text' in decoded)) return false;
  const said = redact(decoded.text);
  if (made.edit === null) return said === text;
  const message = readMessage(said, path).message;
  return (
    message?.body === made.edit.body && message.subject === made.edit.subject && message.priority === made.edit.priority
  );
}

/**
 * Files that the journal does not make, in places where the engine would read or expect them. Files that were set aside and
 * leftovers do not count.
 */
function extras(
  disk: Disk,
  { files, state }: JournalFiles,
  env: Record<string, string | undefined>,
  redact: Mask,
): string[] {
  const config = configOf(state, env);
  const limit = config?.org.limits.message_bytes ?? 1_048_576;
  const found = new Folder(disk, realClock, redact).tracked
    .changes(state, limit)
    .flatMap((input) => ('path' in input ? [input.path] : []));
  const skip = (path: string): boolean =>
    isLeftover(path.slice(path.lastIndexOf('/') + 1)) || state.dead.aside.has(path);
  const agents = [...(config?.agents.values() ?? [])].filter((resume) => !resume.person);
  const outboxes = agents.map((resume) => `agents/${resume.name}/outbox`);
  const kept = treeOf(disk, ['org/dead-letter', 'org/approvals', ...outboxes], skip);
  return [...found, ...kept.files, ...kept.others].filter((path) => !files.has(path));
}

/** The configuration as it was frozen; null if it is unusable: then no agents are known. */
function configOf(state: State, env: Record<string, string | undefined>): Config | null {
  const folders = new Set(
    [...state.files.texts.keys()].flatMap((path) =>
      path.startsWith('agents/') ? [path.split('/', 2)[1] as string] : [],
    ),
  );
  return configReader()(state.files.texts, [...folders], env, state.staff.absent).config;
}

/** The first line in which a file differs from the journal's version, counted from 1. */
export interface LineDifference {
  line: number;
  expected: string | null;
  found: string | null;
}

/** Shows a difference; null for a file that is only missing or extra, or is not text. */
export function showDifference(
  disk: Disk,
  refold: JournalFiles,
  { path, what }: FileDifference,
): LineDifference | null {
  const made = refold.files.get(path);
  if (what !== 'changed' || !made) return null;
  const expected = textOf(disk, made)?.split('\n');
  const found = Buffer.from(readAny(disk, path) ?? [])
    .toString()
    .split('\n');
  if (!expected) return null;
  for (let i = 0; i < Math.max(expected.length, found.length); i++)
    if (expected[i] !== found[i]) return { line: i + 1, expected: expected[i] ?? null, found: found[i] ?? null };
  return null;
}

/** The text of a file, from the line that made it. */
export function textOf(disk: Disk, made: MadeFile): string | null {
  let text: string | null = null;
  const lines = [...readJournalFile(disk, made.file, '').groups].flatMap(({ entries }) => entries);
  for (const line of lines) if (line.k === 'file' && line.path === made.origin) text = line.text;
  for (const op of opsOf(lines))
    if ('text' in op && op.path === made.origin) text = typeof op.text === 'string' ? op.text : null;
  return text;
}
