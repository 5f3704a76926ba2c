/** What lies in the folder at one moment. */
import type { Stat } from '../fs/disk.ts';
import type { FolderReader } from './reader.ts';

/** What lies in the folder at one moment: whoever asks for a path again hears the same, and the disk is asked once. */
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

  /** Names in a folder. */
  list(path: string): string[] {
    return this.reader.list(path, this.stat(path));
  }
}
