import { expect, it } from 'vitest';
import { previewOf } from '../../src/core/approval-preview.ts';
import type { Json } from '../../src/core/call.ts';

const preview = (tool: string, input: Json, was: string | null = null) => previewOf({ tool, input }, was);

it('shows what an act is', () => {
  expect(preview('shell', { command: 'ls\nrm x' })).toBe('The command:\n\n```sh\nls\nrm x\n```');
  expect(preview('write_file', { path: 'x', content: 'b' }, 'a')).toBe('The change of "x":\n\n```diff\n-a\n+b\n```');
  expect(preview('write_file', { path: 'x', content: 'b' })).toBe('A new file "x":\n\n```diff\n+b\n```');
  expect(preview('write_file', { path: 'x', content: 'b' }, 'b')).toBe('Nothing changes in "x".');
  expect(preview('edit_file', { path: 'x', old: 'a', new: '' })).toBe('The change of "x":\n\n```diff\n-a\n```');
  expect(preview('request_approval', { question: 'Go?\n---', options: ['yes', 'no'], context: 'c' })).toBe(
    'It asks: "Go?\\n---"\n\n```\nc\n```\n\nOptions, of which you can name one in the `note:`\n\n1. "yes"\n2. "no"',
  );
  expect(preview('request_approval', { question: 'Go?' })).toBe('It asks: "Go?"');
});

it('closes its blocks behind whatever stands in them', () => {
  expect(preview('shell', { command: '```\n````sh' })).toBe('The command:\n\n`````sh\n```\n````sh\n`````');
});

it('shows nothing of other acts, and of nonsense', () => {
  const nonsense: Json[] = [null, 'x', 1, [], {}, { command: 1, content: 1, old: 'x', question: 1, options: 1 }];
  for (const input of nonsense)
    for (const tool of ['shell', 'write_file', 'edit_file', 'recall']) expect(preview(tool, input)).toBe('');
  expect(preview('edit_file', { old: 1, new: 'x' })).toBe('');
  expect(preview('write_file', { content: 'x' })).toContain('A new file ""');
  expect(preview('request_approval', { question: 'x', options: 1 })).toBe('It asks: "x"');
  expect(preview('request_approval', null)).toBe('It asks: null');
});
