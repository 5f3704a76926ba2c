import { expect, it } from 'vitest';
import { stateOf } from '../../core/world.ts';
import { scene, stage } from '../world.ts';

const state = stateOf(
  { k: 'file', path: 'agents/a/memory/plan.md', text: 'The plan.' },
  { k: 'file', path: 'agents/a/memory/names.md', text: 'The names.' },
  { k: 'file', path: 'agents/b/memory/secret.md', text: 'of b' },
  { k: 'file', path: 'agents/b/resume.md', text: 'of b' },
);

it('shows an entry in full, as the visit itself left it', () => {
  const at = scene({ state });
  expect(stage('recall', { key: 'plan' }, at)).toEqual({
    ok: true,
    text: '---\nkey: plan\ntags: []\nturn: 0\nversion: 1\n---\nThe plan.\n',
  });
  stage('remember', { key: 'plan', text: 'A new one.' }, at);
  expect(stage('recall', { key: 'plan' }, at)).toMatchObject({ text: expect.stringContaining('A new one.') });
});

it('names the keys when there is no such entry', () => {
  expect(stage('recall', { key: 'other' }, scene({ state }))).toMatchObject({
    ok: true,
    text: expect.stringMatching(/"other"\. Keys: plan, names\.$/),
  });
  expect(stage('recall', { key: 'other' })).toMatchObject({ ok: true, text: expect.stringMatching(/Keys: none\.$/) });
});

it.each(['secret', '../../b/memory/secret', '../../b/resume', '../../../org/org', '__proto__', ''])(
  'shows nobody else’s files: %j',
  (key) => {
    expect(stage('recall', { key }, scene({ state }))).toMatchObject({
      ok: true,
      text: expect.not.stringContaining('of b'),
    });
  },
);

it('shows no shared context that is not granted', () => {
  const context = stateOf({ k: 'file', path: 'org/shared/context/brand.md', text: 'Blue.' });
  expect(stage('recall', { key: 'shared/brand' }, scene({ state: context })).text).toMatch(/^There is no memory entry/);
});
