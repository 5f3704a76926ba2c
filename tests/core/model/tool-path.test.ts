import { expect, it } from 'vitest';
import { pathLabel, permitPath } from '../../../src/core/model/tool-path.ts';
import { configOf, resumeOf } from '../world.ts';

const RESUME = { ...resumeOf(configOf({ edges: { human: ['a'], a: [] } }), 'a'), shared: ['docs'] };

it.each([
  ['a'.repeat(255), true],
  ['a'.repeat(256), false],
  ['é'.repeat(127), true],
  ['é'.repeat(128), false],
  [`${'a/'.repeat(499)}bb`, true],
  [`${'a/'.repeat(499)}bbb`, false],
])('a name or path may have so many bytes: %s', (path, ok) => expect(permitPath(RESUME, path).ok).toBe(ok));

it.each([
  [
    '/tmp/inventory.md',
    [],
    '"/tmp/inventory.md" is outside your workspace. Use "inventory.md" instead. You have access to your workspace only.',
  ],
  [
    '../../x.md',
    ['docs', './plans//'],
    '"../../x.md" is outside your workspace. You cannot reach files of others: ask them in a message. You have access to your workspace and shared/docs, shared/plans.',
  ],
  [
    'a/..',
    [],
    '"a/.." is outside your workspace. You cannot reach files of others: ask them in a message. You have access to your workspace only.',
  ],
  ['/', ['.'], '"/" is outside your workspace. You have access to your workspace and shared.'],
  ['C:x', [], '"C:x" is outside your workspace. You have access to your workspace only.'],
  ['/tmp/.lemming-x', [], '"/tmp/.lemming-x" is outside your workspace. You have access to your workspace only.'],
  ['shared/x.md', [], 'You have no access to "shared/x.md". You have access to your workspace only.'],
  ['shared/x.md', ['docs'], 'You have no access to "shared/x.md". You have access to your workspace and shared/docs.'],
])('who names %s, with %j granted, is told what to name instead', (path, shared, text) => {
  expect(permitPath({ name: 'a', shared }, path)).toEqual({ ok: false, text });
});

it('a refusal stays short, whatever the path and the grants are', () => {
  const shared = Array.from({ length: 21 }, (_, i) => `n${i}`);
  const ruling = permitPath({ name: 'a', shared }, `/${'x/'.repeat(400)}`);
  expect(ruling).toMatchObject({ ok: false, text: expect.stringMatching(/shared\/n19 and more\.$/) });
  expect(!ruling.ok && ruling.text.length).toBeLessThan(700);
});

it.each([
  ['agents/a/workspace/dice/dice.js', 'dice/dice.js'],
  ['org/shared/status.md', 'shared/status.md'],
  ['org/shared', 'shared'],
  ['org/sharedness', 'org/sharedness'],
  ['agents/a/workspace', 'agents/a/workspace'],
  ['agents/a/memory/team.md', 'agents/a/memory/team.md'],
])('agents name %s as %s', (path, told) => expect(pathLabel(path)).toBe(told));

it('who reads a file outside is told of one within only if it is there', () => {
  const asked: string[] = [];
  const read = (isThere: boolean) =>
    permitPath(RESUME, '/tmp/x.md', (path) => {
      asked.push(path);
      return isThere;
    });
  expect(read(true)).toMatchObject({ text: expect.stringContaining('Use "x.md" instead.') });
  expect(read(false)).toMatchObject({ text: expect.not.stringContaining('instead') });
  expect(asked).toEqual(Array(2).fill(`agents/${RESUME.name}/workspace/x.md`));
});
