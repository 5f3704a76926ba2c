import { describe, expect, it } from 'vitest';
import { textHash } from '../../../src/core/model/hash.ts';
import { NOTHING } from '../../../src/core/model/tool.ts';
import { DiskError } from '../../../src/disk/fs/disk.ts';
import { bytesHash } from '../../../src/disk/fs/materialise.ts';
import { replaceNow, tidyLive, writeLive } from '../../../src/disk/fs/workspace.ts';
import { Crash, MemoryDisk } from '../../../src/testing/memory-disk.ts';

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

describe('a file of a workspace that a tool writes', () => {
  const write = (disk: MemoryDisk, text: string): string | null => {
    const { bytes, release } = writeLive(disk, 'w/x', text);
    const was = bytes === null ? null : Buffer.from(bytes).toString();
    release();
    return was;
  };

  it('tells what stood there, once', () => {
    const disk = new MemoryDisk();
    expect([write(disk, 'one'), write(disk, 'two')]).toEqual([null, 'one']);
    expect([...disk.files()]).toEqual([['w/x', 'two']]);
  });

  it('meets a name that is taken beside it: what was moved aside takes the next one', () => {
    const disk = new MemoryDisk();
    disk.create('w/x', 'newer');
    disk.create('w/.lemming-x.aside', 'cut off');
    disk.create('w/x.conflict-old', 'kept before');
    expect(write(disk, 'ours')).toBe('newer');
    expect([...disk.files()].sort()).toEqual([
      ['w/x', 'ours'],
      ['w/x.conflict-old', 'kept before'],
      ['w/x.conflict-old-2', 'cut off'],
    ]);
  });

  it('that was cut off anywhere tells what stood there when it is done again', () => {
    for (let at = 1; ; at++)
      for (const fate of ['crash-before', 'crash-torn', 'crash-after'] as const) {
        const disk = new MemoryDisk();
        disk.create('w/x', 'old');
        const { count } = disk;
        disk.plan = ({ index }) => (index === count + at ? fate : 'go');
        try {
          writeLive(disk, 'w/x', 'new');
          expect(at).toBeGreaterThan(4);
          return;
        } catch (error) {
          expect(error).toBeInstanceOf(Crash);
        }
        const next = disk.afterCrash(() => true);
        expect(write(next, 'new')).toBe('old');
        expect([...next.files()]).toEqual([['w/x', 'new']]);
      }
  });

  it('while a person saves it at any instant loses neither text', () => {
    for (let at = 1; at < 12; at++)
      for (const way of ['put', 'replace'] as const) {
        const disk = new MemoryDisk();
        disk.create('w/x', 'old');
        let n = 0;
        disk.before = () => {
          if (++n === at) disk[way]('w/x', 'theirs');
        };
        const { bytes } = writeLive(disk, 'w/x', 'new');
        disk.before = null;
        if (n >= at) expect([...disk.files().values(), Buffer.from(bytes ?? []).toString()]).toContain('theirs');
      }
  });

  it('keeps an edit that was made after a kill', () => {
    const disk = new MemoryDisk();
    disk.create('w/x', 'theirs');
    disk.create('w/.lemming-x.aside', 'old');
    expect(write(disk, 'new')).toBe('theirs');
    expect([...disk.files()]).toEqual([
      ['w/x', 'new'],
      ['w/x.conflict-old', 'old'],
    ]);
  });

  it('is written only over what was named, and leaves everything else as it stands', () => {
    const over = (files: Record<string, string>, text: string, hash: string) => {
      const disk = new MemoryDisk();
      for (const [path, content] of Object.entries(files)) disk.create(path, content);
      const replaced = writeLive(disk, 'w/x', text, hash);
      replaced?.release();
      return [replaced === null, Object.fromEntries(disk.files())];
    };
    const hashOf = (text: string) => bytesHash(Buffer.from(text));
    expect(over({ 'w/x': 'shown' }, 'new', hashOf('shown'))).toEqual([false, { 'w/x': 'new' }]);
    expect(over({}, 'new', NOTHING)).toEqual([false, { 'w/x': 'new' }]);
    expect(over({ 'w/x': 'theirs' }, 'new', hashOf('shown'))).toEqual([true, { 'w/x': 'theirs' }]);
    expect(over({ 'w/x': 'theirs' }, 'new', NOTHING)).toEqual([true, { 'w/x': 'theirs' }]);
    expect(over({}, 'new', hashOf('shown'))).toEqual([true, {}]);
  });

  it('gives back what was not to be replaced, at whatever instant a person makes another', () => {
    let both = 0;
    for (let at = 1; at < 20; at++) {
      const disk = new MemoryDisk();
      disk.create('w/x', 'theirs');
      let n = 0;
      disk.before = () => {
        if (++n === at) disk.replace('w/x', 'theirs, again');
      };
      expect(writeLive(disk, 'w/x', 'new', NOTHING)).toBeNull();
      disk.before = null;
      const { 'w/x': stands, ...rest } = Object.fromEntries(disk.files());
      expect(stands).toBe(n >= at ? 'theirs, again' : 'theirs');
      if ('w/x.conflict-old' in rest) both++;
      expect(['{}', '{"w/x.conflict-old":"theirs"}']).toContain(JSON.stringify(rest));
    }
    // While the first was aside the second took its name.
    expect(both).toBeGreaterThan(0);
  });

  it('is tidied when the journal holds it already', () => {
    const disk = new MemoryDisk();
    for (const name of ['x', '.lemming-x.aside', '.lemming-x.tmp']) disk.create(`w/${name}`, 'x');
    tidyLive(disk, 'w/x', { was: textHash('x'), is: textHash('x') });
    expect([...disk.files()]).toEqual([['w/x', 'x']]);
  });

  it('is not tidied while a later write is to be done again', () => {
    const disk = new MemoryDisk();
    // a person's text lies aside, and the later write stands
    disk.create('w/.lemming-x.aside', 'mine');
    disk.create('w/x', 'later');
    tidyLive(disk, 'w/x', { was: null, is: textHash('x') });
    expect(writeLive(disk, 'w/x', 'later').bytes).toEqual(Buffer.from('mine'));
    // the same, and the later write does not stand yet
    disk.unlink('w/x');
    tidyLive(disk, 'w/x', { was: null, is: textHash('x') });
    expect(disk.read('w/.lemming-x.aside')).not.toBeNull();
  });

  it('goes back when a later write had put it aside', () => {
    const disk = new MemoryDisk();
    disk.create('w/.lemming-x.aside', 'x');
    tidyLive(disk, 'w/x', { was: textHash('x'), is: textHash('x') });
    expect([...disk.files()]).toEqual([['w/x', 'x']]);
  });

  it('is told again as new when a kill came after it', () => {
    const disk = new MemoryDisk();
    expect(writeLive(disk, 'w/x', 'new').bytes).toBeNull();
    const again = writeLive(disk, 'w/x', 'new');
    expect(again.bytes).toBeNull();
    again.release();
    expect([...disk.files().keys()]).toEqual(['w/x']);
    expect(writeLive(disk, 'w/x', 'new').bytes).toEqual(Buffer.from('new'));
  });

  it('is tidied as far as its place allows, and never in silence on a disk that fails', () => {
    const failing = (failure: 'not-regular' | 'io') => {
      const disk = new MemoryDisk();
      for (const name of ['.lemming-x.aside', '.lemming-x.tmp']) disk.create(`w/${name}`, 'x');
      disk.plan = ({ path }) => (path.endsWith('.aside') ? failure : 'go');
      return disk;
    };
    const disk = failing('not-regular');
    tidyLive(disk, 'w/x', { was: textHash('x'), is: null });
    expect([...disk.files().keys()]).toEqual(['w/.lemming-x.aside']);
    expect(() => tidyLive(failing('io'), 'w/x', { was: textHash('x'), is: null })).toThrow(DiskError);
  });
});
