import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { commandFiles, loadOf } from '../../scripts/commands.ts';
import type { Leaf } from '../../src/commands/command.ts';
import { leavesOf } from '../../src/commands/leaves.ts';
import { runCli } from '../../src/faces/cli/cli.ts';
import { checkedLoad } from '../commands/checked.ts';
import { ownedEnv } from '../home.ts';
import { assistant, call } from './mcp/world.ts';
import { lineOf, WORK_CALLS, workIn, workOrg } from './work-calls.ts';

const files = await commandFiles();
const leaves = new Map(files.flatMap(({ command }) => leavesOf(command)).map((leaf) => [leaf.name, leaf]));

/** Types lines into a chat, at a command line that knows every command. */
async function chat(root: string, lines: readonly string[]): Promise<{ out: string; err: string }> {
  const said = { out: '', err: '' };
  const terminal = {
    cwd: root,
    env: ownedEnv(root),
    interactive: false,
    stdin: () => Readable.from(lines.map((line) => `${line}\n`)),
    out: (text: string) => {
      said.out += text;
    },
    err: (text: string) => {
      said.err += text;
    },
    signal: new AbortController().signal,
  };
  const commands = files.map(({ command }) => command);
  await runCli({ version: '0', commands }, checkedLoad(loadOf(files)), terminal, ['--org', root, 'chat', 'b']);
  return said;
}

/** What comes of the calls as a script makes them. */
async function byCommand(): Promise<object> {
  const root = workOrg();
  const commands = files.map(({ command }) => command);
  for (const one of WORK_CALLS) {
    const { args, flags } = leaves.get(one.leaf) as Leaf;
    const words = args.flatMap(({ name }) => [one.given[name] ?? []].flat().map(String));
    const options = flags.flatMap(({ name }) =>
      [one.given[name] ?? []].flat().map((value) => (value === true ? `--${name}` : `--${name}=${value}`)),
    );
    let err = '';
    const terminal = {
      ...{ cwd: root, env: ownedEnv(root), interactive: false, signal: new AbortController().signal },
      ...{ stdin: () => Readable.from([]), out: () => {} },
      err: (text: string) => {
        err += text;
      },
    };
    const line = ['--org', root, ...one.leaf.split(' '), ...words, ...options];
    const exit = await runCli({ version: '0', commands }, checkedLoad(loadOf(files)), terminal, line);
    expect([one.leaf, exit, exit === 0 ? '' : err]).toEqual([one.leaf, 0, '']);
  }
  return workIn(root);
}

describe('every command of tasks, workflows and plans', () => {
  it('is called here', () => {
    const all = [...leaves.keys()].filter((name) => /^(task|workflow|plan)( |$)/.test(name));
    expect(all.filter((name) => !WORK_CALLS.some(({ leaf }) => leaf === name))).toEqual([]);
  });

  it('is a tool of assistants, and does the same', async () => {
    const root = workOrg();
    const client = await assistant(root, { rights: ['look', 'edit', 'turns'] });
    const tools = new Map((await client.listTools()).tools.map((tool) => [tool.name, tool]));
    for (const { leaf, given } of WORK_CALLS) {
      const name = leaf.replace(' ', '_');
      const { reads = false, summary = '' } = leaves.get(leaf) ?? {};
      expect(tools.get(name)).toMatchObject({ description: `${summary}.`, annotations: { readOnlyHint: reads } });
      expect([leaf, await call(client, name, given)]).toMatchObject([leaf, { ok: true }]);
    }
    expect(await workIn(root)).toEqual(await byCommand());
  });

  it('can be typed into a chat, and does the same', async () => {
    const root = workOrg();
    const lines = WORK_CALLS.map((one) =>
      one.leaf === 'step' ? '/step' : `/${lineOf(one, leaves.get(one.leaf) as Leaf)}`,
    );
    const { err } = await chat(root, lines);
    expect(err).not.toMatch(/\[(usage|refused|not-found|unknown-name)\]/);
    for (const part of [
      'Created schema',
      'flowchart',
      'Valid: 2 workflows',
      'Run release-1 is cancelled',
      'Goal: Ducks',
    ])
      expect(err).toContain(part);
    expect(await workIn(root)).toEqual(await byCommand());
  });
});

describe('a line in a chat', () => {
  it('says what is wrong with it, and the chat goes on', async () => {
    const { out, err } = await chat(workOrg(), [
      '/tusk',
      '/task lisst',
      '/task show "x',
      '/task show nosuch',
      '/task show --help',
      '/watch',
      '/plan --edit ducks',
      '/task --org /tmp',
      '/help',
      'Hello',
    ]);
    for (const part of [
      'There is no command /tusk. Did you mean "/task"? [usage]',
      'lemming task has no command "lisst"',
      'A quote has no end.',
      'There is no task nosuch',
      'Show a task: how it stands',
      'There is no command /watch.',
      'There is no editor here.',
      '--org names another organisation than this one.',
      'Other commands work as on the command line',
    ])
      expect(err).toContain(part);
    expect(out).not.toContain('undefined');
  });
});
