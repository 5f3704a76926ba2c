/** What `lemming task` tells: the tasks, one of them, its history, the graph, statistics and estimates. */
import { foreseeTasks, type UnfitFile } from '../../app/foresee.ts';
import { readOrg } from '../../app/read-org.ts';
import type { View } from '../../app/view.ts';
import { peopleOf } from '../../core/model/config.ts';
import type { Task } from '../../core/model/state/tasks.ts';
import { archivedTaskPath, splitTask, taskPath } from '../../core/tasks/file.ts';
import { nearestTo } from '../../core/text/nearest.ts';
import { readMarkdown } from '../../disk/yaml/yaml.ts';
import { journalLines } from '../../engine/journal/history.ts';
import { inCredits } from '../../schema/amount.ts';
import { failure } from '../../schema/fault.ts';
import { taskHead } from '../../schema/records/task.ts';
import { taskCourses } from '../../views/tasks/task-course.ts';
import { relatedTo, taskFacts, taskRemark } from '../../views/tasks/task-facts.ts';
import { countedTasks, type GoalRow, goalRows } from '../../views/tasks/task-goals.ts';
import { graphOf, printTaskMermaid, printTaskTree } from '../../views/tasks/task-graph.ts';
import { historyEntries, needsOf, taskRow, tasksInOrder } from '../../views/tasks/task-row.ts';
import { estimateOf, statsOf } from '../../views/tasks/task-stats.ts';
import { count, oneLine, rowsOf, shorten, table } from '../../views/text/table.ts';
import type { Outcome } from '../command.ts';
import { exactText } from '../own-files.ts';
import type { World } from '../world.ts';

/** The tasks as the next turn will have them, and files that it cannot take. */
export async function readTasks(world: World) {
  const view = readOrg(world);
  const unfit = await foreseeTasks(view);
  return { view, unfit, tasks: view.state.tasks, turn: view.state.clock.turn + 1 };
}

/** The task of that id. Throws `not-found`. */
export function taskIn({ state }: Pick<View, 'state'>, id: string): Task {
  const { all, archived } = state.tasks;
  const task = all.get(id);
  if (task) return task;
  if (archived.has(id))
    throw failure('not-found', `Task ${id} is in org/tasks/archive`, { remedy: 'Create a new task.' });
  throw failure('not-found', `There is no task ${id}`, {
    remedy: 'List the tasks with lemming task list.',
    ...nearestTo(id, all.keys()),
  });
}

export interface ListInput {
  flags: {
    status?: string | undefined;
    assignee?: string | undefined;
    goal?: string | undefined;
    ready?: true | undefined;
  };
}

export interface TaskList {
  tasks: ReturnType<typeof taskRow>[];
  unfit: UnfitFile[];
}

/** The tasks, and the people on whose requests they depend. */
export async function listTasks(
  world: World,
  { flags }: ListInput,
): Promise<{ outcome: Outcome<TaskList>; people: string[] }> {
  const { view, tasks, turn, unfit } = await readTasks(world);
  const { status, assignee, goal, ready } = flags;
  const served = goal === undefined ? null : goalIn(view, goal);
  const rows = tasksInOrder(tasks)
    .map((task) => taskRow(view.state, task, turn))
    .filter((row) => status === undefined || row.status === status)
    .filter((row) => assignee === undefined || row.assignee === assignee)
    .filter((row) => goal === undefined || row.goal === goal)
    .filter((row) => !ready || row.ready);
  const outcome = {
    data: { tasks: rows, unfit },
    get text() {
      const head = served
        ? [`${served.id}: ${oneLine(served.title ?? 'not an open goal')} (${countedTasks(served)})`]
        : [];
      const bad = unfit.map(({ path, why }) => `Not taken: ${path}: ${oneLine(why)}`);
      return [...head, rows.length ? tableOf(view, rows) : 'No tasks.', ...bad].join('\n');
    },
  };
  return { outcome, people: peopleOf(view.config) };
}

function tableOf(view: View, rows: readonly ReturnType<typeof taskRow>[]): string {
  const isPaid = rows.some(({ cost }) => cost > 0);
  const lines = rows.map((row) => [
    row.id,
    row.ready ? `${row.status}, ready` : row.status,
    row.assignee ?? (row.capability === null ? '-' : `(${row.capability})`),
    shorten(row.title, 50),
    ...(isPaid ? [`${row.cost}`] : []),
    shorten(oneLine(taskRemark(view.config, view.state, row)), 70),
  ]);
  return table([['task', 'status', 'assignee', 'title', ...(isPaid ? ['credits'] : []), ''], ...lines]);
}

/** Throws `not-found` where no open goal has that name and no task serves one. */
export function goalIn({ config, state }: View, id: string): GoalRow {
  const goals = goalRows(config, state.tasks);
  const found = goals.find((goal) => goal.id === id);
  if (found) return found;
  throw failure('not-found', `There is no open goal ${JSON.stringify(id)}.`, {
    remedy: 'Run lemming task goals to list them. Each is a file in org/goals.',
    ...nearestTo(
      id,
      goals.map((goal) => goal.id),
    ),
  });
}

export async function listGoals(world: World) {
  const { view, tasks } = await readTasks(world);
  const goals = goalRows(view.config, tasks);
  const isPaid = goals.some(({ cost }) => cost > 0);
  const rows = goals.map((goal) => [
    goal.id,
    shorten(oneLine(goal.title ?? 'not an open goal'), 60),
    goal.owner ?? '-',
    countedTasks(goal),
    ...(isPaid ? [`${goal.cost}`] : []),
  ]);
  const heading = ['goal', 'title', 'owner', 'tasks', ...(isPaid ? ['credits'] : [])];
  const text = goals.length ? table([heading, ...rows]) : 'No goals. Each is a file in org/goals.';
  return { data: { goals }, text };
}

interface IdInput {
  args: { id: string };
}

/** A task, archived or not, and the text of its file. Throws `not-found`. */
function wholeTask(view: View, id: string): { task: Task; text: string; path: string; archived: boolean } {
  const { archived } = view.state.tasks;
  if (view.state.tasks.all.has(id) || !archived.has(id)) {
    const text = view.state.files.texts.get(taskPath(id)) as string;
    return { task: taskIn(view, id), text, path: taskPath(id), archived: false };
  }
  const path = archivedTaskPath(id);
  const text = exactText(view.disk, path);
  const { head, faults } = readMarkdown(taskHead(), text ?? '', path);
  if (text === null || !head)
    throw failure('not-found', `The file of the archived task ${id} cannot be read`, {
      file: path,
      remedy: faults[0]?.message ?? 'Restore it from a backup.',
    });
  const { turn, by } = historyEntries(splitTask(text).history)[0] ?? {};
  const made = { id, turn: turn ?? 0, by: by ?? '', since: 0, hops: 0, visits: 0, waits: [] };
  return { task: { ...head, ...made }, text, path, archived: true };
}

export async function showTask(world: World, { args: { id } }: IdInput) {
  const { view, tasks, turn } = await readTasks(world);
  const { task, text: file, path, archived } = wholeTask(view, id);
  const row = taskRow(view.state, task, turn);
  const needs = needsOf(tasks, task);
  const { body, history } = splitTask(file);
  const related = relatedTo(tasks, id);
  const text = [
    `${id}: ${row.title}`,
    rowsOf(taskFacts(view.config, view.state, task, turn)),
    body,
    row.result === null ? '' : `Result:\n${row.result}`,
    `History:\n${history.join('\n')}`,
    `Its file: ${path}`,
  ].filter((part) => part !== '');
  const { artefacts, waits, priority_from, retries, next_attempt, requires, ensures, key } = task;
  const budget = task.budget === null ? null : inCredits(task.budget);
  const stated = { waits, priority_from, retries, next_attempt, budget, requires, ensures, key, artefacts };
  const entries = historyEntries(history);
  return {
    data: { ...row, path, archived, body, needs_status: needs, ...related, ...stated, history: entries },
    text: text.join('\n\n'),
  };
}

export async function showHistory(world: World, { args: { id } }: IdInput) {
  const { view } = await readTasks(world);
  const { history } = splitTask(wholeTask(view, id).text);
  return { data: { id, history: historyEntries(history) }, text: history.join('\n') };
}

interface GraphInput {
  args: { id?: string | undefined };
  flags: { mermaid?: true | undefined };
}

export async function showGraph(world: World, { args, flags }: GraphInput) {
  const { view, tasks } = await readTasks(world);
  if (args.id !== undefined) taskIn(view, args.id);
  const graph = graphOf(tasks, args.id);
  const text = flags.mermaid ? printTaskMermaid(graph) : printTaskTree(graph);
  return { data: graph, text: text || 'No tasks.' };
}

export async function showStats(world: World) {
  const { view, tasks } = await readTasks(world);
  const stats = statsOf(tasks, taskCourses(journalLines(view.disk)));
  const { mean_turns, mean_ms, attempts } = stats;
  const statuses = Object.entries(stats.by_status).filter(([, n]) => n > 0);
  const rows = [
    ...statuses.map(([status, n]) => [status, `${n}`]),
    ['success rate', `${stats.success_rate} %`],
    ['on average', mean_turns === null ? '-' : timesText(mean_turns, mean_ms)],
    ...(attempts === 0 ? [] : [['attempts that failed', `${attempts}`]]),
    ['cost', `${stats.cost} credits`],
  ];
  const away = stats.archived ? `, ${stats.archived} of them in the archive` : '';
  return { data: stats, text: `${count(stats.total, 'task')}${away}\n${rowsOf(rows)}` };
}

function timesText(turns: number, ms: number | null): string {
  return `${count(turns, 'turn')}${ms === null ? '' : `, ${Math.round(ms / 100) / 10} s of model calls`}`;
}

export async function showEstimate(world: World, { args: { id } }: IdInput) {
  const { view, tasks } = await readTasks(world);
  const made = estimateOf(tasks, taskCourses(journalLines(view.disk)), taskIn(view, id));
  const { samples, basis, confidence, turns, ms, cost } = made;
  const costs = (of: 'median' | 'p90'): string => (cost ? `, ${cost[of]} credits` : '');
  const from = { assignee: ' of its assignee', capability: ' with its capability', all: '', none: '' }[basis];
  const text = [
    `${timesText(turns.median, ms.median)}${costs('median')}`,
    basis === 'none'
      ? 'No task is completed yet: this is a guess by its priority alone.'
      : `Nine of ten took at most ${timesText(turns.p90, ms.p90)}${costs('p90')}. From ${count(samples, 'completed task')}${from}: ${confidence} confidence.`,
  ];
  return { data: { id, ...made }, text: text.join('\n') };
}
