/** Identifies this process and this start of the machine. */
import fs from 'node:fs';
import os from 'node:os';
import type { Host } from './lock.ts';

/** This process on this machine, for the org folder at `root`. */
export function realHost(root: string): Host {
  const stat = fs.statSync(root);
  return { pid: process.pid, boot: bootId(), name: os.hostname(), startOf, place: `${stat.dev}:${stat.ino}` };
}

/** The boot id on Linux; elsewhere the minute in which the machine started. */
function bootId(): string {
  try {
    return fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return `up-since-${Math.round((Date.now() / 1000 - os.uptime()) / 60)}`;
  }
}

/**
 * Field 22 of /proc/PID/stat (proc(5)), unless field 3 says that the process has ended. Without /proc: only whether the process
 * is alive.
 */
function startOf(pid: number): string | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    if (fs.existsSync('/proc/self/stat')) return null;
  }
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch {
    return null;
  }
}
