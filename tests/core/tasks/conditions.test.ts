import { describe, expect, it } from 'vitest';
import type { ToolContext } from '../../../src/core/model/tool.ts';
import { approversIn, conditionText, conditionWork, receivedWith } from '../../../src/core/tasks/conditions.ts';
import type { Condition } from '../../../src/schema/records/task.ts';
import { TASK } from '../entries.ts';
import { configOf } from '../world.ts';

const EDGES = { human: ['a', 'b'], a: ['b'] };
const config = configOf({
  edges: EDGES,
  resumes: { a: { tools: ['shell'], shared: ['x'] }, b: { tools: ['ask:shell'], shared: ['y'] } },
});
const missing = () => {
  throw new Error('not there');
};
const BOX = {
  read: (path: string) => (path === 'text.md' ? { text: 'x' } : missing()),
  list: (path: string) => (path === '.' ? ['picture.png'] : path === 'shared/x' ? ['b.bin'] : missing()),
  program: async ([name]: readonly string[]) => ({ ok: name === 'true', text: `${name} said so` }),
} as unknown as ToolContext;

describe('what must hold', () => {
  it.each([
    ['human', { file: 'text.md' }, true, ''],
    ['human', { file: 'picture.png' }, true, ''],
    ['human', { file: 'shared/x/b.bin' }, true, ''],
    ['human', { file: 'gone.md' }, false, 'There is no such file.'],
    ['human', { run: ['true'] }, true, ''],
    ['human', { run: ['false', '-x'] }, false, '"false -x" ends with 0 does not hold. It said: false said so'],
    ['b', { run: ['true'] }, false, 'b may not run programs.'],
    ['b', { file: 'shared/x/b.bin' }, false, 'b may not read "shared/x/b.bin".'],
    ['gone', { file: 'text.md' }, false, 'gone is not in the organisation.'],
  ] as [string, Condition, boolean, string][])('by %s: %j', async (by, condition, ok, why) => {
    const work = conditionWork(config, { ...TASK, by, assignee: 'a' }, [condition]);
    const result = await work?.run(null, BOX);
    expect(result?.ok).toBe(ok);
    expect(result?.text).toContain(why);
  });

  it('is nothing to look at when only people decide', () => {
    const list: Condition[] = [{ approved_by: 'human' }, { approved_by: 'human' }];
    expect(conditionWork(config, TASK, list)).toBeNull();
    expect(approversIn([...list, { file: 'x' }])).toEqual(['human']);
    expect(conditionText({ approved_by: 'human' })).toBe('human approves it');
  });
});

describe('commands that a person wrote', () => {
  const run = { run: ['node', '--test'] };
  const of = (more: object) => receivedWith(config, { ...TASK, id: 'x', turn: 4, by: 'human', ...more });

  it('are those of both kinds of conditions, with the turn in which they were written', () => {
    const what = { kind: 'condition', name: 'x', text: '[["true"],["node","--test"]]' };
    expect(of({ requires: [{ run: ['true'] }], ensures: [{ file: 'x' }, run] })).toEqual({ turn: 4, what });
  });

  it('are as old as the workflow of a run, which may have come with the folder', () => {
    expect(of({ key: 'run/r1/x', ensures: [run] })?.turn).toBe(1);
    expect(of({ key: 'mine', ensures: [run] })?.turn).toBe(4);
  });

  it('are none where an agent wrote them, or where no program runs', () => {
    expect([of({ by: 'a', ensures: [run] }), of({ ensures: [{ file: 'x' }] })]).toEqual([undefined, undefined]);
  });
});
