import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Follow } from '../../src/app/follow.ts';
import { visitNamed } from '../../src/app/look/visits.ts';
import { serializeState } from '../../src/core/model/state/pieces.ts';
import { realClock } from '../../src/disk/fs/clock.ts';
import { realDisk } from '../../src/disk/fs/real.ts';
import { load } from '../../src/engine/journal/load.ts';
import { realMachine } from '../../src/engine/machine.ts';
import { lemming, office, put, turns } from '../commands/people/world.ts';
import { faultsOf } from '../commands/world.ts';

const opened = (root: string) => Follow.open({ machine: realMachine, root, env: {} });

it('comes to the state that another reader of the journal has, turn by turn', async () => {
  const root = office();
  const follow = await opened(root);
  expect(await follow.look()).toBe(false);
  for (let i = 0; i < 4; i++) {
    await lemming(root, ['send', 'manager', i % 2 ? 'plan' : 'Hello']);
    await turns(root, 1);
    expect(await follow.look(true)).toBe(true);
    expect(serializeState(follow.scene().state)).toEqual(serializeState(load(realDisk(root)).state));
  }
  const { recent, log } = follow.scene();
  const late = (await opened(root)).scene();
  expect([...recent.mail]).toEqual([...late.recent.mail]);
  expect(recent.turns).toEqual(late.recent.turns);
  expect(recent.events).toEqual(late.recent.events);
  expect(log.map(({ n: _n, ...line }) => line)).toEqual(late.log.map(({ n: _n, ...line }) => line));
});

it('sees drops and requests that wait, and no longer when they were taken', async () => {
  const root = office();
  const follow = await opened(root);
  put(root, 'agents/human/outbox/manager.md', 'Hello by hand\n');
  put(root, 'agents/human/requests/1-pause.yaml', 'ask: pause\nby: human\nagent: hr\n');
  expect(await follow.look(true)).toBe(true);
  expect(follow.scene().incoming.map(({ subject, to }) => [subject, to])).toEqual([['Hello by hand', ['manager']]]);
  expect(follow.scene().requests).toEqual([{ ask: 'pause', by: 'human', agent: 'hr' }]);
  await turns(root, 1);
  await follow.look(true);
  expect([follow.scene().incoming, follow.scene().requests]).toEqual([[], []]);
  expect(follow.scene().state.staff.agents.get('hr')?.paused).toBe(true);
});

it('keeps the last good configuration, and tells what is wrong with the new one', async () => {
  const root = office();
  const follow = await opened(root);
  put(root, 'org/chart.yaml', 'version: 1\nagents: [\n');
  expect(await follow.look(true)).toBe(true);
  expect(follow.scene().faults[0]).toMatchObject({ code: 'invalid-yaml', file: 'org/chart.yaml' });
  expect(follow.scene().config.order).toContain('planner');
  expect(await faultsOf(opened(root))).toEqual(['invalid-yaml']);
  put(root, 'agents/planner/resume.md', '---\nrole: plans otherwise\n---\nPlan.\n');
  await follow.look(true);
  expect(follow.scene().faults.length).toBeGreaterThan(0);
});

it('begins anew when the journal was exchanged', async () => {
  const root = office();
  await lemming(root, ['send', 'manager', 'Hello']);
  await turns(root, 2);
  const follow = await opened(root);
  rmSync(join(root, 'org/journal'), { recursive: true });
  rmSync(join(root, '.lemming'), { recursive: true });
  expect(await follow.look(true)).toBe(true);
  expect([follow.scene().state.clock.turn, follow.scene().recent.mail.size]).toEqual([0, 0]);
});

it('finds a visit with its exact calls, unless nobody wants it any more', async () => {
  const root = office();
  await lemming(root, ['send', 'manager', 'Hello']);
  await turns(root, 2);
  const disk = realDisk(root);
  const visit = await visitNamed(disk, 1, 'manager', realClock, () => false);
  expect(visit?.calls.map(({ key, exact }) => [key, exact])).toEqual([['1.manager.1.1', true]]);
  expect(await visitNamed(disk, 2, 'hr', realClock, () => false)).toBeNull();
  let time = 0;
  const slow = { ...realClock, ticks: () => (time += 100), sleep: async () => {} };
  expect(await visitNamed(disk, 1, 'manager', slow, () => true)).toBeNull();
  expect(await visitNamed(disk, 1, 'manager', slow, () => false)).toEqual(visit);
});
