import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResumeTemplate } from '../../../src/core/model/config.ts';
import { permitPath } from '../../../src/core/model/tool-path.ts';
import { intersectRights, isUnder, type RequestedRights } from '../../../src/core/rights/intersect.ts';
import { grants } from '../../../src/core/rights/permit.ts';
import { type Resume, resumeHead } from '../../../src/schema/config/resume.ts';

function resume(more: object): Resume {
  return { ...resumeHead().parse({ tools: [], ...more }), name: 'a', instructions: '' };
}

function template(more: object): ResumeTemplate {
  return { head: resumeHead().parse(more), body: '', hasModel: 'model' in more };
}

const LEAD = resume({
  tools: ['read_file', 'ask:shell', 'write_file'],
  skills: ['planning'],
  shared: ['docs', 'board/own'],
  hosts: ['*.example.org', 'other.net'],
  commands: ['git', 'npm'],
  model: ['big', 'small'],
  unit: 'team',
  limits: { steps: 4 },
});
const WIDE = template({
  tools: ['read_file', 'shell', 'ask:write_file', 'fetch_url'],
  skills: ['*'],
  shared: ['.'],
  hosts: ['docs.example.org', 'example.org', '*.other.net', 'other.net'],
  limits: { steps: 9, output_tokens: 100 },
});

describe('the rights of who is hired', () => {
  it('are what creator and template both have: the narrower path, the lesser limit, ask where one asks', () => {
    expect(intersectRights(LEAD, WIDE, {})).toEqual({
      rights: {
        tools: ['read_file', 'ask:shell', 'ask:write_file'],
        skills: ['planning'],
        shared: ['docs', 'board/own'],
        hosts: ['docs.example.org', 'other.net'],
        commands: ['git', 'npm'],
        model: ['big', 'small'],
        limits: { steps: 4, output_tokens: 100 },
        unit: 'team',
      },
      beyond: [],
      without: ['fetch_url'],
    });
  });

  it('hold no command that one of both does not list', () => {
    const commands = (own: object, of = LEAD) => intersectRights(of, template(own), {}).rights.commands;
    expect(commands({ commands: ['npm', 'sh'] })).toEqual(['npm']);
    expect(commands({ commands: ['sh'] }, resume({}))).toEqual(['sh']);
    expect(commands({}, resume({}))).toBeUndefined();
  });

  it('are fewer when fewer are asked for', () => {
    const wanted = { tools: ['ask:read_file', 'shell'], skills: [], shared: ['docs/a'] };
    expect(intersectRights(LEAD, WIDE, wanted)).toMatchObject({
      rights: { tools: ['ask:read_file', 'ask:shell'], skills: [], shared: ['docs/a'] },
      beyond: [],
      without: [],
    });
  });

  it.each<[string, RequestedRights, string[]]>([
    ['a tool that the creator has not', { tools: ['fetch_url'] }, ['fetch_url']],
    ['a tool that the template has not', { tools: ['remember'] }, ['remember']],
    ['a skill', { skills: ['cooking', '*'] }, ['cooking', '*']],
    ['a path beside those', { shared: ['board', ''] }, ['board', '.']],
  ])('are said to be too much: %s', (_what, wanted, beyond) => {
    expect(intersectRights(LEAD, WIDE, wanted).beyond).toEqual(beyond);
  });

  it('take the models of the template where the creator has them, else those of the creator', () => {
    const model = (own: object) => intersectRights(LEAD, template(own), {}).rights.model;
    expect([model({ model: ['small', 'huge'] }), model({ model: 'huge' }), model({})]).toEqual([
      ['small'],
      ['big', 'small'],
      ['big', 'small'],
    ]);
  });

  it('are all of the template where a person hires, and any skill where the creator has any', () => {
    const person = intersectRights(resume({ person: true }), WIDE, {});
    expect(person).toMatchObject({ rights: { tools: WIDE.head.tools, skills: ['*'], shared: ['.'] }, without: [] });
    expect(person.rights.unit).toBeUndefined();
    const all = resume({ skills: ['*'] });
    expect(intersectRights(all, WIDE, { skills: ['cooking'] })).toMatchObject({
      rights: { skills: ['cooking'] },
      beyond: [],
    });
    expect(intersectRights(LEAD, template({ skills: ['planning', 'x'] }), {}).rights.skills).toEqual(['planning']);
    expect(intersectRights(LEAD, template({ shared: ['docs/in', 'board', 'other'] }), {}).rights.shared).toEqual([
      'docs/in',
      'board/own',
    ]);
  });
});

describe('rights by chance', () => {
  const tool = fc.constantFrom('read_file', 'shell', 'ask:shell', 'write_file', 'ask:write_file', 'hire_agent');
  const skill = fc.constantFrom('a', 'b', '*');
  const path = fc.constantFrom('', '.', 'docs', 'docs/in', './docs/', 'docs/in/deep', 'other');
  const model = fc.constantFrom('m1', 'm2', 'm3');
  const rights = fc.record({
    tools: fc.uniqueArray(tool),
    skills: fc.uniqueArray(skill),
    shared: fc.uniqueArray(path),
    model: fc.uniqueArray(model, { minLength: 1 }),
    limits: fc.record({ steps: fc.integer({ min: 1, max: 9 }) }, { requiredKeys: [] }),
  });
  const wanted = fc.record(
    { tools: fc.uniqueArray(tool), skills: fc.uniqueArray(skill), shared: fc.uniqueArray(path) },
    { requiredKeys: [] },
  );

  it('never grow, whoever hires from whatever, and however deep', () => {
    fc.assert(
      fc.property(rights, fc.array(fc.tuple(rights, wanted), { minLength: 1, maxLength: 4 }), (first, steps) => {
        let creator = resume(first);
        for (const [offered, wish] of steps) {
          const kid = { ...creator, ...intersectRights(creator, template(offered), wish).rights };
          for (const one of kid.tools) {
            const [now, before] = [grants(kid, one.replace('ask:', '')), grants(creator, one.replace('ask:', ''))];
            expect(before === 'free' || now === before).toBe(true);
          }
          for (const one of kid.skills) expect(creator.skills.includes(one) || creator.skills.includes('*')).toBe(true);
          for (const one of ['docs', 'docs/in', 'other', 'x'])
            if (permitPath(kid, `shared/${one}`).ok) expect(permitPath(creator, `shared/${one}`).ok).toBe(true);
          expect(creator.model).toEqual(expect.arrayContaining(kid.model));
          expect(kid.limits.steps ?? Infinity).toBeLessThanOrEqual(creator.limits.steps ?? Infinity);
          creator = kid;
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('a path lies under another by whole parts', () => {
    expect([isUnder('docs/a', 'docs'), isUnder('docsx', 'docs'), isUnder('a', '.'), isUnder('.', 'a')]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});
