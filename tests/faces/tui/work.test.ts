import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Follow } from '../../../src/app/follow.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { buildOrg } from '../../../src/testing/build-org.ts';
import type { ScreenSnapshot } from '../../../src/views/screen/snapshot.ts';
import { lemming, put, turns } from '../../commands/people/world.ts';
import { picture, SIZES, type Size, widest } from './picture.ts';

const SMALL: [name: string, size: Size] = ['40x12', { columns: 40, rows: 12 }];
const ROOMY = { columns: 160, rows: 60 };
const HOSTILE = `\x1b[2J\x1b]0;owned\x07\u202ereversed\u202c 你好👩‍👩‍👧‍👧${'🐑'.repeat(40)}`;

const PLAN = { goal: HOSTILE, tasks: [{ id: 'facts', title: 'Collect facts', assignee: 'a' }] };
const RULES = [
  { when: { agent: 'a', from: 'human' }, reply: { acts: [{ tool: 'propose_plan', input: PLAN }] } },
  { when: { task: '/fails/' }, reply: { acts: [{ tool: 'fail_task', input: { reason: HOSTILE } }] } },
  { when: { task: '/asks/' }, reply: { acts: [{ tool: 'write_file', input: { path: 'x', content: 'x' } }] } },
  { when: { task: '/./' }, reply: { acts: [{ tool: 'complete_task', input: { result: HOSTILE } }] } },
];
const RELEASE = `version: 1
title: ${JSON.stringify(HOSTILE)}
inputs:
  version: { type: string, description: what is published }
steps:
  - { id: build, agent: a, do: "Build {{inputs.version}}." }
  - { id: ask, needs: [build], wait: { approval: { by: [human], text: "Publish?" } } }
  - { id: tell, agent: b, needs: [ask], do: Tell., compensate: none }
`;

function org(): string {
  const root = mkdtempSync(join(tmpdir(), 'lemming-test-'));
  made.push(root);
  buildOrg(realDisk(root), {
    resumes: { a: { tools: ['ask:write_file'] } },
    edges: { human: ['b', 'a'], a: ['human'], b: ['human', 'a'] },
    rules: RULES,
  });
  put(root, 'org/workflows/release.yaml', RELEASE);
  return root;
}

const made: string[] = [];
afterAll(() => made.forEach((root) => void rmSync(root, { recursive: true })));

async function scene(root: string): Promise<ScreenSnapshot> {
  return (await Follow.open({ machine: realMachine, root, env: {} })).scene();
}

/** Tasks in every state, a run that waits for an answer, and a plan that waits. */
async function busy(): Promise<string> {
  const root = org();
  put(
    root,
    'org/tasks/evil.md',
    `---\ntitle: ${JSON.stringify(HOSTILE)}\nassignee: a\n---\n${'x'.repeat(10_000)}\n${HOSTILE}\n`,
  );
  await lemming(root, ['task', 'create', 'It fails', '--id', 'bad', '--assignee', 'b', '--retries', '0']);
  await lemming(root, ['task', 'create', 'After it', '--id', 'after', '--needs', 'bad']);
  await lemming(root, ['task', 'create', 'It asks', '--id', 'held', '--assignee', 'a']);
  await lemming(root, ['workflow', 'run', 'release', '--input', `version=${HOSTILE}`]);
  await lemming(root, ['plan', 'Ducks']);
  await turns(root, 8);
  return root;
}

const shown = await scene(await busy());
const run = [...shown.state.runs.all.keys()][0] ?? '';
const plan = [...shown.state.approvals.pending.values()].find(({ tool }) => tool === 'propose_plan')?.id ?? '';

describe.each([...SIZES, SMALL])('at %s', (_name, size) => {
  it.each([
    ['tasks', 'evil'],
    ['tasks', 'bad'],
    ['tasks', plan],
    ['runs', run],
    ['runs', 'workflow release'],
  ] as const)('%s with %s fills the screen exactly, whatever stands in it', (pane, row) => {
    for (const reader of [null, { row, scroll: 0 }]) {
      const rows = picture(shown, { pane, chosen: { [pane]: row }, reader }, size, true);
      expect(rows).toHaveLength(size.rows);
      expect(widest(rows)).toBeLessThanOrEqual(size.columns);
      const text = rows.join('\n').replace(/\x1b\[[\d;]*m/g, '');
      expect(text).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u200b]/);
      expect(text).not.toContain('owned');
    }
  });

  it('shows the pane that is chosen among its tabs, also where not all titles fit', () => {
    expect(picture(shown, { pane: 'runs' }, size)[0]).toContain('8 Runs');
    expect(picture(shown, { pane: 'tasks' }, size)[0]).toContain('7 Tasks');
  });
});

describe('the pane of tasks', () => {
  const rows = picture(shown, { pane: 'tasks' }, ROOMY).map((row) => row.trimEnd());
  const about = (id: string): string =>
    picture(
      shown,
      { pane: 'tasks', chosen: { tasks: id }, reader: { row: id, scroll: 0 } },
      { columns: 160, rows: 400 },
    )
      .map((row) => row.trim())
      .join('\n');

  it('lists plans that wait, then open tasks, then finished ones', () => {
    const ids = rows.slice(2).map((row) => /^[> ] (\S+)/.exec(row)?.[1]);
    expect(ids[0]).toBe(plan);
    expect(ids.indexOf('held')).toBeLessThan(ids.indexOf('bad'));
    expect(rows.find((row) => row.includes(' after '))).toMatch(/skipped .*upstream:bad/);
  });

  it('says why a task is not ready, its needs with their statuses, and what happened to it', () => {
    expect(about('after')).toMatch(/Needs\nbad +failed: It fails/);
    expect(about('after')).toMatch(/History\n- \d+\.\d+ human: created/);
    expect(about('held')).toMatch(/waits for +A-\d+-a-1/);
  });

  it('names the keys of the verbs that the task allows, and no others', () => {
    const keys = (id: string): string => [...about(id).matchAll(/^(\w) {2}\S/gm)].map(([, key]) => key).join('');
    expect(keys('bad')).toBe('RhTLUprwte');
    expect(keys('after')).toBe('WhTLUe'); // a retry must wait for the one that failed
    expect(keys('held')).toBe('iIbcfChTLUaAdprwte');
    expect(keys('evil')).toBe('hTLUprwte');
  });

  it('filters by status and assignee', () => {
    const some = picture(shown, { pane: 'tasks', filters: { tasks: 'status:failed' } }, ROOMY).join('\n');
    expect(some).toContain('(1 shown');
    expect(some).toContain('It fails');
  });
});

describe('the pane of runs', () => {
  const about = (row: string): string =>
    picture(shown, { pane: 'runs', chosen: { runs: row }, reader: { row, scroll: 0 } }, ROOMY)
      .map((one) => one.trim())
      .join('\n');

  it('shows the steps of a run, and the question for which it waits', () => {
    const text = about(run);
    expect(text).toMatch(/build +completed; T-\S+ \(completed, a\)/);
    expect(text).toMatch(/ask +waiting; waits for an answer to A-\d+-/);
    expect(text).toMatch(/tell +pending/);
    expect(text).toMatch(/^a {2}approve/m);
    expect(text).toMatch(/^p {2}pause a run/m);
    expect(text).not.toMatch(/^U /m);
  });

  it('offers a workflow to begin a run of', () => {
    expect(about('workflow release')).toMatch(/^b {2}begin a run of a workflow/m);
  });
});

it('shows what people wrote and asked before a turn takes it, as lemming task list does', async () => {
  const root = org();
  await lemming(root, ['task', 'create', 'First', '--id', 'first', '--assignee', 'a']);
  await lemming(root, ['task', 'create', 'Second', '--id', 'second', '--needs', 'first']);
  put(root, 'org/tasks/broken.md', '---\nstatus: nosuch\n---\n');
  const follow = await Follow.open({ machine: realMachine, root, env: {} });
  const rows = (): string => picture(follow.scene(), { pane: 'tasks' }, ROOMY).join('\n');
  expect(rows()).toMatch(/first +assigned, ready +a +First/);
  expect(rows()).toMatch(/second +pending +- +Second +it needs first,/);
  expect(rows()).toMatch(/broken\.md +not taken +org\/tasks/);
  expect(rows()).toContain('2 changes wait for the next turn (s).');
  await lemming(root, ['task', 'cancel', 'first']);
  await lemming(root, ['workflow', 'run', 'release', '--input', 'version=1']);
  expect(await follow.look(true)).toBe(true);
  expect(rows()).toMatch(/first +cancelled/);
  expect(rows()).toMatch(/second +skipped/);
  const { tasks } = (await lemming(root, ['task', 'list', '--json'])).data;
  expect(tasks.map(({ id, status }: { id: string; status: string }) => [id, status])).toEqual([
    ['first', 'cancelled'],
    ['second', 'skipped'],
  ]);
  expect([...follow.scene().state.tasks.all.keys()]).toEqual([]);
  const runs = picture(follow.scene(), { pane: 'runs' }, ROOMY).join('\n');
  expect(runs).toMatch(/release-1 +begins +in the next turn/);
});
