import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exists, lemming, office, put, turns } from '../people/world.ts';

const keysOf = (said: { data: { entries: { key: string }[] } }) => said.data.entries.map(({ key }) => key);
const FILES = {
  'agents/planner/memory/deploy.md': '---\ntags: [ops]\npin: true\n---\nUse the script.\n',
  'agents/planner/memory/learned/slow.md': '---\nevidence: turn 3\n---\nDeployments take an hour.\n',
  'agents/planner/memory/archive/old.md': 'How we deployed once.\n',
  'agents/planner/memory/.hidden.md': 'deploy',
  'agents/manager/memory/notes.md': 'Café at noon.\nThen deploy.\n',
  'org/shared/context/rules.md': 'Nobody may deploy on Friday.\n',
  'org/shared/other.md': 'deploy',
};

/** The files were written long ago: only such are kept in an index. */
function age(root: string): void {
  for (const path of Object.keys(FILES)) utimesSync(join(root, path), 1000, 1000);
}

it('lists what an agent remembers, and shows one entry', async () => {
  const root = office({ files: FILES });
  const list = await lemming(root, ['memory', 'planner', '--json']);
  expect(keysOf(list)).toEqual(['deploy', 'learned/slow', 'old']);
  expect(list.data.entries[0]).toMatchObject({
    agent: 'planner',
    version: 1,
    pin: true,
    tags: ['ops'],
    archived: false,
  });
  expect((await lemming(root, ['memory', 'planner'])).out).toMatch(/learned\/slow +1 .*Deployments[\s\S]*3 entries/);
  for (const [key, text] of [
    ['old', 'How we deployed once.'],
    ['learned/slow', 'evidence: turn 3'],
    ['shared/rules', 'Nobody may deploy on Friday.'],
  ] as const)
    expect((await lemming(root, ['memory', 'planner', key])).out).toContain(text);
  expect((await lemming(root, ['memory', 'human'])).out).toBe('human remembers nothing.\n');
  const shared = await lemming(root, ['memory', '--json']);
  expect([shared.data.agent, keysOf(shared)]).toEqual([null, ['shared/rules']]);
  expect((await lemming(office(), ['memory'])).out).toBe('The shared context is empty.\n');
});

it.each([['nobody'], ['planner', 'none'], ['planner', '../resume'], ['planner', 'shared/none']])(
  '%s %s is not found',
  async (...words) => {
    expect((await lemming(office({ files: FILES }), ['memory', ...words])).exit).toBe(6);
  },
);

it('search finds words in memory, the best first, and deleting the index changes nothing', async () => {
  const root = office({ files: FILES });
  age(root);
  const search = async (...words: string[]) => keysOf(await lemming(root, ['search', ...words, '--memory', '--json']));
  const all = await search('deploy');
  expect(all[0]).toBe('deploy');
  expect([...all].sort()).toEqual(['deploy', 'learned/slow', 'notes', 'old', 'shared/rules']);
  expect(await search('deploy', '--agent', 'planner')).toEqual(['deploy', 'old', 'learned/slow']);
  expect(await search('CAFE')).toEqual(['notes']);
  expect(await search('zebra')).toEqual([]);
  rmSync(join(root, '.lemming'), { recursive: true });
  expect(await search('deploy')).toEqual(all);
  const text = (await lemming(root, ['search', 'noon', '--memory'])).out;
  expect(text).toMatch(/manager +notes +1 +Café at noon\./);
});

it('search sees edits at once, and nothing behind a link', async () => {
  const root = office({ files: FILES });
  age(root);
  const search = async (word: string) => keysOf(await lemming(root, ['search', word, '--memory', '--json']));
  await search('deploy');
  put(root, 'agents/manager/memory/notes.md', 'Now of zebras.\n');
  put(root, 'agents/manager/memory/new.md', 'A zebra.\n');
  rmSync(join(root, 'agents/planner/memory/deploy.md'));
  expect((await search('zebra')).sort()).toEqual(['new', 'notes']);
  expect(await search('script')).toEqual([]);
  const outside = office({ files: { 'agents/manager/memory/learned/x.md': 'A zebra outside.' } });
  symlinkSync(join(outside, 'agents/manager/memory/learned'), join(root, 'agents/manager/memory/learned'));
  mkdirSync(join(root, 'agents/manager/memory/folder.md'));
  writeFileSync(join(root, 'agents/manager/memory/binary.md'), Buffer.from([0, 1, 2]));
  expect((await search('zebra')).sort()).toEqual(['new', 'notes']);
});

it('what a search keeps is a cache beside the org', async () => {
  const root = office({ files: FILES });
  await turns(root, 1);
  age(root);
  await lemming(root, ['search', 'deploy', '--memory']);
  expect(exists(root, '.lemming/memory.texts') || exists(root, '.lemming/memory.sqlite')).toBe(true);
  expect((await lemming(root, ['replay'])).exit).toBe(0);
});

it.each([
  ['--agent', 'manager'],
  ['--memory', '--from', 'manager'],
  ['--memory', '--since-turn', '3'],
])('search deploy %s %s %s is a wrong use', async (...flags) => {
  expect((await lemming(office(), ['search', 'deploy', ...flags])).exit).toBe(2);
});
