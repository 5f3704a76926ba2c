import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { commandFiles } from '../../../scripts/commands.ts';
import { runCli } from '../../../src/faces/cli/cli.ts';
import { office, put, turns } from '../../commands/people/world.ts';
import { filesIn, scratch } from '../../commands/world.ts';

const commands = (await commandFiles()).map(({ command }) => command);

/** What may stand in the place of the last word. */
async function offered(root: string, ...words: string[]): Promise<string[]> {
  let out = '';
  const terminal = {
    cwd: root,
    env: {},
    interactive: false,
    stdin: () => Readable.from([]),
    out: (text: string) => {
      out += text;
    },
    err: () => {
      throw new Error('completion says nothing');
    },
    signal: new AbortController().signal,
  };
  const load = () => Promise.reject(new Error('no command runs'));
  expect(await runCli({ version: '0', commands }, load, terminal, ['__complete', ...words])).toBe(0);
  return out.split('\n').flatMap((line) => line.split('\t')[0] || []);
}

describe('what is offered', () => {
  it('is commands, then options, with choices and after an equals sign', async () => {
    const root = office();
    expect(await offered(root, 'se')).toEqual(['secret', 'send', 'search']);
    expect(await offered(root, '--json', 'insp')).toEqual(['inspect']);
    expect(await offered(root, 'help', 'insp')).toEqual(['inspect']);
    expect(await offered(root, 'run', '--m')).toEqual(['--max-cost']);
    expect(await offered(root, '--o')).toEqual(['--org']);
    expect(await offered(root, 'logs', '--level', '')).toEqual(['error', 'warn', 'info', 'debug']);
    expect(await offered(root, 'costs', '--by=ta')).toEqual(['--by=task']);
    expect(await offered(root, 'costs', '--no=ta')).toEqual([]);
    expect(await offered(root, 'logs', '-f', 'pl')).toEqual(['planner']);
    expect(await offered(root, 'completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  it('is the verbs of tasks, workflows and plans, and their ids', async () => {
    const root = office();
    for (const id of ['schema', 'T-3-planner-1', 'not a task']) put(root, `org/tasks/${id}.md`, '');
    put(root, 'org/tasks/archive/old.md', '');
    put(root, 'org/workflows/release.yaml', '');
    put(root, 'org/runs/release-1.md', '');
    put(root, 'org/goals/ducks.md', '');
    expect(await offered(root, 'task', 're')).toEqual(['reassign', 'retry']);
    expect(await offered(root, 'workflow', 'r')).toEqual(['run', 'runs', 'resume', 'retry-from']);
    for (const verb of ['show', 'assign', 'start', 'complete', 'fail', 'cancel', 'retry', 'waive', 'history', 'graph'])
      expect([verb, await offered(root, 'task', verb, '')]).toEqual([verb, ['T-3-planner-1', 'schema']]);
    expect(await offered(root, 'task', 'assign', 'schema', 'p')).toEqual(['planner']);
    expect(await offered(root, 'task', 'waive', 'schema', 'T')).toEqual(['T-3-planner-1']);
    expect(await offered(root, 'task', 'list', '--status', 'c')).toEqual(['completed', 'cancelled']);
    expect(await offered(root, 'task', 'create', 'X', '--parent', 's')).toEqual(['schema']);
    expect(await offered(root, 'task', 'create', 'X', '--assignee', 'm')).toEqual(['manager']);
    for (const verb of ['show', 'validate', 'run'])
      expect([verb, await offered(root, 'workflow', verb, '')]).toEqual([verb, ['release']]);
    for (const verb of ['status', 'cancel', 'pause', 'resume', 'retry-from', 'undo'])
      expect([verb, await offered(root, 'workflow', verb, '')]).toEqual([verb, ['release-1']]);
    expect(await offered(root, 'workflow', 'runs', '--workflow', '')).toEqual(['release']);
    expect(await offered(root, 'plan', 'd')).toEqual(['ducks']);
  });

  it('is agents, units, models, conversations and ids', async () => {
    const root = office();
    put(root, 'agents/human/outbox/hello.md', '---\nto: planner\n---\nHello');
    put(root, 'org/units/crew.md', '---\nname: Crew\nmembers: [hr]\n---\n');
    put(root, 'org/approvals/A-1-hr-1.md', '');
    put(root, 'org/dead-letter/D-1-hr-1.md', '');
    await turns(root, 1);
    expect(await offered(root, 'inspect', '')).toEqual(['coder', 'hr', 'human', 'manager', 'planner']);
    expect(await offered(root, 'inspect', 'hr', '')).toEqual([]);
    expect(await offered(root, 'send', '@')).toEqual(['@crew']);
    expect(await offered(root, 'send', 'hr', '')).toEqual([]);
    expect(await offered(root, 'search', '--from', 'm')).toEqual(['manager']);
    expect(await offered(root, 'read', '')).toEqual(['000001-human-01', '000001-planner-01']);
    expect(await offered(root, 'history', '0')).toEqual(['000001-human-01']);
    put(root, 'org/skills/planning/SKILL.md', '');
    put(root, 'org/skills/_off/haste/SKILL.md', '');
    expect(await offered(root, 'skill', 'e')).toEqual(['enable', 'export']);
    expect(await offered(root, 'skill', 'enable', '')).toEqual(['planning', 'haste']);
    expect(await offered(root, 'approve', '')).toEqual(['A-1-hr-1']);
    expect(await offered(root, 'retry', '')).toEqual(['D-1-hr-1']);
    expect(await offered(root, 'trust', '')).toEqual(['default']);
    expect(await offered('/', '--org', root, 'inspect', 'h')).toEqual(['hr', 'human']);
  });

  it('leaves files to the shell, and changes nothing', async () => {
    const root = office();
    const before = filesIn(root);
    expect(await offered(root, 'import', '')).toEqual([':files']);
    expect(await offered(root, 'import', 'x.tgz', '')).toEqual([':folders']);
    expect(filesIn(root)).toEqual(before);
  });

  it('is nothing where there is nothing, or where what is there cannot be read', async () => {
    expect(await offered(scratch(), 'inspect', '')).toEqual([]);
    const root = office();
    mkdirSync(join(root, 'org/models.yaml.d'));
    put(root, 'agents/hr/outbox', 'no folder');
    put(root, 'agents/planner/outbox/000001-01-a-$(touch x).md', '');
    put(root, 'agents/planner/outbox/000001-02-a-b.md', '---\nthread: $(touch x)\n---\n');
    expect(await offered(root, 'read', '')).toEqual(['000001-planner-02']);
    expect(await offered(root, 'history', '0')).toEqual([]);
    expect(await offered(root, 'no-such-verb', '')).toEqual([]);
    expect(await offered(root)).not.toEqual([]);
  });
});
