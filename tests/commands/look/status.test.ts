import { renameSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import { realKept } from '../../../src/disk/cache/cache-key.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { ownedEnv } from '../../home.ts';
import { importsOf, sourcesIn } from '../../house/sources.ts';
import { exists, lemming, office, put, textOf, turns } from '../people/world.ts';

interface Agent {
  name: string;
  state: string;
  health: string;
  why: string;
}

async function agents(root: string): Promise<Record<string, Agent>> {
  const { data } = await lemming(root, ['status', '--json']);
  return Object.fromEntries(data.agents.map((agent: Agent) => [agent.name, agent]));
}

/** As if nothing had been touched for an hour. */
function settle(root: string, ...paths: string[]): void {
  for (const path of paths)
    if (exists(root, path))
      utimesSync(join(root, path), new Date(Date.now() - 3_600_000), new Date(Date.now() - 3_600_000));
}

const wait = () => new Promise((done) => setTimeout(done, 120));

describe('status', () => {
  it('has the fields that scripts rely on', async () => {
    const root = office();
    await lemming(root, ['send', 'manager', 'Hello']);
    await turns(root, 2);
    const { data } = await lemming(root, ['status', '--json']);
    expect(data).toMatchObject({ org: 'office', turn: 2, state: 'idle', approvals: 0, dead_letters: 0, faults: [] });
    expect(data.agents.map((agent: Agent) => agent.name)).toEqual(['human', 'manager', 'planner', 'hr', 'coder']);
    expect(data.agents[1]).toEqual({
      name: 'manager',
      person: false,
      state: 'idle',
      health: 'healthy',
      unread: 0,
      credits: { granted: 10, spent: 0.01, reserved: 0, left: 9.99 },
      last_turn: 1,
      last_outcome: 'ok',
      next_turn: null,
      why: 'no mail',
    });
    expect(data.agents[0]).toMatchObject({ name: 'human', person: true, state: 'idle', unread: 1 });
  });

  it('tells each state and health', async () => {
    const root = office();
    expect((await agents(root)).manager).toMatchObject({ state: 'unknown', health: 'healthy' });
    await lemming(root, ['send', 'manager', 'Hello']);
    await lemming(root, ['send', 'hr', 'down']);
    await lemming(root, ['send', 'planner', 'Hello']);
    await turns(root, 1);
    await lemming(root, ['pause', 'planner']);
    put(root, 'agents/coder/resume.md', '---\nmodel: 7\n---\n');
    expect(await agents(root)).toMatchObject({
      manager: { state: 'active', health: 'healthy' },
      planner: { state: 'paused', why: 'paused' },
      hr: { state: 'offline', health: 'degraded' },
      coder: { state: 'error', health: 'unhealthy', why: expect.stringContaining('set aside') },
    });
    expect((await lemming(root, ['status', '--json'])).data.faults).toMatchObject([
      { file: 'agents/coder/resume.md', line: expect.any(Number) },
    ]);
    await lemming(root, ['pause']);
    expect((await lemming(root, ['status', '--json'])).data.state).toBe('paused');
  });

  it('an agent that fails three times is unhealthy and in error', async () => {
    const root = office();
    await lemming(root, ['send', 'hr', 'garbage']);
    await turns(root, 2);
    expect((await agents(root)).hr).toMatchObject({ state: 'active', health: 'degraded' });
    await turns(root, 1);
    expect((await agents(root)).hr).toMatchObject({ state: 'error', health: 'unhealthy' });
  });

  it('says that an agent is out of credits while its mail waits', async () => {
    const root = office({ credits: { agents: { manager: { grant: 0.005 } } } });
    await lemming(root, ['send', 'manager', 'Hello']);
    await turns(root, 1);
    expect((await agents(root)).manager).toMatchObject({ unread: 1, why: expect.stringContaining('no credits') });
  });

  it('is running while another process holds the lock', async () => {
    const root = office();
    await withEngine({ machine: realMachine, root, env: {} }, 'run', async () => {
      const { data } = await lemming(root, ['status', '--json']);
      expect(data).toMatchObject({ state: 'running', engine: { pid: process.pid, command: 'run' } });
    });
    expect((await lemming(root, ['status', '--json'])).data.state).toBe('idle');
  });

  it('stops on broken configuration, and says where', async () => {
    const root = office();
    put(root, 'org/chart.yaml', 'version: 1\nagent: {}\n');
    const { exit, err } = await lemming(root, ['status']);
    expect([exit, err]).toEqual([3, expect.stringContaining('org/chart.yaml:2')]);
  });
});

it('loads nothing heavy to answer from the kept status', () => {
  const byPath = new Map(sourcesIn('src').map((source) => [source.path, source]));
  const loaded = new Set(['src/commands/look/status.ts']);
  for (const path of loaded) {
    const source = byPath.get(path);
    for (const { target, kind } of source ? importsOf(source) : []) if (kind === 'value') loaded.add(target);
  }
  expect([...loaded].filter((path) => !path.startsWith('src/') && !path.startsWith('node:'))).toEqual([]);
  expect(loaded).not.toContain('src/app/read-org.ts');
});

describe('the kept status', () => {
  async function kept(): Promise<string> {
    const root = office();
    await lemming(root, ['send', 'manager', 'Hello']);
    await turns(root, 1);
    await wait();
    await lemming(root, ['status']);
    expect(exists(root, '.lemming/status.json')).toBe(true);
    return root;
  }

  /** Answers from the kept status show this name. */
  function mark(root: string): void {
    const kept = realKept(root, ownedEnv(root));
    const text = kept.read('status.json')?.bytes.toString() ?? '';
    kept.write('status.json', '', text.replace('"org":"office"', '"org":"kept"'));
  }

  const name = async (root: string, env = {}) => (await lemming(root, ['status', '--json'], { env })).data.org;

  it('answers while nothing changes, also when it was asked for before', async () => {
    const root = await kept();
    mark(root);
    expect(await name(root)).toBe('kept');
    settle(root, 'agents/manager/workspace/x');
    expect(await name(root)).toBe('kept');
  });

  it.each<[string, (root: string) => unknown]>([
    ['a message is sent', (root) => lemming(root, ['send', 'planner', 'x'])],
    ['a turn is made', (root) => turns(root, 1)],
    ['something is asked', (root) => lemming(root, ['pause', 'hr'])],
    ['a resume changes', (root) => put(root, 'agents/hr/resume.md', '---\nrole: other\n---\n')],
    ['an agent comes', (root) => put(root, 'agents/new/resume.md', '---\nrole: other\n---\n')],
    ['the chart changes', (root) => put(root, 'org/chart.yaml', `${textOf(root, 'org/chart.yaml')}\n`)],
    ['a unit comes', (root) => put(root, 'org/units/x.md', '---\nname: X\n---\n')],
    ['an approval is answered in its file', (root) => put(root, 'org/approvals/A-1-hr-1.md', '---\n---\n')],
    ['a request waits', (root) => put(root, 'agents/human/requests/1.yaml', 'ask: pause\nby: human\nagent: hr\n')],
  ])('is made anew when %s', async (_what, change) => {
    const root = await kept();
    mark(root);
    await change(root);
    expect(await name(root)).toBe('office');
  });

  it('is made anew when a drop that it counted is edited, and for other variables', async () => {
    const root = await kept();
    put(root, 'agents/human/outbox/hr.md', 'Hello');
    await wait();
    await lemming(root, ['status']);
    mark(root);
    expect(await name(root)).toBe('kept');
    expect(await name(root, { LEMMING_NAME: 'renamed' })).toBe('renamed');
    put(root, 'agents/human/outbox/hr.md', '---\npriority: urgent\n---\nHello');
    expect((await agents(root)).hr?.why).toBe('urgent mail');
  });

  it('tells of a key that is set, or not approved any more, since it was kept', async () => {
    const root = office();
    put(
      root,
      'org/models.yaml',
      'version: 1\nmodels:\n  default: { provider: openai, model: m, base_url: "https://other.example/v1", price: { per_call: 0.01 } }\n',
    );
    const exit = async (env = {}) => (await lemming(root, ['status'], { env })).exit;
    const set = { OPENAI_API_KEY: 'a-key-of-the-owner' };
    const ask = async (env = {}) => {
      await wait();
      return [await exit(env), await exit(env)];
    };
    expect(await ask()).toEqual([0, 0]);
    expect(exists(root, '.lemming/status.json')).toBe(true);
    expect(await ask(set)).toEqual([4, 4]);
    await lemming(root, ['trust', 'default', '--yes'], { env: set });
    expect(await ask(set)).toEqual([0, 0]);
    await lemming(root, ['trust', '--revoke', 'default'], { env: set });
    expect(await ask(set)).toEqual([4, 4]);
  });

  it('is not kept while something is so young that a change could go unseen', async () => {
    const root = office();
    put(root, 'agents/human/outbox/hr.md', 'Hello');
    await lemming(root, ['status']);
    expect(exists(root, '.lemming/status.json')).toBe(false);
  });

  it('may be damaged', async () => {
    const root = await kept();
    const text = textOf(root, '.lemming/status.json');
    for (const bad of ['{"version":1,', text.slice(0, -1), text.replace('"org":"office"', '"org":"forged"')]) {
      put(root, '.lemming/status.json', bad);
      expect(await name(root)).toBe('office');
    }
  });
});

it('lists an agent as set aside as long as its folder is gone, also when it is none any more', async () => {
  const root = office();
  await turns(root, 1);
  renameSync(join(root, 'agents/hr'), join(root, 'aside'));
  await turns(root, 1);
  await new Promise((done) => setTimeout(done, 1100));
  await turns(root, 2);
  const { data } = await lemming(root, ['status', '--json']);
  expect(data.agents.at(-1)).toMatchObject({
    name: 'hr',
    state: 'error',
    why: 'set aside: The folder of the agent is missing.',
  });
  expect(data.needs.faults).toBe(1);
  expect(data.faults).toMatchObject([{ code: 'absent', file: 'agents/hr' }]);
  const checked = await lemming(root, ['validate', '--json']);
  expect(checked.data.faults).toMatchObject([{ code: 'absent', file: 'agents/hr' }]);
  const AWAY = 'hr is away, because agents/hr is missing. New mail waits for it.';
  for (const words of [
    ['inspect', 'hr'],
    ['top-up', 'hr', '1'],
  ]) {
    const { exit, err } = await lemming(root, words);
    expect([exit, err]).toEqual([3, expect.stringContaining(`${AWAY} [absent] Restore the folder`)]);
  }
  expect((await lemming(root, ['send', 'hr', 'Are you there?'])).exit).toBe(0);
  await turns(root, 1);
  expect((await lemming(root, ['status', '--json'])).data).toMatchObject({
    dead_letters: 1,
    needs: { dead_letters: 0, undelivered: 0 },
  });
  const { out: doctor } = await lemming(root, ['doctor']);
  expect(doctor).toMatch(/-human-01 waits for hr: hr is away, because agents\/hr is missing\. New mail/);
  renameSync(join(root, 'aside'), join(root, 'agents/hr'));
  const { data: ran } = await lemming(root, ['run', '--until-idle', '--json']);
  expect(ran.needs.faults).toBe(0);
  expect(ran.visits).toMatchObject([{ agent: 'hr' }]);
  expect((await lemming(root, ['validate', '--json'])).data.ok).toBe(true);
});
