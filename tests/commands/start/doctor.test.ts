import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import * as statusCommand from '../../../src/commands/look/status.ts';
import * as runCommand from '../../../src/commands/run/run.ts';
import * as doctorCommand from '../../../src/commands/start/doctor.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import type { Fault } from '../../../src/schema/fault.ts';
import { checked } from '../checked.ts';
import { ask, RELAY } from '../relay.ts';
import { inputOf, scratchOrg, testWorld, writtenIn } from '../world.ts';

const status = checked(statusCommand);
const runTurns = checked(runCommand);
const doctor = checked(doctorCommand);

const CHART = `# who writes to whom
version: 1
agents:
  human: { send_to: ["*"], read_from: ["*"] }   # me
  a:
    send_to: [b, human]  # b does not read a yet
    read_from: [human]
  b: { send_to: [a, human], read_from: [human] }
`;

async function examine(root: string, flags: { fix?: boolean } = {}) {
  const { data, exit, text } = await doctor(testWorld(root), inputOf({ flags }));
  return { ...(data as { ok: boolean; faults: Fault[]; notes: string[]; fixed: string[] }), exit, text };
}

const untilIdle = (root: string) => runTurns(testWorld(root), inputOf({ flags: { 'until-idle': true } }));

describe('doctor', () => {
  it('finds nothing wrong with a healthy organisation, before and after its work, and changes nothing', async () => {
    const root = scratchOrg(RELAY);
    expect(await examine(root)).toMatchObject({ ok: true, faults: [], notes: [], fixed: [], exit: 0 });
    ask(root, 'a');
    await untilIdle(root);
    const before = writtenIn(root);
    expect(await examine(root, { fix: true })).toMatchObject({ ok: true, faults: [], notes: [], fixed: [], exit: 0 });
    expect(writtenIn(root)).toEqual(before);
  });

  it('scenario 5: completes one-sided edges and keeps every comment', async () => {
    const root = scratchOrg(RELAY);
    writeFileSync(join(root, 'org/chart.yaml'), CHART);
    expect((await examine(root)).faults.map(({ code }) => code)).toEqual(['one-sided-edge', 'one-sided-edge']);
    expect(readFileSync(join(root, 'org/chart.yaml'), 'utf8')).toBe(CHART);
    const { ok, fixed, exit } = await examine(root, { fix: true });
    expect([ok, exit]).toEqual([true, 0]);
    expect(fixed).toHaveLength(2);
    expect(readFileSync(join(root, 'org/chart.yaml'), 'utf8')).toBe(
      CHART.replace('read_from: [human]\n  b:', 'read_from: [human, b]\n  b:').replace(
        'read_from: [human] }',
        'read_from: [human, a] }',
      ),
    );
    ask(root, 'a');
    expect((await untilIdle(root)).exit).toBe(0);
  });

  it('tells all faults of the configuration and of the journal together', async () => {
    const root = scratchOrg(RELAY);
    ask(root, 'a');
    await untilIdle(root);
    const path = join(root, 'org/journal/000002.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replace('It is 42.', 'It is 43.'));
    writeFileSync(join(root, 'org/org.yaml'), 'version: 1\nname: x\npurpos: y\n');
    const { ok, faults, exit } = await examine(root);
    expect([ok, exit]).toEqual([false, 3]);
    expect(faults.map(({ code }) => code)).toEqual(expect.arrayContaining(['unknown-key', 'damaged-journal']));
    expect(faults.find(({ code }) => code === 'damaged-journal')?.file).toBe('org/journal/000002.jsonl');
  });

  it('points out conflicts, files set aside, dead letters, and agents without a resume', async () => {
    const root = scratchOrg({
      ...RELAY,
      rules: [{ when: { agent: 'b', from: 'human' }, reply: { error: 'malformed' } }],
    });
    ask(root, 'b');
    realDisk(root).create('agents/a/outbox/forged.md', 'x');
    realDisk(root).create('agents/human/outbox/000001-01-b-tell-me.md.conflict-7', 'x');
    await untilIdle(root);
    mkdirSync(join(root, 'agents/empty'));
    const { notes, faults } = await examine(root);
    const said = [...notes, ...faults.map(({ file, message }) => `${file} ${message}`)].join('\n');
    expect(said).toMatch(/000001-human-01 was not delivered \(attempts\)/);
    expect(said).toMatch(/agents\/a\/outbox\/forged\.md was set aside \(foreign\)/);
    expect(said).toContain('000001-01-b-tell-me.md.conflict-7');
    expect(said).toContain('empty');
  });

  it('points out whom nobody can reach, and a person whom nobody can answer', async () => {
    const root = scratchOrg({ edges: { a: ['b'], b: [], human: ['a'] } });
    const { notes } = await examine(root);
    expect(notes.filter((note) => note.includes('human'))).toHaveLength(1);
    const lonely = scratchOrg({ edges: { a: ['human'], human: [] } });
    expect((await examine(lonely)).notes).toMatchObject([expect.stringMatching(/^Nobody can write to a,/)]);
  });

  it('names the version of the chart that has an agent whom yours does not name, and status says it too', async () => {
    const root = scratchOrg(RELAY);
    const chart = readFileSync(join(root, 'org/chart.yaml'), 'utf8');
    mkdirSync(join(root, 'agents/kid'));
    writeFileSync(join(root, 'agents/kid/resume.md'), '---\nrole: x\n---\n');
    const bare = await examine(root);
    expect(bare.notes).toContain('Nobody can write to kid, so it never gets mail. Add an edge in org/chart.yaml');
    writeFileSync(join(root, 'org/chart.yaml.conflict-3'), `${chart}  kid: { send_to: [a], read_from: [a] }\n`);
    expect((await examine(root)).text).toContain(
      'Nobody can write to kid, so it never gets mail. Add an edge in org/chart.yaml, as in org/chart.yaml.conflict-3',
    );
    const { data } = await status(testWorld(root), inputOf());
    expect((data as { agents: object[] }).agents).toContainEqual(
      expect.objectContaining({ name: 'kid', why: 'not in org/chart.yaml, so nobody can write to it' }),
    );
  });

  it('names the running engine, and what it paused or left without credits', async () => {
    const root = scratchOrg({ ...RELAY, credits: {} });
    ask(root, 'a');
    await untilIdle(root);
    const notes = await withEngine(
      { machine: realMachine, root, env: {} },
      'run',
      async () => (await examine(root)).notes,
    );
    expect(notes.join('\n')).toMatch(/process \d+ \(lemming run\)/);
    expect(notes.join('\n')).toContain('lemming top-up a 0.08');
  });

  it('does not guess where an edge cannot be added safely', async () => {
    const root = scratchOrg(RELAY);
    const chart =
      'version: 1\nagents:\n  human: { send_to: ["*"], read_from: ["*"] }\n  a: { send_to: [b], read_from: &all [human] }\n  b: { read_from: *all }\n';
    writeFileSync(join(root, 'org/chart.yaml'), chart);
    const { exit, fixed, notes } = await examine(root, { fix: true });
    expect([exit, fixed]).toEqual([3, []]);
    expect(notes[0]).toMatch(/a was not added to read_from of b/);
    expect(readFileSync(join(root, 'org/chart.yaml'), 'utf8')).toBe(chart);
  });
});

it('tells how programs of agents are shut in', { tags: ['bwrap'] }, async () => {
  const root = scratchOrg({ edges: { human: ['a'], a: ['human'] }, resumes: { a: { tools: ['shell'] } } });
  const outcome = await doctor(testWorld(root), inputOf());
  const { box } = outcome.data as { box: { level: string } };
  expect(['strong', 'medium']).toContain(box.level);
  expect(outcome.text).toContain(`Sandbox: ${box.level}`);
});

it('says what to do when there is no sandbox and an agent has a shell', async () => {
  const root = scratchOrg({ edges: { human: ['a'], a: ['human'] }, resumes: { a: { tools: ['ask:shell'] } } });
  vi.stubEnv('PATH', '');
  try {
    const { data, text } = await doctor(testWorld(root), inputOf());
    expect(data).toMatchObject({
      box: { level: 'none' },
      notes: [expect.stringMatching(/^a cannot use shell and run_python: bubblewrap .*apt install/)],
    });
    expect(text).toContain('Sandbox: none (bubblewrap (bwrap) is not installed)');
  } finally {
    vi.unstubAllEnvs();
  }
});

it('warns of an agent that reads strangers, reaches private data and can send out', async () => {
  const web = { tools: ['fetch_url'], hosts: ['*'] };
  const root = scratchOrg({
    edges: { human: ['a', 'b', 'c'], a: ['human'], b: ['human'], c: ['human'] },
    resumes: { a: { ...web, shared: ['docs'] }, b: web, c: { ...web, tools: ['ask:fetch_url'], shared: ['docs'] } },
  });
  const { notes } = await examine(root);
  expect(notes).toEqual([
    expect.stringMatching(/^a can read text from strangers, reaches shared\/docs.*\(fetch_url\)/),
  ]);
});

it('counts the tools of servers among those that send out, approved or not', async () => {
  const names = ['one', 'two', 'three', 'four', 'five', 'six'];
  const pinned = names.map((name) => `  - { name: ${name}, description: Finds, input: { type: object } }\n`).join('');
  const root = scratchOrg({
    edges: { human: ['a', 'b', 'c'], a: ['human'], b: ['human'], c: ['human'] },
    resumes: {
      a: { tools: ['s__*', 'read_file'] },
      b: { tools: ['s__one'] },
      c: { tools: ['ask:s__*', 's__none', 'read_file'] },
    },
    files: {
      'org/mcp.yaml': 'version: 1\nservers: { s: { url: "https://tools.invalid/" } }\n',
      'org/mcp/s.yaml': `version: 1\ntools:\n${pinned}`,
    },
  });
  const { notes } = await examine(root);
  expect(notes.filter((note) => note.includes('text from strangers'))).toEqual([
    expect.stringMatching(/^a can .*, reaches its workspace.*\(s__one, s__two, s__three, s__four, s__five, 1 more\)/),
  ]);
});
