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
  /** A listing of the folder, and the paths of the tasks in it: made once, so that each look costs no new texts. */
  private listed: { all: readonly string[]; paths: readonly string[] } = { all: [], paths: [] };
  /** A listing in which each of so many tasks had its file. */
  private whole: { paths: readonly string[]; tasks: ReadonlyMap<string, Task>; size: number } | null = null;

  constructor(reader: FolderReader) {
    this.reader = reader;
  }

  /**
   * How people changed tasks compared with the state, in the order of the files. Each edit is judged after the ones before it.
   */
  async changes(state: State, config: Config, at: TurnTime, limit: number): Promise<InputEntry[]> {
    const inputs: InputEntry[] = [];
    const edits = new TaskEdits(config, state, at);
    for (const path of this.paths()) {
      if (!this.reader.differs(state, path, limit) || !(await this.reader.quiet(path))) continue;
      const input = this.look(state, edits, path, limit);
      if (input) inputs.push(input);
    }
    for (const task of this.gone(state)) inputs.push(edits.deleted(task));
    return inputs;
  }

  /** Whether there is a file for the next freeze to read. */
  waiting(state: State, limit: number): boolean {
    if (this.paths().some((path) => this.reader.differs(state, path, limit))) return true;
    return this.gone(state).length > 0;
  }

  private paths(): readonly string[] {
    const all = this.reader.list(FOLDER);
    if (this.listed.all !== all) this.listed = { all, paths: all.filter(isText).map((name) => TASKS + name) };
    return this.listed.paths;
  }

  /** Tasks whose file is not there. */
  private gone({ tasks: { all } }: State): Task[] {
    const paths = this.paths();
    const { whole } = this;
    if (whole?.paths === paths && whole.tasks === all && whole.size === all.size) return [];
    const there = new Set(paths);
    const gone = [...all.values()].filter(({ id }) => {
      const path = taskPath(id);
      return !there.has(path) && this.reader.disk.stat(path) === null;
    });
    this.whole = gone.length > 0 ? null : { paths, tasks: all, size: all.size };
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
