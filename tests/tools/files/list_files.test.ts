import { expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/model/call.ts';
import { emptyDraft } from '../../../src/core/model/tool.ts';
import { ToolRefusal } from '../../../src/engine/tools/tool-context.ts';
import { memoryOrg, use } from '../world.ts';

it('lists the workspace, folders with a slash, and none of the program’s own temporary files', () => {
  const disk = memoryOrg();
  for (const name of ['b.txt', 'a/x', '.lemming-b.txt.tmp', '.hidden']) disk.put(`agents/a/workspace/${name}`, '');
  for (const input of [{}, { path: '.' }, { path: '' }] as JsonObject[])
    expect(use('list_files', input, disk).text).toBe('.hidden\na/\nb.txt');
  expect(use('list_files', { path: 'a' }, disk).text).toBe('x');
});

it('lists what is shared where it is granted', () => {
  expect(use('list_files', { path: 'shared/docs/' }, memoryOrg()).text).toBe('x.md');
  for (const path of ['shared', '..', '../../b/workspace'])
    expect(() => use('list_files', { path }, memoryOrg())).toThrow(ToolRefusal);
});

it('says when a folder is empty or not there', () => {
  expect(use('list_files', {}, memoryOrg()).text).toBe('The folder is empty.');
});

it('shows five hundred names and counts the rest', () => {
  const disk = memoryOrg();
  for (let i = 0; i < 503; i++) disk.put(`agents/a/workspace/${String(i).padStart(3, '0')}`, '');
  const lines = use('list_files', {}, disk).text.split('\n');
  expect([lines.length, lines[499], lines[500]]).toEqual([501, '499', 'and 3 more']);
});

it('lists a shared folder as the visit leaves it', () => {
  const disk = memoryOrg();
  const draft = emptyDraft();
  disk.put('org/shared/docs/old.md', 'old');
  for (const [name, text] of Object.entries({ 'b.md': 'b', 'new/c.md': 'c', 'new/d.md': 'd', 'old.md': null }))
    draft.wrote.set(`org/shared/docs/${name}`, { text, before: null } as never);
  draft.wrote.set('org/shared/docs2/e.md', { text: 'e', before: null } as never);
  expect(use('list_files', { path: 'shared/docs' }, disk, undefined, draft).text).toBe('b.md\nnew/\nx.md');
});
