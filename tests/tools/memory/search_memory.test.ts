import { expect, it } from 'vitest';
import { configOf, sceneOf, stateOf } from '../../core/world.ts';
import { PLAN, scene, stage } from '../world.ts';

const file = (path: string, text: string) => ({ k: 'file' as const, path, text });
const state = stateOf(
  file('agents/a/memory/deploy.md', '---\ntags: [ops]\nversion: 3\n---\nUse the script.'),
  file('agents/a/memory/notes.md', 'Line one.\nWe deployed on Friday.'),
  file('agents/a/memory/archive/old.md', 'The deployment of long ago.'),
  file('agents/a/memory/learned/slow.md', 'A deploy takes an hour.'),
  file('agents/a/memory/food.md', 'Pizza.'),
  file('agents/b/memory/secret.md', 'deploy key of b'),
  file('org/shared/context/how.md', 'How to deploy: ask.'),
);

it('finds what is remembered by words, the best first, in all of its memory', () => {
  const said = stage('search_memory', { query: 'deploy' }, scene({ state })).text;
  expect(said.split('\n').map((line) => line.split(':')[0])).toEqual([
    '- deploy (version 3, ops)',
    '- old (version 1, archived)',
    '- learned/slow (version 1)',
    '- notes (version 1)',
  ]);
  expect(said).toContain('… We deployed on Friday.');
});

it('finds shared context that is granted, and never what is others’', () => {
  const config = configOf({ ...PLAN, resumes: { a: { shared: ['context'] } } });
  const said = stage('search_memory', { query: 'deploy' }, sceneOf(config, 'a', { state })).text;
  expect(said).toContain('shared/how');
  expect(said).not.toContain('of b');
});

it('is capped, and says that there is more', () => {
  const said = stage('search_memory', { query: 'deploy', limit: 1 }, scene({ state })).text;
  expect(said.split('\n')).toMatchObject([expect.stringMatching(/^- deploy/), '3 more.']);
});

it('sees what the visit itself did', () => {
  const at = scene({ state });
  at.draft.wrote.set('org/shared/docs/x', { text: 'deploy by a file tool', was: null });
  stage('forget', { key: 'deploy' }, at);
  stage('remember', { key: 'notes', text: 'Nothing.' }, at);
  stage('remember', { key: 'fresh', text: 'deploying now' }, at);
  const said = stage('search_memory', { query: 'deploy' }, at).text;
  expect(said.match(/^- \S+/gm)).toEqual(['- fresh', '- old', '- learned/slow']);
});

it('says when nothing is found', () => {
  expect(stage('search_memory', { query: 'zebra' }, scene({ state }))).toMatchObject({
    ok: true,
    text: expect.stringMatching(/^No entry/),
  });
  expect(stage('search_memory', { query: '?!' }, scene({ state })).text).toMatch(/^No entry/);
});
