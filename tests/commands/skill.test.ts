import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exists, lemming, office, put, textOf, turns } from './people-world.ts';
import { scratch } from './world.ts';

const text = (name: string, body: string) => `---\nname: ${name}\ndescription: How to ${name}\n---\n${body}\n`;

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
          reply: { acts: [{ tool: 'load_skill', input: { name: 'planning' } }] },
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
    expect(await check('planning')).toEqual([0, '1 good skill, 0 faults\n']);
    expect(await check('broken')).toEqual([3, expect.stringContaining('0 good skills, ')]);
    expect(await check('nothing')).toEqual([6, expect.stringContaining('There is no good skill "nothing"')]);
  });

  it('brings one in, keeps what it replaces, and rolls back', async () => {
    const root = withSkills();
    const folder = outside('planning', 'The new way.');
    expect((await lemming(root, ['skill', 'import', folder])).err).toContain('--replace');
    await lemming(root, ['skill', 'import', folder, '--replace']);
    expect(textOf(root, 'org/skills/planning/SKILL.md')).toContain('The new way.');
    expect(exists(root, 'org/skills/planning/references/more.md')).toBe(false);
    const back = await lemming(root, ['skill', 'rollback', 'planning']);
    expect(back.out).toContain('as it was before');
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

  it('knows its verbs', async () => {
    const root = withSkills();
    expect((await lemming(root, ['skill', 'fly'])).err).toContain('rollback');
    expect((await lemming(root, ['skill', 'show'])).exit).toBe(2);
    expect((await lemming(root, ['skill', 'import'])).err).toContain('takes a folder');
    expect((await lemming(office(), ['skill'])).out).toContain('There are no skills');
  });
});
