import { appendFileSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exists, lemming, office, put, turns, untilIdle } from '../people/world.ts';
import { filesIn } from '../world.ts';

const ids = (said: { data: { messages: { id: string }[] } }) => said.data.messages.map((m) => m.id);

it('scenario 14: finds a word in live and archived mail; archiving deletes nothing', async () => {
  const root = office({ org: { limits: { live_turns: 1 } } });
  await lemming(root, ['send', 'manager', 'the first giraffe']);
  await untilIdle(root);
  await lemming(root, ['read', '000001-manager-01']);
  const written = Object.values(filesIn(root)).filter(
    (text) => text.includes('giraffe') && text.startsWith('---'),
  ).length;
  await turns(root, 60);
  await lemming(root, ['send', 'manager', 'the second GIRAFFE', '--priority', 'high']);
  await turns(root, 1);

  const found = await lemming(root, ['search', 'giraffe', '--json']);
  expect(ids(found)).toEqual(['000062-manager-01', '000062-human-01', '000001-manager-01', '000001-human-01']);
  const paths = found.data.messages.map((m: { path: string }) => m.path);
  expect(paths.filter((path: string) => path.includes('/archive/'))).toHaveLength(2);
  expect(
    Object.entries(filesIn(root)).filter(([path, text]) => path.includes('/outbox/') && text.includes('giraffe')),
  ).toHaveLength(written);
});

it('narrows by author, reader, kind and turn', async () => {
  const root = office();
  await lemming(root, ['send', 'manager', 'plan a giraffe']);
  await lemming(root, ['send', 'planner', 'giraffe']);
  await untilIdle(root);
  const search = async (...more: string[]) => ids(await lemming(root, ['search', 'plan', ...more, '--json']));
  expect(await search()).toHaveLength(5);
  expect(await search('--from', 'planner')).toEqual(['000002-planner-01', '000001-planner-01']);
  expect(await search('--to', 'human')).toEqual(['000003-manager-01', '000001-planner-01']);
  expect(await search('--kind', 'report')).toEqual(['000003-manager-01']);
  expect(await search('--since-turn', '2', '--from', 'planner', '--to', 'manager')).toEqual(['000002-planner-01']);
});

it('finds words that stand escaped in the file, and several words as one text', async () => {
  const root = office();
  await lemming(root, ['send', 'hr', 'x', '--subject', 'Say "hi": two  words']);
  await turns(root, 1);
  expect(ids(await lemming(root, ['search', 'say "HI":', '--json']))).toEqual(['000001-human-01']);
  expect(ids(await lemming(root, ['search', 'hi": two', '--json']))).toEqual(['000001-human-01']);
  expect(ids(await lemming(root, ['search', 'words', 'two', '--json']))).toEqual([]);
});

it('keeps an index that may go, break or be out of date: the files say what is found', async () => {
  const root = office();
  await lemming(root, ['send', 'hr', 'a giraffe']);
  await lemming(root, ['send', 'manager', 'a zebra']);
  await untilIdle(root);
  const search = async (word: string) => (await lemming(root, ['search', word, '--json'])).data.messages;
  const all: { path: string }[] = await search('a');
  for (const { path } of all) utimesSync(join(root, path), 1000, 1000);
  const giraffes = await search('giraffe');
  expect(giraffes.length).toBeGreaterThan(0);
  expect(exists(root, '.lemming/mail.texts') || exists(root, '.lemming/mail.sqlite')).toBe(true);
  for (const name of ['mail.texts', 'mail.sqlite'])
    if (exists(root, `.lemming/${name}`)) put(root, `.lemming/${name}`, 'x');
  expect(await search('giraffe')).toEqual(giraffes);
  for (const name of ['mail.texts', 'mail.sqlite']) rmSync(join(root, '.lemming', name), { force: true });
  expect(await search('giraffe')).toEqual(giraffes);

  const [edited] = (await search('zebra')) as { path: string }[];
  appendFileSync(join(root, edited?.path ?? ''), 'and a giraffe\n');
  expect(await search('giraffe')).toHaveLength(giraffes.length + 1);
  const place = join(root, edited?.path ?? '');
  renameSync(place, `${place}.aside`);
  expect(await search('giraffe')).toEqual(giraffes);
});

it('never leaves the organisation', async () => {
  const root = office();
  put(root, '../lemming-outside.md', '');
  expect((await lemming(root, ['search', 'x', '--from', '../..'])).exit).toBe(6);
  expect((await lemming(root, ['search', ' '])).exit).toBe(2);
});
