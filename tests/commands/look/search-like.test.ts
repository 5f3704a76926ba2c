import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { fakeService } from '../../providers/fake-service.ts';
import { exists, lemming, OFFICE, office, put, turns } from '../people/world.ts';
import { scratch } from '../world.ts';

const keysOf = (said: { data: { entries: { key: string }[] } }) => said.data.entries.map(({ key }) => key);
const FILES = {
  'agents/planner/memory/release.md': '---\ntags: [ops]\n---\nDeployments take an hour.\n',
  'agents/planner/memory/archive/old.md': 'Shipping was slow.\n',
  'agents/manager/memory/lunch.md': 'Soup at noon.\n',
  'org/shared/context/rules.md': 'Nobody ships on Friday.\n',
};

/** The first number says whether a text is of shipping, the second whether it is of food. */
const meaningOf = (text: string) => [Number(/ship|deploy|release/i.test(text)), Number(/soup|lunch|food/i.test(text))];
const service = fakeService({
  paths: { plain: '/v1/embeddings', stream: '/never' },
  schema: z.strictObject({ model: z.string(), input: z.array(z.string()), encoding_format: z.literal('float') }),
  faultsInHeaders: () => [],
  faultsIn: () => [],
  usual: ({ input }) => ({ body: { data: input.map((text, index) => ({ index, embedding: meaningOf(text) })) } }),
  streamed: () => '',
  looked: () => ({}),
});

function officeWith(model: Record<string, unknown>, embedder: string | null = 'near'): string {
  return office({ files: FILES, org: { memory: { embedder } }, models: { ...OFFICE.models, near: model } });
}
const hosted = () =>
  officeWith({ provider: 'openai-compatible', model: 'm', base_url: `${service.url}/v1`, timeout_ms: 5000 });
const search = (root: string, ...words: string[]) =>
  lemming(root, ['search', ...words, '--memory', '--like', '--json']);
/** The texts that the service was sent since it was asked the last time. */
const sent = () => service.requests.splice(0).flatMap(({ body }) => body.input);

it('finds what means the same in other words; what holds the word comes first', async () => {
  const root = hosted();
  expect(keysOf(await search(root, 'food'))).toEqual(['lunch']);
  const found = await search(root, 'shipping');
  expect(keysOf(found)[0]).toBe('old');
  expect(keysOf(found).sort()).toEqual(['old', 'release', 'shared/rules']);
  expect(found.data.found).toBe(3);
  expect(keysOf(await lemming(root, ['search', 'shipping', '--memory', '--json']))).toEqual(['old']);
});

it('sends each text once, those that changed again, and none of others than is asked', async () => {
  const root = hosted();
  await search(root, 'ship', '--agent', 'planner');
  expect(sent().sort()).toEqual(['old\nShipping was slow.', 'release ops\nDeployments take an hour.', 'ship']);
  await search(root, 'ship');
  expect(sent().sort()).toEqual(['lunch\nSoup at noon.', 'shared/rules\nNobody ships on Friday.', 'ship']);
  put(root, 'agents/manager/memory/lunch.md', 'No soup.\n');
  rmSync(join(root, 'agents/planner/memory/release.md'));
  expect(keysOf(await search(root, 'ship')).sort()).toEqual(['old', 'shared/rules']);
  expect(sent()).toEqual(['lunch\nNo soup.', 'ship']);
  put(root, '.lemming/memory.vectors', 'damaged');
  await search(root, 'ship');
  expect(sent()).toHaveLength(4);
});

it('keeps what was made when a later call fails, and says what failed', async () => {
  const root = hosted();
  for (let i = 0; i < 70; i++) put(root, `agents/hr/memory/n${i}.md`, `Note ${i}.\n`);
  service.answer(
    ({ input }) => ({ body: { data: input.map((text, index) => ({ index, embedding: meaningOf(text) })) } }),
    {
      status: 500,
      body: { error: { message: 'down' } },
    },
  );
  const failed = await search(root, 'ship');
  expect(failed.exit).toBe(8);
  expect(failed.err).toContain('down');
  expect(sent()).toHaveLength(74);
  expect((await search(root, 'ship')).exit).toBe(0);
  expect(sent()).toHaveLength(74 - 64 + 1);
});

it.each([
  ['one vector too few', { data: [] }],
  ['vectors of many lengths', { data: [0, 1, 2, 3].map((n) => ({ index: n, embedding: Array(n + 1).fill(1) })) }],
  ['vectors of no length', { data: [0, 1, 2, 3].map((index) => ({ index, embedding: [] })) }],
])('a service that gives %s fails', async (_, body) => {
  const root = hosted();
  service.answer({ body });
  expect((await search(root, 'ship')).exit).toBe(8);
});

it('asks nobody where the vectors cannot be kept', async () => {
  const root = hosted();
  symlinkSync(scratch(), join(root, '.lemming'));
  expect((await search(root, 'ship')).exit).not.toBe(0);
  expect(sent()).toEqual([]);
});

it('too many numbers to be kept are refused', async () => {
  const root = hosted();
  for (let i = 0; i < 1000; i++) put(root, `agents/hr/memory/n${i}.md`, `Note ${i}.\n`);
  service.answer(({ input }) => ({
    body: { data: input.map((_, index) => ({ index, embedding: Array(16_000).fill(1) })) },
  }));
  expect((await search(root, 'ship')).exit).toBe(3);
  expect((await search(root, 'ship', '--agent', 'planner')).exit).toBe(0);
});

it('needs an embedder that makes vectors, and memory', async () => {
  expect((await search(office({ files: FILES }), 'ship')).exit).toBe(2);
  expect((await lemming(hosted(), ['search', 'ship', '--like'])).exit).toBe(2);
  expect((await search(officeWith({ provider: 'scripted' }), 'ship')).exit).toBe(8);
  const root = officeWith({ provider: 'scripted' }, 'nobody');
  const said = await lemming(root, ['validate']);
  expect(said.exit).toBe(3);
  expect(said.out + said.err).toContain('org/org.yaml:4');
  const env = { LEMMING_MEMORY_EMBEDDER: 'nowhere' };
  const other = await lemming(hosted(), ['validate'], { env });
  expect(other.exit).toBe(3);
  expect(other.out + other.err).toContain('LEMMING_MEMORY_EMBEDDER');
});

it('a simulated model makes vectors from the spelling, without a service; no prompt depends on them', async () => {
  const root = officeWith({ provider: 'simulated' });
  expect(keysOf(await search(root, 'deploymnt'))[0]).toBe('release');
  expect(exists(root, '.lemming/memory.vectors')).toBe(true);
  await turns(root, 2);
  expect((await lemming(root, ['replay'])).exit).toBe(0);
});
