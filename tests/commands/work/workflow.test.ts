import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { workflow } from '../../../src/workflow-builder.ts';
import { lemming, put } from '../people/world.ts';
import { scratchOrg } from '../world.ts';

const TEMPLATES = fileURLToPath(new URL('../../../templates/workflows/', import.meta.url));

const RULES = [
  { when: { task: '/fails/' }, reply: { acts: [{ tool: 'fail_task', input: { reason: 'Down' } }] } },
  {
    when: { task: '/build/', agent: 'a' },
    reply: {
      acts: [
        { tool: 'write_file', input: { path: 'built.md', content: 'Built.' } },
        { tool: 'complete_task', input: { result: 'Made.' } },
      ],
    },
  },
  { when: { task: '/./' }, reply: { acts: [{ tool: 'complete_task', input: { result: 'Made.' } }] } },
];

function org(): string {
  const resumes = { a: { tools: ['write_file'] } };
  return scratchOrg({ resumes, edges: { human: ['a', 'b'], a: ['human'], b: ['human'] }, rules: RULES });
}

const data = async (root: string, args: string[]) => JSON.parse((await lemming(root, [...args, '--json'])).out);

const RELEASE = `version: 1
title: Release
inputs:
  version: { type: string, description: what is published }
  parts: { type: array, items: string, default: [] }
steps:
  - { id: build, agent: a, do: "Build {{inputs.version}}." }
  - { id: tell, agent: b, needs: [build], do: Tell., compensate: none }
`;

describe('lemming workflow', () => {
  it('lists, shows and validates workflows', async () => {
    const root = org();
    expect((await lemming(root, ['workflow'])).out).toContain('No workflows.');
    put(root, 'org/workflows/release.yaml', RELEASE);
    put(root, 'org/workflows/broken.yaml', 'version: 1\nsteps:\n  - { id: x, agent: c, do: X }\n');
    put(
      root,
      'org/workflows/timed.yaml',
      'version: 1\nowner: a\non: { cron: "0 99 * * *" }\nsteps:\n  - { id: x, agent: b, do: X }\n',
    );
    const { workflows, broken } = await data(root, ['workflow', 'list']);
    expect(workflows).toEqual([
      { id: 'release', title: 'Release', steps: 2, wanted: ['version'], on: [], owner: null },
      { id: 'timed', title: 'timed', steps: 1, wanted: [], on: ['0 99 * * * (UTC)'], owner: 'a' },
    ]);
    expect(broken).toEqual(['org/workflows/broken.yaml']);
    const shown = (await lemming(root, ['workflow', 'show', 'release'])).out;
    expect(shown).toMatch(/cannot be taken back +tell/);
    expect(shown).toMatch(/version +string +needed +what is published/);
    const { exit, out } = await lemming(root, ['workflow', 'validate', '--json']);
    expect(exit).toBe(3);
    expect(JSON.parse(out).faults).toMatchObject([
      { code: 'unknown-name', file: 'org/workflows/broken.yaml', line: 3, column: 21, message: 'There is no agent c' },
      { code: 'invalid-value', file: 'org/workflows/timed.yaml', line: 3, value: '0 99 * * *' },
    ]);
    expect((await lemming(root, ['validate'])).exit).toBe(3);
    expect((await lemming(root, ['workflow', 'validate', 'release'])).out).toContain(
      'Note: release: tell cannot be taken back',
    );
    expect((await lemming(root, ['workflow', 'validate', 'releese'])).err).toContain('Did you mean "release"?');
    expect((await lemming(root, ['workflow', 'show', 'broken'])).err).toContain('There is no agent c');
    expect((await lemming(root, ['workflow', 'show', 'relaese'])).err).toContain('Did you mean "release"?');
  });

  it('begins a run and says how it stands', async () => {
    const root = org();
    put(root, 'org/workflows/release.yaml', RELEASE);
    const begun = await data(root, [
      'workflow',
      'run',
      'release',
      '--input',
      'version=1.2',
      '--input',
      'parts=["x"]',
      '--key',
      'k',
    ]);
    expect(begun).toEqual({
      run: 'release-1',
      workflow: 'release',
      began: true,
      irreversible: ['tell'],
      taken: 'journaled',
    });
    expect((await lemming(root, ['workflow', 'status', 'release-1'])).err).toContain(
      'The run release-1 begins in the next turn',
    );
    expect((await data(root, ['workflow', 'runs'])).begins).toEqual(['release-1']);
    await lemming(root, ['run', '--until-idle']);
    const status = await data(root, ['workflow', 'status', 'release-1']);
    expect(status).toMatchObject({
      status: 'completed',
      result: 'Made.',
      inputs: { version: '1.2', parts: ['x'] },
      all: [
        { id: 'build', tasks: ['T-1-release-1-1'] },
        { id: 'tell', status: 'completed' },
      ],
      rest: [],
      path: 'org/runs/release-1.md',
    });
    expect((await lemming(root, ['workflow', 'status', 'release-1'])).out).toContain('Result:\nMade.');
    expect(await data(root, ['workflow', 'run', 'release', '--input', 'version=2', '--key', 'k'])).toMatchObject({
      began: false,
    });
    expect((await data(root, ['workflow', 'runs', '--open'])).runs).toEqual([]);
    expect((await data(root, ['workflow', 'runs', '--workflow', 'release'])).runs).toHaveLength(1);
    // the visits of a task and of a run can be undone by their ids
    for (const id of ['release-1', 'T-1-release-1-1'])
      expect((await data(root, ['undo', id, '--dry-run'])).steps[0].on).toBe('agents/a/workspace/built.md');
    expect((await lemming(root, ['undo', 'release-1'])).out).toContain('Run release-1 is compensating');
    await lemming(root, ['run', '--until-idle']);
    const undone = await data(root, ['workflow', 'status', 'release-1']);
    expect(undone).toMatchObject({ status: 'failed', rest: [{ step: 'tell', why: 'it cannot be taken back' }] });
    expect((await lemming(root, ['workflow', 'status', 'release-1'])).out).toContain(
      'Left:\n- tell: it cannot be taken back',
    );
  });

  it.each([
    [['run', 'release'], 'The input version is missing'],
    [['run', 'release', '--input', 'version'], '"version" is no input'],
    [['run', 'release', '--input', 'version=1', '--input', 'parts=x'], 'parts: "x" is no JSON'],
    [['run', 'release', '--input', 'versoin=1'], 'There is no input versoin'],
    [['cancel', 'release-7'], 'There is no run release-7'],
    [['status', 'release-7'], 'There is no run release-7'],
    [['create', 'Bad Name'], 'cannot be the id of a workflow'],
    [['create', 'x', '--template', 'debate'], 'Nobody is named for FIRST, SECOND, JUDGE'],
    [['create', 'x', '--role', 'AUTHOR=zoe', '--role', 'REVIEWER=a'], 'There is no agent zoe for AUTHOR'],
    [['create', 'x', '--role', 'AUTOR=a'], 'gives no role of this template'],
    [
      ['create', 'release', '--role', 'AUTHOR=a', '--role', 'REVIEWER=b'],
      'There is a file org/workflows/release.yaml already',
    ],
  ])('%j is refused', async (args, message) => {
    const root = org();
    put(root, 'org/workflows/release.yaml', RELEASE);
    const { exit, err } = await lemming(root, ['workflow', ...args]);
    expect([exit > 0, err]).toEqual([true, expect.stringContaining(message)]);
  });

  it('pauses, resumes, cancels and goes on from a step', async () => {
    const root = org();
    put(
      root,
      'org/workflows/flow.yaml',
      'version: 1\nsteps:\n  - { id: x, agent: a, do: X }\n  - { id: y, title: fails, agent: b, needs: [x], retries: 0, do: Y }\n',
    );
    await lemming(root, ['workflow', 'run', 'flow']);
    await lemming(root, ['run', '--turns', '1']);
    expect((await lemming(root, ['workflow', 'budget', 'flow-1', '2.5'])).out).toMatch(/flow-1 may cost 2.5 credits/);
    expect((await lemming(root, ['workflow', 'budget', 'flow-1', '-1'])).exit).toBe(2);
    for (const [verb, is] of [
      ['pause', 'paused'],
      ['resume', 'running'],
      ['cancel', 'cancelled'],
    ] as const) {
      expect((await data(root, ['workflow', verb, 'flow-1'])).status).toBe(is);
      await lemming(root, ['run', '--turns', '1']);
    }
    expect(readFileSync(`${root}/org/runs/flow-1.md`, 'utf8')).toContain('budget: 2.5\n');
    expect((await lemming(root, ['workflow', 'resume', 'flow-1'])).err).toContain('only a paused one can be resumed');
    expect((await lemming(root, ['workflow', 'retry-from', 'flow-1', 'z'])).err).toContain('it has no step z');
    expect((await data(root, ['workflow', 'retry-from', 'flow-1', 'y'])).status).toBe('running');
    await lemming(root, ['run', '--until-idle']);
    expect((await lemming(root, ['workflow', 'status', 'flow-1'])).out).toMatch(
      /status +compensated[\s\S]*y +failed, taken back: completed/,
    );
    expect((await lemming(root, ['workflow', 'runs'])).out).toMatch(/flow-1 +compensated +1 of 2/);
    expect((await lemming(root, ['audit'])).out).toContain('workflow cancel');
    put(root, 'org/org.yaml', 'version: 1\nname: x\ntasks: { archive_after: 1 }\n');
    await lemming(root, ['run', '--turns', '2']);
    expect((await lemming(root, ['workflow', 'runs'])).out).toContain('No runs.');
    expect((await data(root, ['workflow', 'runs', '--all'])).runs).toMatchObject([{ id: 'flow-1' }]);
    expect((await data(root, ['workflow', 'status', 'flow-1'])).status).toBe('compensated');
    expect((await lemming(root, ['workflow', 'undo', 'flow-1'])).err).toContain('it is taken back already');
  });
});

describe('templates of workflows', () => {
  it.each(readdirSync(TEMPLATES))('%s is valid, and runs', async (file) => {
    const root = org();
    const text = readFileSync(TEMPLATES + file, 'utf8');
    const roles = [...(/^# Roles: (.*)$/m.exec(text)?.[1] ?? '').matchAll(/[A-Z]{3,}/g)].map(([role]) => role);
    const given = roles.flatMap((role, i) => ['--role', `${role}=${role === 'PERSON' ? 'human' : 'ab'[i % 2]}`]);
    const made = await lemming(root, ['workflow', 'create', 'flow', '--template', file.replace('.yaml', ''), ...given]);
    expect(made).toMatchObject({ exit: 0, err: '' });
    expect((await lemming(root, ['workflow', 'validate'])).exit).toBe(0);
    const { wanted } = await data(root, ['workflow', 'show', 'flow']);
    await lemming(root, ['workflow', 'run', 'flow', ...wanted.flatMap((name: string) => ['--input', `${name}=it`])]);
    await lemming(root, ['run', '--until-idle']);
    expect((await lemming(root, ['approvals'])).out).not.toContain('wants to use');
    for (const { id } of (await data(root, ['approvals'])).approvals) await lemming(root, ['approve', id]);
    await lemming(root, ['run', '--until-idle']);
    expect((await data(root, ['workflow', 'status', 'flow-1'])).status).toBe('completed');
  });
});

describe('a workflow in code', () => {
  it('is the same as its file', async () => {
    const root = org();
    const made = workflow({ title: 'Release' })
      .input('version', { type: 'string' })
      .step('build', { agent: 'a', do: 'Build {{inputs.version}}.' })
      .step('tell', { agent: 'b', needs: ['build'], do: 'Tell.', compensate: 'none' });
    put(root, 'org/workflows/release.yaml', made.print());
    expect((await lemming(root, ['workflow', 'validate'])).exit).toBe(0);
    expect((await data(root, ['workflow', 'show', 'release'])).all).toMatchObject([
      { id: 'build', needs: [] },
      { id: 'tell', needs: ['build'], undo: 'none' },
    ]);
    // @ts-expect-error a step cannot need one that comes later
    made.step('last', { agent: 'a', needs: ['next'], do: 'X' });
    expect(() => made.step('BAD', { agent: 'a', do: 'X' }).print()).toThrow('The workflow is not valid: steps.2.id');
  });
});
