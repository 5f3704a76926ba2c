/** The index that keeps all texts in one file and scans them. */
import { holds } from '../../core/memory/relevance.ts';
import type { KeptFiles } from '../cache/kept.ts';
import { DiskError } from '../fs/disk.ts';
import { blockOf, filesHolding, filesIn, type PackedBlock, pack, unpack } from './packed-texts.ts';
import type { Indexed, IndexName, TextIndex } from './text-index.ts';

/** The most bytes that are indexed; a much larger file would not be read again. */
const MOST_BYTES = 48 * 1024 * 1024;
/** The share of changes from which on they are saved: reading fewer again is faster than writing everything. */
const WORTH_KEEPING = 1 / 32;
/** The approximate cost of a file in addition to its text. */
const BYTES_OF_ROW = 100;

/** A folder with its texts unpacked, so that they can change. */
interface Loose {
  mark: string;
  files: Map<string, Indexed>;
}

export function textsFile(name: IndexName): string {
  return `${name}.texts`;
}

/** All texts in one file, scanned one by one. It needs no library, and is fast while the texts fit in memory. */
export function scanIndex(kept: KeptFiles, name: IndexName, most = MOST_BYTES): TextIndex {
  const file = textsFile(name);
  const found = kept.read(file);
  const blocks = (found && unpack(found.bytes)) ?? [];
  const packed = new Map(blocks.map((block) => [block.folder, block]));
  const loose = new Map<string, Loose>();
  let size = blocks.reduce((sum, { row, texts }) => sum + row.length + texts.length, 0);
  let changed = 0;

  const loosen = (folder: string): Loose => {
    const block = packed.get(folder);
    const files = block ? filesIn(block) : [];
    const one = loose.get(folder) ?? {
      mark: block?.mark ?? '',
      files: new Map(files.map((file) => [file.path, file])),
    };
    packed.delete(folder);
    loose.set(folder, one);
    return one;
  };
  const drop = ({ files }: Loose, path: string): void => {
    const old = files.get(path);
    if (!old) return;
    files.delete(path);
    size -= bytesOf(old);
    changed += bytesOf(old);
  };
  const put = (one: Loose, made: Indexed): void => {
    drop(one, made.path);
    if (size + bytesOf(made) > most) {
      one.mark = '';
      return;
    }
    one.files.set(made.path, made);
    size += bytesOf(made);
    changed += bytesOf(made);
  };
  return {
    folders: () => new Map([...packed, ...loose].map(([folder, { mark }]) => [folder, mark])),
    marks: (folder) => new Map([...loosen(folder).files.values()].map(({ path, mark }) => [path, mark])),
    held: (folder) => [...loosen(folder).files.values()],
    change(changes, gone) {
      for (const change of changes) {
        const one = loosen(change.folder);
        one.mark = change.mark;
        for (const path of change.drop) drop(one, path);
        for (const made of change.put) put(one, made);
      }
      for (const folder of gone) {
        const one = loosen(folder);
        for (const path of [...one.files.keys()]) drop(one, path);
        loose.delete(folder);
      }
    },
    holding(pieces) {
      const bytes = pieces.map((piece) => Buffer.from(piece));
      const apart = [...loose.values()].flatMap(({ files }) => [...files.values()]);
      return [
        ...[...packed.values()].flatMap((block) => filesHolding(block, bytes)),
        ...apart.filter(({ text }) => holdsOne(text, pieces)).map(({ path, text }) => ({ path, text })),
      ];
    },
    close() {
      if (changed <= size * WORTH_KEEPING) return;
      const made = [...loose].map(([folder, { mark, files }]) => blockOf(folder, mark, [...files.values()]));
      keep(kept, file, [...packed.values(), ...made]);
    },
  };
}

function bytesOf({ text }: Indexed): number {
  return BYTES_OF_ROW + Buffer.byteLength(text);
}

export function holdsOne(text: string, pieces: readonly string[]): boolean {
  return pieces.some((piece) => holds(text, piece));
}

/** If nothing can be written, the next search builds it again. */
function keep(kept: KeptFiles, file: string, blocks: readonly PackedBlock[]): void {
  try {
    kept.write(file, '', ...pack(blocks));
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}
