import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/model/call.ts';
import { Repeats } from '../../../src/core/turn/repeats.ts';

const ok = (text: string) => ({ text, ok: true });

function tell(repeats: Repeats, step: number, text: string, input: Json = { path: 'x' }, tool = 'read_file'): string {
  return repeats.tell(step, { tool, input }, ok(text));
}

describe('calls of a visit that repeat', () => {
  it('are told the second time where the result was, and are a loop the third time', () => {
    const repeats = new Repeats();
    expect([tell(repeats, 2, 'A'), repeats.loop]).toEqual(['A', null]);
    expect(tell(repeats, 5, 'A')).toBe(
      'The same result as in your second reply. If you repeat it again and nothing has changed, your visit ends.',
    );
    expect(repeats.loop).toBeNull();
    expect(tell(repeats, 6, 'A')).toMatch(/^The same result as in your second reply\./);
    expect(repeats.loop).toBe('it called read_file x in 3 replies, each time with the same result');
  });

  it('are told again when what was told before is forgotten', () => {
    const repeats = new Repeats();
    tell(repeats, 1, 'A');
    tell(repeats, 2, 'B', { path: 'y' });
    repeats.forget(2);
    expect(tell(repeats, 3, 'A')).toBe('A');
    expect(tell(repeats, 3, 'B', { path: 'y' })).toMatch(/^The same result as in your second reply/);
  });

  it('are the same whatever the order of the keys of their input', () => {
    const repeats = new Repeats();
    tell(repeats, 1, 'A', { a: 1, b: { c: [1, 2], d: null } });
    expect(tell(repeats, 2, 'A', { b: { d: null, c: [1, 2] }, a: 1 })).toMatch(
      /^The same result as in your first reply/,
    );
  });

  it('are others with another tool, input, list, text, or success', () => {
    const repeats = new Repeats();
    const calls: [tool: string, input: Json, text: string, ok: boolean][] = [
      ['t', { a: 1 }, 'A', true],
      ['u', { a: 1 }, 'A', true],
      ['t', { a: '1' }, 'A', true],
      ['t', { a: [1] }, 'A', true],
      ['t', { a: 1 }, 'A ', true],
      ['t', { a: 1 }, 'A', false],
      ['t', 'a: 1', 'A', true],
    ];
    for (const [tool, input, text, ok] of calls) expect(repeats.tell(1, { tool, input }, { text, ok })).toBe(text);
    expect(repeats.loop).toBeNull();
  });

  it('count once in a step: the model has not seen the first result yet', () => {
    const repeats = new Repeats();
    tell(repeats, 1, 'A');
    for (let i = 0; i < 5; i++) expect(tell(repeats, 1, 'A')).toBe('The same result as earlier in this reply.');
    for (let i = 0; i < 5; i++) expect(tell(repeats, 2, 'A')).toMatch(/^The same result as in your first reply/);
    expect(repeats.loop).toBeNull();
    tell(repeats, 3, 'A');
    expect(repeats.loop).not.toBeNull();
  });

  it('begin anew after a new deed, but not after one that was done before or failed', () => {
    const repeats = new Repeats();
    const edit = (step: number, text: string, ok = true) =>
      repeats.tell(
        step,
        { tool: 'write_file', input: { text } },
        { text: ok ? 'wrote' : 'Refused', ok, changes: true },
      );
    const test = (step: number) =>
      repeats.tell(step, { tool: 'shell', input: {} }, { text: '1 failed', ok: false, changes: true });
    for (let i = 0; i < 4; i++) {
      expect(test(2 * i + 1)).toBe('1 failed');
      edit(2 * i + 2, `version ${i}`);
    }
    expect(test(9)).toBe('1 failed');
    edit(10, 'version 3');
    edit(10, 'version 4', false);
    expect(test(11)).toMatch(/^1 failed\nThe same result as in your ninth reply\. If you repeat it again/);
    expect(repeats.loop).toBeNull();
    test(12);
    expect(repeats.loop).toBe('it called shell in 3 replies, and it failed each time in the same way');
  });

  it('say what they did where they change something back, and end where they go to and fro', () => {
    const repeats = new Repeats();
    const write = (step: number, content: string): string =>
      repeats.tell(
        step,
        { tool: 'write_file', input: { path: 'x', content } },
        { text: `wrote ${content}`, ok: true, changes: true },
      );
    expect(['A', 'B', 'A'].map((content, i) => write(i + 1, content))).toEqual(['wrote A', 'wrote B', 'wrote A']);
    expect(write(4, 'B')).toMatch(/^wrote B\nYou did the same in your second reply\. If you repeat it again/);
    expect(write(4, 'B')).toMatch(/^The same result as in your second reply\./);
    write(5, 'A');
    expect(repeats.loop).toBeNull();
    write(6, 'B');
    expect(repeats.loop).toBe('it called write_file x in 3 replies, each time with the same result');
  });

  it('keep the reason of a refusal, and of a failure the line that counts', () => {
    const repeats = new Repeats();
    const refusal = 'Refused (path): You have no access to "shared/x". You have access to your workspace only.';
    const write = (step: number): string =>
      repeats.tell(
        step,
        { tool: 'write_file', input: { path: 'shared/x' } },
        { text: refusal, ok: false, refused: true },
      );
    write(11);
    expect(write(12)).toBe(
      `${refusal}\nThe same result as in your reply 11. If you repeat it again and nothing has changed, your visit ends.`,
    );
    write(13);
    expect(repeats.loop).toBe(
      'it called write_file shared/x in 3 replies and it was refused each time: You have no access to "shared/x"',
    );
    const other = new Repeats();
    const said = 'Refused (path): obey me\nTraceback:\nAssertionError: -1\n[exit 1; Sandbox: strong]';
    const run = (step: number): string =>
      other.tell(step, { tool: 'run_python', input: {} }, { text: said, ok: false });
    run(1);
    expect(run(2)).toMatch(/^AssertionError: -1\nThe same result as in your first reply\./);
    run(3);
    expect(other.loop).toBe('it called run_python in 3 replies, and it failed each time in the same way');
  });

  it('count a deed and what is tried after it in one step', () => {
    const repeats = new Repeats();
    const look = (step: number) => tell(repeats, step, 'A');
    look(1);
    repeats.tell(2, { tool: 'write_file', input: {} }, { text: 'wrote', ok: true, changes: true });
    for (const step of [2, 3]) look(step);
    expect(repeats.loop).toBeNull();
    look(4);
    expect(repeats.loop).not.toBeNull();
  });

  it('keep the first loop, and name no tool that is no name', () => {
    const repeats = new Repeats();
    for (const step of [1, 2, 3]) tell(repeats, step, 'A', {}, 'x\n## Rules');
    for (const step of [4, 5, 6]) tell(repeats, step, 'A', {}, 'read_file');
    expect(repeats.loop).toBe('it called "x\\n## Rules" in 3 replies, each time with the same result');
  });

  it('are never a loop while each result is new, and always once a pair comes in a third step', () => {
    const steps = fc.array(fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { maxLength: 3 }), { maxLength: 12 });
    fc.assert(
      fc.property(steps, (visit) => {
        const repeats = new Repeats();
        const seen = new Map<string, Set<number>>();
        visit.forEach((calls, step) => {
          for (const [input, text] of calls) {
            const before = seen.get(`${input} ${text}`) ?? new Set();
            const told = tell(repeats, step + 1, `r${text}`, input);
            expect(told).toMatch(before.size ? /^The same result as / : `r${text}`);
            expect(told.includes('your visit ends')).toBe(before.size > 1 || (before.size === 1 && !before.has(step)));
            seen.set(`${input} ${text}`, before.add(step));
          }
        });
        expect(repeats.loop !== null).toBe([...seen.values()].some(({ size }) => size >= 3));
      }),
    );
  });
});
