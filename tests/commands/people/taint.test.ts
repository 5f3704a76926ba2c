import { expect, it } from 'vitest';
import * as auditCommand from '../../../src/commands/look/audit.ts';
import * as taintCommand from '../../../src/commands/people/taint.ts';
import * as replayCommand from '../../../src/commands/time/replay.ts';
import type { Wire } from '../../../src/disk/sandbox/wire.ts';
import { Hands } from '../../engine/tools/hands.ts';
import { checked, checkedLeaf } from '../checked.ts';
import { faultsOf, inputOf, testWorld } from '../world.ts';
import { lemming } from './world.ts';

const audit = checked(auditCommand);
const replay = checked(replayCommand);

const WIRE: Wire = {
  resolve: async () => ['93.184.216.34'],
  ask: async () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: Buffer.from('x'), isCut: false }),
};

it('lists who is tainted, and clears on a person’s word', async () => {
  const resumes = { a: { tools: ['fetch_url'], hosts: ['*'], schedule: { when: 'always' } } };
  const fetch = { tool: 'fetch_url', input: { url: 'http://example.org/' } };
  const hands = new Hands([[fetch]], { resumes }, { wire: WIRE });
  const asked = (what: string, args: Record<string, string> = {}) =>
    checkedLeaf(taintCommand, `taint ${what}`)(testWorld(hands.root), inputOf({ args }));
  expect((await asked('list')).text).toBe('Nothing is tainted: no agent has read text from strangers.');
  await hands.turns(1);
  const { data, text } = await asked('list');
  expect(data).toEqual({ tainted: [{ what: 'a', read: 'call 1.a.1' }] });
  expect(text).toContain('call 1.a.1');
  expect((await lemming(hands.root, ['taint', 'clear'])).exit).toBe(2);
  expect(await faultsOf(asked('clear', { name: 'human' }))).toEqual(['not-found']);
  expect((await asked('clear', { name: 'a' })).text).toBe('a is no longer tainted.');
  expect((await asked('list')).data).toEqual({ tainted: [] });
  const { data: told } = await audit(testWorld(hands.root), inputOf({ flags: { act: 'untaint' } }));
  expect(told).toMatchObject({ acts: [{ who: 'human', on: 'a' }] });
});

it('a replay that decides everything anew comes to the same: taint, held acts, and what their files show', async () => {
  const resumes = {
    a: { tools: ['fetch_url', 'read_file', 'ask:write_file'], hosts: ['*'], schedule: { when: 'always' } },
  };
  const fetch = { tool: 'fetch_url', input: { url: 'http://example.org/' } };
  const write = { tool: 'write_file', input: { path: 'x.txt', content: 'b\n' } };
  const hands = new Hands([[fetch, fetch, write]], { resumes }, { wire: WIRE });
  hands.put('x.txt', 'a\n');
  await hands.turns(2);
  expect(hands.lines().flatMap((line) => (line.k === 'held' ? [[line.rule, line.was]] : []))).toEqual([
    ['taint', undefined],
    ['ask', 'a\n'],
  ]);
  const { data } = await replay(testWorld(hands.root), inputOf({ flags: { recompute: true } }));
  expect(data).toMatchObject({ identical: true });
});
