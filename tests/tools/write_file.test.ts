import { expect, it } from 'vitest';
import { bytesHash } from '../../src/disk/materialise.ts';
import { BoxRefusal } from '../../src/engine/box.ts';
import { memoryOrg, use } from './world.ts';

it('writes in the workspace at once, and says what it replaced', () => {
  const disk = memoryOrg();
  expect(use('write_file', { path: 'a/x.txt', content: 'ä' }, disk)).toMatchObject({
    ok: true,
    text: 'wrote a/x.txt (2 bytes)',
    changes: { files: [{ path: 'agents/a/workspace/a/x.txt', text: 'ä', was: null }] },
  });
  expect(use('write_file', { path: 'a/x.txt', content: '' }, disk).changes.files).toEqual([
    { path: 'agents/a/workspace/a/x.txt', text: '', was: bytesHash(Buffer.from('ä')) },
  ]);
  expect([...disk.files((path) => path.startsWith('agents/a/workspace/'))]).toEqual([
    ['agents/a/workspace/a/.lemming-x.txt.aside', 'Ã¤'],
    ['agents/a/workspace/a/x.txt', ''],
  ]);
});

it('leaves a shared file as it is until the turn is committed', () => {
  const disk = memoryOrg();
  const { changes } = use('write_file', { path: 'shared/docs/x.md', content: 'new' }, disk);
  expect(changes).toEqual({ files: [], replaced: [], shared: { path: 'org/shared/docs/x.md', text: 'new' } });
  expect(Buffer.from(disk.read('org/shared/docs/x.md') ?? []).toString()).toBe('shared text');
});

it.each(['.', './', 'shared/docs', 'shared/other.txt', 'shared', '../x', '/tmp/x', '../../b/workspace/secret.txt'])(
  'refuses %s',
  (path) => {
    const disk = memoryOrg();
    disk.put('agents/a/workspace/x', '');
    const before = disk.files();
    expect(() => use('write_file', { path, content: 'x' }, disk)).toThrow(BoxRefusal);
    expect(disk.files()).toEqual(before);
  },
);
