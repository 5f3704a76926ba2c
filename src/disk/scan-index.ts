import { holds } from '../core/relevance.ts';
import { byCodeUnit } from '../schema/name.ts';
import { type Disk, DiskError } from './disk.ts';
import { INDEX_VERSION, type TextIndex } from './text-index.ts';
import { replaceNow } from './workspace.ts';

const FILE = '.lemming/search.json';

interface Kept {
  version: number;
  files: [path: string, mark: string, text: string][];
}

/** All texts in one file, looked through one by one: needs nothing, and is fast while they fit in memory. */
export function scanIndex(disk: Disk): TextIndex {
  const files = new Map(read(disk).map(([path, mark, text]) => [path, { mark, text }]));
  let changed = false;
  return {
    marks: () => new Map([...files].map(([path, { mark }]) => [path, mark])),
    change(put, drop) {
      for (const path of drop) files.delete(path);
      for (const { path, mark, text } of put) files.set(path, { mark, text });
      changed = true;
    },
    holding: (pieces) =>
      [...files]
        .filter(([, { text }]) => pieces.some((piece) => holds(text, piece)))
        .map(([path, { text }]) => ({ path, text }))
        .sort((a, b) => byCodeUnit(a.path, b.path)),
    close() {
      if (changed)
        keep(disk, { version: INDEX_VERSION, files: [...files].map(([path, { mark, text }]) => [path, mark, text]) });
    },
  };
}

/** What cannot be read is made anew. */
function read(disk: Disk): Kept['files'] {
  try {
    const bytes = disk.read(FILE);
    const kept = bytes ? (JSON.parse(Buffer.from(bytes).toString()) as Kept) : null;
    return kept?.version === INDEX_VERSION ? kept.files : [];
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof DiskError) return [];
    throw error;
  }
}

/** Where nothing can be written the next search makes it again. */
function keep(disk: Disk, kept: Kept): void {
  try {
    replaceNow(disk, FILE, JSON.stringify(kept));
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}
