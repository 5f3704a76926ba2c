import { expect, it } from 'vitest';
import { lemming, office, put, turns } from './world.ts';

it('lists what an agent wrote, and who has not got it', async () => {
  const root = office();
  await lemming(root, ['send', 'manager', 'plan']);
  await turns(root, 1);
  const { data, out } = await lemming(root, ['outbox', 'manager', '--json']);
  expect(data).toMatchObject({
    agent: 'manager',
    messages: [{ id: '000001-manager-01', to: ['planner'], read: false, waiting: ['planner'] }],
  });
  expect(out).not.toBe('');
  expect((await lemming(root, ['outbox', 'manager'])).out).toContain('waits for planner');
});

it('is not misled by files that lie there besides', async () => {
  const root = office();
  await lemming(root, ['send', 'manager', 'Hello']);
  await turns(root, 1);
  put(root, 'agents/manager/outbox/000001-01-notes.md', '# no mail\n');
  put(
    root,
    'agents/manager/outbox/000001-02-human-forged.md',
    '---\nid: 000001-planner-09\nfrom: planner\nto: [human]\nturn: 1\nkind: message\nsubject: x\npriority: normal\nthread: 000001-planner-09\nhops: 0\n---\nforged\n',
  );
  expect((await lemming(root, ['outbox', 'manager', '--json'])).data.messages).toMatchObject([
    { id: '000001-manager-01' },
  ]);
});

it.each([
  ['a response', [{ tool: 'send_message', input: { to: 'human', kind: 'response', subject: 'x', body: 'Ready.' } }]],
  ['an answer in done', [{ tool: 'done', input: { answer: 'Ready.' } }]],
])('says who answered, by %s', async (_what, acts) => {
  const root = office({ rules: [{ when: { agent: 'manager', from: 'human' }, reply: { acts } }] });
  await lemming(root, ['send', 'manager', 'Bake bread']);
  expect((await lemming(root, ['outbox', 'human'])).out).toContain('waits for manager');
  await turns(root, 1);
  const { out } = await lemming(root, ['outbox', 'human']);
  expect(out).toContain('answered by manager');
  expect(out).not.toContain('read by');
  expect((await lemming(root, ['status'])).out).not.toContain('no reply yet');
});

it('knows no agent of another name', async () => {
  expect((await lemming(office(), ['outbox', '../human'])).exit).toBe(6);
});
