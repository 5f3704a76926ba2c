/** The folder watcher: hints that something has changed. */
import { join } from 'node:path';
import type { FSWatcher } from 'chokidar';
import { realClock } from './clock.ts';

/**
 * Notices changes in and beside the journal, so that regular readers look sooner. It only gives hints: where nothing can be
 * watched there are none, and every wait ends by itself.
 */
export class FolderWatcher {
  private readonly root: string;
  private watcher: FSWatcher | null = null;
  private listens = false;
  private closed = false;
  private rung = false;
  private wake: (() => void) | null = null;

  constructor(root: string) {
    this.root = root;
  }

  /** Waits between `least` and `most` milliseconds, and only `least` after a change. Never rejects. */
  async wait(least: number, most: number, signal: AbortSignal): Promise<void> {
    if (!this.listens && !this.closed) void this.listen();
    await realClock.sleep(least, signal).catch(() => {});
    if (!this.rung && !signal.aborted) await this.sleepOn(most - least, signal);
    this.rung = false;
  }

  /** Stops watching. */
  async close(): Promise<void> {
    this.closed = true;
    await this.watcher?.close();
    this.watcher = null;
  }

  private async sleepOn(ms: number, signal: AbortSignal): Promise<void> {
    const early = new AbortController();
    this.wake = () => early.abort();
    signal.addEventListener('abort', this.wake, { once: true });
    await realClock.sleep(ms, early.signal).catch(() => {});
    signal.removeEventListener('abort', this.wake);
    this.wake = null;
  }

  /** Watches two folders rather than their files: a folder reports changes of its files as well. */
  private async listen(): Promise<void> {
    this.listens = true;
    const { watch } = await import('chokidar');
    if (this.closed) return;
    const folders = ['org', 'org/journal'].map((path) => join(this.root, path));
    const ignored = (path: string) => !folders.includes(path);
    this.watcher = watch(folders[0] as string, { ignored, depth: 1, ignoreInitial: true, persistent: false });
    this.watcher.on('raw', () => this.ring()).on('error', () => {}); // without events, the waits end by themselves
  }

  private ring(): void {
    this.rung = true;
    this.wake?.();
  }
}
