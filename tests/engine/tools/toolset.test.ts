// @module-tag bwrap
// @module-tag python3
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import * as approveCommand from '../../../src/commands/people/approve.ts';
import type { Json } from '../../../src/core/model/call.ts';
import type { Trusted } from '../../../src/core/model/trust.ts';
import type { Fault } from '../../../src/schema/fault.ts';
import { checked } from '../../commands/checked.ts';
import { inputOf, scratch, testWorld } from '../../commands/world.ts';
import type { Act } from '../../regression/org.ts';
import { boxHere } from './hands.ts';
import { noBox } from './no-box.ts';
import { Owned, told } from './owned.ts';

const approve = checked(approveCommand);

let level = '';
beforeAll(async () => {
  level = await boxHere();
});

const PYTHON = `---
name: add_up
description: Adds numbers
input:
  type: object
  properties: { numbers: { type: array, items: { type: number } }, note: { type: string, pattern: '^[a-z]*$' } }
  required: [numbers]
  additionalProperties: false
command: [python3, ./sum.py, "--loud"]
---
Give it numbers.
`;
const SUM = `import json, os, sys
given = json.load(sys.stdin)
print(sum(given["numbers"]), sys.argv[1:], sorted(os.environ))
open("sum.txt", "w").write("done")
try:
  open(__file__, "w")
except OSError as error:
  print(type(error).__name__)
`;

const MODULE = `---
name: shout
description: Shouts
input: { type: object, properties: { text: { type: string } }, required: [text] }
module: shout.js
touches: pure
---
`;

const FILES = {
  'org/tools/add_up/TOOL.md': PYTHON,
  'org/tools/add_up/sum.py': SUM,
  'org/tools/shout/TOOL.md': MODULE,
  'org/tools/shout/shout.js': 'const loud = input.text.toUpperCase();\nconsole.log(typeof process);\nloud + "!"',
};

const alwaysOf = (id: string) => inputOf({ args: { id }, flags: { always: true } });

function add(input: Json): Act {
  return { tool: 'add_up', input };
}

/** An organisation with both tools, which agent a has. */
function org(turns: Act[][], tools: string[] = ['add_up', 'shout'], more: Record<string, string | null> = {}): Owned {
  const files = Object.entries({ ...FILES, ...more }).filter((file): file is [string, string] => file[1] !== null);
  return new Owned(turns, tools, Object.fromEntries(files));
}

describe('a tool of the organisation', () => {
  it('runs its command in the Box, with its arguments on standard input and files it cannot change', async () => {
    const made = org([[add({ numbers: [1, 2.5] })]]);
    await made.trust('add_up');
    expect(told(await made.turns())).toEqual([
      [true, `3.5 ['--loud'] ['HOME', 'LANG', 'PATH', 'PWD']\nOSError\n[exit 0; changed: sum.txt; Sandbox: ${level}]`],
    ]);
    expect(made.used()[0]).not.toHaveProperty('tainted');
    expect(made.lines()).toContainEqual({
      k: 'trusted',
      tools: { 'tool add_up': expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(await made.recomputed()).toMatchObject({ identical: true });
  });

  it('runs its module where nothing is reached, whatever its arguments are called', async () => {
    const text = `'"; throw 1; //\u2028\``;
    const made = org([[{ tool: 'shout', input: { text } }]]);
    await made.trust('shout');
    expect(told(await made.turns())).toEqual([[true, `undefined\n${text.toUpperCase()}!`]]);
  });

  it('has its arguments checked by its schema before anything runs', async () => {
    const made = org([
      [add({ numbers: ['1'] }), add({}), add({ numbers: [1], note: 'A' }), add({ numbers: [], x: 1 })],
    ]);
    await made.trust('add_up');
    expect(await made.turns()).toEqual([]);
    expect(made.refusals().map(({ rule, text }) => [rule, text])).toEqual([
      ['input', 'numbers.0: must be number'],
      ['input', "input: must have required property 'numbers'"],
      ['input', 'note: must match pattern "^[a-z]*$"'],
      ['input', 'input: must NOT have additional properties "x"'],
    ]);
  });

  it('tells how it ended also when what it said is cut', async () => {
    const made = org([[add({ numbers: [] })]], ['add_up'], {
      'org/tools/add_up/TOOL.md': PYTHON.replace('command:', 'result_chars: 100\ncommand:'),
      'org/tools/add_up/sum.py': 'print("x" * 500)\n',
    });
    await made.trust('add_up');
    const cut = `${'x'.repeat(60)}\n[cut: 440 more characters]\n[exit 0; Sandbox: ${level}]`;
    expect(told(await made.turns())).toEqual([[true, cut]]);
  });

  it('ends at its time, and at its own end', async () => {
    const slow = PYTHON.replace('command:', 'timeout_ms: 4000\ncommand:');
    const made = org([[add({ numbers: [] })], [add({ numbers: [] })]], ['add_up'], {
      'org/tools/add_up/TOOL.md': slow,
      'org/tools/add_up/sum.py': 'import sys, time\nprint("begun", flush=True)\ntime.sleep(60)\n',
    });
    await made.trust('add_up');
    expect(told(await made.turns())).toEqual([[false, `begun\n[ended after 4000 ms; Sandbox: ${level}]`]]);
    writeFileSync(join(made.root, 'org/tools/add_up/sum.py'), 'raise SystemExit("no")\n');
    await made.trust('add_up');
    expect(told(await made.turns())).toEqual([[false, `no\n[exit 1; Sandbox: ${level}]`]]);
  });
});

describe('the approval of a tool', () => {
  it('is missing at first: the tool is refused with what to do, not shown, and said by validate and doctor', async () => {
    const made = org([[add({ numbers: [] })]], ['add_up', 'read_file']);
    await made.turns();
    expect(made.refusals()).toEqual([
      {
        tool: 'add_up',
        rule: 'trusted-tool',
        text: 'add_up in its present form is not approved on this machine. Its owner can run lemming trust add_up',
      },
    ]);
    expect(made.shown()[0]).toContain('read_file');
    expect(made.shown()[0]).not.toContain('add_up');
    expect((await made.validate()).data).toMatchObject({
      ok: true,
      notes: [
        'The tool add_up is not approved on this machine. To approve it: lemming trust add_up',
        'The tool shout is not approved on this machine. To approve it: lemming trust shout',
      ],
    });
    const list = await made.trust(undefined);
    expect(list.text).toContain(
      'add_up (tool): not approved\n  runs ["python3","./sum.py","--loud"] in the sandbox\n  has the files TOOL.md, sum.py\n  tool add_up\n  sha256 ',
    );
    expect(list.data).toMatchObject({ models: [], tools: [{ tool: 'add_up', approved: false }, { tool: 'shout' }] });
    expect(existsSync(join(made.env.LEMMING_HOME as string, 'trust.yaml'))).toBe(false);
  });

  it.each([
    ['a byte of a script', 'sum.py', `${SUM}#`],
    ['a word of its description', 'TOOL.md', PYTHON.replace('Adds', 'adds')],
    ['a file more', 'lib/more.py', 'x = 1\n'],
  ])('is gone with %s, and back with what was approved', async (_what, name, text) => {
    const made = org([1, 2, 3].map(() => [add({ numbers: [] })]));
    await made.trust('add_up');
    const file = join(made.root, 'org/tools/add_up', name);
    const before = existsSync(file) ? readFileSync(file, 'utf8') : null;
    expect(await made.turns()).toHaveLength(1);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
    expect(await made.turns()).toEqual([]);
    expect(made.refusals()).toMatchObject([{ rule: 'trusted-tool' }]);
    if (before === null) rmSync(join(file, '..'), { recursive: true });
    else writeFileSync(file, before);
    expect(await made.turns()).toHaveLength(1);
    expect(made.shown().map((names) => names.includes('add_up'))).toEqual([true, false, true]);
    expect(await made.recomputed()).toMatchObject({ identical: true });
  });

  it('is of this machine: another owner has none; what it did there can be computed again here', async () => {
    const made = org([[add({ numbers: [1] })], [add({ numbers: [2] })]]);
    await made.trust('add_up');
    await made.turns();
    made.env = { ...made.env, LEMMING_HOME: join(scratch(), 'another') };
    expect(await made.turns()).toEqual([]);
    expect(made.refusals()).toMatchObject([{ rule: 'trusted-tool' }]);
    expect(await made.recomputed()).toMatchObject({ identical: true });
  });

  it('that was taken back between the freeze and the use is not there', async () => {
    const made = org([[add({ numbers: [1] })]]);
    await made.trust('add_up');
    const approved = made.ports().approved as (what: Trusted) => boolean;
    let asked = 0;
    made.more.approved = (what) => asked++ < 2 && approved(what);
    expect(told(await made.turns())).toEqual([
      [
        false,
        'Refused (trusted-tool): add_up in its present form is not approved on this machine. Its owner can run lemming trust add_up',
      ],
    ]);
  });

  it('holds for what is granted only: ask: before its name holds its use, another agent has it not', async () => {
    const made = org([[add({ numbers: [1] }), { tool: 'shout', input: { text: 'x' } }]], ['ask:add_up']);
    await made.trust('add_up');
    await made.trust('shout');
    expect(await made.turns()).toEqual([]);
    expect(made.lines().filter((line) => line.k === 'held')).toMatchObject([{ tool: 'add_up' }]);
    expect(made.refusals()).toMatchObject([{ tool: 'shout', rule: 'granted-tool' }]);
  });

  it('approved for ever, it is used without asking: by that agent, that tool alone, whatever its input is called', async () => {
    const head = `${MODULE.replace('{ text: { type: string } }', '{ text: { type: string }, path: { type: string } }')}`;
    const shout = { tool: 'shout', input: { text: 'x', path: '/etc/x' } };
    const made = org([[shout], [], [{ ...shout, input: { text: 'y' } }]], ['ask:shout', 'ask:add_up'], {
      'org/tools/shout/TOOL.md': head,
    });
    await made.trust('shout');
    expect(await made.turns()).toEqual([]);
    const { data } = await approve(testWorld(made.root, { env: made.env }), alwaysOf('A-1-a-1'));
    expect(data).toMatchObject({ always: 'shout agent:a' });
    expect(told(await made.turns())).toEqual([[true, 'undefined\nX!']]);
    expect(told(await made.turns())).toEqual([[true, 'undefined\nY!']]);
  });
});

describe('what is wrong with tools of the organisation', () => {
  it('is said by validate: names that ship, that nobody has, schemas that are none', async () => {
    const made = org([], ['add_up', 'add_upp', 'ask:nothing__*'], {
      'org/tools/read_file/TOOL.md': MODULE.replace('shout', 'read_file'),
      'org/tools/read_file/shout.js': '1',
      'org/tools/shout/TOOL.md': MODULE.replace('type: string', 'type: text'),
    });
    const { data, exit } = await made.validate();
    expect(exit).toBe(3);
    expect((data as { faults: Fault[] }).faults).toMatchObject([
      { code: 'invalid-value', file: 'org/tools/read_file/TOOL.md', value: 'read_file' },
      { code: 'invalid-value', file: 'org/tools/shout/TOOL.md', message: expect.stringContaining('not a JSON schema') },
      { code: 'unknown-name', file: 'agents/a/resume.md', value: 'add_upp', nearest: 'add_up' },
      { code: 'unknown-name', file: 'agents/a/resume.md', value: 'nothing__*' },
    ]);
  });

  it('leaves the tool that ships what it is, and bars the one whose input cannot be checked', async () => {
    const turn: Act[] = [
      { tool: 'read_file', input: { path: 'x' } },
      { tool: 'shout', input: { text: 'x' } },
    ];
    const made = org([turn], ['read_file', 'shout'], {
      'org/tools/read_file/TOOL.md': MODULE.replace('shout', 'read_file'),
      'org/tools/read_file/shout.js': '"forged"',
      'org/tools/shout/TOOL.md': MODULE.replace('type: string', 'type: text'),
    });
    await made.trust('read_file');
    await made.trust('shout');
    expect(told(await made.turns())).toEqual([[false, 'There is no file "x".']]);
    expect(made.refusals()).toMatchObject([
      { rule: 'trusted-tool', text: expect.stringContaining('not a JSON schema') },
    ]);
  });

  it('costs one visit at most: a broken tool is left out with its reason', async () => {
    const made = org([[add({ numbers: [] })]], ['add_up'], { 'org/tools/add_up/sum.py': null });
    await made.turns();
    expect(made.refusals()).toMatchObject([{ rule: 'known-tool' }]);
    expect(made.lines().find((line) => line.k === 'visit')).toMatchObject({ outcome: 'ok' });
    expect((await made.validate()).data).toMatchObject({
      faults: [{ code: 'unknown-name', file: 'org/tools/add_up/TOOL.md' }, { value: 'add_up' }],
    });
  });
});

it('without the Box a command is refused; a module runs', async () => {
  const made = org([[add({ numbers: [] }), { tool: 'shout', input: { text: 'x' } }]]);
  await made.trust('add_up');
  await made.trust('shout');
  made.more.sandbox = noBox(made.root);
  expect(told(await made.turns())).toEqual([
    [false, expect.stringContaining('Refused (sandbox)')],
    [true, 'undefined\nX!'],
  ]);
});

it('with the words of the owner a command runs without the Box, with its files', async () => {
  const made = new Owned([[add({ numbers: [4] })]], ['add_up'], FILES, { sandbox: 'unsafe-host' });
  await made.trust('add_up');
  made.more.sandbox = noBox(made.root);
  made.more.unsafeHost = true;
  const [used] = await made.turns();
  expect(used?.text).toMatch(/^4 \['--loud'\][\s\S]*Sandbox: none \(unsafe-host\)\]$/);
});
