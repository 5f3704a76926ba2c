import { expect, it } from 'vitest';
import { standingPolicyFor } from '../../../src/core/rights/standing-policy.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { configOf, resumeOf } from '../world.ts';

const CONFIG = configOf({
  edges: { human: ['a'], a: ['human', 'b'], b: [] },
  resumes: { a: { tools: [...TOOLS.keys()] } },
});

it.each([
  ['fetch_url', { url: 'https://Example.org/x?y' }, 'fetch_url agent:a host:example.org'],
  ['fetch_url', { url: 'https://example.org:8443/' }, 'fetch_url agent:a host:example.org:8443'],
  ['fetch_url', { url: 'no url' }, null],
  ['shell', { command: 'git commit -m "a b"' }, 'shell agent:a command:git'],
  ['shell', { command: 'git log | sh' }, null],
  ['shell', { command: 'git log && rm x' }, null],
  ['shell', { command: 'A=1 git log' }, null],
  ['shell', { command: 'git log "$(rm x)"' }, null],
  ['write_file', { path: 'shared/docs/x.md', content: '' }, 'write_file agent:a path:shared/docs/x.md'],
  ['write_file', { path: 'a b.md', content: '' }, null],
  ['write_file', { path: '../x', content: '' }, null],
  ['send_message', { to: ['human', 'b'], body: '' }, 'send_message agent:a to:human to:b'],
  ['send_message', { to: ['*'], body: '' }, 'send_message agent:a to:*'],
  ['run_python', { code: 'x' }, 'run_python agent:a'],
  ['web_search', { query: 'https://example.org' }, 'web_search agent:a'],
  ['recall', null, 'recall agent:a'],
  ['request_approval', { question: 'Go?', options: [] }, null],
  ['teleport', null, 'teleport agent:a'],
])('%s %j is named by %s', (toolName, value, act) => {
  const resume = { ...resumeOf(CONFIG, 'a'), shared: ['docs'] };
  const policy = standingPolicyFor(CONFIG, {
    agent: 'a',
    resume,
    toolName,
    tool: TOOLS.get(toolName),
    value,
    why: null,
    approved: false,
  });
  expect(policy).toEqual(act === null ? null : { act, do: 'always' });
});

it.each([{ path: '/etc/x' }, { url: 'no url' }, { command: 'a | b' }])(
  'an act of a tool of the org with %j is named by agent and tool',
  (value) => {
    const shipped = TOOLS.get('calculate');
    if (shipped?.kind !== 'world') throw new Error('calculate is a world tool');
    const tool = { ...shipped, needs: { kind: 'server', name: 's', text: '' } as const };
    const resume = resumeOf(CONFIG, 'a');
    const act = { agent: 'a', resume, toolName: 's__find', tool, value, why: null, approved: false };
    expect(standingPolicyFor(CONFIG, act)).toEqual({ act: 's__find agent:a', do: 'always' });
  },
);
