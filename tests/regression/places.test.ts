import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOrg } from '../../src/app/read-org.ts';
import * as retryCommand from '../../src/commands/people/retry.ts';
import * as runCommand from '../../src/commands/run/run.ts';
import * as doctorCommand from '../../src/commands/start/doctor.ts';
import * as replayCommand from '../../src/commands/time/replay.ts';
import type { Prompt } from '../../src/core/model/call.ts';
import type { State } from '../../src/core/model/state.ts';
import { realDisk } from '../../src/disk/fs/real.ts';
import { load } from '../../src/engine/journal/load.ts';
import { realMachine } from '../../src/engine/machine.ts';
import { checked } from '../commands/checked.ts';
import { inputOf, scratch, testWorld } from '../commands/world.ts';
import { type Act, Org, resultsIn, textOf } from './org.ts';

const retry = checked(retryCommand);
const runOrg = checked(runCommand);
const doctor = checked(doctorCommand);
const replay = checked(replayCommand);

const RIGHTS = { tools: ['write_file', 'hire_agent', 'send_message'], shared: ['.'] };
const PLAN = {
  edges: { human: ['a', 'b'], a: ['b', 'human'], b: ['a', 'human'] },
  org: { policies: [{ act: 'hire_agent', do: 'auto' }] },
  credits: { agents: { a: { grant: 10 }, b: { grant: 10 } } },
  resumes: { a: RIGHTS, b: RIGHTS },
  files: { 'org/templates/helper.md': '---\nrole: Helps\ntools: [write_file]\n---\nYou help.\n' },
};

function write(file: string, content = 'text'): Act {
  return { tool: 'write_file', input: { path: file, content } };
}

/** An organisation in which each agent does these acts in its first call of a turn. */
function orgOf(acts: (prompt: Prompt) => Act[] | undefined): Org {
  const org = new Org(PLAN, (prompt) => (prompt.n === 1 ? acts(prompt) : undefined));
  org.drop(['a', 'b'], 'Begin.');
  return org;
}

function shared(org: Org): string[] {
  return org.paths(/^org\/shared\//);
}

describe('a file and a folder of one name', () => {
  it.each([
    ['shared/notes', 'shared/notes/x.md', 'org/shared/notes'],
    ['shared/notes/x.md', 'shared/notes', 'org/shared/notes/x.md'],
    ['shared/notes/deep/x.md', 'shared/notes', 'org/shared/notes/deep/x.md'],
  ])(
    '%s by one and %s by another in one turn: the first of the chart has it, the other is told',
    async (first, second, stands) => {
      const org = orgOf(({ agent, turn }) => (turn === 1 ? [write(agent === 'a' ? first : second)] : undefined));
      await org.turns(1);
      org.drop('b', 'Again.');
      await org.turns(1);
      expect(shared(org)).toEqual([stands]);
      expect(org.lines('visit').find(({ agent }) => agent === 'b')).toMatchObject({
        refused: 1,
        refusals: [{ rule: 'path' }],
      });
      expect(textOf(org.visits('b')[1])).toContain('cannot be a file and a folder');
      expect(org.lines('unplaced')).toEqual([]);
    },
  );

  it.each([
    ['shared/notes', 'shared/notes/x.md', 'shared/notes is a file'],
    ['shared/notes/x.md', 'shared/notes', 'is a folder'],
    ['notes', 'notes/x.md', 'notes is a file'],
    ['notes/x.md', 'notes', 'is a folder'],
  ])('%s, then %s in one visit: the second is refused at once', async (first, second, why) => {
    const org = orgOf(({ agent }) => (agent === 'a' ? [write(first), write(second)] : undefined));
    await org.turns(1);
    expect(resultsIn(org.prompts.find(({ agent, n }) => agent === 'a' && n === 2))).toMatchObject([
      { ok: true },
      { ok: false, text: expect.stringContaining(why) },
    ]);
    await org.turns(1);
  });

  it('a turn later it is refused at once, too', async () => {
    const org = orgOf(({ agent, turn }) =>
      turn === 1 && agent === 'a'
        ? [write('shared/notes')]
        : turn === 2 && agent === 'b'
          ? [write('shared/notes/x.md')]
          : undefined,
    );
    await org.turns(1);
    org.drop('b', 'Again.');
    await org.turns(1);
    expect(org.lines('used').find(({ turn }) => turn === 2)).toMatchObject({ ok: false, rule: 'path' });
    expect(shared(org)).toEqual(['org/shared/notes']);
  });

  it.each(['shared', 'shared/', './shared/.', '.', './'])(
    'no file takes the place of the folder %j itself',
    async (file) => {
      const org = orgOf(({ agent }) => (agent === 'a' ? [write(file)] : undefined));
      await org.turns(2);
      expect(org.lines('used')).toMatchObject([{ ok: false, rule: 'path' }]);
      expect(org.paths(/^(org\/shared|agents\/a\/workspace)/)).toEqual([]);
    },
  );

  it('nobody is hired by a name that a file bears', async () => {
    const org = orgOf(({ agent, turn }) =>
      agent === 'a' && turn === 1
        ? [{ tool: 'hire_agent', input: { name: 'kid', template: 'helper', credits: 1 } }]
        : undefined,
    ).withFile('agents/kid', 'a file');
    await org.turns(2);
    expect(org.lines('hired')).toEqual([]);
    expect(org.lines('notice').map(({ to, text }) => [to, text])).toContainEqual([
      'a',
      expect.stringContaining('agents/kid is a file'),
    ]);
  });
});

describe('long names', () => {
  it.each([
    ['n'.repeat(255), true],
    ['n'.repeat(256), false],
    [`${'é'.repeat(126)}.md`, true],
    [`${'é'.repeat(127)}.md`, false],
    [`${'💥'.repeat(63)}.md`, true],
  ])('a name is as long as its bytes: %s', async (name, fits) => {
    const org = orgOf(({ agent, turn }) =>
      agent === 'a' ? [write(`shared/${name}`, `${turn}`), write(name, `${turn}`)] : undefined,
    );
    await org.turns(1);
    org.drop('a', 'Again.');
    await org.turns(1);
    const found = fits ? [`agents/a/workspace/${name}`, `org/shared/${name}`] : [];
    expect(org.paths(/^(org\/shared|agents\/a\/workspace)\//)).toEqual(found);
    for (const one of found) expect(org.read(one)).toBe('2');
  });

  it('an edit of a file with a long name is kept beside it', async () => {
    const name = 'n'.repeat(255);
    const org = orgOf(({ agent, turn }) => (agent === 'a' && turn === 1 ? [write(`shared/${name}`)] : undefined));
    org.disk.plan = ({ path: at }) => {
      if (at.includes('000001-')) return 'go';
      if (org.read('org/journal/000001.jsonl')?.includes('"commit"') && !org.read(`org/shared/${name}`))
        org.disk.put(`org/shared/${name}`, 'mine');
      return 'go';
    };
    await org.turns(1);
    expect(org.read(`org/shared/${name}`)).toBe('mine');
    const [kept] = org.paths(/\.conflict-1$/);
    expect(Buffer.byteLength((kept as string).slice('org/shared/'.length))).toBeLessThanOrEqual(255);
    expect(org.read(kept as string)).toBe('text');
  });

  it.each([241, 250, 252])('a drop whose name has %i characters is taken once', async (length) => {
    const org = orgOf(() => undefined);
    const drop = `agents/human/outbox/${'n'.repeat(length)}.md`;
    org.withFile(drop, '---\nto: a\n---\nHello.\n');
    await org.turns(2);
    expect(org.read(drop)).toBeNull();
    expect(org.lines('drop').filter(({ found }) => found === drop)).toHaveLength(1);
  });

  it('what is attached gets a name that fits', async () => {
    const name = `${'n'.repeat(250)}.png`;
    const org = orgOf(({ agent, turn }) =>
      agent === 'a' && turn === 1
        ? [write(name), { tool: 'send_message', input: { to: 'b', body: 'See.', attachments: [name] } }]
        : undefined,
    );
    await org.turns(2);
    expect(org.paths(/outbox\/.*n+\.png$/)).toHaveLength(1);
    expect(org.delivered('b')).toHaveLength(2);
  });
});

/** Organisations as an earlier version left them: committed, and never to be started again. */
const STUCK = path.join(import.meta.dirname, 'stuck');
/** The start of the machine that their journals name. */
const SAME_START = 'e967c3e7-881c-4c80-b97b-c7e3c6b2651c';

describe('an organisation that an earlier version could not start any more', () => {
  const runs = fs
    .readdirSync(STUCK)
    .flatMap((file) => [
      [file, 'in the same start of the machine', SAME_START] as const,
      [file, 'after a restart of the machine', 'another'] as const,
    ]);
  it.each(runs)(
    '%s: doctor tells, the next run starts %s, and the journal agrees with the folder',
    async (file, _when, start) => {
      const root = scratch();
      const disk = realDisk(root);
      const files = JSON.parse(fs.readFileSync(path.join(STUCK, file), 'utf8')) as Record<string, string>;
      for (const [name, text] of Object.entries(files)) disk.create(name, text);
      const host = (place: string) => ({ ...realMachine.host(place), boot: start });
      const world = { ...testWorld(root), machine: { ...realMachine, host } };
      const before = (await doctor(world, inputOf())) as { text: string };
      expect(before.text).toMatch(/The next run writes them|A file stands|not a regular file/);
      for (let i = 0; i < 2; i++)
        expect((await runOrg(world, inputOf({ flags: { 'until-idle': true } }))).exit ?? 0).toBe(0);
      if (await wantsRoom(world)) await doctor(world, inputOf({ flags: { fix: true } }));
      expect((await runOrg(world, inputOf({ flags: { 'until-idle': true } }))).exit ?? 0).toBe(0);
      expect(await wantsRoom(world)).toBe(false);
      expect((await replay(world, inputOf())).data).toMatchObject({ edited: MOVED[file] ?? [] });
      const kept = unplacedIn(load(disk).state);
      expect(unplacedIn(readOrg(world).state)).toEqual(kept);
      for (const id of kept) await retry(world, inputOf({ args: { id } }));
      expect(unplacedIn(load(disk).state)).toEqual([]);
    },
  );
});

function unplacedIn({ dead: { letters } }: State): string[] {
  return [...letters.values()].flatMap(({ id, reason }) => (reason === 'unplaced' ? [id] : []));
}

/** What `doctor --fix` gave another name. */
const MOVED: Record<string, string[]> = { 'shared.json': ['org/shared'], 'dot.json': ['agents/a/workspace'] };

async function wantsRoom(world: ReturnType<typeof testWorld>): Promise<boolean> {
  return ((await doctor(world, inputOf())).exit ?? 0) !== 0;
}
