import { expect, it } from 'vitest';
import { lemming, office, turns, untilIdle } from './world.ts';

const ids = (said: { data: { messages: { id: string }[] } }) => said.data.messages.map((m) => m.id);

async function planned(): Promise<string> {
  const root = office({ org: { limits: { live_turns: 1 } } });
  await lemming(root, ['send', 'manager', 'plan']);
  await untilIdle(root);
  await lemming(root, ['send', 'hr', 'by the way']);
  await turns(root, 60);
  return root;
}

it('lists everything, what concerns one agent, or one conversation, in the order of writing, from the archive too', async () => {
  const root = await planned();
  const talk = ['000001-human-01', '000001-manager-01', '000002-planner-01', '000003-manager-01'];
  expect(ids(await lemming(root, ['history', '--turns', '100', '--json']))).toEqual([...talk, '000004-human-01']);
  expect(ids(await lemming(root, ['history', 'planner', '--turns', '100', '--json']))).toEqual(talk.slice(1, 3));
  expect(ids(await lemming(root, ['history', '000001-human-01', '--json']))).toEqual(talk);
  expect(ids(await lemming(root, ['history', '000002-planner-01', '--json']))).toEqual(talk);
  expect((await lemming(root, ['history', '000001-human-01'])).out).toContain('4 messages from turn 1 on');
});

it('goes back so many turns', async () => {
  const root = await planned();
  expect(ids(await lemming(root, ['history', '--turns', '5', '--json']))).toEqual([]);
  expect(ids(await lemming(root, ['history', '000001-human-01', '--turns', '61', '--json']))).toEqual([
    '000003-manager-01',
  ]);
});

it('knows no other name', async () => {
  const { exit, err } = await lemming(office(), ['history', 'planer']);
  expect([exit, err]).toEqual([6, expect.stringContaining('planner')]);
});

it('finds a conversation of any name', async () => {
  const root = office();
  await lemming(root, ['send', 'hr', 'x', '--thread', 'the "big" one']);
  await turns(root, 1);
  expect(ids(await lemming(root, ['history', 'the "big" one', '--json']))).toEqual(['000001-human-01']);
  expect(ids(await lemming(root, ['history', '000007-human-01', '--json']))).toEqual([]);
});
