import { mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileOp } from '../../../src/core/journal/file-op.ts';
import { filesOf as filesFor } from '../../../src/core/journal/files.ts';
import { DiskError } from '../../../src/disk/fs/disk.ts';
import { bytesHash, finalFiles, materialise, restoreLost } from '../../../src/disk/fs/materialise.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { Crash, MemoryDisk } from '../../../src/testing/memory-disk.ts';
import { scratch } from '../../commands/world.ts';

const CREATE: FileOp = { op: 'create', path: 'f/x', text: 'ours' };
const ATTACH: FileOp = { op: 'attach', path: 'f/y', data: Buffer.from([0, 255]).toString('base64') };
const REPLACE: FileOp = { op: 'replace', path: 'f/x', text: 'new', was: 'old' };
const WRITE: FileOp = { op: 'replace', path: 'f/x', text: 'new', was: null };
const MOVE: FileOp = { op: 'move', from: 'f/x', to: 'g/x' };
const ADOPT: FileOp = { op: 'adopt', found: 'f/drop', hash: hash('a drop'), path: 'f/x', text: 'ours' };
const REMOVE: FileOp = { op: 'remove', path: 'f/x', hash: null };
const REMOVE_KNOWN: FileOp = { op: 'remove', path: 'f/x', hash: hash('known') };
const LIVE: FileOp = { op: 'live', path: 'f/x', text: 'made', was: null };

function hash(text: string): string {
  return bytesHash(Buffer.from(text));
}

function diskOf(files: Record<string, string>): MemoryDisk {
  const disk = new MemoryDisk();
  for (const [path, text] of Object.entries(files)) disk.create(path, text);
  return disk;
}

function filesOf(disk: MemoryDisk): Record<string, string> {
  return Object.fromEntries(disk.files());
}

type Files = Record<string, string>;

it('replacements that follow one another are one: done again after a crash, none takes the last for an edit', () => {
  const ops: FileOp[] = [REPLACE, { op: 'replace', path: 'f/x', text: 'newer', was: 'new' }, MOVE_BESIDE, OTHER];
  const disk = diskOf({ 'f/x': 'old', 'f/y': 'old' });
  for (let i = 0; i < 2; i++) {
    expect(materialise(disk, ops, 7).conflicts).toEqual([]);
    expect(filesOf(disk)).toEqual({ 'f/x': 'newer', 'f/y': 'new' });
  }
  const apart: FileOp[] = [REPLACE, { op: 'replace', path: 'f/x', text: 'newer', was: 'else' }];
  expect(materialise(diskOf({ 'f/x': 'old' }), apart, 7).conflicts).toEqual([{ path: 'f/x', ours: 'f/x.conflict-7' }]);
});
const MOVE_BESIDE: FileOp = { op: 'move', from: 'f/nothing', to: 'g/nothing' };
const OTHER: FileOp = { op: 'replace', path: 'f/y', text: 'new', was: 'old' };

/** A file that is written and removed again and again: in each list what stands there after each step, null for nothing. */
const CHAINS: (string | null)[][] = [
  ['old', 'new', null],
  [null, 'new', null],
  ['old', 'new', 'newer', null],
  ['old', null, 'old'],
  ['old', 'new', null, 'old'],
  ['old', 'new', null, 'new', 'old', null],
  [null, 'new', null, 'new'],
  [null, 'new', null, 'newer', null, 'old'],
];

it.each(CHAINS)(
  'a file that is %s, then %s, then %s ...: cut off anywhere and done again, no step takes a later one for an edit',
  (...texts) => {
    const [first = null, ...rest] = texts;
    const ops = rest.flatMap((text, i) =>
      filesFor({ k: 'wrote', agent: 'a', path: 'f/x', text, was: texts[i] ?? null }),
    );
    const before: Files = first === null ? {} : { 'f/x': first };
    const last = texts.at(-1) ?? null;
    const after: Files = last === null ? {} : { 'f/x': last };
    const whole = diskOf(before);
    const { count: start } = diskOf(before);
    expect(materialise(whole, ops, 7).conflicts).toEqual([]);
    const { count: end } = whole;
    expect(materialise(whole, ops, 7).conflicts).toEqual([]);
    expect(filesOf(whole)).toEqual(after);
    for (let at = start + 1; at <= end; at++)
      for (const fate of ['crash-before', 'crash-torn', 'crash-after'] as const) {
        const disk = diskOf(before);
        disk.plan = ({ index }) => (index === at ? fate : 'go');
        expect(() => materialise(disk, ops, 7)).toThrow(Crash);
        const next = disk.afterCrash(() => true);
        expect(materialise(next, ops, 7).conflicts).toEqual([]);
        expect(filesOf(next)).toEqual(after);
      }
  },
);

/** Operation, what is there before, what is there after, and which of our files lie beside a person's. */
const TABLE: [string, FileOp, Files, Files, string[]][] = [
  ['a file is created', CREATE, {}, { 'f/x': 'ours' }, []],
  ['a file that is there already is left', CREATE, { 'f/x': 'ours' }, { 'f/x': 'ours' }, []],
  [
    'a file of a person keeps its name',
    CREATE,
    { 'f/x': 'theirs' },
    { 'f/x': 'theirs', 'f/x.conflict-7': 'ours' },
    ['f/x'],
  ],
  [
    'a conflict that was kept is kept once',
    CREATE,
    { 'f/x': 'theirs', 'f/x.conflict-7': 'ours' },
    { 'f/x': 'theirs', 'f/x.conflict-7': 'ours' },
    ['f/x'],
  ],
  ['what a crash left of a file is made anew', CREATE, { 'f/.lemming-x.tmp': 'ou' }, { 'f/x': 'ours' }, []],
  ['an attachment is bytes', ATTACH, {}, { 'f/y': '\0\u00ff' }, []],
  ['a file is replaced', REPLACE, { 'f/x': 'old' }, { 'f/x': 'new' }, []],
  [
    'a file with other line ends and a mark is replaced',
    { ...REPLACE, was: 'a\nb' },
    { 'f/x': '\ufeffa\r\nb' },
    { 'f/x': 'new' },
    [],
  ],
  [
    'a known file with other line ends is removed',
    { ...REMOVE, hash: hash('a\nb') },
    { 'f/x': '\ufeffa\r\nb' },
    {},
    [],
  ],
  ['a file that was replaced already is left', REPLACE, { 'f/x': 'new' }, { 'f/x': 'new' }, []],
  [
    'what a crash left of a replacement is tidied',
    REPLACE,
    { 'f/x': 'new', 'f/.lemming-x.aside': 'old', 'f/.lemming-x.tmp': 'new' },
    { 'f/x': 'new' },
    [],
  ],
  [
    'a replacement that was cut off after the old file was moved aside goes on',
    REPLACE,
    { 'f/.lemming-x.aside': 'old', 'f/.lemming-x.tmp': 'ne' },
    { 'f/x': 'new' },
    [],
  ],
  [
    'a person who wrote a file anew while the old one was aside keeps it',
    REPLACE,
    { 'f/x': 'theirs', 'f/.lemming-x.aside': 'old' },
    { 'f/x': 'theirs', 'f/x.conflict-7': 'new' },
    ['f/x'],
  ],
  [
    'an edit of a person is kept, ours lies beside it',
    REPLACE,
    { 'f/x': 'edited' },
    { 'f/x': 'edited', 'f/x.conflict-7': 'new' },
    ['f/x'],
  ],
  [
    'an edit that was moved aside comes back',
    REPLACE,
    { 'f/.lemming-x.aside': 'edited' },
    { 'f/x': 'edited', 'f/x.conflict-7': 'new' },
    ['f/x'],
  ],
  [
    'an edit that was moved aside, and written anew, is kept twice',
    REPLACE,
    { 'f/x': 'again', 'f/.lemming-x.aside': 'edited' },
    { 'f/x': 'again', 'f/x.conflict-7-old': 'edited', 'f/x.conflict-7': 'new' },
    ['f/x'],
  ],
  ['a file that a person deleted stays away', REPLACE, {}, { 'f/x.conflict-7': 'new' }, ['f/x']],
  ['a file is written that was not there', WRITE, {}, { 'f/x': 'new' }, []],
  [
    'a file is written that a person made meanwhile',
    WRITE,
    { 'f/x': 'theirs' },
    { 'f/x': 'theirs', 'f/x.conflict-7': 'new' },
    ['f/x'],
  ],
  ['a file is moved', MOVE, { 'f/x': 'mail' }, { 'g/x': 'mail' }, []],
  ['a file that was moved already is left', MOVE, { 'g/x': 'mail' }, { 'g/x': 'mail' }, []],
  ['a move that was cut off is finished', MOVE, { 'f/x': 'mail', 'g/x': 'mail' }, { 'g/x': 'mail' }, []],
  ['a move replaces nothing', MOVE, { 'f/x': 'mail', 'g/x': 'other' }, { 'f/x': 'mail', 'g/x': 'other' }, []],
  ['a drop becomes its message', ADOPT, { 'f/drop': 'a drop' }, { 'f/x': 'ours' }, []],
  ['a drop that was taken already is left', ADOPT, { 'f/x': 'ours' }, { 'f/x': 'ours' }, []],
  [
    'a drop that was written anew is a new one',
    ADOPT,
    { 'f/drop': 'another' },
    { 'f/drop': 'another', 'f/x': 'ours' },
    [],
  ],
  [
    'a drop that was aside when the machine stopped goes',
    ADOPT,
    { 'f/.lemming-drop.aside': 'a drop' },
    { 'f/x': 'ours' },
    [],
  ],
  [
    'a new drop that was aside when the machine stopped comes back',
    ADOPT,
    { 'f/.lemming-drop.aside': 'another' },
    { 'f/drop': 'another', 'f/x': 'ours' },
    [],
  ],
  ['a request is removed', REMOVE, { 'f/x': 'any' }, {}, []],
  ['a request that is gone is gone', REMOVE, {}, {}, []],
  ['a request that was aside when the machine stopped goes', REMOVE, { 'f/.lemming-x.aside': 'any' }, {}, []],
  ['a file that is known is removed', REMOVE_KNOWN, { 'f/x': 'known' }, {}, []],
  ['a file that has changed stays', REMOVE_KNOWN, { 'f/x': 'changed' }, { 'f/x': 'changed' }, []],
  ['what tools wrote is there already', LIVE, {}, {}, []],
];

describe('an operation of a committed turn', () => {
  it.each(TABLE)('%s', (_what, op, before, after, conflicts) => {
    const disk = diskOf(before);
    const done = materialise(disk, [op], 7);
    expect(filesOf(disk)).toEqual(after);
    expect(done.conflicts).toEqual(conflicts.map((path) => ({ path, ours: `${path}.conflict-7` })));
  });

  it.each(TABLE)('done again changes nothing: %s', (_what, op, before, after) => {
    const disk = diskOf(before);
    for (let i = 0; i < 3; i++) materialise(disk, [op], 7);
    const again = { ...after };
    expect(filesOf(disk)).toEqual(again);
  });

  it.each(TABLE)('cut off anywhere and done again comes to the same: %s', (_what, op, before, after) => {
    const { count: start } = diskOf(before);
    const whole = diskOf(before);
    materialise(whole, [op], 7);
    expect(filesOf(whole)).toEqual(after);
    for (let at = start + 1; at <= whole.count; at++)
      for (const fate of ['crash-before', 'crash-torn', 'crash-after'] as const) {
        const disk = diskOf(before);
        disk.plan = ({ index }) => (index === at ? fate : 'go');
        expect(() => materialise(disk, [op], 7)).toThrow(Crash);
        const next = disk.afterCrash(() => true);
        materialise(next, [op], 7);
        expect(filesOf(next)).toEqual(after);
      }
  });

  it('says the marks of the files it made', () => {
    const disk = diskOf({ 'f/x': 'theirs' });
    const { marks } = materialise(disk, [CREATE, ATTACH], 7);
    expect([...marks]).toEqual([['f/y', disk.stat('f/y')?.mark]]);
  });

  it('moves many files with one sync of their folder', () => {
    const disk = diskOf({ 'f/x': '1', 'f/y': '2' });
    const done: string[] = [];
    disk.plan = ({ name }) => {
      done.push(name);
      return 'go';
    };
    materialise(disk, [MOVE, { op: 'move', from: 'f/y', to: 'g/y' }], 7);
    expect(done.slice(0, 3)).toEqual(['link', 'link', 'syncDir']);
    expect(done.slice(3)).not.toContain('syncDir');
  });

  it('keeps a file whose new place a person cleared while it was moved', () => {
    const disk = diskOf({ 'f/x': 'mail' });
    disk.plan = ({ name }) => {
      if (name === 'syncDir') disk.remove('g/x');
      return 'go';
    };
    materialise(disk, [MOVE], 7);
    expect(filesOf(disk)).toEqual({ 'f/x': 'mail' });
  });

  it.each([
    ['a new file', CREATE],
    ['a file that is written', WRITE],
    ['a file that is replaced', REPLACE],
  ])(
    'leaves a folder or a link that stands in the way of %s, and puts ours beside it, however often it is done',
    (_what, op) => {
      const root = scratch();
      mkdirSync(join(root, 'f/x/inner'), { recursive: true });
      const ours = { path: 'f/x', ours: 'f/x.conflict-7' };
      for (let i = 0; i < 2; i++) expect(materialise(realDisk(root), [op], 7).conflicts).toEqual([ours]);
      expect(readdirSync(join(root, 'f'))).toEqual(['x', 'x.conflict-7']);
      rmSync(join(root, 'f/x'), { recursive: true });
      symlinkSync('/etc/hostname', join(root, 'f/x'));
      for (let i = 0; i < 2; i++) expect(materialise(realDisk(root), [op], 7).conflicts).toEqual([ours]);
      expect(readlinkSync(join(root, 'f/x'))).toBe('/etc/hostname');
    },
  );

  it.each([
    ['io', 'create', CREATE, {}],
    ['io', 'link', CREATE, {}],
    ['full', 'rename', REPLACE, { 'f/x': 'old' }],
  ] as const)('lets a failure (%s) of the disk at a %s through', (failure, name, op, before) => {
    const disk = diskOf(before);
    disk.plan = (operation) => (operation.name === name ? failure : 'go');
    expect(() => materialise(disk, [op], 7)).toThrow(DiskError);
  });

  it('lets a failure to read through, and takes what cannot be read for a person’s', () => {
    const disk = diskOf({ 'f/x': 'old' });
    disk.looking = ({ name }) => (name === 'read' ? 'io' : 'go');
    expect(() => materialise(disk, [REPLACE], 7)).toThrow(DiskError);
    disk.looking = ({ name }) => (name === 'read' ? 'too-large' : 'go');
    expect(materialise(disk, [REPLACE], 7).conflicts).toHaveLength(1);
    disk.looking = null;
    expect(filesOf(disk)['f/x']).toBe('old');
  });
});

describe('an edit of a person at any instant', () => {
  const edits = { 'in place': 'put', 'by another file of the same name': 'replace' } as const;

  it.each(Object.entries(edits))('is never lost: written %s', (_how, way) => {
    const lost: string[] = [];
    for (const [what, op, before] of TABLE)
      for (const path of ['f/x', 'f/drop', 'g/x'])
        for (let at = 1; at <= 30; at++) {
          const disk = diskOf(before);
          let n = 0;
          disk.before = () => {
            if (++n === at) disk[way](path, 'an edit');
          };
          materialise(disk, [op], 7);
          disk.before = null;
          const taken = op === REMOVE || n < at;
          if (!taken && !Object.values(filesOf(disk)).includes('an edit'))
            lost.push(`${what}: ${path}, before operation ${at}`);
        }
    expect(lost).toEqual([]);
  });
});

describe('after a power loss', () => {
  const restore = (files: Files, ...ops: FileOp[]) => {
    const disk = diskOf(files);
    return { restored: restoreLost(disk, ops), files: filesOf(disk) };
  };

  it.each<[string, FileOp, Files, Files]>([
    ['is missing', CREATE, {}, { 'f/x': 'ours' }],
    ['is empty', CREATE, { 'f/x': '' }, { 'f/x': 'ours' }],
    ['is torn', CREATE, { 'f/x': 'ou' }, { 'f/x': 'ours' }],
    ['is holed', CREATE, { 'f/x': 'o\0\0s' }, { 'f/x': 'ours' }],
    ['is zeros of any length', CREATE, { 'f/x': '\0\0\0\0\0\0\0\0' }, { 'f/x': 'ours' }],
    ['is an older version', REPLACE, { 'f/x': 'old' }, { 'f/x': 'new' }],
    ['is missing, an attachment', ATTACH, {}, { 'f/y': '\0\u00ff' }],
    ['is missing, in a workspace', LIVE, {}, { 'f/x': 'made' }],
    [
      'is an older version, in a workspace',
      { ...LIVE, was: hash('before') } as FileOp,
      { 'f/x': 'before' },
      { 'f/x': 'made' },
    ],
    ['is missing, of a drop', ADOPT, {}, { 'f/x': 'ours' }],
  ])('a file that %s is restored', (_what, op, before, after) => {
    expect(restore(before, op)).toEqual({ restored: [op.op === 'move' ? op.to : op.path], files: after });
  });

  it.each<[string, FileOp, Files]>([
    ['as it should be', CREATE, { 'f/x': 'ours' }],
    ['edited', CREATE, { 'f/x': 'edited by a person' }],
    ['shorter, by a person', CREATE, { 'f/x': 'xy' }],
    ['longer than it was', CREATE, { 'f/x': 'ours and more' }],
    ['in a workspace, written by other means', LIVE, { 'f/x': 'otherwise' }],
    ['removed by a tool', { op: 'live', path: 'f/x', text: null, was: null }, {}],
  ])('a file that is %s is left', (_what, op, files) => {
    expect(restore(files, op)).toEqual({ restored: [], files });
  });

  it('what was removed and came back is removed again, unless it is something new', () => {
    expect(restore({ 'f/drop': 'a drop', 'f/x': 'ours' }, ADOPT).files).toEqual({ 'f/x': 'ours' });
    expect(restore({ 'f/drop': 'another', 'f/x': 'ours' }, ADOPT).files).toEqual({
      'f/drop': 'another',
      'f/x': 'ours',
    });
    expect(restore({ 'f/x': 'any' }, REMOVE).files).toEqual({});
  });

  it('what was moved is removed also torn, once it stands in its new place; what a person wrote stays', () => {
    const left = (text: string) => restore({ 'f/x': text }, CREATE, MOVE).files;
    for (const text of ['', 'ou', 'o\0\0s', 'ours']) expect(left(text)).toEqual({ 'g/x': 'ours' });
    expect(left('mine')).toEqual({ 'f/x': 'mine', 'g/x': 'ours' });
    expect(restore({ 'f/x': 'ou' }, CREATE, MOVE, CREATE).files).toEqual({ 'f/x': 'ours', 'g/x': 'ours' });
  });

  it('what was adopted is removed also as an older version of ours, or torn; what a person wrote stays', () => {
    const ops: FileOp[] = [
      { ...CREATE, path: 'f/drop', text: 'one' },
      { op: 'replace', path: 'f/drop', text: 'a drop', was: 'one' },
      ADOPT,
    ];
    for (const left of ['one', 'a drop', '', 'a d', '\0\0'])
      expect(restore({ 'f/drop': left, 'f/x': 'ours' }, ...ops).files).toEqual({ 'f/x': 'ours' });
    expect(restore({ 'f/drop': 'mine', 'f/x': 'ours' }, ...ops).files).toEqual({ 'f/drop': 'mine', 'f/x': 'ours' });
    expect(restore({ 'f/x': 'ours' }, ...ops).files).toEqual({ 'f/x': 'ours' });
  });

  it('of a file that was written several times the last counts, and none before it is an edit', () => {
    const ops: FileOp[] = [
      { ...CREATE, text: 'one' },
      { op: 'replace', path: 'f/x', text: 'two', was: 'one' },
      { op: 'replace', path: 'f/x', text: 'three', was: 'two' },
    ];
    for (const older of ['one', 'two', '', 'th'])
      expect(restore({ 'f/x': older }, ...ops).files).toEqual({ 'f/x': 'three' });
    expect(restore({ 'f/x': 'four' }, ...ops).files).toEqual({ 'f/x': 'four' });
  });

  it('moves are done again', () => {
    expect(restore({ 'f/x': 'ours' }, CREATE, MOVE)).toEqual({ restored: ['g/x'], files: { 'g/x': 'ours' } });
    expect(restore({ 'f/x': 'of long ago' }, MOVE).files).toEqual({ 'g/x': 'of long ago' });
  });

  it('a move from a name that was taken again later is not', () => {
    const back: FileOp[] = [MOVE, CREATE, { op: 'remove', path: 'g/x', hash: hash('old') }];
    expect(restore({ 'f/x': 'ours' }, ...back).files).toEqual({ 'f/x': 'ours' });
    expect(restore({ 'f/x': 'ours', 'g/x': 'old' }, ...back).files).toEqual({ 'f/x': 'ours' });
  });

  it('temporary files go, and an edit that was aside is kept', () => {
    expect(restore({ 'f/x': 'new', 'f/.lemming-x.tmp': 'ne', 'f/.lemming-x.aside': 'old' }, REPLACE).files).toEqual({
      'f/x': 'new',
    });
    expect(restore({ 'f/x': 'new', 'f/.lemming-x.aside': '' }, REPLACE).files).toEqual({ 'f/x': 'new' });
    expect(restore({ 'f/x': 'new', 'f/.lemming-x.aside': 'edited' }, REPLACE).files).toEqual({
      'f/x': 'new',
      'f/x.conflict-old': 'edited',
    });
  });
});

describe('the files after all operations', () => {
  const final = (...ops: FileOp[]): Files =>
    Object.fromEntries([...finalFiles(ops)].map(([path, bytes]) => [path, Buffer.from(bytes).toString('latin1')]));

  it.each<[FileOp[], Files]>([
    [[CREATE, ATTACH], { 'f/x': 'ours', 'f/y': '\0\u00ff' }],
    [[CREATE, REPLACE], { 'f/x': 'new' }],
    [[CREATE, REMOVE], {}],
    [[CREATE, MOVE], { 'g/x': 'ours' }],
    [[MOVE], {}],
    [[ADOPT], { 'f/x': 'ours' }],
    [[{ op: 'create', path: 'f/drop', text: '' }, ADOPT], { 'f/x': 'ours' }],
    [[LIVE], { 'f/x': 'made' }],
    [[LIVE, { op: 'live', path: 'f/x', text: null, was: null }], {}],
  ])('%j', (ops, files) => {
    expect(final(...ops)).toEqual(files);
  });

  it('are what carrying them out leaves on an empty disk', () => {
    const path = fc.constantFrom('f/1', 'f/2', 'g/1');
    const text = fc.constantFrom('', 'a', 'b');
    const plan = fc.array(
      fc.oneof(fc.record({ what: fc.constantFrom('create', 'replace', 'move', 'remove'), path, to: path, text })),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(plan, (steps) => {
        const disk = new MemoryDisk();
        const ops: FileOp[] = [];
        for (const { what, path, to, text } of steps) {
          const there = finalFiles(ops);
          const was = there.get(path);
          const op: FileOp | null =
            what === 'create' && !was
              ? { op: 'create', path, text }
              : what === 'replace'
                ? { op: 'replace', path, text, was: was ? Buffer.from(was).toString() : null }
                : what === 'move' && was && !there.has(to)
                  ? { op: 'move', from: path, to }
                  : what === 'remove'
                    ? { op: 'remove', path, hash: null }
                    : null;
          if (!op) continue;
          ops.push(op);
          expect(materialise(disk, [op], 7).conflicts).toEqual([]);
        }
        expect(filesOf(disk)).toEqual(final(...ops));
      }),
    );
  });
});

describe('an operation that the file system does not take', () => {
  /** The disk refuses what concerns these names, as one whose folder may not be written does. */
  function refusing(files: Files, name: string, ...paths: string[]): MemoryDisk {
    const disk = diskOf(files);
    disk.plan = (operation) => (operation.name === name && paths.includes(operation.path) ? 'denied' : 'go');
    return disk;
  }
  const refusedOf = (disk: MemoryDisk, ops: FileOp[]) =>
    materialise(disk, ops, 7).refused.map(({ path, after, mark }) => [path, after, mark]);

  it('is told once for each path, with how much was done before, and the rest is done', () => {
    const disk = refusing({ 'f/x': 'known', 'f/y': 'old' }, 'create', 'f/.lemming-x.tmp');
    const ops: FileOp[] = [REMOVE_KNOWN, CREATE, { ...REPLACE, was: 'ours' }, MOVE, OTHER];
    expect(refusedOf(disk, ops)).toEqual([['f/x', 1, undefined]]);
    // The move came first: where the file is written it is gone.
    expect(filesOf(disk)).toEqual({ 'g/x': 'known', 'f/y': 'new' });
    expect(refusedOf(refusing({}, 'create', 'f/.lemming-x.tmp'), [CREATE, CREATE])).toEqual([['f/x', 0, undefined]]);
  });

  it.each<[string, FileOp, Files, string, string | undefined]>([
    ['a file that cannot go', REMOVE_KNOWN, { 'f/x': 'known' }, 'f/x', hash('known')],
    ['a drop that cannot go', ADOPT, { 'f/drop': 'a drop' }, 'f/drop', hash('a drop')],
    ['a file that went meanwhile', REMOVE_KNOWN, { 'f/.lemming-x.aside': 'known' }, 'f/x', undefined],
  ])('tells what still stands there: %s', (_what, op, files, path, mark) => {
    const disk = diskOf(files);
    disk.plan = ({ name, path: at }) =>
      name === 'rename' || (name === 'unlink' && at.endsWith('.aside')) ? 'denied' : 'go';
    expect(refusedOf(disk, [op])).toEqual([[path, 0, mark]]);
    expect(disk.files().get(path)).toBe(files[path]);
  });

  it('tells nothing of what cannot be looked at either, but of a disk that fails', () => {
    const at = (failure: 'denied' | 'io') => {
      const disk = diskOf({ 'f/x': 'known' });
      disk.plan = ({ name }) => (name === 'rename' ? 'denied' : 'go');
      let looked = 0;
      disk.looking = ({ name, path }) => (name === 'read' && path === 'f/x' && ++looked > 1 ? failure : 'go');
      return () => refusedOf(disk, [REMOVE_KNOWN]);
    };
    expect(at('denied')()).toEqual([['f/x', 0, undefined]]);
    expect(at('io')).toThrow(DiskError);
  });

  it('leaves the old file under its name', () => {
    const disk = refusing({ 'f/x': 'old' }, 'link', 'f/x');
    let links = 0;
    disk.plan = ({ name, path }) => (name === 'link' && path === 'f/x' && ++links === 1 ? 'denied' : 'go');
    expect(refusedOf(disk, [REPLACE])).toEqual([['f/x', 0, undefined]]);
    expect(filesOf(disk)).toEqual({ 'f/x': 'old' });
  });

  it('leaves it aside where a person has made another since', () => {
    const disk = diskOf({ 'f/x': 'old' });
    disk.plan = ({ name, path }) => {
      if (name !== 'link' || path !== 'f/x') return 'go';
      disk.put('f/x', 'theirs');
      return 'denied';
    };
    expect(refusedOf(disk, [REPLACE])).toEqual([['f/x', 0, undefined]]);
    expect(filesOf(disk)).toEqual({ 'f/x': 'theirs', 'f/.lemming-x.aside': 'old' });
  });

  it('is ours that meets a person’s, when the name beside it is taken as well', () => {
    const disk = diskOf({ 'f/x': 'theirs', 'f/x.conflict-7': 'theirs too' });
    expect(refusedOf(disk, [CREATE])).toEqual([['f/x', 0, undefined]]);
    expect(filesOf(disk)).toEqual({ 'f/x': 'theirs', 'f/x.conflict-7': 'theirs too' });
  });

  it('is a name that this disk takes for another', () => {
    const disk = diskOf({ 'f/X': 'theirs' });
    disk.folds = true;
    const [refused] = materialise(disk, [CREATE], 7).refused;
    expect([refused?.path, refused?.why]).toEqual(['f/x', expect.stringContaining('the same name as X')]);
    expect(filesOf(disk)).toEqual({ 'f/X': 'theirs' });
  });
});

it('a file that a person deletes at any instant is gone, or is what it was to become', () => {
  for (const [op, after] of [
    [REMOVE_KNOWN, [{}]],
    [REPLACE, [{}, { 'f/x': 'new' }, { 'f/x.conflict-7': 'new' }]],
    [MOVE, [{}, { 'g/x': 'known' }]],
  ] as const)
    for (let at = 1; at < 30; at++) {
      const disk = diskOf({ 'f/x': op === REPLACE ? 'old' : 'known' });
      let n = 0;
      disk.before = () => {
        if (++n === at) disk.remove('f/x');
      };
      expect(materialise(disk, [op], 7).refused).toEqual([]);
      disk.before = null;
      expect(after).toContainEqual(filesOf(disk));
    }
});

it('an edit that was aside finds a free name, however many are taken', () => {
  const taken = { 'f/x': 'again', 'f/x.conflict-7-old': '1', 'f/x.conflict-7-old-2': '2' };
  const disk = diskOf({ ...taken, 'f/.lemming-x.aside': 'edited' });
  materialise(disk, [REPLACE], 7);
  expect(filesOf(disk)).toEqual({ ...taken, 'f/x.conflict-7-old-3': 'edited', 'f/x.conflict-7': 'new' });
});

it('replacements that are one need what each of them needs', () => {
  const disk = diskOf({ 'f/x': 'old' });
  disk.plan = ({ name, path }) => (name === 'create' && path === 'f/.lemming-kid.tmp' ? 'denied' : 'go');
  const ops: FileOp[] = [
    { op: 'create', path: 'f/kid', text: 'k' },
    REPLACE,
    { op: 'replace', path: 'f/x', text: 'newer', was: 'new', needs: ['f/kid'] },
  ];
  expect(materialise(disk, ops, 7).refused.map(({ path, why }) => [path, why])).toEqual([
    ['f/kid', expect.any(String)],
    ['f/x', 'f/x: f/kid is not there'],
  ]);
  expect(filesOf(disk)).toEqual({ 'f/x': 'old' });
});
