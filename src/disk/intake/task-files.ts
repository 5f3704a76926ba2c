/** Finds the files of tasks that people made, changed or deleted. */
import type { Config } from '../../core/model/config.ts';
import type { InputEntry } from '../../core/model/entry.ts';
import type { Task } from '../../core/model/state/tasks.ts';
import type { State } from '../../core/model/state.ts';
import { TaskEdits, type TurnTime } from '../../core/tasks/edit.ts';
import { TASKS, taskIdOf, taskPath } from '../../core/tasks/file.ts';
import { copyWith } from '../../schema/copy.ts';
import { isEngineTaskId, isName } from '../../schema/name.ts';
import { taskHead } from '../../schema/records/task.ts';
import { readMarkdown } from '../yaml/yaml.ts';
import { type FolderReader, isText, malformed, type Unreadable } from './reader.ts';

const FOLDER = TASKS.slice(0, -1);

/** The files in `org/tasks/`, which people and the engine write. Each is looked at in each turn, so that is done with care. */
export class TaskFiles {
  private readonly reader: FolderReader;
  /** Name → mark of a file that says what the engine knows. */
  private readonly marks = new Map<string, string>();
  /** A listing of the folder, and the files of tasks in it. */
  private listed: { all: readonly string[]; names: readonly string[] } = { all: [], names: [] };
  /** A listing in which each of so many tasks had its file. */
  private whole: { names: readonly string[]; tasks: ReadonlyMap<string, Task>; size: number } | null = null;

  constructor(reader: FolderReader) {
    this.reader = reader;
  }

  /** A file was written by the engine: it is read again. */
  forget(path: string): void {
    this.marks.delete(path.slice(TASKS.length));
  }

  /** What people did to tasks since the state, in the order of the files. Each edit is judged after the ones before. */
  async changes(state: State, config: Config, at: TurnTime, limit: number): Promise<InputEntry[]> {
    const inputs: InputEntry[] = [];
    const edits = new TaskEdits(config, state, at);
    for (const name of this.names()) {
      const path = TASKS + name;
      if (!this.isChanged(state, name, path, limit) || !(await this.reader.quiet(path))) continue;
      const input = this.look(state, edits, path, limit);
      if (input) inputs.push(input);
    }
    for (const task of this.gone(state)) inputs.push(edits.deleted(task));
    return inputs;
  }

  /** Whether the next freeze has a file to look at. */
  waiting(state: State, limit: number): boolean {
    if (this.names().some((name) => this.isChanged(state, name, TASKS + name, limit))) return true;
    return this.gone(state).length > 0;
  }

  private names(): readonly string[] {
    const all = this.reader.list(FOLDER);
    if (this.listed.all !== all) this.listed = { all, names: all.filter(isText) };
    return this.listed.names;
  }

  /** Whether it says something else than the engine knows. What the engine wrote itself is read once, without waiting. */
  private isChanged(state: State, name: string, path: string, limit: number): boolean {
    const stat = this.reader.disk.stat(path);
    if (stat === null || this.marks.get(name) === stat.mark) return false;
    const known = state.files.texts.get(path);
    const aside = state.dead.aside.get(path);
    if (known === undefined && aside === undefined) return true;
    const read = this.reader.readText(path, limit);
    if (aside === ('text' in read ? read.hash : read.mark)) return false;
    if (!('text' in read) || read.text !== known) return true;
    if (this.reader.settled(stat)) this.marks.set(name, stat.mark);
    return false;
  }

  /** Tasks whose file is not there. */
  private gone({ tasks: { all } }: State): Task[] {
    const names = this.names();
    const { whole } = this;
    if (whole?.names === names && whole.tasks === all && whole.size === all.size) return [];
    const there = new Set(names);
    const gone = [...all.values()].filter(
      ({ id }) => !there.has(`${id}.md`) && this.reader.disk.stat(taskPath(id)) === null,
    );
    this.whole = gone.length > 0 ? null : { names, tasks: all, size: all.size };
    return gone;
  }

  private look(state: State, edits: TaskEdits, path: string, limit: number): InputEntry | null {
    const read = this.reader.readText(path, limit);
    if ('reason' in read) return this.reader.aside(state, path, read, 'org');
    const id = taskIdOf(path);
    const bad = (problem: Pick<Unreadable, 'reason' | 'detail'>): InputEntry | null =>
      this.reader.aside(state, path, copyWith(problem, { mark: read.hash }), 'org');
    if (!state.tasks.all.has(id) && (isEngineTaskId(id) || !isName(id)))
      return bad({ reason: 'malformed', detail: nameText(id) });
    const { head, faults } = readMarkdown(taskHead(), read.text, path);
    if (!head) return bad(malformed(faults));
    const line = edits.take(id, head, read.text);
    return 'why' in line ? bad({ reason: 'malformed', detail: line.why }) : line;
  }
}

function nameText(id: string): string {
  if (isEngineTaskId(id)) return `Names such as ${id} are made by the engine. Give the file another name.`;
  return `${id} cannot be the id of a task: use small letters, digits, _ and -, beginning with a letter.`;
}
