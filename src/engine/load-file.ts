import type { Disk } from '../disk/disk.ts';

/** Where a running engine shows the calls that wait, for `lemming status`. */
export const LOAD_FILE = '.lemming/load.json';

/** Calls under way and waiting at one limit: that of an agent, a model or a provider. */
export interface GateLoad {
  name: string;
  running: number;
  waiting: number;
}

/** What the running engine showed last; empty when it shows nothing. */
export function readLoad(disk: Disk): GateLoad[] {
  const bytes = disk.read(LOAD_FILE);
  if (!bytes) return [];
  try {
    return (JSON.parse(Buffer.from(bytes).toString()) as { gates: GateLoad[] }).gates;
  } catch {
    return [];
  }
}
