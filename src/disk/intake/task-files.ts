/** Finds the files of tasks that people made, changed or deleted. */
import type { Config } from '../../core/model/config.ts';
import type { InputEntry } from '../../core/model/entry.ts';
import type { State } from '../../core/model/state.ts';
import { TaskEdits, type TurnTime } from '../../core/tasks/edit.ts';
import { TASKS, taskIdOf, taskPath } from '../../core/tasks/file.ts';
import { copyWith } from '../../schema/copy.ts';
import { isEngineTaskId, isName } from '../../schema/name.ts';
import { taskHead } from '../../schema/records/task.ts';
import { readMarkdown } from '../yaml/yaml.ts';
import { type FolderReader, isText, malformed, type Unreadable } from './reader.ts';

/** The files in `org/tasks/`, which people and the engine write. */
export class TaskFiles {
  private readonly reader: FolderReader;

  constructor(reader: FolderReader) {
    this.reader = reader;
  }

  /** What people did to tasks since the state, in the order of the files. Each edit is judged after the ones before. */
  async changes(state: State, config: Config, at: TurnTime, limit: number): Promise<InputEntry[]> {
    const inputs: InputEntry[] = [];
    const edits = new TaskEdits(config, state, at);
    const seen = new Set<string>();
    for (const name of this.reader.list(TASKS.slice(0, -1))) {
      if (!isText(name)) continue;
      const path = TASKS + name;
      seen.add(path);
      if (!this.reader.differs(state, path, limit) || !(await this.reader.quiet(path))) continue;
      const input = this.look(state, edits, path, limit);
      if (input) inputs.push(input);
    }
    return [...inputs, ...this.deleted(state, edits, seen)];
  }

  /** Whether the next freeze has a file to look at. */
  waiting(state: State, limit: number): boolean {
    const names = this.reader.list(TASKS.slice(0, -1)).filter(isText);
    if (names.some((name) => this.reader.differs(state, TASKS + name, limit))) return true;
    const there = new Set(names);
    for (const id of state.tasks.all.keys()) if (!there.has(`${id}.md`)) return true;
    return false;
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

  private deleted(state: State, edits: TaskEdits, seen: ReadonlySet<string>): InputEntry[] {
    return [...state.tasks.all.values()].flatMap((task) => {
      const path = taskPath(task.id);
      return seen.has(path) || this.reader.disk.stat(path) !== null ? [] : edits.deleted(task);
    });
  }
}

function nameText(id: string): string {
  if (isEngineTaskId(id)) return `Names such as ${id} are made by the engine. Give the file another name.`;
  return `${id} cannot be the id of a task: use small letters, digits, _ and -, beginning with a letter.`;
}
