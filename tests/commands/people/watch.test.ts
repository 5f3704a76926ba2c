import { expect, it } from 'vitest';
import { lemming, objectsIn, office, turns } from './world.ts';

it('prints the last turn and ends with --once', async () => {
  const root = office();
  expect((await lemming(root, ['watch', '--once'])).out).toContain('No turn has been made yet');
  await lemming(root, ['send', 'manager', 'Hello']);
  await turns(root, 2);
  await lemming(root, ['send', 'manager', 'Hello again']);
  await turns(root, 1);
  const { out } = await lemming(root, ['watch', '--once']);
  expect(out).toMatch(
    /^Turn 3\n {2}message +000003-human-01 {2}human to manager: Hello again\n {2}visit +manager: 1 message read, 1 sent\n {2}message +000003-manager-01/,
  );
  expect(out).toContain('0.01 credits');
});

it('follows further turns as they happen, bodies and all, and ends after so many', async () => {
  const root = office();
  await lemming(root, ['send', 'manager', 'Hello']);
  await turns(root, 1);
  const watching = lemming(root, ['watch', '--turns', '2', '--json']);
  await lemming(root, ['send', 'manager', 'plan']);
  await turns(root, 3);
  const { out } = await watching;
  const events = objectsIn(out);
  expect(events.filter((event) => event.what === 'message').map((event) => event.id)).toEqual([
    '000002-human-01',
    '000002-manager-01',
    '000003-planner-01',
  ]);
  expect(events.filter((event) => event.what === 'turn').map((event) => [event.turn, event.spent])).toEqual([
    [2, 0.01],
    [3, 0.01],
  ]);
});

it('ends when it is interrupted', async () => {
  const stop = new AbortController();
  const watching = lemming(office(), ['watch'], { signal: stop.signal });
  setTimeout(() => stop.abort(), 300);
  expect((await watching).exit).toBe(130);
});
