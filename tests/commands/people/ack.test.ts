import { expect, it } from 'vitest';
import { lemming, office, turns } from './world.ts';

it('marks a message as read without waking anyone', async () => {
  const root = office();
  await lemming(root, ['send', 'manager', 'Hello']);
  await turns(root, 1);
  expect((await lemming(root, ['ack', '000001-manager-01', '--reaction', 'thanks', '--json'])).data).toMatchObject({
    id: '000001-manager-01',
    reaction: 'thanks',
    taken: 'journaled',
  });
  expect((await lemming(root, ['inbox', '--json'])).data.messages).toMatchObject([{ read: true }]);
  const [next] = await turns(root, 1);
  expect(next?.visits).toEqual([]);
  expect((await lemming(root, ['show', '2'])).out).toContain('human asked: ack 000001-manager-01, reaction thanks');
});

it('refuses mail of others, and knows what does not exist', async () => {
  const root = office();
  await lemming(root, ['send', 'manager', 'Hello']);
  await turns(root, 1);
  expect((await lemming(root, ['ack', '000001-human-01'])).exit).toBe(4);
  expect((await lemming(root, ['ack', '000004-manager-01'])).exit).toBe(6);
});
