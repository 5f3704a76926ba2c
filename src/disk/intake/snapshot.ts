/** The content of the folder at one moment. */
import type { Stat } from '../fs/disk.ts';
import type { FolderReader } from './reader.ts';

/** The content of the folder at one moment: each path is read from disk once, so repeated questions get the same answer. */
export class FolderSnapshot {
  readonly reader: FolderReader;
  private readonly stats = new Map<string, Stat | null>();

  constructor(reader: FolderReader) {
    this.reader = reader;
  }

  stat(path: string): Stat | null {
    let stat = this.stats.get(path);
    if (stat === undefined) {
      stat = this.reader.disk.stat(path);
      this.stats.set(path, stat);
    }
    return stat;
  }

  list(path: string): string[] {
    return this.reader.list(path, this.stat(path));
  }
}
