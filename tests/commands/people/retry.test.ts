import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lemming, office, put, textOf, turns } from './world.ts';

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
  expect((await lemming(root, ['inbox'])).out).toContain('1 dead letter');
  expect((await lemming(root, ['show', '000001-human-01'])).out).toContain(
    'Dead letter 000001-human-01 was not finished by hr. 3 visits with it failed',
  );
  const retried = await lemming(root, ['retry', '000001-human-01']);
  expect(retried.out).toContain('000001-human-01 will be delivered again to hr in the next turn.');
  expect((await lemming(root, ['inbox'])).out).not.toContain('dead letter');
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

/** Each of three agents writes to both others, until the chain is too long. */
function storm(): string {
  const others = { a: ['b', 'c'], b: ['a', 'c'], c: ['a', 'b'] };
  const rules = Object.entries(others).map(([agent, to]) => ({
    when: { agent },
    reply: { acts: to.map((name) => ({ tool: 'send_message', input: { to: name, body: 'Thanks!' } })) },
  }));
  const edges = { human: ['a'], a: ['b', 'c', 'human'], b: ['a', 'c', 'human'], c: ['a', 'b', 'human'] };
  return office({
    edges,
    rules,
    org: { limits: { hops: 4 } },
    credits: { agents: { a: { grant: 9 }, b: { grant: 9 }, c: { grant: 9 } } },
  });
}

it('the dead letters of one loop are one line in needs, inbox, doctor and retry; the files stay', async () => {
  const root = storm();
  await lemming(root, ['send', 'a', 'Hello']);
  await turns(root, 7);
  const status = (await lemming(root, ['status', '--json'])).data;
  const letters = readdirSync(join(root, 'org/dead-letter')).filter((name) => name.endsWith('.md'));
  expect(letters.length).toBeGreaterThan(5);
  expect(status).toMatchObject({
    dead_letters: letters.length,
    needs: { dead_letters: 1, undelivered: letters.length },
  });
  expect(status.unread.notices).toBe(1);

  const { data, out } = await lemming(root, ['inbox', '--json']);
  expect(out).not.toBe('');
  const [notice, ...more] = data.notices;
  expect(more).toEqual([]);
  expect(notice).toMatchObject({ about: 'loop', count: letters.length });
  expect(notice.ids.map((id: string) => `${id}.md`).sort()).toEqual(letters.sort());
  expect((await lemming(root, ['inbox'])).out.match(/was not delivered/g)).toHaveLength(1);
  expect((await lemming(root, ['read', 'notices', '--json'])).data.notices).toHaveLength(1);
  expect((await lemming(root, ['doctor'])).out.match(/not delivered/g)).toHaveLength(1);

  const [id] = notice.ids;
  const alone = await lemming(root, ['retry', id, '--only', '--json']);
  expect(alone.data).toMatchObject({ count: 1, retried: [id] });
  const said = await lemming(root, ['retry', notice.ids[1]]);
  expect(said.out).toContain(`${letters.length} messages of one chain will be delivered again`);
  expect(
    said.out
      .trim()
      .split('\n')
      .filter((line) => line.includes('delivered again')),
  ).toHaveLength(1);
  await turns(root, 1);
  expect(readdirSync(join(root, 'org/dead-letter/archive'))).toHaveLength(letters.length);
  expect((await lemming(root, ['status', '--json'])).data).toMatchObject({
    dead_letters: 0,
    needs: { dead_letters: 0 },
  });
});

it('knows no dead letter of another name', async () => {
  expect((await lemming(office(), ['retry', '000001-human-01'])).exit).toBe(6);
});
