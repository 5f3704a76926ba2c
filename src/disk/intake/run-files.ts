/** Finds the files of runs that people changed or deleted. */
import type { Config } from '../../core/model/config.ts';
import type { InputEntry } from '../../core/model/entry.ts';
import type { State } from '../../core/model/state.ts';
import { fileAuthor } from '../../core/tasks/edit.ts';
import { runPath } from '../../core/workflows/run/page.ts';
import type { FolderReader } from './reader.ts';

/** The files in `org/runs/`, which only the engine writes. A file of another name there means nothing. */
export class RunFiles {
  private readonly reader: FolderReader;

  constructor(reader: FolderReader) {
    this.reader = reader;
  }

  /** What people did to the files of runs that are not in the archive. */
  async changes(state: State, config: Config, limit: number): Promise<InputEntry[]> {
    const inputs: InputEntry[] = [];
    const by = fileAuthor(config);
    for (const id of state.runs.all.keys()) {
      const path = runPath(id);
      if (!this.isChanged(state, path, limit)) continue;
      if (this.reader.disk.stat(path) === null) inputs.push({ k: 'run-file', id, by, found: null });
      else if (await this.reader.quiet(path)) {
        const read = this.reader.readText(path, limit);
        if ('text' in read) inputs.push({ k: 'run-file', id, by, found: read.text });
        else inputs.push(this.reader.aside(state, path, read, 'org') as InputEntry); // its mark is another one
      }
    }
    return inputs;
  }

  /** Whether the next freeze has a file to put back. */
  waiting(state: State, limit: number): boolean {
    return [...state.runs.all.keys()].some((id) => this.isChanged(state, runPath(id), limit));
  }

  private isChanged(state: State, path: string, limit: number): boolean {
    return this.reader.disk.stat(path) === null || this.reader.differs(state, path, limit);
  }
}
