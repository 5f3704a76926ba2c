import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isOrgPath, packOrg } from '../../src/app/archive.ts';
import { unpack } from '../../src/disk/archive/pack.ts';
import { type Disk, DiskError } from '../../src/disk/fs/disk.ts';
import { realDisk } from '../../src/disk/fs/real.ts';
import { journalPath } from '../../src/disk/journal/journal.ts';
import { journalEnd } from '../../src/engine/replay/journal-files.ts';
import { faultsOf, filesIn, scratch, scratchOrg } from '../commands/world.ts';

const LARGE = 'org/shared/large.bin';
const SMALL = 'org/shared/small.txt';

/** An organisation with a journal, a small file, and one that is packed in three pieces. */
function place(): string {
  const root = scratchOrg({ edges: { human: ['a'], a: [] }, files: { [SMALL]: 'small', [journalPath(1)]: 'line\n' } });
  writeFileSync(join(root, LARGE), Buffer.alloc(700_000, 'abc'));
  return root;
}

/** The disk of a folder in which something happens at the n-th look at one of these files. */
function shifting(root: string, n: number, happens: () => void): Disk {
  const disk = realDisk(root);
  let looks = 0;
  const meet = (path: string): Disk => {
    if ((path === LARGE || path === SMALL) && ++looks === n) happens();
    return disk;
  };
  return Object.assign(Object.create(disk) as Disk, {
    stat: (path: string) => meet(path).stat(path),
    read: (path: string, most?: number | 'whole') => meet(path).read(path, most as 'whole'),
    readPart: (path: string, at: number, size: number) => meet(path).readPart(path, at, size),
  });
}

/** What an archive of an organisation brings. */
function unpacked(archive: string): Record<string, string> {
  const there = join(scratch(), 'there');
  unpack(archive, there, isOrgPath);
  return filesIn(there);
}

const HAPPENINGS: [string, (root: string) => unknown][] = [
  ['a line is journaled', (root) => appendFileSync(join(root, journalPath(1)), 'another\n')],
  ['a turn begins', (root) => writeFileSync(join(root, journalPath(2)), 'line\n')],
  ['the large file grows', (root) => appendFileSync(join(root, LARGE), 'more')],
  ['it is cut short', (root) => truncateSync(join(root, LARGE), 300_000)],
  ['it is emptied', (root) => truncateSync(join(root, LARGE), 0)],
  ['it is overwritten', (root) => writeFileSync(join(root, LARGE), Buffer.alloc(700_000, 'xyz'))],
  ['it goes away', (root) => rmSync(join(root, LARGE))],
  ['the small file goes away', (root) => rmSync(join(root, SMALL))],
  ['folders take their places', (root) => [LARGE, SMALL].map((path) => inPlaceOf(root, `${path}/inner`))],
];

function inPlaceOf(root: string, path: string): void {
  rmSync(join(root, path, '..'), { recursive: true, force: true });
  realDisk(root).create(path, 'inner');
}

describe('an archive is the folder at one instant', () => {
  it.each(HAPPENINGS)('when %s, whenever that is', (_what, happens) => {
    for (let n = 1; n <= 8; n++) {
      const root = place();
      const archive = join(scratch(), 'a.tgz');
      const { files, bytes, left_out } = packOrg(
        shifting(root, n, () => happens(root)),
        archive,
      );
      const found = Object.entries(unpacked(archive));
      expect([n, found]).toEqual([n, Object.entries(filesIn(root)).filter(([path]) => isOrgPath(path))]);
      expect([files, left_out]).toEqual([found.length, []]);
      expect(bytes).toBe(found.reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0));
    }
  });

  it('or there is none: an engine that writes all the time is told of', async () => {
    const root = place();
    const disk = realDisk(root);
    const busy = Object.assign(Object.create(disk) as Disk, {
      read(path: string, most?: 'whole') {
        if (path === SMALL) appendFileSync(join(root, journalPath(1)), 'another\n');
        return disk.read(path, most);
      },
    });
    const archive = join(scratch(), 'a.tgz');
    expect(await faultsOf(Promise.resolve().then(() => packOrg(busy, archive)))).toEqual(['locked']);
    expect(() => readFileSync(archive)).toThrow();
  });
});

it('a large file is never in memory as a whole, unless it is wanted changed', () => {
  const root = place();
  const disk = realDisk(root);
  const whole: string[] = [];
  const noting = Object.assign(Object.create(disk) as Disk, {
    read(path: string, most?: 'whole') {
      whole.push(path);
      return disk.read(path, most);
    },
  });
  packOrg(noting, join(scratch(), 'a.tgz'));
  expect([whole.includes(LARGE), whole.includes(SMALL)]).toEqual([false, true]);
  const archive = join(scratch(), 'b.tgz');
  const seen: number[] = [];
  const change = () => (file: { path: string; bytes: Uint8Array }) => {
    if (file.path !== LARGE) return [file];
    seen.push(file.bytes.length);
    return ['1', '2'].map((n) => ({ path: `${LARGE}.${n}`, bytes: Buffer.from(n) }));
  };
  packOrg(disk, archive, { change });
  expect(seen).toEqual([700_000]);
  expect(unpacked(archive)).toMatchObject({ [`${LARGE}.1`]: '1', [`${LARGE}.2`]: '2' });
});

describe('a file that may not be read', () => {
  const closed = (root: string, closedPath: string): Disk => {
    const disk = realDisk(root);
    return Object.assign(Object.create(disk) as Disk, {
      read(path: string, most?: 'whole') {
        if (path === closedPath) throw new DiskError('denied', path, 'EACCES');
        return disk.read(path, most);
      },
    });
  };

  it('is left out and named when a program of an agent made it', () => {
    const root = place();
    realDisk(root).create('agents/a/workspace/mine', 'x');
    const archive = join(scratch(), 'a.tgz');
    const packed = packOrg(closed(root, 'agents/a/workspace/mine'), archive);
    expect(packed.left_out).toEqual(['agents/a/workspace/mine']);
    expect(Object.keys(unpacked(archive))).not.toContain('agents/a/workspace/mine');
  });

  it('stops the packing when it is not: an archive without it would pass for whole', () => {
    const root = place();
    const archive = join(scratch(), 'a.tgz');
    expect(() => packOrg(closed(root, SMALL), archive)).toThrow(DiskError);
    expect(() => readFileSync(archive)).toThrow();
  });
});

it('what a kill left of a write is no part of an org, and a file with a like name is', () => {
  const root = place();
  const disk = realDisk(root);
  for (const name of ['.lemming-1.tmp', 'x.lemming', 'lemming.md', '.lemmings/x'])
    disk.create(`org/shared/${name}`, '');
  disk.create('.lemming/x', '');
  disk.create('backups/x', '');
  const archive = join(scratch(), 'a.tgz');
  packOrg(disk, archive, { skip: (path) => path === SMALL });
  const shared = Object.keys(unpacked(archive)).filter((path) => !path.startsWith('agents/'));
  expect(shared.filter((path) => path.startsWith('org/shared/'))).toEqual(
    ['large.bin', 'lemming.md', 'x.lemming'].map((name) => `org/shared/${name}`),
  );
  expect(shared.every((path) => path.startsWith('org/'))).toBe(true);
});

it('only files of an org may stand in its archive', () => {
  const may = ['.gitignore', '.gitattributes', 'agents/a/resume.md', 'org/x', 'org/..\u2028x'];
  const not = [
    'org',
    'org/',
    'agents',
    '.gitignore/x',
    'x/.gitignore',
    'my/org/x',
    'organ/x',
    '.lemming/key',
    'README.md',
    '',
  ];
  expect(may.filter(isOrgPath)).toEqual(may);
  expect(not.filter(isOrgPath)).toEqual([]);
});

it('the end of a journal changes with every line and file of it, and with nothing else', () => {
  const root = place();
  const disk = realDisk(root);
  const ends = new Set([journalEnd(realDisk(scratch())), journalEnd(disk)]);
  appendFileSync(join(root, journalPath(1)), 'x\n');
  ends.add(journalEnd(disk));
  writeFileSync(join(root, journalPath(2)), 'x\n');
  ends.add(journalEnd(disk));
  expect(ends.size).toBe(4);
  writeFileSync(join(root, 'org/journal/notes.txt'), 'x');
  writeFileSync(join(root, 'org/journal/zz'), 'x');
  expect(ends.add(journalEnd(disk)).size).toBe(4);
});
