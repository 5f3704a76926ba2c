/**
 * The last configuration that was read, kept with everything it depends on. A reading command only checks whether each file,
 * folder and permission is unchanged; then it parses nothing.
 */

import { isDeepStrictEqual } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { absentAfter } from '../../core/model/config.ts';
import type { State } from '../../core/model/state.ts';
import type { KeptFiles } from '../../disk/cache/kept.ts';
import { type ConfigReading, configReader } from '../../disk/config/config.ts';
import type { Clock } from '../../disk/fs/clock.ts';
import { type Disk, DiskError } from '../../disk/fs/disk.ts';
import { digestOf, type Looked, Trace } from '../../disk/fs/trace.ts';
import { goneFrom } from '../../disk/intake/absent.ts';
import { Folder } from '../../disk/intake/folder.ts';
import type { Owner } from '../../disk/owner/owner.ts';
import type { Env } from '../../schema/env.ts';

export const CONFIG = 'config.bin';
/** Raised when reading the same files gives another value, for sources that run without a build. */
const VERSION = 1;
/** Largest file that is read. */
const MOST_BYTES = 1_048_576;

interface KeptConfig {
  /** What it depends on: program, settings of the environment, secrets. */
  under: string;
  looked: Looked[];
  digest: string;
  reading: ConfigReading;
}

/** An organisation's folder whose configuration is read. */
export interface ConfigFolder {
  disk: Disk;
  kept: KeptFiles;
  clock: Clock;
  env: Env;
  owner: Owner;
}

/** The configuration as the files of the folder say it, whatever the journal holds. */
export function readFolder(folder: ConfigFolder, state: State): ConfigReading {
  const known = knownReading(folder, state);
  if (known) return known;
  const { reading, trace } = readAnew(folder, state);
  if (trace) keepReading(folder, trace, reading);
  return reading;
}

/** The kept reading, if reading the folder would give the same now. */
export function knownReading(folder: ConfigFolder, state: State): ConfigReading | null {
  const { disk, kept: files } = folder;
  const found = files.read(CONFIG);
  if (!found) return null;
  const kept: KeptConfig = deserialize(found.bytes);
  return kept.under === files.digest(underOf(folder)) && isAllThere(disk, state) && isUnchanged(disk, kept)
    ? kept.reading
    : null;
}

/** Whether the folder has all agents of the state: a missing one is reported, whatever the files say. */
function isAllThere(disk: Disk, state: State): boolean {
  return state.staff.absent.size === 0 && goneFrom(state, new Set(disk.list('agents'))).length === 0;
}

function isUnchanged(disk: Disk, { looked, digest }: KeptConfig): boolean {
  try {
    return digestOf((path) => disk.stat(path), looked) === digest;
  } catch (error) {
    if (error instanceof DiskError) return false;
    throw error;
  }
}

/**
 * Reads all files. Only when each was found unchanged does the result depend on them alone: then there is a trace of them.
 */
function readAnew(
  { disk, clock, env, owner }: Omit<ConfigFolder, 'kept'>,
  state: State,
): { reading: ConfigReading; trace: Trace | null } {
  const start = clock.now();
  const trace = new Trace(disk);
  const folder = new Folder(trace.disk, clock, owner.redact);
  const texts = new Map(state.files.texts);
  const changes = folder.tracked.changes(state, MOST_BYTES, false);
  const whole = folder.tracked.isWhole();
  for (const input of changes) {
    if (input.k !== 'file') continue;
    if (input.text === null) texts.delete(input.path);
    else texts.set(input.path, input.text);
  }
  const absent = absentAfter(state.staff.absent, changes);
  const reading = configReader()(texts, folder.tracked.agentFolders(), env, absent);
  return { reading, trace: whole && absent.size === 0 && trace.isSettled(start) ? trace : null };
}

/**
 * Keeps a configuration that depends only on what was read. Nothing is kept in a folder that cannot be written, or before an
 * engine has made the owner's key, because a command that only reads makes nothing in the owner's folder.
 */
function keepReading(folder: ConfigFolder, trace: Trace, reading: ConfigReading): void {
  const { kept: files } = folder;
  const under = files.digest(underOf(folder));
  if (under === null) return;
  const kept: KeptConfig = { under, looked: trace.looked(), digest: trace.digest(), reading };
  try {
    files.write(CONFIG, '', serialize(kept));
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}

/**
 * What counts besides the folder. The name of a built file depends on its content, so the place of this module identifies
 * the program.
 */
function underOf({ env, owner }: Pick<ConfigFolder, 'env' | 'owner'>): string {
  const settings = Object.entries(env).filter(([name]) => name.startsWith('LEMMING_'));
  const secrets = [...owner.secrets()];
  return JSON.stringify([VERSION, import.meta.url, process.version, process.geteuid?.(), settings.sort(), secrets]);
}

/** Whether the kept reading would be used now, and differs from a new one. */
export function isReadingStrange(folder: ConfigFolder, state: State): boolean {
  const known = knownReading(folder, state);
  return known !== null && !isDeepStrictEqual(known, readAnew(folder, state).reading);
}
