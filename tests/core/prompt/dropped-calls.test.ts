import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Json } from '../../../src/core/model/call.ts';
import type { DroppedCalls } from '../../../src/core/model/tool.ts';
import { droppedText, forgetFailures, noteDropped } from '../../../src/core/prompt/dropped-calls.ts';

type Call = [tool: string, input: Json, text: string, rule: string | null];
const no = (text: string): { ok: false; text: string } => ({ ok: false, text });

function textAfter(...calls: Call[]): string {
  const dropped: DroppedCalls = new Map();
  for (const [tool, input, text, rule] of calls) noteDropped(dropped, { tool, input }, no(text), rule);
  return droppedText({ dropped });
}

it.each<[string, Call, string]>([
  [
    'a tool that was not granted',
    ['shell', { command: 'ls' }, 'Refused (granted-tool): no.', 'granted-tool'],
    'shell (you do not have it)',
  ],
  ['no tool', ['x y', {}, 'Refused (known-tool): no.', 'known-tool'], '"x y" (there is no such tool)'],
  [
    'a path',
    ['write_file', { content: 'x', path: '/tmp/x.md' }, 'Refused (path): "/tmp/x.md" is outside.', 'stopped'],
    'write_file /tmp/x.md ("/tmp/x.md" is outside)',
  ],
  [
    'people',
    ['send_message', { to: ['manager', 'hr'], body: 'x' }, 'Refused (edge): You can write to: human.', 'edge'],
    'send_message to manager, hr (You can write to: human)',
  ],
  [
    'a text that is not plain',
    ['shell', { command: 'a;\nb' }, 'It may\nnot.', 'commands'],
    'shell "a;\\nb" (It may not)',
  ],
  ['no input', ['recall', null, 'no', 'input'], 'recall (no)'],
  ['an input that says nothing of it', ['recall', { other: 1 }, 'no', 'input'], 'recall (no)'],
  [
    'a number for a path',
    ['read_file', { path: { toString: 'x' } }, 'no', 'input'],
    'read_file "{\\"toString\\":\\"x\\"}" (no)',
  ],
])('a call that came to nothing is told with what it was about and why: %s', (_what, call, text) => {
  expect(textAfter(call)).toBe(`Not done in your last visit: ${text}.`);
});

it.each<[string, Call, string]>([
  [
    'Python',
    [
      'run_python',
      {},
      'Traceback (most recent call last):\n  ^^^^\nAssertionError: -1\n[exit 1; Sandbox: strong]',
      null,
    ],
    'run_python failed: AssertionError: -1',
  ],
  [
    'JavaScript',
    ['run_javascript', {}, 'TypeError: no\n    at a (b.js)\n    at c\n[ended with an error]', null],
    'run_javascript failed: TypeError: no',
  ],
  [
    'out of time',
    ['shell', { command: 'x' }, 'loading\n[ended after 50 ms; Sandbox: strong]', null],
    'shell x failed: [ended after 50 ms; Sandbox: strong]',
  ],
  [
    'without a word',
    ['shell', { command: 'x' }, '[exit 1; Sandbox: strong]', null],
    'shell x failed: [exit 1; Sandbox: strong]',
  ],
  ['with nothing at all', ['shell', { command: 'x' }, '', null], 'shell x failed: '],
])('of a call that failed the line that counts is told: %s', (_what, call, text) => {
  expect(textAfter(call)).toBe(`In your last reply: ${text}.`);
});

it('the same call is told once, with how often it was tried; one that came to something is not', () => {
  const call = { tool: 'write_file', input: { path: '/x' } };
  const dropped: DroppedCalls = new Map();
  for (let i = 0; i < 3; i++) noteDropped(dropped, call, no('out.'), 'path');
  expect(droppedText({ dropped })).toBe('Not done in your last visit: write_file /x (out; tried 3 times).');
  noteDropped(dropped, call, { ok: true, text: 'wrote' }, null);
  expect(droppedText({ dropped })).toBe('');
});

it('what merely failed is forgotten once the model was told, what was refused is not', () => {
  const dropped: DroppedCalls = new Map();
  noteDropped(dropped, { tool: 'shell', input: { command: 'false' } }, no('exit 1'), null);
  noteDropped(dropped, { tool: 'write_file', input: { path: '/x' } }, no('out'), 'path');
  expect(droppedText({ dropped })).toContain('In your last reply: shell false failed: exit 1.');
  forgetFailures(dropped);
  expect(droppedText({ dropped })).toBe('Not done in your last visit: write_file /x (out).');
});

it('of many the first are told, and how many more there are', () => {
  const calls = Array.from({ length: 50 }, (_, i): Call => ['write_file', { path: `/${i}` }, 'x'.repeat(500), 'path']);
  expect(textAfter(...calls)).toMatch(/; 4\d more\.$/);
});

it('whatever a call is, what is told of it is one short line', () => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), fc.string({ maxLength: 1000 }), (tool, input, text) => {
      const told = textAfter([tool, input as Json, text, 'path']);
      expect(told).not.toContain('\n');
      expect(told.length).toBeLessThan(600);
    }),
  );
});
