import { expect, it } from 'vitest';
import { configOf, sceneOf, stateOf } from '../../core/world.ts';
import { PLAN, scene, stage } from '../world.ts';

const file = (path: string, text: string) => ({ k: 'file' as const, path, text });
const PATH = 'agents/a/memory/plan.md';

it('removes an entry, based on the text that is there', () => {
  const at = scene({ state: stateOf(file(PATH, 'The plan.')) });
  expect(stage('forget', { key: 'plan' }, at)).toMatchObject({ ok: true, text: expect.stringContaining('version 1') });
  expect([...at.draft.wrote]).toMatchObject([[PATH, { text: null, was: 'The plan.' }]]);
  expect(stage('recall', { key: 'plan' }, at).text).toMatch(/There is no memory entry/);
  expect(stage('forget', { key: 'plan' }, at)).toMatchObject({ ok: false, rule: 'unknown-key' });
  expect(at.draft.wrote.get(PATH)?.onto?.('another')).toEqual({ text: null });
});

it('of what the visit itself remembered leaves nothing', () => {
  const at = scene();
  stage('remember', { key: 'plan', text: 'x' }, at);
  expect(stage('forget', { key: 'plan' }, at).ok).toBe(true);
  expect(at.draft.wrote.size).toBe(0);
});

it('and remembering again is a change of the old one', () => {
  const at = scene({ state: stateOf(file(PATH, 'The plan.')) });
  stage('forget', { key: 'plan' }, at);
  stage('remember', { key: 'plan', text: 'Anew.', expected: 0 }, at);
  expect([...at.draft.wrote]).toMatchObject([[PATH, { text: expect.stringContaining('Anew.'), was: 'The plan.' }]]);
});

it.each([
  [0, 'There are none.'],
  [2, 'There are: k0, k1.'],
  [11, 'There are: k0, k1, k10, k2, k3, k4, k5, k6, k7, k8 and more.'],
])('of %i entries that it has not, it names those there are', (n, told) => {
  const files = Array.from({ length: n }, (_, i) => file(`agents/a/memory/k${i}.md`, 'x')).sort((a, b) =>
    a.path < b.path ? -1 : 1,
  );
  const { text } = stage('forget', { key: 'plan' }, scene({ state: stateOf(...files) }));
  expect(text).toBe(`There is no memory entry "plan". ${told}`);
});

it('keeps an entry that is at another version than expected', () => {
  const at = scene({ state: stateOf(file(PATH, 'The plan.')) });
  expect(stage('forget', { key: 'plan', expected: 2 }, at)).toMatchObject({ ok: false, rule: 'version' });
  expect(at.draft.wrote.size).toBe(0);
});

it('reaches archived entries, and nobody else’s', () => {
  const archived = 'agents/a/memory/archive/old.md';
  const at = scene({ state: stateOf(file(archived, 'Old.'), file('agents/b/memory/plan.md', 'of b')) });
  expect(stage('forget', { key: 'old' }, at).ok).toBe(true);
  expect([...at.draft.wrote.keys()]).toEqual([archived]);
  expect(stage('forget', { key: 'plan' }, at).ok).toBe(false);
});

it('of shared context needs the grant, and meets no change of the same turn', () => {
  const path = 'org/shared/context/brand.md';
  const state = stateOf(file(path, 'Blue.'));
  expect(stage('forget', { key: 'shared/brand' }, scene({ state }))).toMatchObject({ ok: false, rule: 'shared' });
  const config = configOf({ ...PLAN, resumes: { a: { shared: ['context/brand.md'] } } });
  const at = sceneOf(config, 'a', { state });
  expect(stage('forget', { key: 'shared/brand' }, at).ok).toBe(true);
  expect(at.draft.wrote.get(path)?.onto?.('changed')).toBeNull();
});
