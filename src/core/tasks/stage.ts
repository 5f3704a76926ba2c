/** Stages what the acts of an agent do to tasks. */
import { copyWith } from '../../schema/copy.ts';
import type { Condition, TaskFields } from '../../schema/records/task.ts';
import { isWithoutFile, UNATTACHED } from '../mail/carried.ts';
import type { Config } from '../model/config.ts';
import {
  draftOf,
  draftTask,
  getsResult,
  isFinished,
  isOpen,
  type Task,
  type TasksState,
} from '../model/state/tasks.ts';
import type { ActConditions, ActContext, Draft, Staged, TaskAct } from '../model/tool.ts';
import { grants } from '../rights/permit.ts';
import { composeMessage, hopsAfter } from '../rights/recipients.ts';
import { tainting } from '../rights/taint.ts';
import { nearestTo } from '../text/nearest.ts';
import { carryArtefacts } from './artefacts.ts';
import { assignmentFor } from './assign.ts';
import { approversIn, conditionWork } from './conditions.ts';
import { isReported } from './settle.ts';
import { backOff } from './steps.ts';
import { whyNoTask } from './valid.ts';

/** What an agent says of a new task. `needs`: ids, keys, or titles of tasks that it made in this visit. */
export interface NewTask
  extends Partial<
    Pick<TaskFields, 'assignee' | 'capability' | 'priority' | 'retries' | 'deadline' | 'budget' | 'key' | 'parent'>
  > {
  title: string;
  body: string;
  needs: string[];
  ensures?: Condition[] | undefined;
  goal?: string | null | undefined;
}

type TaskRefusal = Extract<Staged, { ok: false }>;

function refusal(text: string, rule = 'task'): TaskRefusal {
  return { ok: false, rule, text };
}

/** Makes a task for whoever is to do it. The same key makes the same task only once. */
export function stageNewTask(wish: NewTask, scene: ActContext): Staged {
  const { config, state, agent, draft } = scene;
  const tasks = tasksWith(state.tasks, draft.tasks);
  const key = wish.key ?? null;
  const known = key === null ? undefined : tasks.keys.get(key);
  if (known !== undefined) return sameAgain(tasks, known, wish);
  const needs = neededBy(scene, tasks, wish.needs, []);
  if ('ok' in needs) return needs;
  if (wish.parent !== undefined && wish.parent !== null && !hasOrGave(tasks, agent, wish.parent))
    return refusal(`${wish.parent} is not a task of yours, so you cannot create a part of it. ${openOf(tasks, agent)}`);
  const task = newTask(wish, scene, needs);
  const why = tooManyTasks(config, tasks, task) ?? tooLong(config, task) ?? whyNoTask(config, tasks, null, task, agent);
  if (why !== null) return refusal(why);
  const given = task.assignee ?? assignmentFor(config, state, task, () => 0)?.to;
  if (given === undefined && task.capability === null)
    return refusal('Say who does it: name an assignee or a capability.');
  draft.tasks.push({ task, body: wish.body });
  draft.nextTask++;
  const doer = task.assignee ?? given ?? `the first free agent with the capability ${task.capability}`;
  const after = needs.length ? `, after ${needs.join(', ')}` : '';
  return { ok: true, text: `Created ${task.id} for ${doer}${after}.${outOfReach(config, given, wish)}` };
}

/** Says that whoever is to do a task cannot use the shared files of which its text speaks. */
function outOfReach({ agents }: Config, doer: string | undefined, { title, body }: NewTask): string {
  const resume = doer === undefined ? undefined : agents.get(doer);
  if (!resume || resume.person || !`${title} ${body}`.includes('shared/')) return '';
  if (resume.shared.length > 0 && grants(resume, 'read_file') !== null) return '';
  return ` Mind that ${doer} cannot use shared/: it sees the text of its task, and the results and files of tasks that it needs.`;
}

/** Who makes a task, and in which visit. */
type TaskOrigin = Pick<ActContext, 'turn' | 'agent' | 'state' | 'given' | 'task' | 'resume'> & {
  draft: Pick<Draft, 'nextTask'>;
};

/** The task as its author wishes it, not begun. */
export function newTask(
  wish: NewTask,
  { turn, agent, state, given, task: own, draft, resume }: TaskOrigin,
  needs: string[],
): Task {
  const {
    title,
    assignee = null,
    capability = null,
    priority = 'normal',
    deadline = null,
    budget = null,
    ensures = [],
  } = wish;
  const isTainted = tainting({ state, resume, given, task: own }) !== undefined;
  return {
    id: `T-${turn}-${agent}-${draft.nextTask}`,
    turn,
    by: agent,
    since: state.clock.time,
    hops: hopsAfter(given, own),
    visits: 0,
    waits: [],
    ...(isTainted ? { tainted: true as const } : {}),
    title: title.replace(/\s+/g, ' ').trim(),
    status: assignee === null ? 'pending' : 'assigned',
    assignee,
    capability,
    needs,
    waived: [],
    priority,
    priority_from: 'fixed',
    retries: wish.retries ?? 2,
    attempts: 0,
    next_attempt: null,
    deadline,
    budget,
    parent: wish.parent ?? own?.id ?? null,
    requires: [],
    ensures,
    key: wish.key ?? null,
    ...(wish.goal == null ? {} : { goal: wish.goal }),
    artefacts: [],
    result: null,
    reason: null,
    cost: 0,
  };
}

function sameAgain({ all }: TasksState, id: string, { title, key }: NewTask): Staged {
  if (all.get(id)?.title === title) return { ok: true, text: `${id} has this key already: nothing was created.` };
  return refusal(`The key ${JSON.stringify(key)} belongs to ${id}, which is another task: choose another key.`);
}

/** The tasks as the visit has them so far. */
export function tasksWith(tasks: TasksState, acts: Draft['tasks']): TasksState {
  const made = acts.filter((act): act is Extract<TaskAct, { task: Task }> => 'task' in act);
  if (made.length === 0) return tasks;
  const draft = draftOf(tasks);
  for (const { task } of made) draftTask(draft, task);
  return draft;
}

/**
 * What a task needs, with what it needed before; or why that may not be. Whoever does a task is shown the results of its needs,
 * so an agent names only tasks whose results it gets itself.
 */
function neededBy(
  { agent, draft }: ActContext,
  tasks: TasksState,
  wishes: readonly string[],
  before: readonly string[],
): string[] | TaskRefusal {
  const needs = [...before];
  for (const wish of wishes) {
    const id = idOf(tasks, draft, wish);
    if (id === null) return refusal(unknownNeed(tasks, agent, wish));
    if (needs.includes(id)) continue;
    if (!tasks.archived.has(id) && !getsResult(tasks, agent, id))
      return refusal(`You do not get the result of ${id}, so no task of yours can need it. ${openOf(tasks, agent)}`);
    needs.push(id);
  }
  return needs;
}

/** Whether an agent does a task, or gave it. */
function hasOrGave({ all }: TasksState, agent: string, id: string): boolean {
  const task = all.get(id);
  return task?.by === agent || task?.assignee === agent;
}

function idOf(tasks: TasksState, draft: Draft, need: string): string | null {
  if (tasks.all.has(need) || tasks.archived.has(need)) return need;
  const titled = draft.tasks.findLast((act) => 'task' in act && act.task.title === need);
  return titled && 'task' in titled ? titled.task.id : (tasks.keys.get(need) ?? null);
}

function unknownNeed(tasks: TasksState, agent: string, need: string): string {
  const { nearest } = nearestTo(
    need,
    [...tasks.all.keys()].filter((id) => getsResult(tasks, agent, id)),
  );
  return `There is no task ${JSON.stringify(need)}${nearest === undefined ? '.' : `: did you mean ${nearest}?`} Create what it needs first, and give its id or its title.`;
}

/** Why no further task may be open; null when one may. */
export function tooManyTasks({ org: { limits } }: Config, tasks: TasksState, { assignee }: Task): string | null {
  let open = tasks.unassigned.size;
  for (const ids of tasks.assigned.values()) open += ids.size;
  if (open >= limits.tasks) return `${limits.tasks} tasks are open, which is the most.`;
  const own = assignee === null ? 0 : (tasks.assigned.get(assignee)?.size ?? 0);
  return own >= limits.agent_tasks ? `${assignee} has ${own} open tasks, which is the most.` : null;
}

function tooLong({ org: { limits } }: Config, { hops }: Task): string | null {
  return hops > limits.hops
    ? `The work has passed through ${hops - 1} agents without a person: ask a person to go on.`
    : null;
}

/** The task that an act of its assignee is about: the one that it names, else that of the visit; or why there is none. */
export function ownTask({ state, agent, task }: ActContext, id: string | undefined): { task: Task } | TaskRefusal {
  const named = id ?? task?.id;
  if (named === undefined) return refusal(`You work on no task in this visit. ${openOf(state.tasks, agent)}`);
  const found = state.tasks.all.get(named);
  if (!found || found.assignee !== agent)
    return refusal(`${JSON.stringify(named)} is not a task of yours. ${openOf(state.tasks, agent)}`);
  if (isFinished(found.status)) return refusal(`${named} is ${found.status} already.`);
  const isBegun = found.id === task?.id || found.status === 'running' || found.status === 'blocked';
  if (isBegun) return { task: found };
  return refusal(`${named} is not the task of this visit: it comes in a later one.`);
}

function openOf(tasks: TasksState, agent: string): string {
  const ids: string[] = [];
  for (const { id } of tasks.open.of(tasks).own.of(agent)) if (ids.push(id) === NAMED) break;
  return ids.length ? `Yours: ${ids.join(', ')}.` : 'You have no open task.';
}
/** Tasks that a refusal names at most. */
const NAMED = 10;

/** Refuses a second end of the same task in one visit. */
function endedBefore({ tasks }: Draft, id: string): TaskRefusal | null {
  const isEnded = tasks.some((act) => 'id' in act && act.id === id && act.fields.status !== undefined);
  return isEnded ? refusal(`${id} was ended in this visit already.`) : null;
}

/** Notes progress, or makes the task wait for others. */
export function stageUpdate(
  wish: { task?: string | undefined; note: string; needs: string[] },
  scene: ActContext,
): Staged {
  const own = ownTask(scene, wish.task);
  if ('ok' in own) return own;
  const { config, state, agent, draft } = scene;
  const { task } = own;
  const tasks = tasksWith(state.tasks, draft.tasks);
  const needs = neededBy(scene, tasks, wish.needs, task.needs);
  if ('ok' in needs) return needs;
  const isWaiting = needs.length > task.needs.length;
  const fields: Partial<Task> = isWaiting ? { needs, status: 'assigned', waits: [] } : {};
  const why =
    endedBefore(draft, task.id)?.text ?? whyNoTask(config, tasks, task, copyWith(task, fields as Task), agent);
  if (why !== null) return refusal(why);
  draft.tasks.push({ id: task.id, fields, what: wish.note });
  const text = isWaiting
    ? `${task.id} goes on when ${needs.slice(task.needs.length).join(', ')} is completed.`
    : 'Noted.';
  return { ok: true, text };
}

/** What must hold when a task is completed. It is held under the id of the task, because it may be done in another visit. */
export function completionConditions(
  wish: { task?: string | undefined; result: string; artefacts: string[] },
  scene: ActContext,
): ActConditions | null {
  const own = ownTask(scene, wish.task);
  if ('ok' in own || own.task.ensures.length === 0) return null;
  const { task } = own;
  const approvers = approversIn(task.ensures);
  return {
    work: conditionWork(scene.config, task, task.ensures),
    approvers,
    input: { task: task.id, result: wish.result, artefacts: wish.artefacts },
  };
}

/** Completes a task. Who made it is sent the result, where the chart lets its assignee write to them. */
export function stageComplete(
  wish: { task?: string | undefined; result: string; artefacts: string[]; done?: boolean | undefined },
  scene: ActContext,
): Staged {
  const own = ownTask(scene, wish.task);
  if ('ok' in own) return own;
  const { task } = own;
  const ended = endedBefore(scene.draft, task.id);
  if (ended) return ended;
  const parts = openParts(scene, task);
  if (parts.length > 0 && !scene.draft.refusals.some(({ rule }) => rule === PARTS))
    return refusal(
      `Parts of ${task.id} that are not finished: ${parts.join(', ')}. End the visit: you get ${task.id} again with their results. To complete it without them, call complete_task again.`,
      PARTS,
    );
  const { result, artefacts } = wish;
  if (artefacts.length === 0 && isWithoutFile(result, scene.draft))
    return refusal(
      `The result speaks of an attachment, but no file comes with it. ${task.id} is still open: give the paths of the files in artefacts, or call complete_task again as it is.`,
      UNATTACHED,
    );
  const carried = carryArtefacts(scene, task, artefacts);
  if ('ok' in carried)
    return refusal(`${carried.text} ${task.id} is still open: correct artefacts, or leave it out.`, carried.rule);
  const { files, shown, tainted } = carried;
  const body = shown.length ? `${result}\n\nFiles: ${shown.join(', ')}` : result;
  const told = report(scene, task, `Completed: ${task.title}`, body);
  if (wish.done) scene.draft.done ??= { settled: [] };
  scene.draft.tasks.push({
    id: task.id,
    fields: copyWith(
      { status: 'completed' as const, result, artefacts, reason: null, next_attempt: null, waits: [] },
      tainted || tainting(scene) !== undefined ? { tainted: true as const } : {},
    ),
    what: 'completed',
    isTold: told !== null,
    ...(files.length ? { files } : {}),
  });
  return { ok: true, text: `${task.id} is completed.${told ?? ''}${carried.told}` };
}

/** The rule that an agent does not forget the parts that it gave to others. */
const PARTS = 'parts';

function openParts({ state, agent, draft }: ActContext, { id }: Task): string[] {
  const { all, children } = tasksWith(state.tasks, draft.tasks);
  return [...(children.get(id) ?? [])].filter((one) => isOpen(all.get(one)) && all.get(one)?.by === agent);
}

/** Gives a task up for now, or for good when all its attempts have failed. */
export function stageFail(
  wish: { task?: string | undefined; reason: string; done?: boolean | undefined },
  scene: ActContext,
): Staged {
  const own = ownTask(scene, wish.task);
  if ('ok' in own) return own;
  const { task } = own;
  const ended = endedBefore(scene.draft, task.id);
  if (ended) return ended;
  const attempts = task.attempts + 1;
  const { reason } = wish;
  if (wish.done) scene.draft.done ??= { settled: [] };
  if (attempts <= task.retries) {
    const next = scene.turn + backOff(attempts);
    const again = task.capability === null ? {} : { assignee: null };
    const status = task.capability === null ? 'assigned' : 'pending';
    const fields: Partial<Task> = { attempts, next_attempt: next, reason, visits: 0, waits: [], status, ...again };
    scene.draft.tasks.push({ id: task.id, fields, what: `attempt ${attempts} failed: ${reason}` });
    return { ok: true, text: `${task.id} is tried again in turn ${next}.` };
  }
  const told = report(scene, task, `Failed: ${task.title}`, reason);
  const fields: Partial<Task> = { attempts, status: 'failed', reason, next_attempt: null, waits: [] };
  scene.draft.tasks.push({ id: task.id, fields, what: `failed: ${reason}`, isTold: told !== null });
  return { ok: true, text: `${task.id} has failed.${told ?? ''}` };
}

/** Sends the end of a task to who made it. Null where it does not reach them as a message. */
function report(scene: ActContext, task: Task, subject: string, body: string): string | null {
  const { config, state, turn, agent, given, draft } = scene;
  if (!isReported(config, state.tasks, task)) return null;
  const options = {
    to: [task.by],
    body,
    subject: subject.slice(0, 200),
    kind: 'report' as const,
    via: draft.via,
    task: task.id,
  };
  const message = composeMessage(agent, turn, draft.nextMessage, options, given, hopsAfter(given, scene.task));
  draft.nextMessage++;
  const isHeld = message.hops > config.org.limits.hops;
  const tainted = tainting(scene) === undefined ? undefined : (true as const);
  draft.sent.push({ message, files: [], held: isHeld, made: draft.doing, tainted });
  return ` ${task.by} gets its result as ${message.id}.`;
}
