/** Tells an agent its task, what the tasks before it came to, and how its other tasks stand. */

import type { Resume } from '../../schema/config/resume.ts';
import { cut } from '../../schema/print.ts';
import type { Config } from '../model/config.ts';
import type { Piece } from '../model/entry.ts';
import { textHash } from '../model/hash.ts';
import { byAge } from '../model/maps/open-tasks.ts';
import { isFinished, isOpen, plansAsked, type ResultFile, type Task } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';
import { countCredits } from '../money/ledger.ts';
import { budgetsOf, budgetWait, budgetWaitText } from '../money/work-budget.ts';
import { changeable } from '../plans/change.ts';
import { whyNotReplanned } from '../plans/meant.ts';
import { filesShownTo, placeFor } from '../tasks/artefacts.ts';
import { conditionText } from '../tasks/conditions.ts';
import { splitTask, taskPath } from '../tasks/file.ts';
import { whyNotReady } from '../tasks/ready.ts';
import { quoteUntrusted, tameTask } from '../text/untrusted.ts';

/** Characters of the results of all needs, of the list of other tasks, and lines of history. */
const RESULT_CHARS = 24_000;
const NOTES = 8;
const NAMED = 12;

/** The section as pieces of a prompt, and the texts that they refer to. */
export interface PrintedTask {
  pieces: Piece[];
  blobs: { hash: string; text: string }[];
}

/** The task of the visit, and the open tasks that the agent has or gave to others. Empty when there are none. */
export function printTaskSection(
  config: Config,
  state: State,
  agent: string,
  task: Task | undefined,
  turn: number,
): PrintedTask {
  const printed: PrintedTask = { pieces: [], blobs: [] };
  const resume = config.agents.get(agent) as Resume;
  if (task) addTask(printed, config, state, task, resume);
  for (const whole of replanned(state, agent, turn)) addPlan(printed, state, whole, resume);
  const { own, given } = state.tasks.open.of(state.tasks);
  const count = own.count(agent) + given.count(agent) - (task ? 1 : 0);
  const others = listed(count, othersOf(state, agent, task, turn));
  if (others !== '') printed.pieces.push(`\n## ${task ? 'Other tasks' : 'Open tasks'}\n${others}\n`);
  return printed;
}

function addTask(printed: PrintedTask, { org: { limits } }: Config, state: State, task: Task, resume: Resume): void {
  const { body, history } = splitTask(state.files.texts.get(taskPath(task.id)) as string);
  printed.pieces.push(`\n## Your task\n${ORDER}${headOf(state, task, limits.task_visits)}`);
  addBlob(printed, body === '' ? task.title : body);
  printed.pieces.push('\n</task>\n');
  const notes = history.slice(-NOTES);
  if (task.visits > 0 || task.attempts > 0)
    printed.pieces.push(`What happened so far:\n${notes.map((line) => `${tameTask(line)}\n`).join('')}`);
  addResults(printed, state, task, resume);
  if (task.ensures.length > 0)
    printed.pieces.push(`It counts as completed only if: ${task.ensures.map(conditionText).join('; ')}.\n`);
}

/** Tasks of the agent whose plans it was asked to change. */
function replanned({ tasks }: State, agent: string, turn: number): Task[] {
  const ids = new Set(plansAsked(tasks, agent, turn).flatMap(({ task }) => task ?? []));
  return [...ids].flatMap((id) => (whyNotReplanned(tasks, id, agent) === null ? (tasks.all.get(id) as Task) : []));
}

/** A plan that is to change: what came of its tasks, and how the others stand. */
function addPlan(printed: PrintedTask, state: State, whole: Task, resume: Resume): void {
  const { all, children } = state.tasks;
  printed.pieces.push(`\n## The plan of ${nameOf(whole)}\n`);
  addResults(printed, state, whole, resume);
  const open = [...(children.get(whole.id) ?? [])]
    .map((id) => all.get(id) as Task)
    .filter(isOpen)
    .sort(byAge);
  for (const task of open) {
    printed.pieces.push(`<task ${partHead(task)}>\n`);
    addBlob(printed, splitTask(state.files.texts.get(taskPath(task.id)) as string).body);
    printed.pieces.push('\n</task>\n');
  }
  const free = changeable(state.tasks, whole.id, whole.assignee as string).map(({ id }) => id);
  printed.pieces.push(`You may change or cancel ${free.join(', ') || 'none of them'}, and add tasks.\n`);
}

function partHead({ id, status, assignee, capability, needs, title }: Task): string {
  const who = [
    assignee === null ? '' : ` assignee="${assignee}"`,
    capability === null ? '' : ` capability=${quoteUntrusted(capability)}`,
  ].join('');
  return `id="${id}" status="${status}"${who} needs="${needs.join(', ')}" title=${quoteUntrusted(title)}`;
}

const ORDER = `Work on it now. When it is done, call complete_task with the result, and with done: true if nothing else is left; if it cannot be done, fail_task. If it needs another visit, note what is left with update_task. You get it again in the next turn or, if you created tasks for it, when these have ended.
`;

function headOf(state: State, task: Task, most: number): string {
  const { id, by, title, priority, deadline, visits } = task;
  const more = [
    priority === 'normal' ? '' : ` priority="${priority}"`,
    deadline === null ? '' : ` deadline="${deadline}"`,
    ...budgetsOf(state, task)
      .sort((a, b) => a.amount - b.amount)
      .slice(0, 1)
      .map(({ of, amount }) => ` budget="${countCredits(of)}, ${countCredits(of - amount)} spent"`),
    visits === 0 ? '' : ` visit="${visits + 1} of ${most}"`,
  ].join('');
  return `<task id="${id}" from="${by}"${more} title=${quoteUntrusted(title)}>\n`;
}

function addBlob({ pieces, blobs }: PrintedTask, text: string): void {
  const told = tameTask(text);
  const hash = textHash(told);
  pieces.push({ blob: hash });
  blobs.push({ hash, text: told });
}

/** What the tasks that it needed, and its parts, came to, as far as there is room. */
function addResults(printed: PrintedTask, { tasks }: State, { id: own, needs }: Task, resume: Resume): void {
  let room = RESULT_CHARS;
  for (const id of new Set([...needs, ...(tasks.children.get(own) ?? [])])) {
    const ended = tasks.all.get(id);
    if (!ended || !isFinished(ended.status)) continue;
    const { status, assignee, title } = ended;
    const files = filesShownTo(tasks, resume, ended);
    const more = [
      status === 'completed' ? '' : ` status="${status}"`,
      files.length ? ` files=${quoteUntrusted(files.join(', '))}` : '',
    ].join('');
    printed.pieces.push(`<result task="${id}" from="${assignee}"${more} title=${quoteUntrusted(title)}>\n`);
    const result = ended.result ?? ended.reason ?? '';
    const shown = cut(result, Math.max(room, 0));
    room -= shown.length;
    addBlob(printed, shown);
    const left = result.length - shown.length;
    if (left > 0) printed.pieces.push(`\n[${left} more characters are left out]`);
    room = addFiles(printed, resume, ended.id, tasks.files.get(ended.id) ?? [], room);
    printed.pieces.push('\n</result>\n');
  }
}

/** Adds the files that are short texts, and that the agent does not find in `shared/`, while there is room. */
function addFiles(
  printed: PrintedTask,
  resume: Resume,
  id: string,
  files: readonly ResultFile[],
  room: number,
): number {
  let left = room;
  for (const file of files) {
    const { name, text } = file;
    if (text === undefined || text.length > left || placeFor(resume, id, file) === file.shared) continue;
    left -= text.length;
    printed.pieces.push(`\n<attachment name=${quoteUntrusted(name)}>\n`);
    addBlob(printed, text);
    printed.pieces.push('\n</attachment>');
  }
  return left;
}

/** Open tasks of the agent but for that of the visit, and why it does not work on them now; then those that it gave to others. */
function* othersOf(state: State, agent: string, now: Task | undefined, turn: number): Generator<string> {
  const { all, open } = state.tasks;
  const { own, given } = open.of(state.tasks);
  for (const { id } of own.of(agent)) {
    if (id === now?.id) continue;
    const task = all.get(id) as Task;
    yield `${nameOf(task)} (yours: ${standing(state, task, turn)})`;
  }
  for (const { id } of given.of(agent)) {
    const task = all.get(id) as Task;
    yield `${nameOf(task)} (${task.assignee === null ? 'nobody has it yet' : `${task.assignee} has it`}: ${task.status})`;
  }
}

function standing(state: State, task: Task, turn: number): string {
  if (task.status === 'blocked') return `waits for ${task.waits.join(', ')}`;
  const short = budgetWait(state, task);
  if (short) return budgetWaitText(task.need as number, short);
  return whyNotReady(state, task, turn).join('; ') || 'comes in a later visit';
}

function nameOf({ id, title }: Task): string {
  return `${id} ${quoteUntrusted(title)}`;
}

/** The first lines, and how many there are in all. */
function listed(count: number, lines: Iterable<string>): string {
  const shown: string[] = [];
  for (const line of lines) {
    if (shown.length === NAMED) return `${shown.join('\n')}\n- and ${count - NAMED} more`;
    shown.push(`- ${line}`);
  }
  return shown.join('\n');
}
