/**
 * The configuration as it was read last, kept with all that was looked at for it. A command that reads an organisation only
 * looks whether each file, folder and right is as it was; it parses nothing then.
 */

import { isDeepStrictEqual } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { absentAfter } from '../../core/model/config.ts';
import type { State } from '../../core/model/state.ts';
import type { KeptFiles } from '../../disk/cache/kept.ts';
import { type ConfigReading, configReader } from '../../disk/config/config.ts';
import { realClock } from '../../disk/fs/clock.ts';
import { type Disk, DiskError } from '../../disk/fs/disk.ts';
import { digestOf, type Looked, Trace } from '../../disk/fs/trace.ts';
import { goneFrom } from '../../disk/intake/absent.ts';
import { Folder } from '../../disk/intake/folder.ts';
import { ownerOf } from '../../disk/owner/owner.ts';
import { secretMask } from '../../engine/secrets.ts';
import type { Env } from '../../schema/env.ts';

export const CONFIG = 'config.bin';
/** Raised when a reading of the same files gives another value, for sources that are run without a build. */
const VERSION = 1;
/** Largest file that is read. */
const MOST_BYTES = 1_048_576;

interface KeptConfig {
  /** What it was made under: program, settings of the environment, secrets. */
  under: string;
  looked: Looked[];
  digest: string;
  reading: ConfigReading;
}

/** The configuration as the files of the folder say it, whatever the journal holds. */
export function readFolder(disk: Disk, files: KeptFiles, state: State, env: Env): ConfigReading {
  const known = knownReading(disk, files, state, env);
  if (known) return known;
  const { reading, trace } = readAnew(disk, state, env);
  if (trace) keepReading(files, trace, env, reading);
  return reading;
}

/** What was kept, if a reading of the folder would find the same now. */
export function knownReading(disk: Disk, files: KeptFiles, state: State, env: Env): ConfigReading | null {
  const found = files.read(CONFIG);
  if (!found) return null;
  const kept: KeptConfig = deserialize(found.bytes);
  return kept.under === files.digest(underOf(env)) && isAllThere(disk, state) && isUnchanged(disk, kept)
    ? kept.reading
    : null;
}

/** An agent that the state has and the folder has not is told, whatever the files say. */
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

/** Reads all files. What they say depends on them alone when each was found as it stands: then there is a trace of them. */
function readAnew(disk: Disk, state: State, env: Env): { reading: ConfigReading; trace: Trace | null } {
  const start = realClock.now();
  const trace = new Trace(disk);
  const folder = new Folder(trace.disk, realClock, secretMask(env));
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
 * Keeps a reading that depends on nothing but what was looked at. A folder that cannot be written keeps nothing; nor is anything
 * kept before an engine made the owner's key, for a command that only reads makes nothing in the owner's folder.
 */
function keepReading(files: KeptFiles, trace: Trace, env: Env, reading: ConfigReading): void {
  const under = files.digest(underOf(env));
  if (under === null) return;
  const kept: KeptConfig = { under, looked: trace.looked(), digest: trace.digest(), reading };
  try {
    files.write(CONFIG, '', serialize(kept));
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}

/** What counts beside the folder. A built file is called after what it holds and loads, so the place of this module tells the program. */
function underOf(env: Env): string {
  const settings = Object.entries(env).filter(([name]) => name.startsWith('LEMMING_'));
  const secrets = [...ownerOf(env).secrets()];
  return JSON.stringify([VERSION, import.meta.url, process.version, process.geteuid?.(), settings.sort(), secrets]);
}

/** Whether what is kept would be shown now, and is another reading than one that is made now. */
export function isReadingStrange(disk: Disk, files: KeptFiles, state: State, env: Env): boolean {
  const known = knownReading(disk, files, state, env);
  return known !== null && !isDeepStrictEqual(known, readAnew(disk, state, env).reading);
}
