import { describe, expect, it } from 'vitest';
import { agentFolders, hasEdge, keysIn, lists, mayWriteTo } from '../../../src/core/model/config.ts';
import { configOf } from '../world.ts';

const CHART = `version: 1
agents:
  human: { send_to: ["*"], read_from: ["*"] }
  hub: { send_to: [human, b, a, "@crew"], read_from: [human, a] }
  a: { send_to: [hub, b], read_from: [hub, human] }
  b: { send_to: ["*"], read_from: [hub] }
`;
const config = configOf({
  edges: { human: [], hub: [], a: [], b: [], c: [], loner: [] },
  files: { 'org/chart.yaml': CHART, 'org/units/crew.md': '---\nmembers: [c, a]\n---\n' },
});

describe('an edge', () => {
  it.each([
    ['human', 'hub', true, 'both ends, one by *'],
    ['hub', 'human', true, 'both ends, the other by *'],
    ['hub', 'a', true, 'both ends by name'],
    ['hub', 'c', false, 'the unit is written to, but it reads from nobody'],
    ['a', 'b', false, 'b does not read from a'],
    ['human', 'b', false, 'b does not read from human, though human writes to all'],
    ['b', 'a', false, 'a does not read from b'],
    ['b', 'human', true, '* on both ends'],
    ['human', 'human', false, 'nobody writes to themselves'],
    ['loner', 'human', false, 'who is not in the chart writes to nobody'],
    ['human', 'loner', false, 'who is not in the chart reads from nobody'],
    ['nobody', 'human', false, 'who does not exist writes to nobody'],
  ])('%s → %s: %s (%s)', (from, to, is) => {
    expect(hasEdge(config, from, to)).toBe(is);
  });
});

it('an end names its agents, everyone by *, and nobody when it is missing', () => {
  expect(lists(undefined, 'a')).toBe(false);
  expect(lists({ all: true, names: new Set() }, 'a')).toBe(true);
  expect(lists({ all: false, names: new Set(['a']) }, 'a')).toBe(true);
  expect(lists({ all: false, names: new Set(['a']) }, 'b')).toBe(false);
});

describe('whom an agent may write to, in chart order', () => {
  it.each([
    ['human', ['hub', 'a']],
    ['hub', ['human', 'a', 'b']],
    ['a', ['hub']],
    ['b', ['human']],
    ['loner', []],
    ['nobody', []],
  ])('%s: %j', (from, to) => {
    expect(mayWriteTo(config, from)).toEqual(to);
  });
});

it('folders of agents are known by their files, and by what was set aside in their place', () => {
  const texts = ['org/org.yaml', 'agents/a/resume.md', 'agents/a/memory/x.md', 'agents/b/memory/y.md'];
  const asides = [
    'agents/c',
    'agents/d/resume.md',
    'agents/e/outbox',
    'agents/f/outbox/x.md',
    'agents/g/other',
    'org/units/h.md',
  ];
  expect(agentFolders(texts, asides)).toEqual(['a', 'b', 'c', 'd', 'e']);
});

it.each([
  [null, ['env:ONE', 'secret://two']],
  [{ backend: 'local', folder: 'x' }, ['env:ONE', 'secret://two']],
  [{ backend: 'brave', key: 'env:ONE' }, ['env:ONE', 'secret://two']],
  [{ backend: 'tavily', key: 'env:THREE' }, ['env:ONE', 'secret://two', 'env:THREE']],
])('with search %j the keys that are named are %j', (search, keys) => {
  const hosted = { provider: 'openai', model: 'm' };
  const models = {
    default: { provider: 'scripted' },
    one: { ...hosted, key: 'env:ONE' },
    two: { ...hosted, key: 'secret://two' },
    three: { ...hosted, key: 'env:ONE' },
  };
  expect(keysIn(configOf({ edges: { a: [] }, models, org: { search } }))).toEqual(keys);
});
