/** What `lemming task` changes: new tasks, and what a person asks of one. */
import { post } from '../../app/requests.ts';
import { personOf } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import { statusOf, type Task, type TasksState } from '../../core/model/state/tasks.ts';
import { archivable, judgeAsked } from '../../core/tasks/asked.ts';
import { fileAuthor, judgeNew } from '../../core/tasks/edit.ts';
import { printTask, TASKS, taskPath } from '../../core/tasks/file.ts';
import { TaskRecord } from '../../core/tasks/record.ts';
import { createNow } from '../../disk/fs/workspace.ts';
import { journalLines } from '../../engine/journal/history.ts';
import { defined } from '../../schema/copy.ts';
import { failure } from '../../schema/fault.ts';
import { isEngineTaskId, isName, slug } from '../../schema/name.ts';
import type { TASK_VERBS } from '../../schema/records/request.ts';
import { type TaskFields, taskHead } from '../../schema/records/task.ts';
import { count } from '../../views/text/table.ts';
import { boundAmount, readAmount } from '../amount.ts';
import { exactText } from '../own-files.ts';
import type { World } from '../world.ts';
import { goalIn, readTasks, taskIn } from './task-look.ts';

interface CreateInput {
  args: { title: string };
  flags: {
    body?: string | undefined;
    assignee?: string | undefined;
    capability?: string | undefined;
    needs?: string[] | undefined;
    priority?: string | undefined;
    retries?: number | undefined;
    deadline?: string | undefined;
    budget?: number | undefined;
    parent?: string | undefined;
    goal?: string | undefined;
    key?: string | undefined;
    id?: string | undefined;
  };
}

/** Writes the file of a new task. The same key and content give the id of the task that is there. */
export async function createTask(world: World, { args: { title }, flags }: CreateInput) {
  const { view, tasks, turn } = await readTasks(world);
  const fields = fieldsOf(title, flags);
  if (fields.goal !== undefined) goalIn(view, fields.goal);
  const body = taskBodyOf(await textIn(world, flags.body ?? ''));
  const known = fields.key === null ? undefined : tasks.keys.get(fields.key);
  const id = known ?? idFor(tasks, title, flags.id);
  const made = view.mask(printTask(stated(fields), body, []));
  if (known !== undefined) return sameAgain(view, known, made);
  for (const by of new Set([personOf(view), fileAuthor(view.config)])) {
    const judged = judgeNew(view.config, tasks, { id, turn, since: view.clock.now(), by }, fields);
    if ('why' in judged)
      throw failure('refused', `The task was not created: ${judged.why}`, { remedy: 'Change that.' });
  }
  const most = view.config.org.limits.message_bytes;
  if (Buffer.byteLength(made) > most) throw failure('too-large', `The task has more than ${most} bytes`);
  const name = freeName(id, (one) => createNow(view.disk, taskPath(one), made), flags.id !== undefined);
  const unknown = fields.needs.filter((need) => statusOf(tasks, need) === null);
  const text = [
    `Created ${name}: ${taskPath(name)}. Agents work on it in the next turn: lemming run`,
    ...unknown.map((need) => `It waits for ${need}, which does not exist yet.`),
  ];
  return { data: { id: name, path: taskPath(name), created: true, unknown_needs: unknown }, text: text.join('\n') };
}

async function textIn(world: World, body: string): Promise<string> {
  return body === '-' ? await world.stdin() : body;
}

/** A heading of that name begins the history of a task: one in its body goes a level down. */
export function taskBodyOf(text: string): string {
  return text.replace(/^## History[ \t]*$/gm, '### History');
}

/** As the file states it: whoever is named has it. */
function stated(fields: TaskFields): TaskFields {
  return { ...fields, status: fields.assignee === null ? 'pending' : 'assigned' };
}

/** The key is taken: by the same task, as it was when it was created, or by another one. */
function sameAgain(view: View, id: string, made: string) {
  if (textAtFirst(view, id) !== made)
    throw failure('duplicate-name', `The key belongs to ${id}, which was created with another content`, {
      remedy: 'Choose another --key, or give the same title and options.',
    });
  const text = `${id} has this key already, so nothing was created.`;
  return { data: { id, path: taskPath(id), created: false, unknown_needs: [] }, text };
}

/** What a person wrote to create a task: the journal holds it, or it waits for the next turn. Null for a task of an agent. */
function textAtFirst({ disk }: View, id: string): string | null {
  for (const line of journalLines(disk)) {
    if (line.k === 'task-file' && line.id === id && line.before === null) return line.found;
    if (line.k === 'task' && line.task.id === id) return null;
  }
  return exactText(disk, taskPath(id));
}

/** Throws `usage` for what the schema refuses. */
function fieldsOf(title: string, flags: CreateInput['flags']): TaskFields {
  const { assignee, capability, priority, retries, deadline, budget, parent, key, goal } = flags;
  const needs = flags.needs && [...new Set(flags.needs.flatMap((some) => some.split(',').map((one) => one.trim())))];
  const read = taskHead().safeParse(
    defined({ title, assignee, capability, needs, priority, retries, deadline, parent, key, goal }),
  );
  if (read.success) return budget === undefined ? read.data : { ...read.data, budget };
  const issue = read.error.issues[0];
  throw failure('usage', `${issue?.path[0] === undefined ? '' : `${String(issue.path[0])}: `}${issue?.message}`, {
    remedy: 'See lemming task create --help.',
  });
}

/** The name that the person chose, or one made from the title. */
function idFor({ all, archived }: TasksState, title: string, chosen: string | undefined): string {
  const id = chosen ?? nameFrom(title);
  if (!isName(id) || isEngineTaskId(id)) throw failure('bad-name', `${id} cannot be the id of a task`, { value: id });
  if (chosen !== undefined && (all.has(id) || archived.has(id)))
    throw failure('duplicate-name', `There is a task ${id} already`, { remedy: 'Choose another --id.' });
  return freeName(id, (one) => !all.has(one) && !archived.has(one), false);
}

/** A title that gives no name, such as a number or one in another script, gives `task` and what is left of it. */
function nameFrom(title: string): string {
  const long = slug(`task ${title}`);
  const short = slug(title);
  return long !== 'task' && isName(short) ? short : long;
}

/** Names that are tried. */
const MOST_NAMES = 10_000;

/** The first of `schema`, `schema-2`, `schema-3` ... that is taken. */
function freeName(id: string, take: (name: string) => boolean, isChosen: boolean): string {
  for (let n = 1; n <= (isChosen ? 1 : MOST_NAMES); n++) {
    const name = n === 1 ? id : `${id}-${n}`;
    if (take(name)) return name;
  }
  throw failure('duplicate-name', `There is a file ${taskPath(id)} already`, { remedy: 'Choose another --id.' });
}

type Verb = (typeof TASK_VERBS)[number];

export interface AskInput {
  args: { id: string; assignee?: string | undefined; need?: string | undefined; credits?: string | undefined };
  flags: { note?: string | undefined; result?: string | undefined };
}

/** Asks the engine to change a task. What its present state refuses is a fault at once. */
export function askFor(verb: Verb) {
  return async (world: World, { args, flags }: AskInput) => {
    const { view, tasks, turn } = await readTasks(world);
    const by = personOf(view);
    const { id, assignee, need, credits } = args;
    const budget = credits === undefined ? undefined : boundAmount('A budget', readAmount(credits));
    taskIn(view, id);
    const stated = defined({ assignee, need, result: flags.result, budget });
    const ask = { ask: 'task' as const, id, do: verb, note: flags.note ?? '', ...stated };
    const judged = judgeAsked(view.config, tasks, { ...ask, by });
    if ('why' in judged)
      throw failure('refused', `Task ${id}: ${judged.why}`, { remedy: `See lemming task show ${id}.` });
    const { status, assignee: to } = judged.task;
    const also = followers(view, turn, judged, by);
    const taken = post(world, by, [ask]);
    const when = taken === 'journaled' ? 'The next turn does it.' : 'The running engine does it in its next turn.';
    const text = [`Task ${id}: ${judged.what}. ${when}`, ...also.map((one) => `Then ${one.id} is ${one.status}.`)];
    return { data: { id, do: verb, status, assignee: to, also, taken }, text: text.join('\n') };
  };
}

/** Other tasks that change with it: what needs it is skipped, or comes back. */
function followers({ state }: View, turn: number, { task, what }: { task: Task; what: string }, by: string) {
  const record = new TaskRecord(state, turn);
  record.change(task.id, task, by, what);
  return record.effects().flatMap((effect) => {
    if (effect.k !== 'task' || effect.task.id === task.id) return [];
    const { id, status } = effect.task;
    return { id, status };
  });
}

/** Asks the engine to move finished tasks that no open one needs to the archive. What this turn changes moves later. */
export async function cleanUp(world: World, { flags }: { flags: { 'older-than'?: number | undefined } }) {
  const { view, tasks, turn } = await readTasks(world);
  const older = flags['older-than'] ?? 0;
  const ids = archivable(tasks, turn, Math.max(older, 1));
  const taken = ids.length === 0 ? null : post(world, personOf(view), [{ ask: 'archive-tasks', older }]);
  const text =
    taken === null
      ? 'No finished task can go to the archive.'
      : `The next turn moves ${count(ids.length, 'finished task')} to ${TASKS}archive: ${ids.join(', ')}`;
  return { data: { older_than: older, ids, taken }, text };
}
