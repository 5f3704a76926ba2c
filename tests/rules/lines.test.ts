import { extract } from 'tar';
import { expect, it } from 'vitest';
import { KINDS } from '../../src/core/journal/kinds.ts';
import type { Disk } from '../../src/disk/fs/disk.ts';
import { realDisk } from '../../src/disk/fs/real.ts';
import { readJournal } from '../../src/disk/journal/journal.ts';
import { scratch } from '../commands/world.ts';
import { RECORDED, recorded } from './recorded.ts';
import { templateArchives } from './templates.ts';

/** What a schema has against lines of a journal. */
function faultsOf(disk: Disk): string[] {
  const faults = new Set<string>();
  for (const { entries } of readJournal(disk, []))
    for (const line of entries) {
      const { error, data } = KINDS[line.k].schema().safeParse(line);
      if (error) faults.add(`${line.k}: ${error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)}`);
      else expect(data).toEqual(line);
    }
  return [...faults];
}

it.each(RECORDED)('lines that were recorded under rules %i are as the schemas of their kinds say', (rules) => {
  expect(faultsOf(recorded(rules))).toEqual([]);
});

it.each(templateArchives())(
  'lines of the recorded hour %s are as the schemas of their kinds say',
  async (_name, file) => {
    const root = scratch();
    await extract({ file, cwd: root });
    expect(faultsOf(realDisk(root))).toEqual([]);
  },
);
