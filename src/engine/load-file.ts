import type { Clock } from '../disk/clock.ts';
import { type Disk, DiskError } from '../disk/disk.ts';

/** Where a running engine shows the calls that wait, for `lemming status`. */
const LOAD_FILE = '.lemming/load.json';

/** Time between two writings: milliseconds. */
const SHOWN_EVERY_MS = 500;

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

/** Shows what the function says until it is told to stop; writes only what is new. */
export function showLoad(disk: Disk, clock: Clock, load: () => GateLoad[]): () => void {
  let last = '[]';
  let cancel = (): void => {};
  const show = (): void => {
    const text = JSON.stringify(load());
    if (text !== last) write(disk, text);
    last = text;
    cancel = clock.timer(SHOWN_EVERY_MS, show);
  };
  cancel = clock.timer(SHOWN_EVERY_MS, show);
  return () => {
    cancel();
    if (last !== '[]') forDisplay(() => disk.unlink(LOAD_FILE));
  };
}

function write(disk: Disk, gates: string): void {
  const temp = `${LOAD_FILE}.tmp`;
  forDisplay(() => {
    disk.unlink(temp);
    disk.create(temp, `{"gates":${gates}}`);
    disk.rename(temp, LOAD_FILE);
  });
}

/** What only screens read never stops an engine. */
function forDisplay(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}
