import { expect, it } from 'vitest';
import { kind } from '../../../src/core/journal/kinds/tasks/task.ts';
import { permitRead, type Reader } from '../../../src/core/mail/attachments.ts';
import { debtsOf } from '../../../src/core/mail/owed.ts';
import type { Effect } from '../../../src/core/model/entry.ts';
import { setTask, type Task } from '../../../src/core/model/state/tasks.ts';
import { emptyState } from '../../../src/core/model/state.ts';
import { emptyDraft } from '../../../src/core/model/tool.ts';
import type { Finished } from '../../../src/core/model/visit.ts';
import { configOf } from '../world.ts';

type TaskLine = Extract<Effect, { k: 'task' }>;

it('the bytes of files that came with a task are changed, and a task without files has none', () => {
  const files = [{ path: 'org/tasks/x.files/a.txt', data: 'b2xk' }];
  const change = () => 'bmV3';
  kind.bytes?.({ k: 'task' } as TaskLine, change);
  kind.bytes?.({ k: 'task', files } as unknown as TaskLine, change);
  expect(files[0]?.data).toBe('bmV3');
});

it('a file of a task is read by whoever gets the result, and taints where its agent was tainted', () => {
  const state = emptyState();
  const task = { id: 'x', by: 'human', assignee: 'a', needs: [], parent: null, status: 'completed', key: null };
  const reader = { state, resume: { name: 'a', shared: [] }, given: [] } as unknown as Reader;
  const look = () => permitRead(reader, 'attachments/x/a.txt', () => true);
  const set = (more: object) => setTask(state.tasks, { ...more, ...task } as unknown as Task);
  set({});
  expect(look()).toMatchObject({ path: 'agents/a/workspace/attachments/x/a.txt' });
  state.tasks.files.set('x', [{ name: 'a.txt', path: 'org/tasks/x.files/a.txt' }]);
  expect(look()).toEqual({ ok: true, path: 'org/tasks/x.files/a.txt', shared: false, also: [] });
  set({ tainted: true });
  expect(look()).toMatchObject({ path: 'org/tasks/x.files/a.txt', tainted: true });
});

it('a visit that proposes a plan owes no answer to the mail that asked for it', () => {
  const state = emptyState();
  const config = configOf({ edges: { human: ['a'], a: ['human'] } });
  const draft = { ...emptyDraft(), held: [{ tool: 'propose_plan' }], done: { settled: [] } };
  const given = [{ id: '000001-human-01', from: 'human', kind: 'message' }];
  const visit = { agent: 'a', outcome: 'ok', given, draft } as unknown as Finished;
  expect(debtsOf(config, state, visit)).toEqual({ owes: ['000001-human-01'] });
  state.tasks.planning.set('a', [{ mail: '000001-human-01', turn: 1, goal: null }]);
  expect(debtsOf(config, state, visit)).toEqual({});
});
