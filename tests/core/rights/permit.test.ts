import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/core/model/config.ts';
import type { Tool } from '../../../src/core/model/tool.ts';
import { permitPath } from '../../../src/core/model/tool-path.ts';
import { type Act, grants, permit } from '../../../src/core/rights/permit.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { configOf, resumeOf } from '../world.ts';

const EDGES = { human: ['a'], a: ['b', 'human'], b: ['a'], c: ['a'], boss: [] };

interface Policy {
  act: string;
  do: 'auto' | 'always' | 'deny' | { ask: string[] };
}

function config(policies: Policy[] = []): Config {
  const tools = [
    'read_file',
    'ask:write_file',
    'recall',
    'fetch_url',
    'shell',
    'ask:run_python',
    'hire_agent',
    'load_skill',
    'request_approval',
    's__*',
    'ask:s__two',
  ];
  const read = configOf({
    edges: EDGES,
    resumes: { a: { tools, hosts: ['good.org', '*.wiki.org'], commands: ['git', 'npm'] }, boss: { person: true } },
    files: { 'org/units/crew.md': '---\nmembers: [b, human]\n---\n' },
  });
  // Patterns that the reader of org.yaml refuses are judged as well: older journals hold them.
  return { ...read, org: { ...read.org, policies } };
}

function actOf(config: Config, toolName: string, value: unknown, more: Partial<Act> = {}): Act {
  const tool: Tool | undefined = TOOLS.get(toolName);
  return { agent: 'a', resume: resumeOf(config, 'a'), toolName, tool, value, why: null, approved: false, ...more };
}

const ASK = { ask: ['boss'] };
const THEIRS = TOOLS.get('read_file') as Tool;
const BARRED: Tool = { ...THEIRS, barred: 'not approved' };
const send = (...to: string[]) => ({ to, body: 'Hi.' });

/** tool, input, policies, what is said, by which rule. One row a rule, and more where a rule has more to say. */
const TABLE: [string, string, unknown, Policy[], Partial<Act>, 'allow' | 'refuse' | 'hold', string][] = [
  ['an unknown tool', 'teleport', {}, [], {}, 'refuse', 'known-tool'],
  ['a tool named like a property', '__proto__', {}, [], {}, 'refuse', 'known-tool'],
  ['a tool that the resume does not list', 'remember', { key: 'k', text: '' }, [], {}, 'refuse', 'granted-tool'],
  [
    'a tool that was not granted, with bad input',
    'remember',
    null,
    [],
    { why: 'key: missing' },
    'refuse',
    'granted-tool',
  ],
  ['a granted tool with bad input', 'read_file', null, [], { why: 'path: missing' }, 'refuse', 'input'],
  ['a granted tool', 'read_file', { path: 'x' }, [], {}, 'allow', 'resume'],
  ['a skill that was loaded too often', 'load_skill', { name: 'x' }, [], { overLimit: 'x' }, 'refuse', 'skill-limit'],
  ['a skill that may be loaded', 'load_skill', { name: 'x' }, [], { overLimit: null }, 'allow', 'resume'],
  ['a tool that is held', 'hire_agent', {}, [], {}, 'hold', 'held-tool'],
  ['a tool that is held and was approved', 'hire_agent', {}, [], { approved: true }, 'allow', 'resume'],
  [
    'a held tool that a policy lets happen',
    'hire_agent',
    {},
    [{ act: 'hire_agent', do: 'auto' }],
    {},
    'allow',
    'resume',
  ],
  ['a held tool that a policy holds', 'hire_agent', {}, [{ act: '*', do: ASK }], {}, 'hold', 'policy *'],
  ['a command that is listed', 'shell', { command: 'git log' }, [], {}, 'allow', 'resume'],
  ['a command that begins like one', 'shell', { command: 'git-evil log' }, [], {}, 'refuse', 'command'],
  ['a command that one begins like', 'shell', { command: 'gi log' }, [], {}, 'refuse', 'command'],
  ['a command of that name elsewhere', 'shell', { command: './git log' }, [], {}, 'refuse', 'command'],
  [
    'an act that is always held, and a policy that lets everything happen',
    'request_approval',
    {},
    [{ act: '*', do: 'always' }],
    {},
    'hold',
    'held-tool',
  ],
  [
    'an act that is always held, and a policy for it',
    'request_approval',
    {},
    [{ act: 'request_approval', do: 'auto' }],
    {},
    'hold',
    'held-tool',
  ],
  [
    'a held tool that a person lets happen from now on',
    'hire_agent',
    {},
    [{ act: 'hire_agent', do: 'always' }],
    {},
    'allow',
    'resume',
  ],
  ['a tool that everyone has', 'acknowledge', { id: 'x' }, [], {}, 'allow', 'every-agent'],
  ['mail along an edge', 'send_message', send('b'), [], {}, 'allow', 'every-agent'],
  ['mail without an edge', 'send_message', send('c'), [], {}, 'refuse', 'edge'],
  ['mail of which one recipient has no edge', 'send_message', send('b', 'c'), [], {}, 'refuse', 'edge'],
  ['mail without an edge that was approved', 'send_message', send('c'), [], { approved: true }, 'refuse', 'edge'],
  ['mail whose recipients were never checked', 'send_message', null, [], {}, 'allow', 'every-agent'],
  ['mail without recipients', 'send_message', { body: 'x' }, [], {}, 'allow', 'every-agent'],
  [
    'a policy that denies a tool',
    'read_file',
    { path: 'x' },
    [{ act: 'read_file', do: 'deny' }],
    {},
    'refuse',
    'policy',
  ],
  ['a policy that denies everything', 'send_message', send('b'), [{ act: '*', do: 'deny' }], {}, 'refuse', 'policy'],
  ['a policy of another tool', 'read_file', { path: 'x' }, [{ act: 'recall', do: 'deny' }], {}, 'allow', 'resume'],
  [
    'a policy that lets it happen before one that denies',
    'read_file',
    { path: 'x' },
    [
      { act: ' read_file ', do: 'auto' },
      { act: '*', do: 'deny' },
    ],
    {},
    'allow',
    'resume',
  ],
  ['a tool that is barred', 'read_file', {}, [], { tool: BARRED, why: 'x' }, 'refuse', 'trusted-tool'],
  ['a tool that is barred and not granted', 'remember', {}, [], { tool: BARRED }, 'refuse', 'granted-tool'],
  ['a tool of a server', 's__one', {}, [], { tool: THEIRS }, 'allow', 'resume'],
  ['a tool of a server that is asked about', 's__two', {}, [], { tool: THEIRS }, 'hold', 'ask'],
  ['a tool of another server', 'st__one', {}, [], { tool: THEIRS }, 'refuse', 'granted-tool'],
  [
    'a policy of all tools of a server',
    's__one',
    {},
    [{ act: 's__*', do: 'deny' }],
    { tool: THEIRS },
    'refuse',
    'policy',
  ],
  ['a policy that asks', 'read_file', { path: 'x' }, [{ act: 'read_file', do: ASK }], {}, 'hold', 'policy read_file'],
  [
    'a policy that asks, of an approved act',
    'read_file',
    { path: 'x' },
    [{ act: 'read_file', do: ASK }],
    { approved: true },
    'allow',
    'resume',
  ],
  [
    'a policy of a recipient',
    'send_message',
    send('human'),
    [{ act: 'send_message to:human', do: 'deny' }],
    {},
    'refuse',
    'policy',
  ],
  [
    'a policy of another recipient',
    'send_message',
    send('b'),
    [{ act: 'send_message to:human', do: 'deny' }],
    {},
    'allow',
    'every-agent',
  ],
  [
    'a policy of one of the recipients',
    'send_message',
    send('b', 'human'),
    [{ act: 'send_message to:human', do: 'deny' }],
    {},
    'refuse',
    'policy',
  ],
  [
    'a policy of a recipient reached by *',
    'send_message',
    send('*'),
    [{ act: 'send_message to:human', do: 'deny' }],
    {},
    'refuse',
    'policy',
  ],
  [
    'a policy of a recipient reached by a unit',
    'send_message',
    send('@crew'),
    [{ act: 'send_message to:human', do: 'deny' }],
    {},
    'refuse',
    'policy',
  ],
  [
    'a policy of a recipient, of a tool that has none',
    'read_file',
    { path: 'x' },
    [{ act: '* to:human', do: 'deny' }],
    {},
    'allow',
    'resume',
  ],
  ['a policy of an agent', 'read_file', { path: 'x' }, [{ act: '* agent:a', do: 'deny' }], {}, 'refuse', 'policy'],
  ['a policy of another agent', 'read_file', { path: 'x' }, [{ act: '* agent:b', do: 'deny' }], {}, 'allow', 'resume'],
  [
    'a policy of an agent and a recipient',
    'send_message',
    send('b'),
    [{ act: 'send_message agent:a to:b', do: 'deny' }],
    {},
    'refuse',
    'policy',
  ],
  [
    'a policy of something unknown',
    'read_file',
    { path: 'x' },
    [{ act: 'read_file weekday:monday', do: 'deny' }],
    {},
    'allow',
    'resume',
  ],
  ['a tool granted with ask:', 'write_file', { path: 'x', content: '' }, [], {}, 'hold', 'ask'],
  [
    'a tool granted with ask:, of an approved act',
    'write_file',
    { path: 'x', content: '' },
    [],
    { approved: true },
    'allow',
    'resume',
  ],
  [
    'a tool granted with ask: under a policy that lets it happen',
    'write_file',
    { path: 'x', content: '' },
    [{ act: 'write_file', do: 'auto' }],
    {},
    'hold',
    'ask',
  ],
  ...fitting('fetch_url', { url: 'https://good.org/x' }, [
    ['host:good.org', true, true],
    ['host:*', true, true],
    ['host:en.wiki.org', false, false],
    ['host:good.org:8443', false, false],
    ['host:', false, false],
    ['path:good.org', false, false],
  ]),
  ...fitting('shell', { command: 'git log --oneline' }, [
    ['command:git', true, true],
    ['command:log', false, true],
    ['command:npm', false, false],
    ['', true, true],
    ['command', false, false],
  ]),
  ...fitting('read_file', { path: 'docs/a/x.md' }, [
    ['path:docs', true, true],
    ['path:./docs//a', true, true],
    ['path:docs/a/x.md', true, true],
    ['path:doc', false, false],
    ['path:..', false, false],
    ['host:good.org', false, false],
    ['command:docs', false, false],
  ]),
  ...fitting('read_file', { path: '../x' }, [['path:.', false, false]]),
  ...fitting('recall', { key: 'x' }, [['path:.', false, false]]),
  ...fitting('send_message', send('b', 'human'), [
    ['to:b', false, true],
    ['to:b to:human', true, true],
    ['to:b to:human to:c', false, false],
  ]),
  ...fitting('send_message', send('@crew'), [
    ['to:@crew', true, true],
    ['to:b', false, true],
    ['to:b to:human', true, true],
  ]),
  ...fitting('read_file', { path: 'x' }, [['to:b', false, false]]),
  ...fitting('send_message', send('c'), [['to:c', null, null]]),
  ['a host that the resume does not list', 'fetch_url', { url: 'http://bad.org' }, [], {}, 'refuse', 'host'],
  ['no host at all', 'fetch_url', null, [], {}, 'refuse', 'url'],
  ['a command that the resume lists', 'shell', { command: ' npm test ' }, [], {}, 'allow', 'resume'],
  ['a command that the resume does not list', 'shell', { command: 'rm -r x' }, [], {}, 'refuse', 'command'],
  ['a command that goes on', 'shell', { command: 'git log; rm -r x' }, [], {}, 'refuse', 'command'],
  [
    'a policy that denies, of an approved act',
    'read_file',
    { path: 'x' },
    [{ act: '*', do: 'deny' }],
    { approved: true },
    'refuse',
    'policy',
  ],
  ['a taint', 'fetch_url', { url: 'http://good.org' }, [], { taint: 'It read.' }, 'hold', 'taint'],
  [
    'a taint, of an approved act',
    'fetch_url',
    { url: 'http://good.org' },
    [],
    { taint: 'It read.', approved: true },
    'allow',
    'resume',
  ],
  [
    'a taint under auto',
    'fetch_url',
    { url: 'http://good.org' },
    [{ act: '*', do: 'auto' }],
    { taint: 'It read.' },
    'hold',
    'taint',
  ],
  [
    'a taint under always',
    'fetch_url',
    { url: 'http://good.org' },
    [{ act: '*', do: 'always' }],
    { taint: 'It read.' },
    'allow',
    'resume',
  ],
  [
    'always before ask:',
    'run_python',
    { code: '1' },
    [{ act: 'run_python agent:a', do: 'always' }],
    {},
    'allow',
    'resume',
  ],
  [
    'always of another agent',
    'run_python',
    { code: '1' },
    [{ act: 'run_python agent:b', do: 'always' }],
    {},
    'hold',
    'ask',
  ],
  [
    'always after a policy that asks',
    'read_file',
    { path: 'x' },
    [
      { act: 'read_file', do: ASK },
      { act: '*', do: 'always' },
    ],
    {},
    'hold',
    'policy read_file',
  ],
  [
    'always where the resume grants nothing',
    'remember',
    { key: 'k', text: '' },
    [{ act: '*', do: 'always' }],
    {},
    'refuse',
    'granted-tool',
  ],
  [
    'always where the host is not listed',
    'fetch_url',
    { url: 'http://bad.org' },
    [{ act: '*', do: 'always' }],
    {},
    'refuse',
    'host',
  ],
];

type Row = (typeof TABLE)[number];

/** Conditions of a policy, each as one that lets an act happen and as one that denies it: whether it fits. Null: refused anyway. */
function fitting(tool: string, value: unknown, rows: [string, boolean | null, boolean | null][]): Row[] {
  return rows.flatMap(([conditions, lets, denies]): Row[] => {
    const act = `${tool} ${conditions}`;
    const rest: Policy = { act: '*', do: 'deny' };
    return [
      [
        `${act}, always`,
        tool,
        value,
        [{ act, do: 'always' }, rest],
        {},
        lets ? 'allow' : 'refuse',
        lets ? (tool === 'send_message' ? 'every-agent' : 'resume') : lets === null ? 'edge' : 'policy',
      ],
      [
        `${act}, deny`,
        tool,
        value,
        [{ act, do: 'deny' }],
        {},
        denies === false ? 'allow' : 'refuse',
        denies === null ? 'edge' : denies ? 'policy' : tool === 'send_message' ? 'every-agent' : 'resume',
      ],
    ];
  });
}

describe('the gate', () => {
  it.each(TABLE)('%s', (_what, tool, value, policies, more, says, rule) => {
    const org = config(policies);
    expect(permit(org, actOf(org, tool, value, more))).toMatchObject({ do: says, rule });
  });

  it('asks whom the policy names, else the first contact', () => {
    const org = config([{ act: 'read_file', do: { ask: ['boss', 'human'] } }]);
    expect(permit(org, actOf(org, 'read_file', { path: 'x' }))).toMatchObject({ contacts: ['boss', 'human'] });
    expect(permit(org, actOf(org, 'write_file', { path: 'x', content: '' }))).toMatchObject({ contacts: ['human'] });
  });

  it('tells the agent no more of a hostile name than its beginning', () => {
    const org = config();
    const ruling = permit(org, actOf(org, `x\n${'y'.repeat(1000)}`, null));
    expect(ruling.do === 'refuse' && ruling.text.length).toBeLessThan(120);
    expect(ruling.do === 'refuse' && ruling.text).not.toContain('\n');
  });

  it('tells the agent what it does about an act that a policy forbids', () => {
    const org = config([{ act: 'read_file path:docs', do: 'deny' }]);
    expect(permit(org, actOf(org, 'read_file', { path: 'docs/x' }))).toMatchObject({
      text: 'The policy "read_file path:docs" forbids this. Do not try it again; tell whoever asked for it.',
    });
  });

  it('lets shell run nothing where the resume lists no program', () => {
    const org = config();
    const resume = { ...resumeOf(org, 'a'), commands: [] };
    const ruling = permit(org, actOf(org, 'shell', { command: 'ls' }, { resume }));
    expect(ruling).toMatchObject({ rule: 'command', text: expect.stringContaining('lets shell run no program.') });
    expect(permit(org, actOf(org, 'shell', { command: 'ls' }, { resume: resumeOf(org, 'a') }))).toMatchObject({
      rule: 'command',
    });
  });

  it.each([
    ['read_file', 'free'],
    ['write_file', 'ask'],
    ['remember', null],
    ['read', null],
  ])('a resume grants %s: %s', (tool, how) => {
    expect(grants(resumeOf(config(), 'a'), tool)).toBe(how);
  });
});

describe('a path', () => {
  const resume = resumeOf(
    configOf({ edges: EDGES, resumes: { a: { shared: ['docs/api', 'notes.md', './plans//'] } } }),
    'a',
  );
  const all = resumeOf(configOf({ edges: EDGES, resumes: { a: { shared: ['.'] } } }), 'a');

  it.each([
    ['x.txt', 'agents/a/workspace/x.txt'],
    ['./a//b/./c', 'agents/a/workspace/a/b/c'],
    ['', 'agents/a/workspace'],
    ['.', 'agents/a/workspace'],
    ['a/shared/x', 'agents/a/workspace/a/shared/x'],
    ['Shared/x', 'agents/a/workspace/Shared/x'],
    ['...', 'agents/a/workspace/...'],
    ['..x/y..', 'agents/a/workspace/..x/y..'],
    ['~/.ssh', 'agents/a/workspace/~/.ssh'],
    ['%2e%2e/x', 'agents/a/workspace/%2e%2e/x'],
    ['x'.repeat(200), `agents/a/workspace/${'x'.repeat(200)}`],
    ['shared/docs/api', 'org/shared/docs/api'],
    ['shared/docs/api/x', 'org/shared/docs/api/x'],
    ['./shared/./docs//api/x', 'org/shared/docs/api/x'],
    ['shared/notes.md', 'org/shared/notes.md'],
    ['shared/plans/x', 'org/shared/plans/x'],
  ])('%j leads to %s', (path, target) => {
    expect(permitPath(resume, path)).toEqual({ ok: true, path: target, shared: target.startsWith('org/') });
  });

  it.each([
    '..',
    '../x',
    'a/../../x',
    'a/..',
    './..',
    'shared/..',
    'shared/../../secret',
    'shared/docs/api/../../secret',
    '/etc/passwd',
    '//etc/passwd',
    '/',
    'C:\\x',
    'c:x',
    'C:/x',
    '..\\x',
    'a\\..\\x',
    '\\\\host\\x',
    'a\0b',
    '\0',
    'a\nb',
    'a\u007fb',
    'shared',
    'shared/',
    'shared/docs',
    'shared/docs/apix',
    'shared/docs/ap',
    'shared/other',
    'shared/notes.mdx',
    'x'.repeat(256),
    '.lemming-x.aside',
    'shared/notes/.LEMMING-x.tmp',
    `${'é'.repeat(128)}`,
    `shared/notes/${'é'.repeat(500)}`,
    'a\ud800b',
    `${'x/'.repeat(500)}y`,
  ])('%j leads nowhere', (path) => {
    expect(permitPath(resume, path).ok).toBe(false);
  });

  it('in shared needs a grant; one of all is enough', () => {
    expect(permitPath(all, 'shared')).toEqual({ ok: true, path: 'org/shared', shared: true });
    expect(permitPath(all, 'shared/any/file')).toEqual({ ok: true, path: 'org/shared/any/file', shared: true });
    expect(permitPath(resumeOf(config(), 'b'), 'shared/x').ok).toBe(false);
  });

  it('made of anything stays in the workspace or in what is granted', () => {
    const parts = fc.array(
      fc.oneof(
        fc.constantFrom('.', '..', '', 'shared', 'docs', 'api', 'a', '\\', '\0', 'C:', '/', '~', '％', '．．'),
        fc.string({ maxLength: 5 }),
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(parts, (list) => {
        const permitted = permitPath(resume, list.join('/'));
        if (!permitted.ok) return;
        expect(permitted.path).toMatch(
          permitted.shared ? /^org\/shared\/(docs\/api|notes\.md|plans)(\/|$)/ : /^agents\/a\/workspace(\/|$)/,
        );
        expect(permitted.path.split('/')).not.toContain('..');
        expect(permitted.path).not.toMatch(/\\|\0|\/\/|\/$/);
      }),
      { numRuns: 2000 },
    );
  });
});
