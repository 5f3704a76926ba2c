import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/disk/config/config.ts';
import { planFiles } from '../../../src/testing/build-org.ts';

function read(files: Record<string, string>) {
  return readConfig(planFiles({ edges: { human: ['a'], a: ['human'] }, files }), ['a', 'human'], {});
}

const GOOD = '---\nname: weather\ndescription: Tells\ncommand: [python3, ./main.py]\n---\nHelp.\n';

describe('tools in an org', () => {
  it('are read with all their files', () => {
    const { config, faults } = read({
      'org/tools/weather/TOOL.md': GOOD,
      'org/tools/weather/main.py': 'print(1)',
      'org/tools/weather/__pycache__/x.pyc': 'x',
      'org/tools/_off/TOOL.md': 'anything',
    });
    expect(faults).toEqual([]);
    expect(config?.tools.get('weather')).toMatchObject({
      help: 'Help.',
      files: new Map([
        ['TOOL.md', GOOD],
        ['main.py', 'print(1)'],
      ]),
      head: {
        input: { type: 'object', properties: {}, additionalProperties: false },
        timeout_ms: 60_000,
        result_chars: 60_000,
      },
    });
  });

  it.each([
    ['no front matter', 'Help.', 'invalid-yaml'],
    ['another name', GOOD.replace('weather', 'wind'), 'invalid-value'],
    ['a name like that of a tool of a server', GOOD.replace('weather', 'we__ther'), 'invalid-value'],
    ['nothing to run', GOOD.replace(/command.*/, ''), 'invalid-value'],
    ['two things to run', GOOD.replace('command', 'module: main.py\ncommand'), 'invalid-value'],
    ['a file that is not there', GOOD.replace('main.py', 'other.py'), 'unknown-name'],
    ['a module outside', GOOD.replace(/command.*/, 'module: ../x.js'), 'invalid-value'],
    ['a module that is not there', GOOD.replace(/command.*/, 'module: x.js'), 'unknown-name'],
    ['an input that is no object', GOOD.replace('command', 'input: { type: string }\ncommand'), 'invalid-value'],
    ['code in its front matter', '---js\n({})\n---\n', 'invalid-yaml'],
  ])('with %s are broken: left out, and nobody is set aside', (_what, text, code) => {
    const { config, faults } = read({ 'org/tools/weather/TOOL.md': text, 'org/tools/weather/main.py': '' });
    expect(faults).toMatchObject([{ code, file: 'org/tools/weather/TOOL.md' }]);
    expect([config?.tools.size, config?.agents.has('a')]).toEqual([0, true]);
  });

  it('without TOOL.md are broken', () => {
    expect(read({ 'org/tools/weather/main.py': '' }).faults).toMatchObject([
      { code: 'missing-file', file: 'org/tools/weather/TOOL.md' },
    ]);
  });
});

const MCP = (server: string) => `version: 1\nservers:\n  s: ${server}\n`;
const PIN = 'version: 1\ntools: [{ name: add, description: Adds, input: { type: object } }]\n';

describe('servers of tools in an org', () => {
  it('are read with the tools that were approved', () => {
    const { config, faults } = read({ 'org/mcp.yaml': MCP('{ url: https://x.invalid/ }'), 'org/mcp/s.yaml': PIN });
    expect(faults).toEqual([]);
    expect([...(config?.servers.values() ?? [])]).toMatchObject([
      { name: 's', settings: { touches: 'once', headers: {} }, tools: [{ name: 'add' }] },
    ]);
  });

  it.each([
    ['neither command nor address', '{ touches: once }'],
    ['both', '{ command: [x], url: https://x.invalid/ }'],
    ['an address without protection', '{ url: http://x.invalid/ }'],
    ['an address of another kind', '{ url: file:///etc }'],
    ['an address that is none', '{ url: "http://[" }'],
    ['a key itself', '{ url: https://x.invalid/, headers: { Authorization: "Bearer sk-123" } }'],
    ['a folder outside', '{ command: [x], cwd: ../x }'],
    ['a variable that is none', '{ command: [x], env: [A=1] }'],
  ])('with %s are none', (_what, server) => {
    const { config, faults } = read({ 'org/mcp.yaml': MCP(server) });
    expect(faults).toMatchObject([{ file: 'org/mcp.yaml' }]);
    expect([config?.servers.size, config?.agents.has('a')]).toEqual([0, true]);
  });

  it.each(['http://localhost:1/', 'http://127.0.0.1/', 'http://[::1]:80/x'])('may have the address %s', (url) => {
    expect(read({ 'org/mcp.yaml': MCP(`{ url: "${url}" }`) }).faults).toEqual([]);
  });

  it.each(['read_file', 'S', 's_t', 's__t', 'x'.repeat(25)])('cannot be named %s', (name) => {
    const { faults } = read({ 'org/mcp.yaml': `version: 1\nservers: { ${name}: { command: [x] } }\n` });
    expect(faults).toMatchObject([{ file: 'org/mcp.yaml' }]);
  });

  it('have no tools when the file of these is broken', () => {
    const broken = PIN.replace('name: add', 'name: a__b');
    const { config, faults } = read({ 'org/mcp.yaml': MCP('{ command: [x] }'), 'org/mcp/s.yaml': broken });
    expect(faults).toMatchObject([{ file: 'org/mcp/s.yaml' }]);
    expect(config?.servers.get('s')?.tools).toBeNull();
  });
});

describe('resumes', () => {
  const plan = (own: string[], base: string[]) =>
    planFiles({
      edges: { human: ['a'], a: ['human'] },
      resumes: { a: { extends: 'base', tools: own } },
      files: { 'org/templates/base.md': `---\ntools: [${base.map((one) => `"${one}"`)}]\n---\nx\n` },
    });
  const faultsOf = (own: string[], base: string[]) => readConfig(plan(own, base), ['a', 'human'], {}).faults.length;

  it('may narrow all tools of a server to some of them, and ask', () => {
    expect(faultsOf(['s__add', 'ask:s__sub', 'ask:s__*', 's__*'], ['s__*'])).toBe(0);
    expect(faultsOf(['ask:s__add'], ['ask:s__*'])).toBe(0);
    expect(faultsOf(['s__add'], ['ask:s__*'])).toBe(1);
    expect(faultsOf(['s__*'], ['s__add'])).toBe(1);
    expect(faultsOf(['t__add'], ['s__*'])).toBe(1);
  });
});
