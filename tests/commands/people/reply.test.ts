import { expect, it } from 'vitest';
import { lemming, office, put, textOf, turns } from './world.ts';

it('answers in the conversation, and the message counts as read', async () => {
  const root = office();
  await lemming(root, ['send', 'manager', 'Hello', '--subject', 'Greeting']);
  await turns(root, 1);
  const { exit, data } = await lemming(root, ['reply', '000001-manager-01', 'Thanks a lot', '--json']);
  expect([exit, data.to, data.reply_to]).toEqual([0, ['manager'], '000001-manager-01']);
  expect((await lemming(root, ['inbox', '--json', '--unread'])).data.messages).toEqual([]);
  await turns(root, 1);
  expect((await lemming(root, ['show', '000002-human-01', '--json'])).data).toMatchObject({
    thread: '000001-human-01',
    reply_to: '000001-manager-01',
    subject: 'Re: Greeting',
    body: 'Thanks a lot',
  });
});

it('goes to all with --all, to its readers when it was ours, and keeps the task', async () => {
  const root = office({
    rules: [
      {
        when: { agent: 'manager', from: 'human' },
        reply: { acts: [{ tool: 'send_message', input: { to: ['planner', 'human'], body: 'Both' } }] },
      },
    ],
  });
  await lemming(root, ['send', 'manager', 'Hello', '--task', 'T-1-human-1']);
  await turns(root, 1);
  expect((await lemming(root, ['reply', '000001-manager-01', 'x', '--all', '--json'])).data.to).toEqual([
    'manager',
    'planner',
  ]);
  expect((await lemming(root, ['reply', '000001-human-01', 'one more thing', '--json'])).data.to).toEqual(['manager']);
  await turns(root, 1);
  const { messages } = (await lemming(root, ['history', '000001-human-01', '--json'])).data;
  expect(
    messages.filter((m: { from: string; task: string | null }) => m.from === 'human' && m.task === 'T-1-human-1'),
  ).toHaveLength(2);
});

it('refuses an answer that the chart no longer allows, and an unknown message', async () => {
  const root = office();
  await lemming(root, ['send', 'manager', 'Hello']);
  await turns(root, 1);
  put(root, 'org/chart.yaml', textOf(root, 'org/chart.yaml').replace(/ +- manager\n/, ''));
  expect((await lemming(root, ['reply', '000001-manager-01', 'x'])).exit).toBe(4);
  expect((await lemming(root, ['reply', '000009-manager-01', 'x'])).exit).toBe(6);
  expect((await lemming(root, ['inbox', '--unread', '--json'])).data.messages).toHaveLength(1);
});
