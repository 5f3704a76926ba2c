/** The key in the owner's folder that identifies cache files made on this machine. */

import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Env } from '../../schema/env.ts';
import { realHost } from '../fs/host.ts';
import { realDisk } from '../fs/real.ts';
import { insideFault, isOpen, ownerFolder } from '../owner/owner-folder.ts';
import { type KeptFiles, keptFiles } from './kept.ts';

const FILE = 'kept.key';
const TEXT = /^[0-9a-f]{64}\n$/;
/** Permission bits that open the key to the group or to others. */
const OPEN_BITS = 0o066;

/** The kept files of the org at `root`. The key is read when it is first needed. */
export function realKept(root: string, env: Env, disk = realDisk(root)): KeptFiles {
  let key: Uint8Array | null = null;
  return keptFiles(disk, realHost(root), (wish) => {
    key ??= keptKey(env, root, wish);
    return key;
  });
}

/**
 * Returns the key. Without a key, or with an owner's folder that cannot hold one, the result is null: nothing is kept, and the
 * journal is read instead. In mode `make`, a key that is absent, torn or open to others is replaced; files kept with the old
 * key are then made again.
 */
export function keptKey(env: Env, root: string, wish: 'look' | 'make'): Uint8Array | null {
  const folder = ownerFolder(env);
  if (!folder || insideFault(folder, root)) return null;
  const file = path.join(folder.path, FILE);
  const found = readKey(file);
  if (found || wish === 'look') return found;
  try {
    makeKey(file);
  } catch {
    return null; // the folder cannot be written, for whatever reason: nothing is kept
  }
  return readKey(file);
}

/** Makes the key. If several processes do so at the same time, all use the one that was linked first. */
function makeKey(file: string): void {
  const temp = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    fs.writeFileSync(temp, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true });
    if (!linkNew(temp, file) && !readKey(file)) fs.renameSync(temp, file);
  } finally {
    fs.rmSync(temp, { force: true });
  }
}

/** Returns false if the name is taken, and on a file system without links. */
function linkNew(temp: string, file: string): boolean {
  try {
    fs.linkSync(temp, file);
    return true;
  } catch {
    return false;
  }
}

function readKey(file: string): Uint8Array | null {
  try {
    const stat = fs.statSync(file);
    if (!stat.isFile() || stat.size !== 65 || isOpen(stat.mode, OPEN_BITS)) return null;
    const text = fs.readFileSync(file, 'latin1');
    return TEXT.test(text) ? Buffer.from(text.trim(), 'hex') : null;
  } catch {
    return null;
  }
}
