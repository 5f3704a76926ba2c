/** Finds the files of tasks that people made, changed or deleted. */
import { type Config, peopleOf } from '../../core/model/config.ts';
import type { InputEntry } from '../../core/model/entry.ts';
import type { Task } from '../../core/model/state/tasks.ts';
import type { State } from '../../core/model/state.ts';
import { judgeEdit, judgeNew } from '../../core/tasks/edit.ts';
import { patchTask, splitTask, TASKS, taskIdOf, taskPath } from '../../core/tasks/file.ts';
import { copyWith } from '../../schema/copy.ts';
import { isEngineTaskId, isName } from '../../schema/name.ts';
import { type TaskFields, taskHead } from '../../schema/records/task.ts';
import { readMarkdown } from '../yaml/yaml.ts';
import { type FolderReader, isText, malformed, type Unreadable } from './reader.ts';

/** The turn that takes the files in. `time`: milliseconds since 1970. */
interface TurnTime {
  turn: number;
  time: number;
}

type TaskLine = Extract<InputEntry, { k: 'task-file' }>;

/** The files in `org/tasks/`, which people and the engine write. */
export class TaskFiles {
  private readonly reader: FolderReader;

  constructor(reader: FolderReader) {
    this.reader = reader;
  }

  /** What people did to tasks since the state, in the order of the files. Each edit is judged after the ones before. */
  async changes(state: State, config: Config, at: TurnTime, limit: number): Promise<InputEntry[]> {
    const inputs: InputEntry[] = [];
    let known = state;
    const seen = new Set<string>();
    for (const name of this.reader.list(TASKS.slice(0, -1))) {
      if (!isText(name)) continue;
      const path = TASKS + name;
      seen.add(path);
      if (!this.reader.differs(state, path, limit) || !(await this.reader.quiet(path))) continue;
      if (known === state) known = copyWith(state, { tasks: copyWith(state.tasks, { all: new Map(state.tasks.all) }) });
      const input = this.look(known, config, at, path, limit);
      if (input?.k === 'task-file' && input.task) known.tasks.all.set(input.id, input.task);
      if (input) inputs.push(input);
    }
    return [...inputs, ...this.deleted(state, config, seen)];
  }

  /** Whether the next freeze has a file to look at. */
  waiting(state: State, limit: number): boolean {
    const names = this.reader.list(TASKS.slice(0, -1)).filter(isText);
    if (names.some((name) => this.reader.differs(state, TASKS + name, limit))) return true;
    const there = new Set(names);
    for (const id of state.tasks.all.keys()) if (!there.has(`${id}.md`)) return true;
    return false;
  }

  private look(state: State, config: Config, at: TurnTime, path: string, limit: number): InputEntry | null {
    const read = this.reader.readText(path, limit);
    if ('reason' in read) return this.reader.aside(state, path, read, 'org');
    const id = taskIdOf(path);
    const bad = (problem: Pick<Unreadable, 'reason' | 'detail'>): InputEntry | null =>
      this.reader.aside(state, path, copyWith(problem, { mark: read.hash }), 'org');
    const known = state.tasks.all.get(id);
    if (!known && (isEngineTaskId(id) || !isName(id))) return bad({ reason: 'malformed', detail: nameText(id) });
    const { head, faults } = readMarkdown(taskHead(), read.text, path);
    if (!head) return bad(malformed(faults));
    const line = known ? editOf(state, config, known, head, read.text) : newOf(state, config, at, id, head, read.text);
    return 'why' in line ? bad({ reason: 'malformed', detail: line.why }) : line;
  }

  /** A task does not end because its file is deleted. */
  private deleted(state: State, config: Config, seen: ReadonlySet<string>): TaskLine[] {
    return [...state.tasks.all.values()].flatMap((task) => {
      const path = taskPath(task.id);
      if (seen.has(path) || this.reader.disk.stat(path) !== null) return [];
      const refused = 'a task does not end when its file is deleted. To end it, set its status to cancelled';
      const text = state.files.texts.get(path) ?? '';
      const { id, status: before } = task;
      return [{ k: 'task-file', id, by: fileAuthor(config), text, found: null, task: null, before, what: '', refused }];
    });
  }
}

/** Whoever has the first seat of a person: a file does not say who saved it. */
export function fileAuthor(config: Config): string {
  return peopleOf(config)[0] ?? 'nobody';
}

function nameText(id: string): string {
  if (isEngineTaskId(id)) return `Names such as ${id} are made by the engine. Give the file another name.`;
  return `${id} cannot be the id of a task: use small letters, digits, _ and -, beginning with a letter.`;
}

function newOf(
  state: State,
  config: Config,
  { turn, time }: TurnTime,
  id: string,
  head: TaskFields,
  found: string,
): TaskLine | { why: string } {
  const by = fileAuthor(config);
  const judged = judgeNew(config, state.tasks, { id, turn, since: time, by }, head);
  if ('why' in judged) return judged;
  const text = patchTask(found, judged.task, head, []);
  const what = judged.task.assignee === null ? 'created' : `created, assigned to ${judged.task.assignee}`;
  return { k: 'task-file', id, by, text, found, task: judged.task, before: null, what };
}

function editOf(state: State, config: Config, known: Task, head: TaskFields, found: string): TaskLine {
  const { id, status: before } = known;
  const by = fileAuthor(config);
  const last = state.files.texts.get(taskPath(id)) ?? '';
  const { history } = splitTask(last);
  const edit = { by, fields: head, history: splitTask(found).history };
  const judged = judgeEdit(config, state.tasks, known, history, edit);
  if ('why' in judged)
    return { k: 'task-file', id, by, text: last, found, task: null, before, what: '', refused: judged.why };
  const missing = history.slice(edit.history.length);
  const text = patchTask(found, judged.task, head, missing);
  return {
    k: 'task-file',
    id,
    by,
    text,
    found,
    task: judged.task,
    before,
    what: editText(known, judged.task, judged.changed),
  };
}

function editText(before: Task, after: Task, changed: readonly string[]): string {
  const step = before.status === after.status ? [] : [`${before.status} → ${after.status}`];
  const rest = changed.filter((field) => field !== 'status');
  return [...step, ...(rest.length ? [`changed ${rest.join(', ')}`] : [])].join('; ') || 'changed the text';
}
