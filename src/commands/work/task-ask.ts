/** What `lemming task` changes: new tasks, and what a person asks of one. */
import { post } from '../../app/requests.ts';
import { personOf } from '../../app/seats.ts';
import type { Task, TasksState } from '../../core/model/state/tasks.ts';
import { judgeAsked } from '../../core/tasks/asked.ts';
import { judgeNew } from '../../core/tasks/edit.ts';
import { printTask, taskPath } from '../../core/tasks/file.ts';
import { createNow } from '../../disk/fs/workspace.ts';
import { failure } from '../../schema/fault.ts';
import { isEngineTaskId, isName, slug } from '../../schema/name.ts';
import type { TASK_VERBS } from '../../schema/records/request.ts';
import { type TaskFields, taskHead } from '../../schema/records/task.ts';
import type { World } from '../world.ts';
import { readTasks, taskIn } from './task-look.ts';

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
    key?: string | undefined;
    id?: string | undefined;
  };
}

/** Writes the file of a new task. The same key and title give the id of the task that is there. */
export async function createTask(world: World, { args: { title }, flags }: CreateInput) {
  const { view, tasks, turn } = await readTasks(world);
  const by = personOf(view);
  const key = flags.key ?? null;
  const known = key === null ? undefined : tasks.all.get(tasks.keys.get(key) ?? '');
  if (known) return sameAgain(known, title);
  const fields = fieldsOf(title, flags);
  const id = idFor(tasks, title, flags.id);
  const judged = judgeNew(view.config, tasks, { id, turn, since: view.clock.now(), by }, fields);
  if ('why' in judged) throw failure('refused', `The task was not created: ${judged.why}`, { remedy: 'Change that.' });
  const body = await textIn(world, flags.body ?? '');
  const made = printTask(judged.task, view.mask(body), []);
  const name = freeName(id, (one) => createNow(view.disk, taskPath(one), made), flags.id !== undefined);
  const text = `Created ${name}: ${taskPath(name)}. Agents work on it in the next turn: lemming run`;
  return { data: { id: name, path: taskPath(name), created: true }, text };
}

async function textIn(world: World, body: string): Promise<string> {
  return body === '-' ? await world.stdin() : body;
}

function sameAgain({ id, title: known, key }: Task, title: string) {
  if (known !== title)
    throw failure('duplicate-name', `The key ${key} belongs to ${id}, which is another task`, {
      remedy: 'Choose another key.',
    });
  const text = `${id} has this key already, so nothing was created.`;
  return { data: { id, path: taskPath(id), created: false }, text };
}

/** Throws `invalid-value` for what the schema refuses. */
function fieldsOf(title: string, flags: CreateInput['flags']): TaskFields {
  const { assignee, capability, needs, priority, retries, deadline, budget, parent, key } = flags;
  const head = taskHead().safeParse({ title });
  const given = { assignee, capability, needs, priority, retries, deadline, parent, key };
  const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const read = taskHead().safeParse({ title, ...stated });
  const issue = (head.success ? read : head).error?.issues[0];
  if (!read.success || issue)
    throw failure('usage', `${issue?.path.join('.')}: ${issue?.message}`, {
      remedy: 'See lemming task create --help.',
    });
  return budget === undefined ? read.data : { ...read.data, budget };
}

/** The name that the person chose, or one made from the title. */
function idFor({ all, archived }: TasksState, title: string, chosen: string | undefined): string {
  const made = chosen ?? slug(title).replace(/^[^a-z]+/, '');
  const id = made === '' ? 'task' : made;
  if (!isName(id) || isEngineTaskId(id)) throw failure('bad-name', `${id} cannot be the id of a task`, { value: id });
  if (chosen !== undefined && (all.has(id) || archived.has(id)))
    throw failure('duplicate-name', `There is a task ${id} already`, { remedy: 'Choose another --id.' });
  return freeName(id, (one) => !all.has(one) && !archived.has(one), false);
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

interface AskInput {
  args: { id: string; assignee?: string | undefined; need?: string | undefined };
  flags: { note?: string | undefined; result?: string | undefined };
}

/** Asks the engine to change a task. What its present state refuses is a fault at once. */
export function askFor(verb: Verb) {
  return async (world: World, { args, flags }: AskInput) => {
    const { view, tasks } = await readTasks(world);
    const by = personOf(view);
    const { id, assignee, need } = args;
    taskIn(view, id);
    const said = { assignee, need, result: flags.result };
    const stated = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
    const ask = { ask: 'task' as const, id, do: verb, note: flags.note ?? '', ...stated };
    const judged = judgeAsked(view.config, tasks, { ...ask, by });
    if ('why' in judged)
      throw failure('refused', `Task ${id}: ${judged.why}`, { remedy: `See lemming task show ${id}.` });
    const taken = post(world, by, [ask]);
    const when = taken === 'journaled' ? 'The next turn does it.' : 'The running engine does it in its next turn.';
    return { data: { id, do: verb, taken }, text: `Task ${id}: ${judged.what}. ${when}` };
  };
}

/** Asks the engine to move finished tasks that no open one needs to the archive. */
export async function cleanUp(world: World, { flags }: { flags: { older?: number | undefined } }) {
  const { view } = await readTasks(world);
  const older = flags.older ?? 0;
  const taken = post(world, personOf(view), [{ ask: 'archive-tasks', older }]);
  return { data: { older, taken }, text: 'The next turn moves finished tasks to org/tasks/archive.' };
}
