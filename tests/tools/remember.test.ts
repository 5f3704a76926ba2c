import { expect, it } from 'vitest';
import { printMemory } from '../../src/core/memory.ts';
import { stateOf } from '../core/world.ts';
import { scene, stage, toolNamed } from './world.ts';

const PATH = 'agents/a/memory/plan.md';

it('keeps a text under a key, as a file of the agent', () => {
  const at = scene();
  expect(stage('remember', { key: 'plan', text: 'Do it.', tags: ['work'] }, at)).toMatchObject({ ok: true });
  expect([...at.draft.wrote]).toEqual([
    [PATH, { text: printMemory({ key: 'plan', tags: ['work'], turn: 2, text: 'Do it.' }), was: null }],
  ]);
});

it('takes the place of what stood there at the freeze, however often it is used in a visit', () => {
  const at = scene({ state: stateOf({ k: 'file', path: PATH, text: 'before' }) });
  stage('remember', { key: 'plan', text: 'one' }, at);
  stage('remember', { key: 'plan', text: 'two' }, at);
  expect([...at.draft.wrote.values()]).toMatchObject([{ text: expect.stringContaining('two'), was: 'before' }]);
});

it.each(['', 'A', 'a/b', '../x', '.x', 'a.md', 'a b', 'a\n', 'ä', '_x', '-x', 'x'.repeat(64)])(
  'refuses %j as a key',
  (key) => {
    expect(toolNamed('remember').parse({ key, text: '' }).ok).toBe(false);
  },
);

it.each(['a', '0', 'a_b-c', 'x'.repeat(63)])('takes %s as a key', (key) => {
  expect(toolNamed('remember').parse({ key, text: '' }).ok).toBe(true);
});
