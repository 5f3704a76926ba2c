import { describe, expect, it } from 'vitest';
import loadSkill from '../../../src/tools/skills/load_skill.ts';
import { configOf, sceneOf, stateOf } from '../../core/world.ts';
import { contract } from '../contract.ts';

contract(loadSkill);

const FILES = {
  'org/skills/planning/SKILL.md': '---\nname: planning\ndescription: How to plan\n---\nFirst think.\n',
  'org/skills/planning/references/long.md': 'x'.repeat(40_000),
  'agents/b/skills/secret/SKILL.md': '---\nname: secret\ndescription: Of b alone\n---\nThe secret of b.\n',
};

function load(agent: string, input: { name: string; file?: string }) {
  const plan = { edges: { human: [], a: [], b: [] }, resumes: { a: { skills: ['planning'] } }, files: FILES };
  const state = stateOf(...Object.entries(FILES).map(([path, text]) => ({ k: 'file' as const, path, text })));
  const parsed = loadSkill.parse(input);
  if (!parsed.ok) throw new Error(parsed.why);
  return loadSkill.stage(parsed.value, sceneOf(configOf(plan), agent, { state }));
}

describe('load_skill', () => {
  it('shows the instructions and names the files that come with them', () => {
    expect(load('a', { name: 'planning' })).toEqual({
      ok: true,
      text: 'First think.\n\nFiles that come with it: references/long.md',
    });
    expect(load('b', { name: 'secret' })).toEqual({ ok: true, text: 'The secret of b.' });
  });

  it('tells what a skill needs before what it says', () => {
    const text = '---\nname: planning\ndescription: x\ncompatibility: Needs git.\n---\nFirst think.\n';
    const plan = { edges: { human: [], a: [] }, resumes: { a: { skills: ['*'] } } };
    const config = configOf({ ...plan, files: { 'org/skills/planning/SKILL.md': text } });
    const staged = loadSkill.stage({ name: 'planning' }, sceneOf(config, 'a'));
    expect(staged).toEqual({ ok: true, text: 'Needs: Needs git.\n\nFirst think.' });
  });

  it('shows a file of it, cut where it is long', () => {
    const shown = load('a', { name: 'planning', file: 'references/long.md' });
    expect([shown.ok, shown.text.length < 31_000]).toEqual([true, true]);
    expect(shown.text).toMatch(/\[cut: 10000 more characters\]$/);
  });

  it('refuses what is not a skill of the agent, or not a file of the skill, and says what there is', () => {
    expect(load('a', { name: 'secret' })).toMatchObject({
      ok: false,
      rule: 'skill',
      text: expect.stringMatching(/planning/),
    });
    expect(load('b', { name: 'planning' })).toMatchObject({ ok: false, text: expect.not.stringMatching(/First/) });
    for (const file of ['../planning/SKILL.md', 'references/none.md', '../../../agents/b/resume.md'])
      expect(load('a', { name: 'planning', file })).toMatchObject({ ok: false, rule: 'skill' });
    expect(load('b', { name: 'secret', file: 'x' })).toMatchObject({ text: expect.stringContaining('none') });
  });
});
