// @module-tag disk
import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { apply } from '../../../src/core/journal/apply.ts';
import { emptyState, type State } from '../../../src/core/model/state.ts';
import type { Disk } from '../../../src/disk/fs/disk.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { Folder } from '../../../src/disk/intake/folder.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { MemoryDisk } from '../../../src/testing/memory-disk.ts';
import { scratchOrg } from '../../commands/world.ts';

const HOME = 'agents/a/workspace';

function found(disk: Disk, state: State = emptyState(), mask?: (text: string) => string) {
  const lines = new Folder(disk, new FakeClock(), mask).workspaces.changes(state, ['a']);
  for (const line of lines) apply(state, line);
  return lines;
}

function real(): { disk: Disk; at: (path: string) => string } {
  const root = scratchOrg({ edges: { human: ['a'], a: [] } });
  fs.mkdirSync(join(root, HOME), { recursive: true });
  return { disk: realDisk(root), at: (path) => join(root, HOME, path) };
}

describe('what lies in a workspace', () => {
  it('is told when it changes, and no more then', () => {
    const disk = new MemoryDisk();
    const state = emptyState();
    expect(found(disk, state)).toEqual([]);
    disk.put(`${HOME}/notes.md`, 'x');
    disk.put(`${HOME}/page/index.html`, 'x');
    disk.put(`${HOME}/page/src/a.js`, 'x');
    const entries = [{ name: 'notes.md' }, { name: 'page', files: 2 }];
    expect(found(disk, state)).toEqual([{ k: 'workspace', agent: 'a', entries }]);
    disk.put(`${HOME}/notes.md`, 'other words');
    expect(found(disk, state)).toEqual([]);
    disk.put(`${HOME}/page/src/b.js`, 'x');
    expect(found(disk, state)).toMatchObject([{ entries: [{}, { name: 'page', files: 3 }] }]);
    for (const path of disk.files((path) => path.startsWith(HOME)).keys()) disk.unlink(path);
    expect(found(disk, state)).toMatchObject([{ k: 'workspace', agent: 'a' }]);
  });

  it('counts nothing that programs fill, nor temporary files of the engine', () => {
    const disk = new MemoryDisk();
    for (const name of ['node_modules/x/index.js', '.lemming-tmp', 'page/.git/HEAD', 'page/.lemming-aside', 'page/a'])
      disk.put(`${HOME}/${name}`, 'x');
    expect(found(disk)[0]?.entries).toEqual([
      { name: 'node_modules', files: 0, more: true },
      { name: 'page', files: 1, more: true },
    ]);
  });

  it('holds no secret', () => {
    const disk = new MemoryDisk();
    disk.put(`${HOME}/sk-123.txt`, 'x');
    expect(found(disk, emptyState(), (text) => text.replace('sk-123', '[KEY]'))[0]?.entries).toEqual([
      { name: '[KEY].txt' },
    ]);
  });

  it('is looked at only in part when there is much of it', () => {
    const { disk, at } = real();
    fs.mkdirSync(at('deep'));
    for (let i = 0; i < 1000; i++) fs.writeFileSync(at(`deep/${i}`), '');
    for (let i = 0; i < 30; i++) fs.writeFileSync(at(`f${String(i).padStart(2, '0')}`), '');
    const [line] = found(disk);
    expect(line?.more).toBe(true);
    expect(line?.entries).toHaveLength(24);
    expect(line?.entries[0]).toEqual({ name: 'deep', files: 400 - 31, more: true });
  });

  it.each<[string, (at: (path: string) => string) => void, object[]]>([
    ['a link in it', (at) => fs.symlinkSync('/etc', at('etc')), []],
    [
      'a link in the place of a folder of it',
      (at) => {
        fs.mkdirSync(at('x'));
        fs.symlinkSync('/etc', at('x/etc'));
      },
      [{ name: 'x', files: 0 }],
    ],
    [
      'a link in its place',
      (at) => {
        fs.rmdirSync(at(''));
        fs.symlinkSync('/etc', at('').replace(/\/$/, ''));
      },
      [],
    ],
    [
      'a file in its place',
      (at) => {
        fs.rmdirSync(at(''));
        fs.writeFileSync(at('').replace(/\/$/, ''), '');
      },
      [],
    ],
    [
      'a name that is no text',
      (at) => fs.writeFileSync(Buffer.concat([Buffer.from(at('x').slice(0, -1)), Buffer.from([0xff])]), ''),
      [{ name: '\ufffd' }],
    ],
    ['a name with a line end', (at) => fs.writeFileSync(at('a\nb'), ''), [{ name: 'a\nb' }]],
  ])('is told whatever is there: %s', (_what, make, entries) => {
    const { disk, at } = real();
    make(at);
    expect(found(disk)[0]?.entries ?? []).toEqual(entries);
  });

  it('a failure of the disk itself is one of the engine', () => {
    const disk = new MemoryDisk();
    disk.put(`${HOME}/x`, '');
    disk.looking = ({ name }) => (name === 'list' ? 'io' : 'go');
    expect(() => found(disk)).toThrow('io');
    disk.looking = ({ name }) => (name === 'list' ? 'denied' : 'go');
    expect(found(disk)).toEqual([]);
  });
});
