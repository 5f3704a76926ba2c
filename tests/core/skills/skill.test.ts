import { describe, expect, it } from 'vitest';
import type { Skill } from '../../../src/core/model/config.ts';
import { emptyState } from '../../../src/core/model/state.ts';
import { buildPrompt } from '../../../src/core/prompt/prompt.ts';
import { matching, printSkills } from '../../../src/core/skills/prompted.ts';
import { skillsOf } from '../../../src/core/skills/skill.ts';
import type { Resume } from '../../../src/schema/config/resume.ts';
import { configOf, mail, resumeOf } from '../world.ts';

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

const { org: ORG } = configOf({ edges: { human: [] } });

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
    expect(printSkills(ORG, new Map())).toBe('');
    expect(printSkills(ORG, skillsOf(new Map([skill('org/skills/x', 'One\n\nline.')]), resume('a', ['x'])))).toContain(
      '\n- x: One line.',
    );
    const many = new Map(Array.from({ length: 50 }, (_, i) => skill(`org/skills/s${i}`, 'long '.repeat(200))));
    const text = printSkills(ORG, skillsOf(many, resume('a', ['*'])));
    expect(text.split('\n').filter((line) => line.startsWith('- '))).toHaveLength(41);
    expect(text).toContain('- and 10 more');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(320);
  });

  it('that no prompt names are matched with the words of the mail, the best first', () => {
    const many = Array.from({ length: 45 }, (_, i) => skill(`org/skills/a${i}`, 'about nothing in particular'));
    const more = [skill('org/skills/z-csv', 'sums of tables'), skill('org/skills/z-tables', 'tables of invoices')];
    const skills = new Map([...many, ...more]);
    const all = resume('a', ['*']);
    const found = (text: string) => matching(skills, all, text).map(({ id }) => id);
    expect(found('Please check the tables with invoices.')).toEqual(['z-tables', 'z-csv']);
    expect(found('Nothing of it.')).toEqual([]);
    expect(matching(SKILLS, all, 'planning')).toEqual([]);
    const state = emptyState();
    const given = { mail: [mail({ body: 'The invoices.' })], cut: 1000, waiting: 0 };
    const config = { ...configOf({ edges: { human: ['a'], a: [] } }), skills };
    expect(buildPrompt(config, state, all, given, () => [], 2, false).prompt.parts).toMatchObject([
      { text: expect.stringContaining('that may matter now\n- z-tables: tables of invoices\n') },
    ]);
  });
});
