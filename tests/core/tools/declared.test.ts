import { describe, expect, it } from 'vitest';
import { trustHash, trustTerm } from '../../../src/core/model/trust.ts';
import { declaredIn, isTrusted, trustNow, trustOfServer, trustOfTool } from '../../../src/core/tools/declared.ts';
import { configOf, stateOf } from '../world.ts';

const TOOL = '---\nname: weather\ndescription: Tells\ncommand: [cat]\n---\nHelp.\n';
const PIN = 'version: 1\ntools:\n  - { name: add, description: Adds, input: { type: object } }\n';
const EDGES = { human: ['a'], a: ['human'] };
const config = configOf({
  edges: EDGES,
  files: {
    'org/tools/weather/TOOL.md': TOOL,
    'org/tools/weather/lib/a.py': 'x',
    'org/mcp.yaml': 'version: 1\nservers: { counter: { command: [cat] }, unseen: { url: https://x.invalid/ } }\n',
    'org/mcp/counter.yaml': PIN,
    'org/mcp/gone.yaml': PIN,
  },
});

describe('what an org declares', () => {
  it('is what the owner may approve: tools with every byte of their folders, servers with their tools', () => {
    const [weather, counter, ...rest] = declaredIn(config);
    expect(weather).toEqual({
      kind: 'tool',
      name: 'weather',
      text: JSON.stringify([
        ['TOOL.md', TOOL],
        ['lib/a.py', 'x'],
      ]),
    });
    expect(counter).toMatchObject({ kind: 'server', name: 'counter' });
    expect((counter as { text: string }).text).toBe(
      '{"command":["cat"]} [{"name":"add","description":"Adds","input":{"type":"object"}}]',
    );
    expect(rest).toEqual([]);
    expect([weather, counter].map((what) => what && trustTerm(what))).toEqual(['weather', 'counter']);
    expect(declaredIn(config)).toBe(declaredIn(config));
  });

  it('is trusted by the hash of exactly that', () => {
    const what = trustOfTool(config.tools.get('weather') as never);
    const trusted = new Map([['tool weather', trustHash(what)]]);
    expect(isTrusted(trusted, what)).toBe(true);
    expect(isTrusted(trusted, { ...what, text: 'x' } as typeof what)).toBe(false);
    expect(isTrusted(trusted, trustOfServer(config.servers.get('counter') as never))).toBe(false);
    expect(isTrusted(new Map(), { kind: 'command', argv: ['x'] })).toBe(false);
  });
});

describe('the line of what is trusted', () => {
  const lineOf = (approved: string[], ...before: Parameters<typeof stateOf>) =>
    trustNow(config, stateOf(...before), (what) => approved.includes(trustTerm(what)));

  it('says what the owner approves, when it is not what the journal says', () => {
    const [line] = lineOf(['counter', 'weather']);
    expect(line).toMatchObject({ k: 'trusted', tools: { 'tool weather': expect.any(String) } });
    expect(Object.keys((line as { tools: object }).tools)).toEqual(['tool weather', 'server counter']);
    expect(lineOf(['counter', 'weather'], line as never)).toEqual([]);
    expect(lineOf(['counter'], line as never)).toMatchObject([{ tools: { 'server counter': expect.any(String) } }]);
    expect(lineOf([], line as never)).toEqual([{ k: 'trusted', tools: {} }]);
    const other = { k: 'trusted' as const, tools: { 'tool weather': 'x', 'server counter': 'y' } };
    expect(lineOf(['counter', 'weather'], other)).toEqual([line]);
  });

  it('is not there where nobody approves anything', () => {
    expect(trustNow(config, stateOf())).toEqual([]);
    expect(trustNow(configOf({ edges: EDGES }), stateOf(), () => true)).toEqual([]);
  });
});
