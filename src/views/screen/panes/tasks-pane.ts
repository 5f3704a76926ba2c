/** The Tasks pane of the screen. */
import type { Approval } from '../../../core/model/state/approvals.ts';
import { isFinished, PROPOSES, type Task } from '../../../core/model/state/tasks.ts';
import { assigneesFor, needsToWaive } from '../../../core/tasks/asked.ts';
import { splitTask, TASKS, taskPath } from '../../../core/tasks/file.ts';
import { copyWith, defined } from '../../../schema/copy.ts';
import { taskFacts, taskRemark } from '../../tasks/task-facts.ts';
import { needsOf, taskRow, tasksInOrder } from '../../tasks/task-row.ts';
import { count } from '../../text/table.ts';
import { asks, type Filter, fits } from '../filter.ts';
import { type Cell, cell, facts, line, type Pane, type RowSubject, type ScreenLine, type Tone } from '../line.ts';
import { markdown } from '../markdown.ts';
import { nextTurn, openApprovals, type ScreenSnapshot } from '../snapshot.ts';
import { approvalDetail } from './approvals-pane.ts';

export const TASK_TERMS = ['status', 'assignee', 'priority', 'goal', 'parent', 'ready'];

/** A row: a plan that waits, a file that cannot be taken, or a task. */
type TaskPaneRow = { plan: Approval } | { unfit: { path: string; why: string } } | { task: Task };

/** How many tasks are not finished, and plans that wait. */
export function openTasks(scene: ScreenSnapshot): number {
  const open = [...scene.work.tasks.all.values()].filter(({ status }) => !isFinished(status));
  return open.length + plansOf(scene).length;
}

/** Plans that wait for an answer. */
function plansOf(scene: ScreenSnapshot): Approval[] {
  const waiting = openApprovals(scene).map((id) => scene.state.approvals.pending.get(id) as Approval);
  return waiting.filter(({ tool }) => tool === PROPOSES);
}

/** Plans that wait, then the tasks: open ones first, the most urgent of them at the top. */
export function tasksPane(now: ScreenSnapshot, filter: Filter): Pane {
  const scene = copyWith(now, { state: copyWith(now.state, { tasks: now.work.tasks }) });
  const isAsked = asks(filter);
  const rows = rowsOf(scene).filter((row) => !isAsked || fits(filter, facetsOf(scene, row)));
  return {
    columns: [
      { title: 'task', share: 2 },
      { title: 'status', width: 15 },
      { title: 'assignee', width: 12, from: 60 },
      { title: 'title', share: 3, from: 50 },
      { title: 'credits', width: 8, right: true, from: 110 },
      { title: 'result, or why not', share: 3, from: 76 },
    ],
    keys: rows.map(keyOf),
    cells: (at) => cellsOf(scene, rows[at]!),
    about: (at) => aboutOf(scene, rows[at]!),
    detail: (at) => detailOf(scene, rows[at]!),
    top: [],
    empty: isAsked ? 'No task matches the filter.' : 'There are no tasks yet.',
  };
}

function rowsOf(scene: ScreenSnapshot): TaskPaneRow[] {
  const { tasks, unfit } = scene.work;
  const ordered = tasksInOrder(tasks).map((task) => ({ task }));
  return [
    ...plansOf(scene).map((plan) => ({ plan })),
    ...unfit.map((one) => ({ unfit: one })),
    ...ordered.filter(({ task }) => !isFinished(task.status)),
    ...ordered.filter(({ task }) => isFinished(task.status)),
  ];
}

function keyOf(row: TaskPaneRow): string {
  if ('plan' in row) return row.plan.id;
  return 'unfit' in row ? row.unfit.path : row.task.id;
}

function facetsOf(scene: ScreenSnapshot, row: TaskPaneRow): { text: string } & Record<string, string | string[]> {
  if ('plan' in row) return { text: `plan ${row.plan.id} ${goalOf(row.plan)}`, status: 'proposed' };
  if ('unfit' in row) return { text: `${row.unfit.path} ${row.unfit.why}`, status: 'not taken' };
  const { id, title, status, assignee, priority, goal, parent } = row.task;
  const { ready } = taskRow(scene.state, row.task, nextTurn(scene).turn);
  return {
    text: `${id} ${title} ${assignee ?? ''}`,
    status,
    priority,
    assignee: assignee ?? [],
    goal: goal ?? [],
    parent: parent ?? [],
    ready: ready ? 'yes' : [],
  };
}

function goalOf({ input }: Approval): string {
  const { goal } = input as { goal?: unknown };
  return typeof goal === 'string' ? goal : '';
}

const TONES: Record<Task['status'], Tone> = {
  pending: 'plain',
  assigned: 'plain',
  running: 'good',
  blocked: 'warn',
  completed: 'quiet',
  failed: 'bad',
  skipped: 'warn',
  cancelled: 'quiet',
};

function cellsOf(scene: ScreenSnapshot, row: TaskPaneRow): Cell[] {
  if ('plan' in row) {
    const { id, agent, contacts, input } = row.plan;
    const { tasks = [] } = input as { tasks?: unknown[] };
    const size = Array.isArray(tasks) ? count(tasks.length, 'task') : '';
    return [
      cell(id, 'strong'),
      cell('plan', 'warn'),
      cell(agent),
      cell(goalOf(row.plan)),
      cell(''),
      cell(`${size}, waits for ${contacts.join(', ')}`, 'warn'),
    ];
  }
  if ('unfit' in row) {
    const { path, why } = row.unfit;
    return [
      cell(path.replace(TASKS, ''), 'bad'),
      cell('not taken', 'bad'),
      cell(''),
      cell(''),
      cell(''),
      cell(why, 'bad'),
    ];
  }
  const one = taskRow(scene.state, row.task, nextTurn(scene).turn);
  const tone = TONES[one.status];
  return [
    cell(one.id, tone === 'quiet' ? 'quiet' : 'strong'),
    cell(one.ready ? `${one.status}, ready` : one.status, one.ready ? 'good' : tone),
    cell(one.assignee ?? (one.capability === null ? '-' : `(${one.capability})`)),
    cell(one.title, tone === 'quiet' ? 'quiet' : 'plain'),
    cell(one.cost === 0 ? '' : one.cost, 'quiet'),
    cell(taskRemark(scene.config, scene.state, one), 'quiet'),
  ];
}

function aboutOf(scene: ScreenSnapshot, row: TaskPaneRow): RowSubject {
  if ('plan' in row) {
    const { id, agent } = row.plan;
    return { what: 'approval', id, agent, file: `org/approvals/${id}.md` };
  }
  if ('unfit' in row) return { what: 'fault', file: row.unfit.path };
  const { id, assignee, waits } = row.task;
  const { config, person, work, state } = scene;
  const all = assigneesFor(config, work.tasks, { id, by: person });
  const isPerson = (name: string): boolean => config.agents.get(name)?.person === true;
  const approval = waits.find((one) => state.approvals.pending.has(one));
  return {
    what: 'task',
    id,
    file: taskPath(id),
    values: {
      assignee: [...all.filter((name) => !isPerson(name)), ...all.filter(isPerson)],
      need: needsToWaive(work.tasks, id),
    },
    ...(assignee !== null && !isPerson(assignee) && { agent: assignee }),
    ...defined({ approval }),
  };
}

/** Characters of a text, and lines of a history, that are shown. */
const MOST = 100_000;
const MOST_LINES = 200;

function detailOf(scene: ScreenSnapshot, row: TaskPaneRow): ScreenLine[] {
  if ('plan' in row) return approvalDetail(scene, row.plan);
  if ('unfit' in row) {
    const { path, why } = row.unfit;
    return [line(path, 'title'), line(), line(`The next turn does not take it: ${why}`, 'bad')];
  }
  const { task } = row;
  const { config, state, work } = scene;
  const { body, history } = splitTask((work.texts.get(taskPath(task.id)) ?? '').slice(0, MOST));
  const told = taskFacts(config, state, task, nextTurn(scene).turn).filter(([name]) => name !== 'needs');
  return [
    line(task.title, 'title'),
    ...facts([['task', task.id], ...told.map(([name, value]): [string, string, Tone] => [name, value, toneOf(name)])]),
    ...part('Needs', needLines(scene, task)),
    ...part('Text', body.trim() === '' ? [] : markdown(body.trim())),
    ...part('Result', task.result === null ? [] : markdown(task.result.slice(0, MOST))),
    ...part(
      'History',
      history.slice(-MOST_LINES).map((one) => line(one, 'plain', 2)),
    ),
  ];
}

function toneOf(name: string): Tone {
  return name === 'not ready' || name === 'it waits' || name === 'waits' || name === 'waits for' || name === 'why'
    ? 'warn'
    : 'plain';
}

function needLines({ work }: ScreenSnapshot, task: Task): ScreenLine[] {
  return facts(
    needsOf(work.tasks, task).map(({ id, status, title, waived }) => {
      const how = waived ? 'waived' : (status ?? 'does not exist');
      return [id, `${how}${title === null ? '' : `: ${title}`}`, how === 'completed' || waived ? 'plain' : 'warn'];
    }),
  );
}

function part(title: string, lines: readonly ScreenLine[]): ScreenLine[] {
  return lines.length === 0 ? [] : [line(), line(title, 'title'), ...lines];
}
