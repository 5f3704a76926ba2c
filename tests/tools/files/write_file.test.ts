import { describe, expect, it } from 'vitest';
import { shortHash } from '../../../src/core/model/hash.ts';
import { emptyDraft } from '../../../src/core/model/tool.ts';
import { bytesHash } from '../../../src/disk/fs/materialise.ts';
import { ToolRefusal } from '../../../src/engine/tools/tool-context.ts';
import type { MemoryDisk } from '../../../src/testing/memory-disk.ts';
import { means, memoryOrg, RESUME, start, use } from '../world.ts';

it('writes in the workspace at once, and says what it replaced', () => {
  const disk = memoryOrg();
  expect(use('write_file', { path: 'a/x.txt', content: 'ä' }, disk)).toMatchObject({
    ok: true,
    text: expect.stringMatching(/^wrote a\/x.txt \(2 bytes, hash [\w-]{16}\)$/),
    changes: { files: [{ path: 'agents/a/workspace/a/x.txt', text: 'ä', was: null }] },
  });
  expect(use('write_file', { path: 'a/x.txt', content: '' }, disk).changes.files).toEqual([
    { path: 'agents/a/workspace/a/x.txt', text: '', was: bytesHash(Buffer.from('ä')) },
  ]);
  expect([...disk.files((path) => path.startsWith('agents/a/workspace/'))]).toEqual([
    ['agents/a/workspace/a/.lemming-x.txt.aside', 'Ã¤'],
    ['agents/a/workspace/a/.lemming-x.txt.new', ''],
    ['agents/a/workspace/a/x.txt', ''],
  ]);
});

it.each(['org/shared/docs/x.md', './org/shared/docs/x.md'])('says of %s that it is not the shared file', (path) => {
  const { text, changes } = use('write_file', { path, content: 'x' }, memoryOrg());
  expect(changes.files).toMatchObject([{ path: 'agents/a/workspace/org/shared/docs/x.md' }]);
  expect(text).toContain('where nobody else sees it. The shared file is shared/docs/x.md');
});

it('leaves a shared file as it is until the turn is committed', () => {
  const disk = memoryOrg();
  const { changes } = use('write_file', { path: 'shared/docs/x.md', content: 'new' }, disk);
  expect(changes).toEqual({ files: [], replaced: [], shared: { path: 'org/shared/docs/x.md', text: 'new' } });
  expect(Buffer.from(disk.read('org/shared/docs/x.md') ?? []).toString()).toBe('shared text');
});

it.each([
  '.',
  './',
  '../../../org/approvals/A-1-a-1.md',
  'shared/../approvals/A-1-a-1.md',
  'shared/docs',
  'shared/other.txt',
  'shared',
  '../x',
  '/tmp/x',
  '../../b/workspace/secret.txt',
])('refuses %s', (path) => {
  const disk = memoryOrg();
  disk.put('agents/a/workspace/x', '');
  const before = disk.files();
  expect(() => use('write_file', { path, content: 'x' }, disk)).toThrow(ToolRefusal);
  expect(disk.files()).toEqual(before);
});

describe('with the hash of what it replaces', () => {
  const write = (disk: MemoryDisk, expected: string, path = 'x.txt') =>
    use('write_file', { path, content: 'new', expected }, disk);

  it('writes over a file that has it, and goes on from the hash that it tells', () => {
    const disk = memoryOrg();
    disk.put('agents/a/workspace/x.txt', 'old');
    const told = write(disk, hashIn(use('read_file', { path: 'x.txt', hash: true }, disk).text)).text;
    expect(write(disk, hashIn(told)).ok).toBe(true);
  });

  it('is refused with the hash of today when somebody changed the file, and when it is gone', () => {
    const disk = memoryOrg();
    disk.put('agents/a/workspace/x.txt', 'old');
    const hash = hashIn(use('read_file', { path: 'x.txt', hash: true }, disk).text);
    disk.put('agents/a/workspace/x.txt', 'changed');
    expect(() => write(disk, hash)).toThrow(/has the hash [\w-]{16} now: read it again/);
    expect(() => write(disk, hash, 'gone.txt')).toThrow(/is not there/);
    expect(Buffer.from(disk.read('agents/a/workspace/x.txt') ?? []).toString()).toBe('changed');
  });

  it('is refused for a shared file that the visit wrote meanwhile', () => {
    const disk = memoryOrg();
    const hash = hashIn(use('read_file', { path: 'shared/docs/x.md', hash: true }, disk).text);
    const draft = emptyDraft();
    draft.wrote.set('org/shared/docs/x.md', { text: 'mine', was: 'shared text' });
    const input = { path: 'shared/docs/x.md', content: 'new', expected: hash };
    expect(() => use('write_file', input, disk, RESUME, draft)).toThrow(/hash/);
  });
});

describe('with the hash of what the visit knows', () => {
  const BASE = 'one\ntwo\nthree\n';
  const write = (now: string, content: string, path = 'agents/a/workspace/x.txt') => {
    const disk = memoryOrg();
    disk.put(path, now);
    const draft = emptyDraft();
    draft.known.add(BASE);
    const input = { path: path.replace(/^agents.*\//, '').replace(/^org\//, ''), content, expected: shortHash(BASE) };
    return { disk, used: () => use('write_file', input, disk, RESUME, draft) };
  };

  it('is merged with what was changed there meanwhile, and says so with the hash of both', () => {
    const { disk, used } = write('one\ntwo\n3\n', '1\ntwo\nthree\n');
    const { text, changes } = used();
    const both = '1\ntwo\n3\n';
    const said = 'merged with what was changed there meanwhile:\n 1\n two\n-three\n+3';
    expect(text).toBe(`wrote x.txt (8 bytes, hash ${shortHash(both)})\n${said}`);
    expect(changes.files).toMatchObject([{ text: both, was: bytesHash(Buffer.from('one\ntwo\n3\n')) }]);
    expect(Buffer.from(disk.read('agents/a/workspace/x.txt') ?? []).toString()).toBe(both);
  });

  it('is staged so for a shared file', () => {
    const { used } = write('one\ntwo\n3\n', '1\ntwo\nthree\n', 'org/shared/docs/x.md');
    expect(used().changes.shared).toEqual({ path: 'org/shared/docs/x.md', text: '1\ntwo\n3\n' });
  });

  it('is refused with what was changed where both changed one place, and nothing is written', () => {
    const { disk, used } = write('one\n2\nthree\n', 'one\nII\nthree\n');
    const before = disk.files();
    expect(used).toThrow(
      expect.objectContaining({ rule: 'conflict', message: expect.stringContaining('\n one\n-two\n+2\n three') }),
    );
    expect(used).toThrow(shortHash('one\n2\nthree\n'));
    expect(disk.files()).toEqual(before);
  });

  it('is refused unread where what stands there could not be written again to the letter', () => {
    const { used } = write(`\ufeff${BASE}`, 'x');
    expect(used).toThrow(expect.objectContaining({ rule: 'hash' }));
  });
});

describe('beyond what a workspace may hold', () => {
  const writer = (disk: MemoryDisk) => {
    const room = { workspace: 'agents/a/workspace', bytes: 100, files: 3, counted: new Map() };
    return (path: string, bytes: number) =>
      start('write_file', { path, content: 'x'.repeat(bytes) }, means(disk, { room }));
  };

  it('is refused by bytes and by files, until there is room again', () => {
    const disk = memoryOrg();
    const write = writer(disk);
    write('a', 60);
    expect(() => write('b', 60)).toThrow(/may contain 100 bytes in 3 files and folders; it contains 60 in 1/);
    write('a', 10);
    write('b', 60);
    write('c', 0);
    expect(() => write('d', 0)).toThrow(/it contains 70 in 3/);
    disk.remove('agents/a/workspace/c');
    write('d', 0);
  });

  it('what only makes it smaller is written', () => {
    const disk = memoryOrg();
    const write = writer(disk);
    disk.put('agents/a/workspace/big', 'x'.repeat(1000));
    write('big', 999);
    expect(() => write('big', 1001)).toThrow(ToolRefusal);
  });
});

function hashIn(text: string): string {
  return /hash ([\w-]+)/.exec(text)?.[1] ?? '';
}
