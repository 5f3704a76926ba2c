/** Finds requests that commands left for the engine. */
import { asked } from '../../core/journal/asked.ts';
import type { InputEntry } from '../../core/model/entry.ts';
import type { State } from '../../core/model/state.ts';
import { copyWith } from '../../schema/copy.ts';
import { request } from '../../schema/records/request.ts';
import { isLeftover } from '../fs/tree.ts';
import { readYaml } from '../yaml/yaml.ts';
import { type FolderReader, malformed } from './reader.ts';

/** The `requests/` folders of people, in which commands leave requests while an engine runs. */
export class Requests {
  private readonly reader: FolderReader;

  constructor(reader: FolderReader) {
    this.reader = reader;
  }

  /** The requests of commands. */
  taken(state: State, people: readonly string[], limit: number, time: number): InputEntry[] {
    return [...this.requestFiles(people)].flatMap(
      ({ path, person }) => this.readRequest(state, path, person, limit, time) ?? [],
    );
  }

  /** Whether there is a request that has not been set aside yet. */
  waiting(state: State, people: readonly string[], limit: number): boolean {
    for (const { path } of this.requestFiles(people)) {
      const aside = state.dead.aside.get(path);
      if (aside === undefined) return true;
      const read = this.reader.readText(path, limit);
      if (('hash' in read ? read.hash : read.mark) !== aside) return true;
    }
    return false;
  }

  private *requestFiles(people: readonly string[]): Generator<{ path: string; person: string }> {
    for (const person of people)
      for (const name of this.reader.disk.list(`agents/${person}/requests`) ?? [])
        if (name.endsWith('.yaml') && !isLeftover(name)) yield { path: `agents/${person}/requests/${name}`, person };
  }

  private readRequest(state: State, path: string, person: string, limit: number, time: number): InputEntry | null {
    const read = this.reader.readText(path, limit);
    if ('reason' in read) return this.reader.aside(state, path, read, person);
    if (state.dead.aside.get(path) === read.hash) return null;
    const { value, faults } = readYaml(request(), read.text, path);
    if (value) return asked(copyWith(value, { by: person }), time, path);
    return this.reader.aside(state, path, copyWith(malformed(faults), { mark: read.hash }), person);
  }
}
