/** Finds changes of the files whose text the state holds. */
import type { InputEntry } from '../../core/model/entry.ts';
import { resumePath, retiredPath } from '../../core/model/paths.ts';
import type { State } from '../../core/model/state.ts';
import { TASKS } from '../../core/tasks/file.ts';
import { pinnedServer } from '../../schema/config/mcp.ts';
import { isSkillText } from '../../schema/config/skill.ts';
import { splitToolPath } from '../../schema/config/tool.ts';
import { byCodeUnit, isName } from '../../schema/name.ts';
import { isLeftover } from '../fs/tree.ts';
import { Absences } from './absent.ts';
import { type FolderReader, isText } from './reader.ts';
import { FolderSnapshot } from './snapshot.ts';

/** Folders below a folder of skills, or of tools, that are looked into: a skill, and two levels in it. */
const SKILL_DEPTH = 3;

/** Files that people write and the engine reads, by folder. */
const CONFIG_FOLDERS = ['org/units', 'org/goals', 'org/contacts', 'org/templates'];

/** The files whose text the state holds because people write them: configuration, resumes, skills, memory. */
export class Tracked {
  private readonly reader: FolderReader;
  /** The folder as it was when changes were looked for. */
  private look: FolderSnapshot;
  private readonly absences = new Absences();
  /** Agents one of whose folders is a link or no folder: they are left out until that is mended. */
  private readonly unsafe = new Set<string>();
  /** Agents whose folder is not to be had: what the state holds of them stays. */
  private away: ReadonlySet<string> = new Set();
  /** Agents that had no memory folder, or no folder of skills, when their own was looked at. */
  private readonly forgetful = new Set<string>();
  private readonly unskilled = new Set<string>();
  /** Agents whose resume has the name of one that was retired. */
  private readonly retired = new Set<string>();
  /** Whether something could not be read when changes were looked for, so that an earlier text of it may count. */
  private partial = false;
  /** Folders for entries of memory that are none → their marks. */
  private readonly barred = new Map<string, string>();
  /** Agent → mark of its folder when the folders in it were looked at. */
  private readonly homes = new Map<string, string>();

  constructor(reader: FolderReader) {
    this.reader = reader;
    this.look = new FolderSnapshot(reader);
  }

  /** Whether each file was found as it stands: then what they say depends on the folder alone. */
  isWhole(): boolean {
    return !this.partial && this.away.size === 0 && this.unsafe.size === 0;
  }

  /** Files that people write: changes since the state. `limit` is the largest file in bytes; without `memory` all but its entries. */
  changes(state: State, limit: number, memory = true): InputEntry[] {
    this.look = new FolderSnapshot(this.reader);
    const { away, inputs: absent } = this.absences.changes(this.look, state);
    this.away = away;
    this.partial = false;
    const inputs: InputEntry[] = [...absent, ...this.unsafeFolders(state)];
    const seen = new Set<string>();
    for (const path of this.trackedPaths(memory)) {
      seen.add(path);
      const input = this.lookAt(state, path, limit);
      if (input) inputs.push(input);
    }
    for (const path of state.files.texts.keys()) {
      if (
        seen.has(path) ||
        !isTracked(path) ||
        (!memory && isMemory(path)) ||
        (path.startsWith('agents/') && away.has(path.split('/', 2)[1] as string))
      )
        continue;
      this.reader.marks.delete(path);
      inputs.push({ k: 'file', path, text: null });
    }
    inputs.push(...this.barredFolders(state));
    return inputs.sort((a, b) => byCodeUnit(pathOf(a), pathOf(b)));
  }

  /** Whether something of that name lay in the folder of an agent when changes were looked for. */
  lies(agent: string, name: string): boolean {
    return this.look.list(`agents/${agent}`).includes(name);
  }

  /** Names of the folders under `agents/`, whatever they are called. */
  agentFolders(): string[] {
    return this.look
      .list('agents')
      .filter((name) => !isLeftover(name) && this.look.stat(`agents/${name}`)?.kind === 'folder');
  }

  /** Names in `agents/` that an agent could have, and that are files. */
  barredNames(state: State): string[] {
    const look = new FolderSnapshot(this.reader);
    return look
      .list('agents')
      .filter((name) => isName(name) && !state.files.texts.has(resumePath(name)))
      .filter((name) => look.stat(`agents/${name}`)?.kind === 'file');
  }

  /** Agents whose folders cannot be trusted, and those without a resume. Nothing is ever followed out of the organisation. */
  private unsafeFolders(state: State): InputEntry[] {
    const inputs: (InputEntry | null)[] = [];
    for (const agent of this.look.list('agents')) {
      if (!isName(agent) || this.away.has(agent)) continue;
      const home = `agents/${agent}`;
      const stat = this.look.stat(home);
      if (stat && this.homes.get(agent) === stat.mark) continue;
      if (stat && this.reader.settled(stat)) this.homes.set(agent, stat.mark);
      this.unsafe.delete(agent);
      this.forgetful.delete(agent);
      this.unskilled.delete(agent);
      this.retired.delete(agent);
      const bad = [
        home,
        ...['outbox', 'memory', 'workspace', 'requests', 'logs'].map((name) => `${home}/${name}`),
      ].find((path) => !['folder', undefined].includes(this.look.stat(path)?.kind));
      const isAgents = state.files.texts.has(resumePath(agent)) || state.dead.aside.has(home);
      if (bad !== undefined && (isAgents || this.look.stat(home)?.kind !== 'file')) {
        this.unsafe.add(agent);
        this.homes.delete(agent); // looked at again until it is mended: the first look may be one that takes nothing in
        inputs.push(
          this.reader.aside(
            state,
            bad,
            {
              reason: 'not-regular',
              detail: `${bad} is a link or not a folder, so the agent is ignored. Replace it with a real folder.`,
              mark: this.look.stat(bad)?.mark ?? '',
            },
            agent,
          ),
        );
      } else if (bad !== undefined || this.look.stat(resumePath(agent)) !== null) continue;
      else if (this.look.stat(retiredPath(agent)) !== null) this.retired.add(agent);
      else {
        this.homes.delete(agent);
        inputs.push(
          this.reader.aside(
            state,
            resumePath(agent),
            { reason: 'malformed', detail: 'The folder has no resume.md.', mark: 'gone' },
            agent,
          ),
        );
      }
    }
    return inputs.filter((input): input is InputEntry => input !== null);
  }

  private *trackedPaths(memory: boolean): Generator<string> {
    for (const name of this.look.list('org')) if (name.endsWith('.yaml') && !isLeftover(name)) yield `org/${name}`;
    for (const folder of CONFIG_FOLDERS)
      for (const name of this.look.list(folder)) if (isText(name)) yield `${folder}/${name}`;
    for (const name of this.look.list('org/workflows'))
      if (name.endsWith('.yaml') && !isLeftover(name)) yield `org/workflows/${name}`;
    for (const place of ['org/skills', '.agents/skills']) yield* this.texts(place, isSkillText, SKILL_DEPTH);
    yield* this.texts('org/tools', (path) => this.isToolFile(path), SKILL_DEPTH);
    yield* this.texts('org/mcp', (path) => pinnedServer(path) !== null, 0);
    if (memory && this.isOpen('org/shared') && this.isOpen('org/shared/context'))
      yield* this.entries('org/shared/context');
    for (const agent of this.look.list('agents')) {
      if (!isName(agent) || this.unsafe.has(agent) || this.away.has(agent)) continue;
      yield (this.retired.has(agent) ? retiredPath : resumePath)(agent);
      if (!this.unskilled.has(agent)) {
        const skills = `agents/${agent}/skills`;
        yield* this.texts(skills, isSkillText, SKILL_DEPTH);
        if (this.homes.has(agent) && this.look.stat(skills) === null) this.unskilled.add(agent);
      }
      if (!memory || this.forgetful.has(agent)) continue;
      const folder = `agents/${agent}/memory`;
      yield* this.entries(folder);
      if (this.homes.has(agent) && this.look.stat(folder) === null) this.forgetful.add(agent);
    }
  }

  /** The texts of skills or tools in a folder and so many levels below it; links are not followed. */
  private *texts(folder: string, isOne: (path: string) => boolean, levels: number): Generator<string> {
    for (const name of this.look.list(folder)) {
      const path = `${folder}/${name}`;
      if (isLeftover(name)) continue;
      if (isOne(path)) yield path;
      else if (levels > 0) yield* this.texts(path, isOne, levels - 1);
    }
  }

  private isToolFile(path: string): boolean {
    return splitToolPath(path) !== null && this.look.stat(path)?.kind !== 'folder';
  }

  /** Entries of memory in a folder, and in the folders that belong to it. */
  private *entries(folder: string): Generator<string> {
    for (const name of this.look.list(folder)) {
      if (isText(name)) yield `${folder}/${name}`;
      else if ((name === 'learned' || name === 'archive') && this.isOpen(`${folder}/${name}`))
        yield* this.entries(`${folder}/${name}`);
    }
  }

  /** Whether a folder is there and can be looked into. */
  private isOpen(path: string): boolean {
    const stat = this.look.stat(path);
    if (stat && stat.kind !== 'folder') this.barred.set(path, stat.mark);
    return stat?.kind === 'folder';
  }

  /** Folders for entries of memory that are links or no folders: nothing is read or written there. */
  private barredFolders(state: State): InputEntry[] {
    const inputs = [...this.barred].flatMap(([path, mark]) => {
      const detail = `${path} is a link or not a folder, so its content is ignored. Replace it with a real folder.`;
      return this.reader.aside(state, path, { reason: 'not-regular', detail, mark }, ownerOf(path)) ?? [];
    });
    this.barred.clear();
    return inputs;
  }

  private lookAt(state: State, path: string, limit: number): InputEntry | null {
    const stat = this.look.stat(path);
    const before = state.files.texts.get(path);
    if (!stat) return before === undefined ? null : { k: 'file', path, text: null };
    if (this.reader.marks.get(path) === stat.mark) return null;
    const read = this.reader.readText(path, limit);
    if ('reason' in read) {
      this.partial = true;
      return this.reader.aside(state, path, read, ownerOf(path));
    }
    if (read.text !== before) return { k: 'file', path, text: read.text };
    if (this.reader.settled(stat)) this.reader.marks.set(path, stat.mark);
    return null;
  }
}

/** Whose file it is: an agent's, or the organisation's. */
function ownerOf(path: string): string {
  const [top, name] = path.split('/', 2) as [string, string];
  return top === 'agents' ? name : top;
}

/** Whether the state holds the text of the file at that path. */
export function isTracked(path: string): boolean {
  if (path.startsWith(TASKS)) return false; // there may be many
  return (
    /^org\/[^/]+\.yaml$/.test(path) ||
    /^org\/(units|goals|contacts|templates|workflows)\//.test(path) ||
    /^agents\/[^/]+\/resume(\.retired)?\.md$/.test(path) ||
    isMemory(path) ||
    isSkillText(path) ||
    splitToolPath(path) !== null ||
    pinnedServer(path) !== null
  );
}

/** An entry of memory, of an agent or of all. */
function isMemory(path: string): boolean {
  return /^(org\/shared\/context|agents\/[^/]+\/memory)\//.test(path);
}

function pathOf(input: InputEntry): string {
  return 'path' in input ? input.path : '';
}
