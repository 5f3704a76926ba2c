import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { exists, lemming, office, put, textOf, turns } from '../people/world.ts';
import { scratch } from '../world.ts';

const FIRST = [
  'agent',
  'create',
  'tess',
  '--template',
  'tester',
  '--edges',
  'manager',
  '--credits',
  '5',
  '--role',
  'Tries pages',
];

/** An office in which somebody was made by hand of a command. */
async function withTess(): Promise<string> {
  const root = office();
  expect((await lemming(root, FIRST)).exit).toBe(0);
  await turns(root, 1);
  return root;
}

function folderWith(files: Record<string, string>): string {
  const folder = join(scratch(), 'una');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

describe('agent create', () => {
  it('makes an agent of a shipped template with the next turn: files, edges, credits', async () => {
    const root = office();
    const { exit, data } = await lemming(root, [...FIRST, '--json']);
    expect([exit, data]).toEqual([
      0,
      { agent: 'tess', edges: ['human', 'manager'], credits: 5, files: 1, taken: 'journaled' },
    ]);
    expect((await lemming(root, ['agent', '--json'])).data.coming).toEqual([{ ask: 'hire', agent: 'tess' }]);
    expect(exists(root, 'agents/tess')).toBe(false);
    expect(textOf(root, 'org/templates/worker.md')).toContain('skills: ["*"]');
    await turns(root, 1);
    expect(textOf(root, 'agents/tess/resume.md')).toMatch(/^---\nname: tess\nrole: Tries pages\nmodel: \[default\]\n/);
    expect(textOf(root, 'org/chart.yaml')).toContain(
      'tess: { send_to: [ human, manager ]'.replace(/\[ | \]/g, (b) => b.trim()),
    );
    const { data: listed } = await lemming(root, ['agent', '--json']);
    expect(listed.agents).toContainEqual({
      name: 'tess',
      role: 'Tries pages',
      hired_by: 'human',
      left: 5,
      last_turn: 0,
    });
    expect((await lemming(root, ['validate'])).exit).toBe(0);
    expect((await lemming(root, ['send', 'tess', 'Hello.'])).exit).toBe(0);
  });

  it('is told by the turn that makes it, though nobody is due', async () => {
    const root = office();
    await lemming(root, FIRST);
    const { err } = await lemming(root, ['step']);
    expect(err).toContain('Turn 1: no agent was due\n  human hired tess, with 5 credits\n');
    await lemming(root, ['agent', 'retire', 'tess']);
    expect((await lemming(root, ['step'])).err).toContain('\n  human retired tess, who had 5 credits left\n');
  });

  it('waits as a request while an engine runs', async () => {
    const root = office();
    await withEngine({ machine: realMachine, root, env: {} }, 'run', async (engine) => {
      const { data } = await lemming(root, [...FIRST, '--json']);
      expect(data.taken).toBe('waits');
      expect(engine.idle()).toBe('busy');
      await engine.turn();
      expect(engine.config.agents.has('tess')).toBe(true);
    });
  });

  it.each([
    ['a name that is taken', ['create', 'hr'], 4],
    ['a name that none can have', ['create', '../x'], 4],
    ['a template there is not', ['create', 'x', '--template', 'nobody'], 6],
    ['tools that the template has not', ['create', 'x', '--template', 'writer', '--tools', 'shell'], 4],
    ['an edge to nobody', ['create', 'x', '--edges', 'nobody'], 6],
    ['no name', ['create'], 2],
  ])('refuses %s', async (_what, words, exit) => {
    const root = office();
    expect((await lemming(root, ['agent', ...words])).exit).toBe(exit);
    await turns(root, 1);
    expect(exists(root, 'agents/x')).toBe(false);
  });

  it('refuses a second one of that name before the turn', async () => {
    const root = office();
    await lemming(root, FIRST);
    const again = await lemming(root, FIRST);
    expect([again.exit, again.err]).toEqual([4, expect.stringContaining('lemming step')]);
  });

  it('gives fewer tools, and instructions of its own', async () => {
    const root = office();
    const words = ['--tools', 'read_file,ask:shell', '--instructions', 'Only on Mondays.'];
    await lemming(root, ['agent', 'create', 'mo', '--template', 'coder', ...words]);
    await turns(root, 1);
    expect(textOf(root, 'agents/mo/resume.md')).toContain('tools: [read_file, "ask:shell"]');
    expect(textOf(root, 'agents/mo/resume.md')).toMatch(/## What you are here for\nOnly on Mondays\.\n$/);
  });
});

describe('agent retire', () => {
  it('takes it out of the chart; mail and files stay, and the name is never used again', async () => {
    const root = await withTess();
    const { exit, out } = await lemming(root, ['agent', 'retire', 'tess']);
    expect([exit, out]).toEqual([0, 'tess retires in the next turn. Its files stay in agents/tess.\n']);
    await turns(root, 1);
    expect([exists(root, 'agents/tess/resume.md'), exists(root, 'agents/tess/resume.retired.md')]).toEqual([
      false,
      true,
    ]);
    expect(textOf(root, 'org/chart.yaml')).not.toContain('tess');
    for (const words of [['validate'], ['doctor']]) expect((await lemming(root, words)).exit).toBe(0);
    expect((await lemming(root, ['replay', '--json'])).data).toMatchObject({ identical: true });
    expect((await lemming(root, ['replay', '--recompute', '--json'])).data).toMatchObject({ identical: true });
    expect((await lemming(root, FIRST)).exit).toBe(4);
    expect((await lemming(root, ['agent', 'retire', 'tess'])).exit).toBe(6);
    const { exit: none, err } = await lemming(root, ['agent', 'show', 'tess']);
    expect([none, err]).toEqual([6, expect.stringContaining('tess was retired in turn')]);
  });

  it('leaves mail that cannot be delivered again, and retry says so', async () => {
    const root = await withTess();
    await lemming(root, ['pause', 'tess']);
    await lemming(root, ['send', 'tess', 'Hi.']);
    await turns(root, 1);
    await lemming(root, ['agent', 'retire', 'tess']);
    await turns(root, 2);
    const [id = ''] = readdirSync(join(root, 'org/dead-letter'));
    const letter = id.replace('.md', '');
    expect(textOf(root, `org/dead-letter/${id}`)).toMatch(
      /The agent tess no longer exists\.[^`]+ Write to someone else\.\n$/,
    );
    const { data } = await lemming(root, ['inbox', '--json']);
    expect(data.notices.at(-1).text).toMatch(/The agent tess no longer exists\. Write to someone else\.$/);
    const { exit, err } = await lemming(root, ['retry', letter]);
    expect([exit, err]).toEqual([6, expect.stringMatching(/tess was retired in turn \d+ by human\./)]);
  });

  it.each([['inspect'], ['outbox'], ['pause'], ['send', 'Hi.'], ['agent', 'show']])(
    'is what %s tells of it, with its turn and where its files lie',
    async (verb, ...words) => {
      const root = await withTess();
      await lemming(root, ['agent', 'retire', 'tess']);
      await turns(root, 1);
      const line = verb === 'agent' ? [verb, ...words, 'tess'] : [verb, 'tess', ...words];
      const { exit, err } = await lemming(root, line);
      expect([exit, err]).toEqual([6, expect.stringContaining('tess was retired in turn 2 by human.')]);
      expect(err).toContain('agents/tess/resume.retired.md');
      expect((await lemming(root, ['memory', 'tess'])).exit).toBe(0);
    },
  );

  it('by hand is told as well, without a turn', async () => {
    const root = office();
    put(root, 'agents/tess/resume.retired.md', '---\nrole: Was here\n---\n');
    expect((await lemming(root, ['outbox', 'tess'])).err).toContain('tess was retired.');
    for (const name of ['nobody', '../tess']) expect((await lemming(root, ['outbox', name])).err).toContain('no agent');
  });

  it('that could not be is no deed in the audit', async () => {
    const root = office({ org: { summary: { every: 5, agent: 'hr' } }, credits: {} });
    await lemming(root, ['agent', 'retire', 'hr']);
    await turns(root, 1);
    const { acts } = (await lemming(root, ['audit', '--act', 'retire', '--json'])).data;
    expect(acts).toMatchObject([{ on: 'hr', outcome: 'asked' }]);
  });

  it('refuses people, and whom the credits name; and tells when other files still name the agent', async () => {
    const root = office({
      org: { summary: { every: 5, agent: 'planner' } },
      credits: { agents: { hr: { grant: 1 } } },
    });
    expect((await lemming(root, ['agent', 'retire', 'human'])).exit).toBe(2);
    const { exit, err } = await lemming(root, ['agent', 'retire', 'hr']);
    expect([exit, err]).toEqual([4, expect.stringContaining('First take hr out of org/credits.yaml')]);
    expect((await lemming(root, ['agent', 'retire', 'planner'])).exit).toBe(0);
    await turns(root, 1);
    expect(exists(root, 'agents/planner/resume.md')).toBe(true);
    expect((await lemming(root, ['status'])).out).toContain('planner');
    const { out } = await lemming(root, ['inbox', '--all']);
    expect(out).toContain('planner was not retired (chart): org/org.yaml');
  });
});

describe('agent export and import', () => {
  it('gives resume, skills and memory to another organisation', async () => {
    const root = await withTess();
    put(root, 'agents/tess/skills/trying/SKILL.md', '---\nname: trying\ndescription: How to try\n---\nTry.\n');
    put(root, 'agents/tess/memory/lesson.md', '---\nkey: lesson\n---\nTry twice.\n');
    put(root, 'agents/tess/workspace/big.txt', 'work');
    const dir = join(scratch(), 'made', 'anew');
    const { data } = await lemming(root, ['agent', 'export', 'tess', dir, '--json']);
    expect(data).toMatchObject({ agent: 'tess', files: 3 });
    expect(existsSync(join(dir, 'tess/workspace'))).toBe(false);
    expect((await lemming(root, ['agent', 'export', 'tess', dir])).exit).toBe(4);
    const other = office();
    await lemming(other, ['agent', 'import', join(dir, 'tess'), '--name', 'una', '--edges', 'hr', '--credits', '1']);
    await turns(other, 1);
    expect(textOf(other, 'agents/una/resume.md')).toContain('name: una\nrole: Tries pages');
    expect(textOf(other, 'agents/una/memory/lesson.md')).toContain('Try twice.');
    const { out } = await lemming(other, ['skill', 'show', 'trying']);
    expect(out).toContain('una');
    expect((await lemming(other, ['replay', '--json'])).data).toMatchObject({ identical: true });
  });

  it('refuses what is no agent, and tells in the turn what would be none', async () => {
    const root = office();
    const words = (folder: string) => ['agent', 'import', folder];
    expect((await lemming(root, words(folderWith({ 'notes.md': 'x' })))).exit).toBe(3);
    const linked = folderWith({ 'resume.md': '---\nrole: x\n---\n' });
    mkdirSync(join(linked, 'skills'));
    symlinkSync('/etc', join(linked, 'skills/x'));
    expect((await lemming(root, words(linked))).exit).toBe(3);
    const bad = folderWith({ 'resume.md': '---\nmodel: nobody\n---\nHello.\n' });
    expect((await lemming(root, words(bad))).exit).toBe(0);
    await turns(root, 1);
    expect(exists(root, 'agents/una')).toBe(false);
    expect((await lemming(root, ['inbox', '--all'])).out).toContain(
      'una was not hired (chart): agents/una/resume.md:2',
    );
  });
});

describe('agent', () => {
  it('shows one, and the templates', async () => {
    const root = await withTess();
    const { data, out } = await lemming(root, ['agent', 'show', 'tess', '--json']);
    expect(data).toMatchObject({ name: 'tess', hired: { by: 'human', turn: 1 }, team: [] });
    expect(out).toContain('You try what others made.');
    const { data: made } = await lemming(root, ['agent', 'templates', '--json']);
    expect(made.templates.map(({ id }: { id: string }) => id).sort()).toEqual(['tester', 'worker']);
    expect(made.shipped).toEqual(['analyst', 'coder', 'qa', 'researcher', 'reviewer', 'writer']);
  });
});
