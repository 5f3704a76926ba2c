/** Finds changes of files whose text the state holds. */
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

/** How many levels below a folder of skills or tools are read: the skill's folder, and two levels in it. */
const SKILL_DEPTH = 3;

/** Folders with files that people write and the engine reads. */
const CONFIG_FOLDERS = ['org/units', 'org/goals', 'org/contacts', 'org/templates'];

/** The files of people whose text the state holds: configuration, resumes, skills, memory. */
export class Tracked {
  private readonly reader: FolderReader;
  /** The folder at the time of the last search for changes. */
  private look: FolderSnapshot;
  private readonly absences = new Absences();
  /** Agents with a folder that is a link or not a folder. They are skipped until that is fixed. */
  private readonly unsafe = new Set<string>();
  /** Agents whose folder is missing or unreadable: what the state holds of them stays. */
  private away: ReadonlySet<string> = new Set();
  /** Agents that had no folder of memory or skills when their own folder was examined. */
  private readonly forgetful = new Set<string>();
  private readonly unskilled = new Set<string>();
  /** Agents whose resume carries the name of a retired agent. */
  private readonly retired = new Set<string>();
  /** Whether a file could not be read in the search for changes, so that an earlier text of it may be in use. */
  private partial = false;
  /** Things other than folders in places for memory entries → their marks. */
  private readonly barred = new Map<string, string>();
  /** Agent → mark of its folder when its subfolders were examined. */
  private readonly homes = new Map<string, string>();

  constructor(reader: FolderReader) {
    this.reader = reader;
    this.look = new FolderSnapshot(reader);
  }

  /** Whether every file could be read, so that the texts depend on the folder alone. */
  isWhole(): boolean {
    return !this.partial && this.away.size === 0 && this.unsafe.size === 0;
  }

  /**
   * The changes of people's files compared with the state. `limit` is the size of the largest file in bytes; without `memory`,
   * entries of memory are skipped.
   */
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

  /** Whether something with that name was in the agent's folder at the last search for changes. */
  lies(agent: string, name: string): boolean {
    return this.look.list(`agents/${agent}`).includes(name);
  }

  /** The names of the folders in `agents/`, valid or not. */
  agentFolders(): string[] {
    return this.look
      .list('agents')
      .filter((name) => !isLeftover(name) && this.look.stat(`agents/${name}`)?.kind === 'folder');
  }

  /** Files in `agents/` whose names would be valid names of agents. */
  barredNames(state: State): string[] {
    const look = new FolderSnapshot(this.reader);
    return look
      .list('agents')
      .filter((name) => isName(name) && !state.files.texts.has(resumePath(name)))
      .filter((name) => look.stat(`agents/${name}`)?.kind === 'file');
  }

  /** Reports agents with unsafe folders, and agents without a resume. No link is ever followed out of the organisation. */
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
        this.homes.delete(agent); // examined again until it is fixed: this look may be one that takes nothing in
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

  /** The texts of skills or tools in a folder and a number of levels below it; links are not followed. */
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

  /** Memory entries in a folder and its subfolders. */
  private *entries(folder: string): Generator<string> {
    for (const name of this.look.list(folder)) {
      if (isText(name)) yield `${folder}/${name}`;
      else if ((name === 'learned' || name === 'archive') && this.isOpen(`${folder}/${name}`))
        yield* this.entries(`${folder}/${name}`);
    }
  }

  /** Whether a folder exists and can be read. */
  private isOpen(path: string): boolean {
    const stat = this.look.stat(path);
    if (stat && stat.kind !== 'folder') this.barred.set(path, stat.mark);
    return stat?.kind === 'folder';
  }

  /** Reports links and other things that are not folders in places for memory entries: nothing is read or written there. */
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

/** Whether it is an entry of memory, of one agent or of all. */
function isMemory(path: string): boolean {
  return /^(org\/shared\/context|agents\/[^/]+\/memory)\//.test(path);
}

function pathOf(input: InputEntry): string {
  return 'path' in input ? input.path : '';
}
