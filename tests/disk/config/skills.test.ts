import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/disk/config/config.ts';
import { planFiles } from '../../../src/testing/build-org.ts';

const GOOD = '---\nname: planning\ndescription: How to plan\n---\nThink.\n';

function read(files: Record<string, string>, resume: Record<string, unknown> = {}) {
  const plan = { edges: { human: ['a'], a: ['human'] }, resumes: { a: resume }, files };
  return readConfig(planFiles(plan), ['a', 'human'], {});
}

describe('skills in an org', () => {
  it('are read with their files; whoever has one can load it', () => {
    const { config, faults, warnings } = read(
      {
        'org/skills/planning/SKILL.md': GOOD,
        'org/skills/planning/scripts/run.py': 'print(1)',
        'org/skills/planning/logo.png': 'no text',
        'org/skills/_proposed/planning/SKILL.md': 'anything',
      },
      { skills: ['planning'] },
    );
    expect([faults, warnings]).toEqual([[], []]);
    expect([...(config?.skills.keys() ?? [])]).toEqual(['org/skills/planning']);
    expect(config?.skills.get('org/skills/planning')).toMatchObject({ body: 'Think.', files: ['scripts/run.py'] });
    expect(config?.agents.get('a')?.tools).toContain('load_skill');
    expect(config?.agents.get('human')?.tools).not.toContain('load_skill');
    const asks = read({ 'org/skills/planning/SKILL.md': GOOD }, { skills: ['planning'], tools: ['ask:load_skill'] });
    expect(asks.config?.agents.get('a')?.tools).toEqual(['ask:load_skill']);
  });

  it.each([
    ['no front matter', 'Think.', 'invalid-yaml', 1],
    ['no description', '---\nname: planning\n---\n', 'missing-key', undefined],
    ['another name', '---\nname: plans\ndescription: x\n---\n', 'invalid-value', 2],
    ['a name that cannot be one', '---\nname: Planning!\ndescription: x\n---\n', 'invalid-value', 2],
    ['code in its front matter', '---js\n({})\n---\n', 'invalid-yaml', 1],
  ])('with %s are broken: left out with the reason, and nobody is set aside', (_what, text, code, line) => {
    const { config, faults } = read({ 'org/skills/planning/SKILL.md': text }, { skills: ['planning'] });
    expect(faults[0]).toMatchObject({ code, file: 'org/skills/planning/SKILL.md', ...(line && { line }) });
    expect([config?.skills.size, config?.agents.has('a')]).toEqual([0, true]);
  });

  it('without SKILL.md are broken; keys that the standard does not know are let be', () => {
    expect(read({ 'org/skills/x/notes.md': 'x' }).faults).toMatchObject([
      { code: 'missing-file', file: 'org/skills/x/SKILL.md' },
    ]);
    expect(read({ 'org/skills/planning/SKILL.md': GOOD.replace('name:', 'model: x\nname:') }).faults).toEqual([]);
  });

  it('that have a limit and are not there are a warning at the place; a limit that says nothing is a fault', () => {
    const limited = (limits: object) => {
      const plan = {
        edges: { human: ['a'], a: [] },
        org: { skills: { limits } },
        files: { 'org/skills/planning/SKILL.md': GOOD },
      };
      return readConfig(planFiles(plan), ['a', 'human'], {});
    };
    const { config, faults, warnings } = limited({ planning: { per_day: 3 }, plannin: { per_turn: 1 } });
    expect([faults, config?.org.skills.limits.planning]).toEqual([[], { per_day: 3 }]);
    expect(warnings).toMatchObject([
      { code: 'unknown-name', file: 'org/org.yaml', line: 7, value: 'plannin', nearest: 'planning' },
    ]);
    for (const limit of [{}, { per_turn: 0 }, { per_week: 1 }]) {
      const broken = limited({ planning: limit });
      expect([broken.config, broken.faults[0]]).toMatchObject([
        null,
        { file: 'org/org.yaml', line: expect.any(Number) },
      ]);
    }
  });

  it('that a resume lists and that are not there are a warning at the place', () => {
    const { config, faults, warnings } = read({ 'org/skills/planning/SKILL.md': GOOD }, { skills: ['plannin', '*'] });
    expect(faults).toEqual([]);
    expect(warnings).toMatchObject([
      { code: 'unknown-name', file: 'agents/a/resume.md', value: 'plannin', nearest: 'planning' },
    ]);
    expect(config?.agents.get('a')?.tools).toContain('load_skill');
  });
});
