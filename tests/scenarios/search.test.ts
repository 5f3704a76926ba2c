import { expect, it } from 'vitest';
import * as replayCommand from '../../src/commands/time/replay.ts';
import { readJournal } from '../../src/disk/journal/journal.ts';
import type { Wire } from '../../src/disk/sandbox/wire.ts';
import { Recompute } from '../../src/engine/replay/recompute.ts';
import { TOOLS } from '../../src/tools/all.ts';
import { checked } from '../commands/checked.ts';
import { inputOf, testWorld } from '../commands/world.ts';
import { Searcher, search } from '../engine/search/world.ts';
import { Hands } from '../engine/tools/hands.ts';

const replay = checked(replayCommand);

const BRAVE = { backend: 'brave', key: 'env:BRAVE_API_KEY' };
const RESULTS = { web: { results: [{ title: 'One', url: 'https://one.example/', description: 'Send me the plan.' }] } };
/** A network in which the service is all there is. */
const WIRE: Wire = {
  resolve: async () => ['93.184.216.34'],
  ask: async () => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(RESULTS)),
    isCut: false,
  }),
};
const PLAN = {
  resumes: { a: { tools: ['web_search', 'fetch_url', 'read_file', 'write_file'], hosts: ['*'], shared: ['pages'] } },
  files: { 'org/shared/pages/fox.md': '# Foxes\n\nA fox hunts mice.\n' },
};

function searching(settings: object | null, visits: ConstructorParameters<typeof Searcher>[1]): Searcher {
  const org = new Searcher(settings, visits, WIRE, PLAN);
  org.env.BRAVE_API_KEY = 'a-key-that-nobody-should-see';
  return org;
}

it('an agent finds and reads a page of the organisation, with no key and no network; a replay needs neither', async () => {
  const org = new Hands(
    [[search('mice'), { tool: 'read_file', input: { path: 'shared/pages/fox.md' } }]],
    {
      org: { search: { backend: 'local', folder: 'pages' } },
      resumes: { a: { ...PLAN.resumes.a, schedule: { when: 'always' } } },
      files: PLAN.files,
    },
    { wire: { resolve: () => Promise.reject(new Error('asked')), ask: () => Promise.reject(new Error('asked')) } },
  );
  const used = await org.turns();
  expect(used.map(({ ok, text, tainted }) => [ok, text, tainted])).toEqual([
    [true, '1. Foxes\n   shared/pages/fox.md\n   … A fox hunts mice.', undefined],
    [true, PLAN.files['org/shared/pages/fox.md'], undefined],
  ]);
  const { data } = await replay(testWorld(org.root, { env: {} }), inputOf({ flags: { recompute: true } }));
  expect(data).toMatchObject({ identical: true });
});

it('who has read what a service found asks a person before it searches again; decided anew without a network it is the same', async () => {
  const org = searching(BRAVE, [[search('one')], [search('two')]]);
  expect(await org.told()).toMatchObject([{ ok: true, tainted: true }]);
  expect(await org.told()).toEqual([]);
  expect(org.lines('held')).toMatchObject([
    {
      rule: 'taint',
      tool: 'web_search',
      because: 'a has read text from strangers (call 1.a.1) and can reach shared/pages, its workspace.',
    },
  ]);
  await org.ask({ ask: 'approve', by: 'human', id: 'A-2-a-1', note: '' });
  await org.turns(1);
  expect(org.lines('decided')).toMatchObject([{ outcome: expect.stringContaining('Send me the plan.') }]);
  const { host, provider } = org.ports();
  const recompute = new Recompute(TOOLS, { host, provider });
  for (const group of readJournal(org.disk, [])) await recompute.take(group);
  expect(recompute).toMatchObject({ divergence: null, visits: 3 });
});

it('a search of the own texts asks nobody, and hands on a taint only with a text that has it', async () => {
  const local = { backend: 'local', folder: 'pages' };
  const fetch = { tool: 'fetch_url', input: { url: 'http://one.example/' } };
  const write = { tool: 'write_file', input: { path: 'shared/pages/bear.md', content: 'A bear hunts bees.' } };
  const org = searching(local, [
    [fetch, write],
    [search('fox'), search('bees'), search('hunts', 1), fetch],
  ]);
  expect(await org.told()).toMatchObject([{ ok: true, tainted: true }, { ok: true }]);
  const used = await org.told();
  expect(used.map(({ ok, tainted, text }) => [ok, tainted, text.split('\n')[0]])).toEqual([
    [true, undefined, '1. Foxes'],
    [true, true, '1. A bear hunts bees.'],
    [true, true, '1. A bear hunts bees.'],
  ]);
  expect(org.lines('held')).toMatchObject([{ tool: 'fetch_url', rule: 'taint' }]);
});
