import { expect, it } from 'vitest';
import { textHash } from '../../../src/core/model/hash.ts';
import { emptyDraft } from '../../../src/core/model/tool.ts';
import { ToolRefusal } from '../../../src/engine/tools/tool-context.ts';
import { mail } from '../../core/world.ts';
import { memoryOrg, RESUME, use } from '../world.ts';

it('reads a file of the workspace, or of shared/ where it is granted', () => {
  const disk = memoryOrg();
  disk.put('agents/a/workspace/notes/x.txt', 'mine');
  expect(use('read_file', { path: 'notes/x.txt' }, disk)).toMatchObject({
    ok: true,
    text: 'mine',
    changes: { files: [] },
  });
  expect(use('read_file', { path: 'shared/docs/x.md' }, disk)).toMatchObject({ ok: true, text: 'shared text' });
});

it('sees what the visit itself is about to write to a shared file', () => {
  const draft = emptyDraft();
  draft.wrote.set('org/shared/docs/x.md', { text: 'new', was: 'shared text' });
  expect(use('read_file', { path: 'shared/docs/x.md' }, memoryOrg(), RESUME, draft)).toMatchObject({ text: 'new' });
});

it('shows thirty thousand characters, counts the rest, and goes on there', () => {
  const disk = memoryOrg();
  disk.put('agents/a/workspace/long', `${'x'.repeat(30_000)}the end`);
  expect(use('read_file', { path: 'long' }, disk).text).toBe(
    `${'x'.repeat(30_000)}\n[cut: 7 more characters, from: 30000 goes on]`,
  );
  expect(use('read_file', { path: 'long', from: 30_000 }, disk).text).toBe('the end');
  expect(use('read_file', { path: 'long', from: 40_000 }, disk).text).toBe('');
  disk.put('agents/a/workspace/long', 'x'.repeat(30_000));
  expect(use('read_file', { path: 'long' }, disk).text).toHaveLength(30_000);
});

it.each(['missing.txt', '../../b/workspace/secret.txt', 'shared/other.txt', '/etc/passwd', 'shared/docs/../other.txt'])(
  'refuses %s',
  (path) => {
    expect(() => use('read_file', { path }, memoryOrg())).toThrow(ToolRefusal);
  },
);

it('cannot read a folder', () => {
  expect(() => use('read_file', { path: 'shared/docs' }, memoryOrg())).toThrow('a folder');
});

it('reads bytes that are no text as replacement characters', () => {
  const disk = memoryOrg();
  disk.create('agents/a/workspace/bin', new Uint8Array([0xff, 0x41]));
  expect(use('read_file', { path: 'bin' }, disk).text).toBe('\ufffdA');
});

it('reads what is attached to the mail of the visit, and no other file of an outbox', () => {
  const disk = memoryOrg();
  disk.put('agents/b/outbox/000001-01-1-plan.txt', 'the plan');
  disk.put('agents/b/outbox/000001-02-c-private.md', 'private');
  const given = [mail({ from: 'b', attachments: ['000001-01-1-plan.txt'] })];
  const read = (path: string) => use('read_file', { path }, disk, RESUME, emptyDraft(), given);
  expect(read('attachments/000001-01-1-plan.txt').text).toBe('the plan');
  expect(() => read('attachments/000001-02-c-private.md')).toThrow(ToolRefusal);
  expect(() => read('attachments/../000001-02-c-private.md')).toThrow(ToolRefusal);
  expect(() => use('read_file', { path: 'attachments/000001-01-1-plan.txt' }, disk)).toThrow(ToolRefusal);
});

it('tells the hash when it is asked', () => {
  const text = use('read_file', { path: 'shared/docs/x.md', hash: true }, memoryOrg()).text;
  expect(text).toBe(`shared text\n[hash ${textHash('shared text').slice(0, 16)}]`);
});
