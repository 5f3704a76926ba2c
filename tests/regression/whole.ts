import { expect } from 'vitest';
import { unchanged } from '../../src/core/text/mask.ts';
import { readJournal } from '../../src/disk/journal/journal.ts';
import { verifyJournal } from '../../src/engine/journal/verify.ts';
import { compareFolder } from '../../src/engine/replay/compare.ts';
import { JournalFiles } from '../../src/engine/replay/journal-files.ts';
import { Recompute } from '../../src/engine/replay/recompute.ts';
import { TOOLS } from '../../src/tools/all.ts';
import type { Org } from './org.ts';

/** The journal verifies, makes the folder, and gives the same turns again. */
export async function isWhole(org: Org): Promise<void> {
  expect(verifyJournal(org.disk).faults).toEqual([]);
  const files = new JournalFiles();
  const again = new Recompute(TOOLS, org.ports());
  for (const group of readJournal(org.disk, [])) {
    files.take(group);
    await again.take(group);
  }
  expect(again.divergence).toBeNull();
  expect(compareFolder(org.disk, files, {}, unchanged)).toEqual([]);
}
