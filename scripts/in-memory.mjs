// Where the tests make their folders: in memory, because most of their time would go by in waiting for a disk that syncs. Files
// that say `// @module-tag disk` are about what a disk does and use the usual place, as does `npm run test:crash`.
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
const NAME = 'lemming-tests-';
/** Bytes: what all tests together may have at a time, and more. */
const LEAST = 2 ** 31;

/** The folder of this run, which `make` makes; null on a machine without one that is large enough and runs programs. */
export const inMemory = isFit() ? join(MEMORY, `${NAME}${process.pid}`) : null;

function isFit() {
  if (!existsSync(MEMORY)) return false;
  try {
    accessSync(MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= LEAST && runsPrograms();
  } catch {
    return false;
  }
}

/** A container may forbid it. */
function runsPrograms() {
  const program = join(MEMORY, `${NAME}program-${process.pid}`);
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
  const { status } = spawnSync(program);
  rmSync(program);
  return status === 0;
}

/** Makes the folder, and removes those of runs that were killed. */
export function make() {
  if (inMemory === null) return;
  for (const name of readdirSync(MEMORY))
    if (isLeft(name)) rmSync(join(MEMORY, name), { recursive: true, force: true });
  mkdirSync(inMemory);
  chmodSync(inMemory, 0o1777); // tests work as other users, too
}

function isLeft(name) {
  const [, pid] = new RegExp(`^${NAME}(\\d+)$`).exec(name) ?? [];
  if (pid === undefined) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

export function remove() {
  if (inMemory !== null) rmSync(inMemory, { recursive: true, force: true });
}
