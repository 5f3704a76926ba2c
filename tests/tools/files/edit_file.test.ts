import { expect, it } from 'vitest';
import { ToolRefusal } from '../../../src/engine/tools/tool-context.ts';
import { memoryOrg, use } from '../world.ts';

function edited(text: string, old: string, made: string) {
  const disk = memoryOrg();
  disk.put('agents/a/workspace/x', text);
  const result = use('edit_file', { path: 'x', old, new: made }, disk);
  return { ...result, now: Buffer.from(disk.read('agents/a/workspace/x') ?? []).toString() };
}

it('replaces the one piece that is meant', () => {
  expect(edited('one\ntwo\nthree\n', 'two', '2')).toMatchObject({
    ok: true,
    text: expect.stringMatching(/^edited x at line 2 \(hash [\w-]{16}\)$/),
    now: 'one\n2\nthree\n',
  });
  expect(edited('a$&b', '$&', '$1').now).toBe('a$1b');
  expect(edited('one', 'one', '').now).toBe('');
});

it.each([
  ['is not there', 'one', 'two', 'x does not contain the old piece'],
  ['stands there twice', 'one\none', 'one', 'more than once, in lines 1 and 2'],
  ['overlaps itself', 'aaa', 'aa', 'more than once'],
])('changes nothing when the piece %s', (_what, text, old, why) => {
  expect(edited(text, old, 'x')).toMatchObject({ ok: false, text: expect.stringContaining(why), now: text });
});

it('refuses what cannot be read or written', () => {
  for (const path of ['missing', '../x', 'shared/other.txt'])
    expect(() => use('edit_file', { path, old: 'a', new: 'b' }, memoryOrg())).toThrow(ToolRefusal);
});
