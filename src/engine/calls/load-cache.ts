/** Shows other processes how many calls wait. */
import type { KeptFiles } from '../../disk/cache/kept.ts';
import type { Clock } from '../../disk/fs/clock.ts';
import { DiskError } from '../../disk/fs/disk.ts';

/** The file in which a running engine publishes waiting calls for `lemming status`. */
const LOAD_FILE = 'load.json';

/** Milliseconds between two writes. */
const SHOWN_EVERY_MS = 500;

/** The calls under way and waiting at one limit: that of an agent, a model or a provider. */
export interface LimitLoad {
  name: string;
  running: number;
  waiting: number;
}

/** What the running engine published last; empty if nothing. */
export function readLoad(kept: KeptFiles): LimitLoad[] {
  const found = kept.read(LOAD_FILE);
  return found ? (JSON.parse(found.bytes.toString()) as LimitLoad[]) : [];
}

/** Publishes what the function returns until it is stopped; writes only changes. */
export function showLoad(kept: KeptFiles, clock: Clock, load: () => LimitLoad[]): () => void {
  let last = '[]';
  let cancel = (): void => {};
  const show = (): void => {
    const text = JSON.stringify(load());
    if (text !== last) forDisplay(() => kept.write(LOAD_FILE, '', text));
    last = text;
    cancel = clock.timer(SHOWN_EVERY_MS, show);
  };
  cancel = clock.timer(SHOWN_EVERY_MS, show);
  return () => {
    cancel();
    if (last !== '[]') forDisplay(() => kept.drop(LOAD_FILE));
  };
}

/** Runs work that only serves a display; its failure must not stop an engine. */
function forDisplay(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}
