import { describe, expect, it } from 'vitest';
import type { Part } from '../../../src/core/model/call.ts';
import { compacted, compactionOf, fits } from '../../../src/core/prompt/room.ts';

const user: Part = { role: 'user', text: 'u'.repeat(300) };
const reply: Part = { role: 'assistant', text: '', acts: [] };
const result = (text: string, id = 'x'): Part => ({ role: 'tool', id, tool: 'read_file', text, ok: true });
const BIG = `Line 1.\n${'x'.repeat(2992)}`;

describe('texts fit', () => {
  it.each([
    [10, ['x'.repeat(10)], true],
    [10, ['x'.repeat(30)], true],
    [10, ['x'.repeat(16), 'x'.repeat(15)], false],
    [10, ['語'.repeat(10)], true],
    [10, ['語'.repeat(11)], false],
    [Infinity, ['x'.repeat(1000)], true],
  ])('%d tokens, %j: %s', (tokens, texts, yes) => expect(fits(tokens, ...texts)).toBe(yes));
});

describe('old results of a visit', () => {
  const parts = [user, reply, result(BIG, 'a'), result('short', 'b'), reply, result(BIG, 'c'), reply, result(BIG, 'd')];

  it('are cut, the oldest first, and say what was left out and how to see it', () => {
    const made = compacted(parts, 1);
    expect(made[2]).toEqual({
      ...parts[2],
      text: `Line 1.\n${'x'.repeat(92)}\n[2900 more characters were left out to save room. Call the tool again if you need them.]`,
    });
    expect(made.filter((part, i) => part !== parts[i])).toHaveLength(1);
    expect(compacted(parts, 2)[5]).not.toBe(parts[5]);
    expect(compacted(parts, 0)).toEqual(parts);
  });

  it('are cut only when the conversation does not fit, then more of them, and never those of the last reply', () => {
    expect(compactionOf(Infinity, '', parts, 0)).toBe(0);
    expect(compactionOf(3300, '', parts, 0)).toBe(0);
    expect(compactionOf(3000, '', parts, 0)).toBe(2);
    expect(compactionOf(10, '', parts, 0)).toBe(2);
    expect(compactionOf(10, '', parts, 2)).toBe(2);
    expect(compactionOf(2500, '', parts, 1)).toBe(1);
    expect(compactionOf(10, '', [user], 0)).toBe(0);
  });
});
