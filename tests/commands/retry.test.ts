import { expect, it } from 'vitest';
import { lemming, office, put, textOf, turns } from './people-world.ts';

it('scenario 13: mail that fails three times is a dead letter, I am told, and retry delivers it again', async () => {
  const root = office();
  await lemming(root, ['send', 'hr', 'garbage']);
  const reports = await turns(root, 4);
  expect(reports.flatMap((report) => report.visits.map((visit) => visit.outcome))).toEqual([
    'failed',
    'failed',
    'failed',
  ]);
  expect(textOf(root, 'org/dead-letter/000001-human-01.md')).toMatch(/reason: "?attempts/);
  const status = (await lemming(root, ['status', '--json'])).data;
  expect(status).toMatchObject({ dead_letters: 1, unread: { notices: 1 } });
  expect((await lemming(root, ['inbox'])).out).toContain('000001-human-01');
  expect((await lemming(root, ['show', '000001-human-01', '--json'])).data.dead_letters).toMatchObject([
    { reason: 'attempts', to: ['hr'] },
  ]);

  const path = (await lemming(root, ['show', '000001-human-01', '--json'])).data.path;
  put(root, path, textOf(root, path).replaceAll('garbage', 'clean'));
  expect((await lemming(root, ['retry', '000001-human-01', '--json'])).data.retried).toEqual(['000001-human-01']);
  const [again] = await turns(root, 1);
  expect(again?.visits).toMatchObject([{ agent: 'hr', outcome: 'ok' }]);
  expect((await lemming(root, ['status', '--json'])).data.dead_letters).toBe(0);
});

it('scenario 13: a drop that cannot be understood is set aside, and looked at again', async () => {
  const root = office();
  put(root, 'agents/human/outbox/manager.md', '---\npriority: extreme\n---\nHello\n');
  await turns(root, 1);
  const dead = (await lemming(root, ['status', '--json'])).data;
  expect(dead.dead_letters).toBe(1);
  const { data } = await lemming(root, ['show', 'aside-000001-1', '--json']);
  expect(data).toMatchObject({ what: 'dead-letter', reason: 'malformed', path: 'agents/human/outbox/manager.md' });
  put(root, 'agents/human/outbox/manager.md', '---\npriority: high\n---\nHello\n');
  expect((await lemming(root, ['retry', 'aside-000001-1'])).exit).toBe(0);
  const [next] = await turns(root, 1);
  expect(next?.visits).toMatchObject([{ agent: 'manager', outcome: 'ok' }]);
});

it('knows no dead letter of another name', async () => {
  expect((await lemming(office(), ['retry', '000001-human-01'])).exit).toBe(6);
});
