import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Entry } from '../../src/core/model/entry.ts';
import { unchanged } from '../../src/core/text/mask.ts';
import { GENESIS, Journal, journalPath, readJournal } from '../../src/disk/journal/journal.ts';
import { compareFolder } from '../../src/engine/replay/compare.ts';
import { JournalFiles } from '../../src/engine/replay/journal-files.ts';
import { Recompute } from '../../src/engine/replay/recompute.ts';
import { MemoryDisk } from '../../src/testing/memory-disk.ts';
import { TOOLS } from '../../src/tools/all.ts';
import type { Sample } from './sample.ts';

/** The rules of which a sample was recorded. */
export const RECORDED = readdirSync(import.meta.dirname)
  .flatMap((name) => (name.startsWith('rules-') ? [Number(name.slice(6))] : []))
  .sort((a, b) => a - b);

/** The files of a recorded sample, in memory. */
export function recorded(rules: number): MemoryDisk {
  const folder = join(import.meta.dirname, `rules-${rules}`);
  const disk = new MemoryDisk();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile()) disk.create(relative(folder, file), readFileSync(file));
  }
  disk.settle();
  return disk;
}

/** The same in a real folder. */
export function recordedAt(rules: number, root: string): void {
  mkdirSync(root, { recursive: true });
  cpSync(join(import.meta.dirname, `rules-${rules}`), root, { recursive: true });
}

/** Paths in which the folder differs from what its journal makes. */
export function edited(disk: MemoryDisk): string[] {
  const refold = new JournalFiles();
  for (const group of readJournal(disk, [])) refold.take(group);
  return compareFolder(disk, refold, {}, unchanged).map(({ path }) => path);
}

/** Every turn of the present rules is made again. */
export async function madeAgain(org: Sample): Promise<Recompute> {
  const again = new Recompute(TOOLS, org.ports());
  for (const group of readJournal(org.disk, [])) await again.take(group);
  return again;
}

/** The organisation as its journal would make it, had its lines been these. */
export function rewritten(disk: MemoryDisk, change: (line: Entry) => Entry): MemoryDisk {
  const made = new MemoryDisk();
  const journal = new Journal(made, 1, GENESIS, 0);
  for (const { file, entries } of readJournal(disk, [])) {
    journal.turnTo(file);
    journal.add(...entries.map(change));
    journal.write(true);
  }
  journal.close();
  const refold = new JournalFiles(made);
  for (const group of readJournal(made, [])) refold.take(group);
  for (const [path, text] of disk.files((path) => made.stat(path) === null && !path.startsWith('.lemming/')))
    made.create(path, Buffer.from(text, 'latin1'));
  made.settle();
  return made;
}

/** The journal as somebody went on writing it: these lines more. */
export function withTurn(disk: MemoryDisk, turn: number, ...lines: object[]): void {
  const head = [...readJournal(disk, [])].at(-1)?.seal ?? GENESIS;
  const journal = new Journal(disk, turn, head, disk.stat(journalPath(turn))?.size ?? 0);
  journal.add(...(lines as Entry[]));
  journal.write(true);
  journal.close();
}
