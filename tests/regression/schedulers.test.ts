import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { realSandbox } from '../../src/disk/sandbox/sandbox.ts';
import { lemming, put } from '../commands/people/world.ts';
import { scratch, scratchOrg } from '../commands/world.ts';
import { ALLOWED } from '../engine/tools/hands.ts';
import { type Act, type Mind, Org } from './org.ts';

const EDGES = { human: ['a', 'b', 'c'], a: ['human'], b: ['human'], c: ['human'] };
const path = (id: string) => `org/tasks/${id}.md`;
const task = (who: string, more = '') => `---\ntitle: A task\nassignee: ${who}\n${more}---\nDo it.\n`;
const complete: Act[] = [{ tool: 'complete_task', input: { result: 'Done.' } }];
const fail: Act[] = [{ tool: 'fail_task', input: { reason: 'No ink.' } }];

/** Which agent worked on which task, by turns. */
function worked(org: Org): [turn: number, task: string][] {
  let turn = 0;
  return org.journal().flatMap((line): [number, string][] => {
    if (line.k === 'open') turn = line.turn;
    return line.k === 'visit' && line.task !== undefined ? [[turn, line.task]] : [];
  });
}
const statusOf = (org: Org, id: string) => /^status: (.*)$/m.exec(org.read(path(id)) ?? '')?.[1];

describe('what schedulers of tasks elsewhere got wrong', () => {
  it('an attempt that failed is followed by another one', async () => {
    let attempts = 0;
    const org = new Org({ edges: EDGES }, () => (++attempts < 3 ? fail : complete)).withFile(path('x'), task('a'));
    await org.run();
    expect([attempts, statusOf(org, 'x')]).toEqual([3, 'completed']);
    expect(org.read(path('x'))).toContain('attempts: 2');
  });

  it('every task is counted once, and a run that lost some does not end well', async () => {
    const rule = (title: string, tool: string, input: object) => ({
      when: { task: title },
      reply: { acts: [{ tool, input }] },
    });
    const root = scratchOrg({
      edges: EDGES,
      rules: [rule('bad', 'fail_task', { reason: 'No ink.' }), rule('/./', 'complete_task', { result: 'Done.' })],
    });
    const file = (id: string, more = '') =>
      put(root, path(id), `---\ntitle: ${id}\nassignee: a\nretries: 0\n${more}---\n`);
    file('good');
    file('bad');
    file('after', 'needs: [bad]\n');
    file('last', 'needs: [after]\n');
    file('free', 'needs: [good]\n');
    file('lost', 'needs: [nowhere]\n');
    const { exit, data } = await lemming(root, ['run', '--until-idle', '--json']);
    expect(exit).toBe(1);
    expect(data.tasks).toEqual({ completed: 2, failed: 1, skipped: 2, cancelled: 0, open: 1 });
    const stats = await lemming(root, ['task', 'stats', '--json']);
    const counts = Object.values(stats.data.by_status as Record<string, number>);
    expect(counts.reduce((sum, one) => sum + one, 0)).toBe(stats.data.total);
  });

  it('what needs a task that was skipped is skipped as well, however far away', async () => {
    const org = new Org({ edges: EDGES }, ({ task: id }) => (id === 't0' ? fail : complete));
    org.withFile(path('t0'), task('a', 'retries: 0\n'));
    for (let n = 1; n <= 5; n++) org.withFile(path(`t${n}`), task('b', `needs: [t${n - 1}]\n`));
    await org.run();
    expect(worked(org)).toEqual([[1, 't0']]);
    for (let n = 1; n <= 5; n++) expect(org.read(path(`t${n}`))).toMatch(/status: skipped\nreason: "?upstream:t0/);
  });

  it('what is made in the turn in which its need fails is skipped as well', async () => {
    for (const maker of ['a', 'c']) {
      const mind: Mind = ({ agent, task: id, n }): Act[] => {
        if (id === 'bad') return fail;
        if (agent === maker && n === 1)
          return [
            { tool: 'create_task', input: { title: 'Next', assignee: maker, needs: ['bad'] } },
            { tool: 'create_task', input: { title: 'Last', assignee: maker, needs: ['Next'] } },
            { tool: 'done', input: {} },
          ];
        return id ? complete : [{ tool: 'done', input: {} }];
      };
      const org = new Org({ edges: EDGES, resumes: { [maker]: { tools: ['create_task'] } } }, mind);
      org.withFile(path('bad'), task('b', 'retries: 0\n'));
      // whoever is to get a result may name its task as a need
      org.withFile(path('own'), task(maker, 'needs: [bad]\n'));
      org.drop(maker, 'Go on.');
      await org.run();
      const [next, last] = [1, 2].map((n) => org.read(path(`T-1-${maker}-${n}`)));
      expect(next).toMatch(/status: skipped[\s\S]*\nreason: "?upstream:bad/);
      expect(last).toMatch(/status: skipped[\s\S]*\nreason: "?upstream:/);
    }
  });

  it('a task that needs an unknown one is told of, waits and stays in the count', async () => {
    const root = scratchOrg({ edges: EDGES, rules: [] });
    put(root, path('x'), task('a', 'needs: [nowhere]\n'));
    const { data } = await lemming(root, ['task', 'list', '--json']);
    expect(data.tasks).toMatchObject([{ id: 'x', ready: false, why: ['it needs nowhere, which does not exist'] }]);
    const { data: run } = await lemming(root, ['run', '--until-idle', '--json']);
    expect(run.tasks.open).toBe(1);
  });

  it('a task that waits for its next attempt keeps no place that others need', async () => {
    const org = new Org({ edges: EDGES, org: { limits: { concurrency: 1 } } }, ({ task: id }) =>
      id === 'x' ? fail : complete,
    );
    org.withFile(path('x'), task('a', 'retries: 3\n'));
    for (let n = 0; n < 4; n++) org.withFile(path(`y${n}`), task('b', n > 0 ? `needs: [y${n - 1}]\n` : ''));
    await org.turns(4);
    const turns = (id: string) => worked(org).flatMap(([turn, one]) => (one.startsWith(id) ? turn : []));
    expect(turns('y')).toEqual([1, 2, 3, 4]);
    expect(turns('x')).toEqual([1, 2, 4]);
  });

  it('a task begins when its own needs are completed, whatever else is still under way', async () => {
    const org = new Org({ edges: EDGES }, ({ task: id }) =>
      id === 'slow' ? [{ tool: 'update_task', input: { note: 'Going on.' } }] : complete,
    );
    org.withFile(path('slow'), task('c'));
    for (let n = 0; n < 3; n++)
      org.withFile(path(`y${n}`), task(n % 2 ? 'b' : 'a', n > 0 ? `needs: [y${n - 1}]\n` : ''));
    await org.turns(3);
    expect(worked(org).filter(([, id]) => id !== 'slow')).toEqual([
      [1, 'y0'],
      [2, 'y1'],
      [3, 'y2'],
    ]);
    expect(statusOf(org, 'slow')).toBe('running');
  });

  it('a program whose time is over writes no more, nor does what it started', { tags: ['bwrap'] }, async () => {
    const root = scratch();
    const workspace = 'agents/a/workspace';
    fs.mkdirSync(join(root, workspace), { recursive: true });
    const sandbox = realSandbox(root);
    const run = (command: string, timeoutMs: number) =>
      sandbox.run(workspace, ['sh', '-c', command], {
        ...ALLOWED,
        timeoutMs,
        room: { bytes: Number.POSITIVE_INFINITY, files: Number.POSITIVE_INFINITY },
      });
    const writes = 'while :; do echo x >> log; sleep 0.01; done';
    await run(`(${writes}) & ${writes}`, 3000);
    const size = () => fs.statSync(join(root, workspace, 'log')).size;
    const before = size();
    expect(before).toBeGreaterThan(0);
    await run('sleep 0.5', 60_000);
    expect(size()).toBe(before);
  });
});
