import { describe, expect, it } from 'vitest';
import { printSkills, type Skill, skillsOf } from '../../src/core/skill.ts';
import type { Resume } from '../../src/schema/resume.ts';
import { configOf, resumeOf } from './world.ts';

const skill = (folder: string, description = 'Plans.'): [string, Skill] => {
  const id = folder.split('/').at(-1) as string;
  return [folder, { id, folder, head: { name: id, description }, body: folder, files: [] }];
};

const SKILLS = new Map([
  skill('.agents/skills/planning'),
  skill('.agents/skills/writing'),
  skill('agents/a/skills/own'),
  skill('agents/a/skills/testing'),
  skill('agents/b/skills/secret'),
  skill('org/skills/planning'),
  skill('org/skills/testing'),
]);

const resume = (name: string, skills: string[]): Resume => ({
  ...resumeOf(configOf({ edges: { human: [], a: [], b: [] } }), name),
  skills,
});
const folders = (of: Resume) => [...skillsOf(SKILLS, of).values()].map(({ folder }) => folder);

describe('the skills of an agent', () => {
  it('are its own and those that its resume lists, never those of others', () => {
    expect(folders(resume('a', []))).toEqual(['agents/a/skills/own', 'agents/a/skills/testing']);
    expect(folders(resume('b', ['planning', 'own', 'nothing']))).toEqual([
      'org/skills/planning',
      'agents/b/skills/secret',
    ]);
  });

  it('come from the nearest place when two have one id, and * stands for all that are not of agents', () => {
    expect(folders(resume('a', ['*']))).toEqual([
      'agents/a/skills/own',
      'org/skills/planning',
      'agents/a/skills/testing',
      '.agents/skills/writing',
    ]);
  });

  it('are named in the prompt, each in one line, bounded in number and length', () => {
    expect(printSkills(new Map())).toBe('');
    expect(printSkills(skillsOf(new Map([skill('org/skills/x', 'One\n\nline.')]), resume('a', ['x'])))).toContain(
      '\n- x: One line.',
    );
    const many = new Map(Array.from({ length: 50 }, (_, i) => skill(`org/skills/s${i}`, 'long '.repeat(200))));
    const text = printSkills(skillsOf(many, resume('a', ['*'])));
    expect(text.split('\n').filter((line) => line.startsWith('- '))).toHaveLength(41);
    expect(text).toContain('- and 10 more');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(320);
  });
});
