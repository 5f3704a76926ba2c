import { expect, it } from 'vitest';
import { replaceNow } from '../../src/disk/workspace.ts';
import { Crash, MemoryDisk } from '../../src/testing/memory-disk.ts';

it('a file is replaced whole, or not at all, wherever the process dies', () => {
  for (let at = 1; ; at++)
    for (const fate of ['crash-before', 'crash-torn', 'crash-after'] as const) {
      const disk = new MemoryDisk();
      disk.create('w/x', 'old');
      disk.create('w/.lemming-x.tmp', 'what a crash left');
      const { count } = disk;
      disk.plan = ({ index }) => (index === count + at ? fate : 'go');
      try {
        replaceNow(disk, 'w/x', 'new');
        expect(at).toBeGreaterThan(3);
        return;
      } catch (error) {
        expect(error).toBeInstanceOf(Crash);
      }
      const next = disk.afterCrash(() => true);
      expect(['old', 'new']).toContain(next.files().get('w/x'));
      replaceNow(next, 'w/x', 'new');
      expect([...next.files()]).toEqual([['w/x', 'new']]);
    }
});

it('a file at the top is replaced too', () => {
  const disk = new MemoryDisk();
  replaceNow(disk, 'x', 'new');
  expect([...disk.files()]).toEqual([['x', 'new']]);
});
