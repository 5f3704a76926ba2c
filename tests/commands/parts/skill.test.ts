import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exists, lemming, office, put, textOf, turns } from '../people/world.ts';
import { scratch } from '../world.ts';

const text = (name: string, body: string) => `---\nname: ${name}\ndescription: How to ${name}\n---\n${body}\n`;

const LOAD = { tool: 'load_skill', input: { name: 'planning' } };

function withSkills(): string {
  const root = office({ resumes: { manager: { skills: ['planning'] } } });
  put(root, 'org/skills/planning/SKILL.md', text('planning', 'Think first.'));
  put(root, 'org/skills/planning/references/more.md', 'More.');
  put(root, 'org/skills/broken/SKILL.md', '---\nname: other\n---\n');
  return root;
}

function outside(name: string, body: string): string {
  const folder = join(scratch(), name);
  mkdirSync(join(folder, 'scripts'), { recursive: true });
  writeFileSync(join(folder, 'SKILL.md'), text(name, body));
  writeFileSync(join(folder, 'scripts', 'run.sh'), 'echo hello\n');
  return folder;
}

describe('skill', () => {
  it('scenario 51: a dropped skill is listed, loaded on demand, and a broken one is reported with the reason', async () => {
    const root = office({
      resumes: { manager: { skills: ['planning'] } },
      rules: [
        {
          when: { agent: 'manager', from: 'human' },
          reply: { acts: [LOAD] },
        },
        {
          when: { agent: 'manager', result: '/(Think \\w+)/' },
          reply: { acts: [{ tool: 'send_message', input: { to: 'human', body: 'I learnt: {1}' } }] },
        },
        { reply: {} },
      ],
    });
    put(root, 'org/skills/planning/SKILL.md', text('planning', 'Think twice.'));
    put(root, 'org/skills/broken/SKILL.md', '---\nname: other\ndescription: x\n---\n');
    await lemming(root, ['send', 'manager', 'go']);
    await turns(root, 1);
    const { data } = await lemming(root, ['inbox', '--json']);
    expect(data.messages.map(({ body }: { body: string }) => body)).toEqual(['I learnt: Think twice']);
    expect((await lemming(root, ['skill', '--json'])).data).toMatchObject({
      skills: [{ id: 'planning', agents: ['manager'] }],
      faults: [{ code: 'invalid-value', file: 'org/skills/broken/SKILL.md' }],
    });
    expect((await lemming(root, ['skill'])).out).toMatch(
      /planning +manager[\s\S]*Broken: org\/skills\/broken\/SKILL\.md:2/,
    );
  });

  it('shows a skill, and validates all', async () => {
    const root = withSkills();
    expect((await lemming(root, ['skill', 'show', 'planning', '--json'])).data).toMatchObject({
      agents: ['manager'],
      files: ['references/more.md'],
      body: 'Think first.',
    });
    expect((await lemming(root, ['skill', 'show', 'planning'])).out).toContain('Think first.');
    expect((await lemming(root, ['skill', 'show', 'poetry'])).exit).toBe(6);
    const checked = await lemming(root, ['skill', 'validate']);
    expect([checked.exit, checked.out]).toEqual([3, expect.stringContaining('org/skills/broken/SKILL.md:')]);
  });

  it('switches one off and on again', async () => {
    const root = withSkills();
    await lemming(root, ['skill', 'disable', 'planning']);
    expect((await lemming(root, ['skill', '--json'])).data).toMatchObject({ skills: [], off: ['planning'] });
    expect((await lemming(root, ['skill'])).out).toContain('Switched off: planning');
    put(root, 'org/skills/planning/SKILL.md', text('planning', 'Another.'));
    expect((await lemming(root, ['skill', 'enable', 'planning'])).exit).toBe(4);
    await lemming(root, ['skill', 'import', outside('planning', 'Third.'), '--replace']);
    expect((await lemming(root, ['skill', 'enable', 'poetry'])).exit).toBe(6);
    expect((await lemming(root, ['skill', 'disable', '../../agents'])).exit).toBe(6);
  });

  it('switches off and on what is of one agent alone, and says how when it is not named', async () => {
    const root = office();
    put(root, 'agents/manager/skills/own/SKILL.md', text('own', 'Mine.'));
    const unnamed = await lemming(root, ['skill', 'disable', 'own']);
    expect([unnamed.exit, unnamed.err]).toEqual([6, expect.stringContaining('--agent')]);
    expect((await lemming(root, ['skill', 'disable', 'own', '--agent', 'nobody'])).exit).toBe(6);
    await lemming(root, ['skill', 'disable', 'own', '--agent', 'manager']);
    expect((await lemming(root, ['skill', '--json'])).data).toMatchObject({
      skills: [],
      off: [],
      off_of_agents: [{ agent: 'manager', id: 'own' }],
      faults: [],
    });
    expect((await lemming(root, ['skill'])).out).toContain('Switched off for manager: own');
    await lemming(root, ['skill', 'enable', 'own', '--agent', 'manager']);
    expect((await lemming(root, ['skill', '--json'])).data.skills).toMatchObject([{ id: 'own', agents: ['manager'] }]);
  });

  it('validates one, and knows when there is none of that name', async () => {
    const root = withSkills();
    const check = async (id: string) => {
      const { exit, out, err } = await lemming(root, ['skill', 'validate', id]);
      return [exit, out || err];
    };
    expect(await check('planning')).toEqual([0, '1 valid skill, 0 faults\n']);
    expect(await check('broken')).toEqual([3, expect.stringContaining('0 valid skills, ')]);
    expect(await check('nothing')).toEqual([6, expect.stringContaining('There is no valid skill "nothing"')]);
  });

  it('brings one in, keeps what it replaces, and rolls back', async () => {
    const root = withSkills();
    const folder = outside('planning', 'The new way.');
    expect((await lemming(root, ['skill', 'import', folder])).err).toContain('--replace');
    await lemming(root, ['skill', 'import', folder, '--replace']);
    expect(textOf(root, 'org/skills/planning/SKILL.md')).toContain('The new way.');
    expect(exists(root, 'org/skills/planning/references/more.md')).toBe(false);
    const back = await lemming(root, ['skill', 'rollback', 'planning']);
    expect(back.out).toContain('is back at its former version');
    expect(textOf(root, 'org/skills/planning/SKILL.md')).toContain('Think first.');
    expect(exists(root, 'org/skills/planning/references/more.md')).toBe(true);
    await lemming(root, ['skill', 'rollback', 'planning']);
    expect(textOf(root, 'org/skills/planning/SKILL.md')).toContain('The new way.');
    expect((await lemming(root, ['skill', 'rollback', 'writing'])).exit).toBe(6);
  });

  it('gives one away, into a folder that is not there yet', async () => {
    const root = withSkills();
    const dir = join(scratch(), 'made', 'anew');
    expect((await lemming(root, ['skill', 'export', 'planning', dir])).out).toContain('2 files');
    expect(textOf(dir, 'planning/references/more.md')).toBe('More.');
    expect((await lemming(root, ['skill', 'export', 'planning', dir])).exit).toBe(4);
    expect((await lemming(root, ['skill', 'export', 'planning'])).exit).toBe(2);
  });

  it('brings in nothing that is broken, holds links, or is too large', async () => {
    const root = withSkills();
    const linked = outside('linked', 'x');
    symlinkSync('/etc/hostname', join(linked, 'host.md'));
    const large = outside('large', 'x');
    writeFileSync(join(large, 'large.bin'), Buffer.alloc(6_000_000));
    const nameless = outside('nameless', 'x');
    writeFileSync(join(nameless, 'SKILL.md'), text('other', 'x'));
    const ends = await Promise.all(
      [linked, large, nameless, join(root, 'nothing')].map((path) => lemming(root, ['skill', 'import', path])),
    );
    expect(ends.map(({ exit }) => exit)).toEqual([3, 3, 3, 6]);
    expect(exists(root, 'org/skills/linked')).toBe(false);
  });

  it("tells apart an agent's own skill and that of the organisation of the same name", async () => {
    const root = withSkills();
    put(root, 'agents/manager/skills/planning/SKILL.md', text('planning', 'My own way.'));
    const dir = join(scratch(), 'own');
    await lemming(root, ['skill', 'export', 'planning', dir, '--agent', 'manager']);
    expect(textOf(dir, 'planning/SKILL.md')).toContain('My own way.');
    const own = await lemming(root, ['skill', 'show', 'planning', '--agent', 'manager', '--json']);
    expect(own.data).toMatchObject({ folder: 'agents/manager/skills/planning', also: ['org/skills/planning'] });
    expect((await lemming(root, ['skill', 'show', 'planning'])).out).toMatch(
      /also in +agents\/manager\/skills\/planning/,
    );
    for (const [words, exit] of [
      [['planning', '--agent', 'hr'], 6],
      [['planning', '--agent', 'nobody'], 6],
    ] as const)
      expect((await lemming(root, ['skill', 'show', ...words])).exit).toBe(exit);
  });

  it('shows version, needs and limits, and how often a skill was loaded today', async () => {
    const root = office({
      org: { skills: { limits: { planning: { per_turn: 1, per_day: 9 }, plannin: { per_turn: 1 } } } },
      resumes: { manager: { skills: ['*'] } },
      rules: [
        {
          when: { agent: 'manager', result: '/Refused \\((skill-limit)\\): (.+)/' },
          reply: { acts: [{ tool: 'send_message', input: { to: 'human', body: '{1}: {2}' } }] },
        },
        {
          when: { agent: 'manager', from: 'human' },
          reply: { acts: [LOAD, LOAD] },
        },
      ],
    });
    put(
      root,
      'org/skills/planning/SKILL.md',
      '---\nname: planning\ndescription: Plans\ncompatibility: git\nallowed-tools: Bash\nmetadata: { version: "1.2" }\n---\nThink.\n',
    );
    put(root, 'org/skills/writing/SKILL.md', text('writing', 'Write.'));
    await lemming(root, ['send', 'manager', 'go']);
    await turns(root, 1);
    const { messages } = (await lemming(root, ['inbox', '--json'])).data;
    expect(messages.map(({ body }: { body: string }) => body)).toEqual([
      'skill-limit: You have reached the limit for loading planning: 1 a turn, 9 a day.',
    ]);
    expect((await lemming(root, ['show', '1.manager'])).out).toContain('Needs: git\n\nThink.');
    expect((await lemming(root, ['audit', '--rule', 'skill-limit', '--json'])).data.acts).toMatchObject([
      { turn: 1, who: 'manager', act: 'load_skill', outcome: 'refused' },
    ]);
    expect((await lemming(root, ['skill', 'show', 'planning', '--json'])).data).toMatchObject({
      ...{ version: '1.2', limits: { per_turn: 1, per_day: 9 } },
      loads: [{ agent: 'manager', loads: 1 }],
    });
    const { out } = await lemming(root, ['skill', 'show', 'planning']);
    for (const words of [/version +1\.2/, /needs +git/, /allowed-tools +Bash/, /on \d{4}-\d\d-\d\d +manager 1/])
      expect(out).toMatch(words);
    const list = (await lemming(root, ['skill'])).out;
    expect(list).toMatch(/planning +manager +1\.2 +1 a turn, 9 a day +org/);
    expect(list).toContain('There is no skill "plannin"');
    expect((await lemming(root, ['replay', '--recompute', '--json'])).data).toMatchObject({ identical: true });
  });

  it('reviews how visits went with a skill and without it', async () => {
    const root = office({
      resumes: { manager: { skills: ['*'] }, hr: { skills: ['*'] } },
      rules: [
        { when: { agent: 'manager', result: 'Think' }, reply: {} },
        {
          when: { agent: 'manager', body: 'plan' },
          reply: { acts: [LOAD] },
        },
        { reply: {} },
      ],
    });
    expect((await lemming(root, ['skill', 'outcomes'])).out).toBe('No visit has been made yet.\n');
    for (const name of ['planning', 'writing']) put(root, `org/skills/${name}/SKILL.md`, text(name, 'Think.'));
    for (const [to, body] of [
      ['manager', 'plan'],
      ['manager', 'else'],
      ['hr', 'else'],
    ] as const) {
      await lemming(root, ['send', to, body]);
      await turns(root, 1);
    }
    const { data } = await lemming(root, ['skill', 'outcomes', '--json']);
    expect(data).toMatchObject({
      agents: { manager: { visits: 2, calls: 3 }, hr: { visits: 1 } },
      skills: [
        {
          skill: 'planning',
          agent: 'manager',
          with: { visits: 1, calls: 2, cost: 0.02 },
          without: { visits: 1, calls: 1 },
        },
      ],
      unread: ['writing'],
    });
    const outcomes = async (...words: string[]) => (await lemming(root, ['skill', 'outcomes', ...words])).out;
    expect(await outcomes('planning')).toMatch(
      /^skill +agent[^\n]*\nplanning +manager +with it +1[^\n]*\n +without +1[^\n]*\n$/,
    );
    expect(await outcomes()).toContain('No agent has read: writing');
    expect(await outcomes('writing', '--agent', 'hr')).toBe('hr has not read: writing\n');
    expect((await lemming(root, ['skill', 'outcomes', 'poetry'])).exit).toBe(6);
  });

  it('knows its verbs', async () => {
    const root = withSkills();
    expect((await lemming(root, ['skill', 'fly'])).err).toContain('rollback');
    expect((await lemming(root, ['skill', 'show'])).exit).toBe(2);
    expect((await lemming(root, ['skill', 'import'])).err).toContain('FOLDER');
    expect((await lemming(office(), ['skill'])).out).toContain('There are no skills');
  });
});
