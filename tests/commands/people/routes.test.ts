import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { lemming, office, put, turns, untilIdle } from './world.ts';

const ROUTES = `version: 1
routes:
  - name: bills
    when: { from: human, to: manager, tag: bill, kind: [message, request] }
    do: { redirect: planner, copy: manager, priority: high }
  - name: reports
    when: { to: human }
    do: { digest: { every: 5, count: 9 } }
  - name: chores
    when: { text: please }
    do: { task: true }
  - name: all
    do: { priority: low }
`;

function org(): string {
  return office({
    edges: { human: ['manager', 'planner'], manager: ['human', 'planner'], planner: ['human'] },
    models: { default: { provider: 'scripted', script: 'org/script.yaml' } },
    credits: {},
    rules: [
      {
        when: { agent: 'planner' },
        reply: { acts: [{ tool: 'send_message', input: { to: 'human', body: 'It is paid.' } }] },
      },
      { reply: { text: '' } },
    ],
    files: { 'org/routes.yaml': ROUTES },
  });
}

it('chart --routes lists them in order', async () => {
  const root = org();
  const { out } = await lemming(root, ['chart', '--routes']);
  expect(out).toMatch(/^route +mail +is\n/);
  expect(out).toMatch(
    /\nbills +from human; to manager; kind message, request; tag bill +redirect planner; copy manager; priority high\n/,
  );
  expect(out).toMatch(/\nreports +to human +digest every 5, count 9\n/);
  expect(out).toMatch(/\nchores +text please +task\n/);
  expect(out).toMatch(/\nall +all mail +priority low\n/);
  const { data } = await lemming(root, ['chart', '--routes', '--json']);
  expect(data.routes[0]).toEqual({
    name: 'bills',
    when: { from: ['human'], to: ['manager'], tag: ['bill'], kind: ['message', 'request'] },
    do: { redirect: ['planner'], copy: ['manager'], priority: 'high' },
  });
  expect((await lemming(root, ['chart', '--json'])).data).not.toHaveProperty('routes');
  rmSync(`${root}/org/routes.yaml`);
  expect((await lemming(root, ['chart', '--routes'])).out).toContain('There are no routes');
});

it('show, inspect, logs and inbox say what the routes did; the journal makes all of it again', async () => {
  const root = org();
  await lemming(root, ['send', 'manager', 'Pay it.', '--subject', 'The [Bill]']);
  await lemming(root, ['send', 'manager', 'Water the plants, please.']);
  const waits = (await lemming(root, ['inspect', 'planner'])).out;
  expect(waits).toMatch(/000001-human-01 +human +low +The \[Bill\] +by bills, all/);
  await turns(root, 1);
  const shown = (await lemming(root, ['show', '000001-human-01'])).out;
  expect(shown).toMatch(/\nto +manager, planner\naddressed to +manager\nby route +bills, all\n/);
  const { data } = await lemming(root, ['show', '000001-human-02', '--json']);
  expect(data).toMatchObject({
    to: [],
    addressed: ['manager'],
    routes: ['chores', 'all'],
    became: { manager: 'T-1-human-1' },
  });
  expect((await lemming(root, ['show', '000001-human-02'])).out).toMatch(/\nbecame +T-1-human-1 for manager\n/);
  expect((await lemming(root, ['show', '1'])).out).toContain('human to manager (T-1-human-1) by chores, all');
  expect((await lemming(root, ['inspect', 'human'])).out).toMatch(
    /000001-planner-01 .*by reports, all, collected until turn 5/,
  );
  const inbox = await lemming(root, ['inbox']);
  expect(inbox.out).toContain('0 unread messages');
  expect(inbox.out).toContain('1 more message collected by a route until turn 5 (lemming inbox --all)');
  expect(inbox.out).not.toContain('to read (lemming inbox)');
  expect((await lemming(root, ['status', '--json'])).data).toMatchObject({
    unread: { messages: 0 },
    needs: { mail: 0 },
  });
  const all = await lemming(root, ['inbox', '--all', '--json']);
  expect(all.data.messages).toMatchObject([{ id: '000001-planner-01', collected: { human: 5 }, read: false }]);
  await turns(root, 4);
  await untilIdle(root);
  expect((await lemming(root, ['inbox', '--unread', '--json'])).data.messages).toHaveLength(1);
  expect((await lemming(root, ['show', '000001-planner-01', '--json'])).data.routes).toEqual(['reports', 'all']);
  expect((await lemming(root, ['replay', '--json'])).data.identical).toBe(true);
  expect((await lemming(root, ['replay', '--recompute', '--json'])).data.identical).toBe(true);
  expect((await lemming(root, ['verify'])).exit).toBe(0);
});

it('validate tells of a route that can never apply, and of names that are not there, with the place', async () => {
  const root = org();
  expect((await lemming(root, ['validate', '--json'])).data).toMatchObject({ ok: true });
  put(
    root,
    'org/routes.yaml',
    'version: 1\nroutes:\n  - name: one\n    when: { from: planner, to: manager }\n    do: { task: true }\n',
  );
  const { exit, data } = await lemming(root, ['validate', '--json']);
  expect(exit).toBe(3);
  expect(data.faults).toMatchObject([{ code: 'idle-route', file: 'org/routes.yaml', line: 4, column: 11 }]);
  put(root, 'org/routes.yaml', 'version: 1\nroutes: [{ name: one, do: { copy: plannr } }]\n');
  const broken = await lemming(root, ['run', '--turns', '1']);
  expect(broken.exit).toBe(3);
  expect(broken.err).toContain('org/routes.yaml:2:35');
  expect(broken.err).toContain('planner');
});
