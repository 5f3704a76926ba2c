import { describe, expect, it } from 'vitest';
import { lemming } from '../people/world.ts';
import { scratchOrg } from '../world.ts';

const PLAN = {
  tool: 'propose_plan',
  input: { tasks: [{ name: 'make', title: 'Make it', assignee: 'a' }] },
};
const DONE = { tool: 'complete_task', input: { result: 'Made.' } };

function org(rules: unknown[], edges = { human: ['boss'], boss: ['human', 'a'], a: ['boss'] }): string {
  return scratchOrg({ edges, rules });
}
const rule = (task: string, act: object) => ({ when: { task }, reply: { acts: [act] } });
const data = async (root: string, args: string[]) => JSON.parse((await lemming(root, [...args, '--json'])).out);

describe('lemming plan', () => {
  it('makes turns until a plan is proposed, and shows it', async () => {
    const root = org([rule('A thing', PLAN), rule('Make', DONE)]);
    const planned = await data(root, ['plan', 'A thing']);
    expect(planned).toMatchObject({
      id: 'a-thing',
      status: 'proposed',
      approval: 'A-1-boss-1',
      tasks: [{ name: 'make', title: 'Make it', assignee: 'a', needs: [] }],
      cost: null,
    });
    expect((await lemming(root, ['approve', 'A-1-boss-1'])).exit).toBe(0);
    await lemming(root, ['run', '--turns', '3']);
    expect((await data(root, ['task', 'list'])).tasks.map(({ id }: { id: string }) => id)).toContain('T-2-boss-1');
    expect((await lemming(root, ['replan', 'T-2-boss-1', 'x'])).err).toContain('Task T-2-boss-1 has no plan');
  });

  it('approves it at once with --yes', async () => {
    const root = org([rule('A thing', PLAN), rule('Make', DONE)]);
    const { out } = await lemming(root, ['plan', 'A thing', '--yes', '--max-cost', '1']);
    expect(out).toContain('Approved. The next turn creates 1 task');
    await lemming(root, ['run', '--turns', '1']);
    expect((await data(root, ['task', 'list'])).tasks).toHaveLength(2);
  });

  it('says when the planner made none, or is not there', async () => {
    const other = rule('Another thing', PLAN);
    const root = org([rule('A thing', DONE), other]);
    const none = await lemming(root, ['plan', 'A thing']);
    expect([none.exit, none.out]).toEqual([
      1,
      expect.stringContaining('boss proposed no plan: task a-thing is completed.'),
    ]);
    const alone = scratchOrg({ edges: { human: [] } });
    expect((await lemming(alone, ['plan', 'A thing'])).err).toContain('There is nobody who could plan');
    const silent = org([rule('never', DONE), other]);
    expect((await lemming(silent, ['plan', 'A thing'])).out).toContain('proposed no plan');
  });

  it('makes a plan without a model', async () => {
    const root = org([rule('/./', DONE)], { human: ['boss', 'a'], boss: ['human', 'a'], a: ['boss', 'human'] });
    const planned = await data(root, ['plan', 'A thing', '--static']);
    expect(planned).toMatchObject({
      status: 'created',
      tasks: [
        { name: 'a-thing-outline', assignee: 'boss', needs: [] },
        { name: 'a-thing-work', assignee: 'a', needs: ['a-thing-outline'] },
        { name: 'a-thing-review', assignee: 'boss', needs: ['a-thing-outline', 'a-thing-work'] },
      ],
    });
    await lemming(root, ['run', '--until-idle']);
    const { tasks } = await data(root, ['task', 'list']);
    expect(tasks.map(({ status }: { status: string }) => status)).toEqual(Array(4).fill('completed'));
    // with completed tasks there is something to go by
    const again = await data(root, ['plan', 'A thing', '--static']);
    expect(again.tasks[0].name).not.toBe('a-thing-outline');
    const alone = await data(org([]), ['plan', '2 things', '--static']);
    expect(alone.tasks.map(({ assignee }: { assignee: string }) => assignee)).toEqual(['boss', 'boss', 'boss']);
  });
});
