// @module-tag tmux
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Tmux } from '../../../../scripts/tmux.ts';
import { lemming, put, turns } from '../../../commands/people/world.ts';
import { scratch, scratchOrg } from '../../../commands/world.ts';
import { openTerminal } from '../../terminal.ts';

const MAIN = fileURLToPath(new URL('../../../../dist/main.js', import.meta.url));

beforeAll(() => {
  if (!existsSync(MAIN)) throw new Error('dist/ is missing: run npm run build first.');
});

const PLAN = { goal: 'Ducks', tasks: [{ id: 'facts', title: 'Collect facts', assignee: 'b' }] };
const RULES = [
  { when: { agent: 'a', from: 'human' }, reply: { acts: [{ tool: 'propose_plan', input: PLAN }] } },
  { when: { task: '/./' }, reply: { acts: [{ tool: 'complete_task', input: { result: 'Done.' } }] } },
];
const RELEASE = `version: 1
inputs:
  version: { type: string, description: what is published }
steps:
  - { id: ask, wait: { approval: { by: [human], text: "Publish {{inputs.version}}?" } } }
  - { id: build, agent: a, needs: [ask], do: "Build {{inputs.version}}." }
`;

function org(): string {
  return scratchOrg({ edges: { human: ['a', 'b'], a: ['human', 'b'], b: ['human', 'a'] }, rules: RULES });
}

async function open(root: string, env: Record<string, string> = {}): Promise<Tmux> {
  const own = { LEMMING_HOME: scratch(), TERM: 'screen-256color', LANG: 'C.UTF-8', ...env };
  const terminal = openTerminal(`${process.execPath} ${MAIN} --org ${root} watch; echo left $?`, {
    columns: 130,
    rows: 40,
    env: own,
  });
  await terminal.shows('1 Org');
  return terminal;
}

/** Types an answer to the question that begins so. */
async function answer(terminal: Tmux, label: string, ...keys: string[]): Promise<void> {
  await terminal.shows(label);
  for (const key of keys) await (key === 'Tab' || key === 'C-u' ? terminal.press(key) : terminal.type(key));
  await terminal.press('Enter');
}

const statusIn = async (root: string, id: string): Promise<string[]> => {
  const { status, assignee } = (await lemming(root, ['task', 'show', id, '--json'])).data;
  return [status, assignee];
};

describe('tasks on the screen', () => {
  it('are created, assigned, started, ended and tried again with keys, as lemming task does', async () => {
    const root = org();
    const terminal = await open(root);
    await terminal.press('7');
    await terminal.shows('There are no tasks yet.');
    await terminal.press('N');
    await answer(terminal, 'task create: title', 'Write the schema');
    await answer(terminal, 'task create: assignee');
    await terminal.shows('Created write-the-schema');
    await terminal.press('N');
    await answer(terminal, 'task create: title', 'Docs');
    await answer(terminal, 'task create: assignee', 'a');
    await terminal.shows(/docs +assigned, ready +a +Docs/);

    await terminal.press('/');
    await terminal.type('schema');
    await terminal.press('Enter');
    await terminal.shows(/> write-the-schema +assigned, ready +a /); // who plans gets what is meant for nobody
    await terminal.press('i');
    await answer(terminal, 'task reassign write-the-schema: assignee', 'nobody');
    await terminal.shows(/there is no agent nobody/); // the word is still there, to be corrected
    await answer(terminal, 'task reassign write-the-schema: assignee: nobody', 'C-u', 'Tab');
    await terminal.shows(/> write-the-schema +assigned, ready +b /);
    await terminal.press('I');
    await terminal.shows(/> write-the-schema +assigned, ready +a /);
    await terminal.press('c');
    await terminal.shows('Task write-the-schema: it is assigned: start it before it is completed');
    await terminal.press('i');
    await answer(terminal, 'task reassign write-the-schema: assignee', 'b');
    await terminal.shows(/> write-the-schema +assigned, ready +b /);
    await terminal.press('b');
    await terminal.shows(/> write-the-schema +running/);
    await terminal.press('f');
    await answer(terminal, 'task fail write-the-schema: note', 'No time');
    await terminal.shows(/> write-the-schema +failed .*No time/);
    await terminal.press('R');
    await terminal.shows(/> write-the-schema +assigned, ready/);
    await terminal.press('b');
    await terminal.shows(/> write-the-schema +running/);
    await terminal.press('c');
    await answer(terminal, 'task complete write-the-schema: result', 'See shared/schema.md');
    await terminal.shows(/> write-the-schema +completed .*See shared\/schema\.md/);
    await terminal.press('s');
    await terminal.shows(/turn 1 /);
    await terminal.press('h');
    await terminal.shows(/── task history write-the-schema[\s\S]*failed: No time[\s\S]*completed/);
    await terminal.press('Escape');
    expect(await statusIn(root, 'write-the-schema')).toEqual(['completed', 'b']);
    await terminal.press('q');
    await terminal.shows('left 0');
  });

  it('show what they wait for, and let it be waived; a cancelled one takes along what needs it', async () => {
    const root = org();
    await lemming(root, ['task', 'create', 'Schema', '--id', 'schema', '--assignee', 'a']);
    await lemming(root, ['task', 'create', 'API', '--id', 'api', '--needs', 'schema', '--priority', 'urgent']);
    await lemming(root, ['task', 'create', 'Docs', '--id', 'docs', '--needs', 'api']);
    const terminal = await open(root);
    await terminal.press('7');
    await terminal.shows(/> api +pending .*it needs schema, which/);
    await terminal.shows(/Needs\s+schema +assigned: Schema/);
    await terminal.press('T');
    await terminal.shows(/── task graph api[\s\S]*schema Schema[\s\S]*docs Docs/);
    await terminal.press('Escape', 'L');
    await terminal.shows('No task is completed yet: this is a guess by its priority alone.');
    await terminal.press('Escape', 'S');
    await terminal.shows(/── task stats[\s\S]*3 tasks/);
    await terminal.press('Escape', 'W');
    await answer(terminal, 'task waive api: need: schema');
    await answer(terminal, 'task waive api: note', 'The old one will do');
    await terminal.shows(/> api +assigned, ready/);
    await terminal.press('C');
    await answer(terminal, 'task cancel api: note', 'Too late');
    await terminal.shows('Then docs is skipped.');
    await terminal.shows(/docs +skipped .*upstream:api/);
    await terminal.press('s');
    await terminal.shows(/turn 1 /);
    await terminal.press('s');
    await terminal.shows(/turn 2 |Nothing is due|no agent was due/);
    await terminal.press('K');
    await answer(terminal, 'task cleanup?');
    await terminal.shows(/The next turn moves \d finished tasks/);
    expect(await statusIn(root, 'docs')).toEqual(['skipped', null]);
    await terminal.press('q');
    await terminal.shows('left 0');
  });
});

describe('plans on the screen', () => {
  it('are shown, changed in the editor, and approved', async () => {
    const root = org();
    const editor = join(scratch(), 'editor.sh');
    writeFileSync(editor, '#!/bin/sh\nsed -i "s/Collect facts/Collect good facts/" "$1"\n');
    chmodSync(editor, 0o755);
    await lemming(root, ['plan', 'Ducks']);
    const terminal = await open(root, { EDITOR: editor });
    await terminal.shows('7 Tasks (1)');
    await terminal.press('7');
    await terminal.shows(/> A-1-a-1 +plan +a +Ducks .*1 task, waits for human/);
    await terminal.shows('facts Collect facts [b]');
    await terminal.press('E');
    await terminal.shows('Approved. The next turn creates these tasks');
    await terminal.press('s');
    await terminal.shows('Collect good facts');
    await terminal.press('q');
    await terminal.shows('left 0');
    await turns(root, 3);
    const { tasks } = (await lemming(root, ['task', 'list', '--json'])).data;
    expect(tasks.map(({ title }: { title: string }) => title)).toContain('Collect good facts');
  });
});

describe('runs on the screen', () => {
  it('begin, pause, go on, are approved, cancelled, taken up again and taken back with keys', async () => {
    const root = org();
    put(root, 'org/workflows/release.yaml', RELEASE);
    const terminal = await open(root);
    await terminal.press('8');
    await terminal.shows(/> release +workflow/);
    await terminal.press('b');
    await answer(terminal, 'workflow run release: input: version=', '1.2');
    await terminal.shows(/release-1 +begins/);
    await terminal.press('s');
    await terminal.shows(/> release-1 +running .*asks A-1-release-1-1/);
    await terminal.press('p');
    await terminal.shows(/> release-1 +> paused/);
    await terminal.press('p');
    await terminal.shows(/> release-1 +running /);
    await terminal.press('a');
    await terminal.shows('approve A-1-release-1-1');
    await terminal.press('Enter');
    await terminal.shows('4 Approvals  5');
    await terminal.press('s');
    await terminal.shows(/> release-1 +running +1 of 2 +build/);
    await terminal.press('C');
    await answer(terminal, 'workflow cancel release-1?');
    await terminal.shows(/> release-1 +> cancelled/);
    await terminal.press('s');
    await terminal.shows(/> release-1 +cancelled +1 of 2/);
    await terminal.press('R');
    await answer(terminal, 'workflow retry-from release-1: step', 'Tab', 'Tab');
    await terminal.shows(/> release-1 +> running/);
    await terminal.press('s');
    await terminal.shows(/> release-1 +running +1 of 2 +build/);
    await terminal.press('s');
    await terminal.shows(/> release-1 +(running|completed)/);
    await terminal.press('s');
    await terminal.shows(/> release-1 +completed +2 of 2/);
    await terminal.press('U');
    await answer(terminal, 'workflow undo release-1?');
    await terminal.shows(/> release-1 +> compensating/);
    await terminal.press('q');
    await terminal.shows('left 0');
    const { status } = (await lemming(root, ['workflow', 'status', 'release-1', '--json'])).data;
    expect(status).toBe('completed'); // the next turn takes it back
  });
});
