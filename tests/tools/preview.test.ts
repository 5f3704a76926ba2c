import { expect, it } from 'vitest';
import type { Json } from '../../src/core/model/call.ts';
import { NOTHING } from '../../src/core/model/tool.ts';
import { fenced } from '../../src/core/text/file-change.ts';
import { scene, toolNamed } from './world.ts';

/** What a person is shown of an act by agent a that waits; `was`: what the file holds. */
function preview(name: string, input: Json, was: string | null = null): string | undefined {
  const tool = toolNamed(name);
  const parsed = tool.parse(input);
  if (!parsed.ok) throw new Error(parsed.why);
  return tool.preview?.(
    parsed.value,
    scene({ stands: (path) => ({ path, hash: was === null ? NOTHING : 'h', text: was }) }),
  );
}

it('shows what an act is', () => {
  expect(preview('shell', { command: 'ls\nrm x' })).toBe('The command:\n\n```sh\nls\nrm x\n```');
  expect(preview('write_file', { path: 'x', content: 'b' }, 'a')).toBe('The change of "x":\n\n```diff\n-a\n+b\n```');
  expect(preview('write_file', { path: 'x', content: 'b' })).toBe('A new file "x":\n\n```diff\n+b\n```');
  expect(preview('write_file', { path: 'x', content: 'b' }, 'b')).toBe('Nothing changes in "x".');
  expect(preview('edit_file', { path: 'x', old: 'a', new: '' })).toBe('The change of "x":\n\n```diff\n-a\n```');
  expect(preview('request_approval', { question: 'Go?\n---', options: ['yes', 'no'], context: 'c' })).toBe(
    'It asks: "Go?\\n---"\n\n```\nc\n```\n\nOptions:\n\n1. "yes"\n2. "no"',
  );
  expect(preview('request_approval', { question: 'Go?' })).toBe('It asks: "Go?"');
  expect(preview('hire_agent', { name: 'kid', template: 'none', credits: 1 })).toContain('There is no template');
  expect(preview('recall', { key: 'x' })).toBeUndefined();
});

it('closes a block behind whatever stands in it', () => {
  expect(fenced('sh', '```\n````sh')).toBe('`````sh\n```\n````sh\n`````');
});
