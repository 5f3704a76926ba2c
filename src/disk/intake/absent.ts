/** Notices agents whose folder is gone or closed. */
import type { InputEntry } from '../../core/model/entry.ts';
import { resumePath } from '../../core/model/paths.ts';
import type { State } from '../../core/model/state.ts';
import { byCodeUnit, isName } from '../../schema/name.ts';
import { isLeftover } from '../fs/tree.ts';
import { isText } from './reader.ts';
import type { FolderSnapshot } from './snapshot.ts';

/** Agents whose folder is gone or closed to this program are set aside, and the others work. */

/** How long a folder must be gone: editors and version control remove one and write it again. Milliseconds. */
const GONE_MS = 1000;

/** Folders of an agent that the engine reads and writes. */
const PARTS = ['outbox', 'memory', 'workspace', 'requests', 'logs', 'skills'];

/** Those in which the engine looks into folders, too, and how many below one another. */
const DEEP = ['memory', 'skills'];
const DEPTH = 3;

type AbsenceEntry = Extract<InputEntry, { k: 'absent' | 'back' }>;

/** Keeps track of agents whose folder is gone or closed. */
export class Absences {
  /** Path → owner and mode of what this program may use. */
  private readonly open = new Map<string, string>();

  /** The agents whose folder is gone or closed now, and what has changed since the last freeze. */
  changes(look: FolderSnapshot, state: State): { away: Set<string>; inputs: AbsenceEntry[] } {
    const listed = new Set(look.list('agents').filter(isName));
    const gone = goneFrom(state, listed);
    const away = new Set<string>();
    const inputs: AbsenceEntry[] = [];
    for (const agent of gone.length ? [...listed, ...gone].sort(byCodeUnit) : listed) {
      const before = state.staff.absent.get(agent);
      const why = listed.has(agent) ? this.closed(look, agent) : GONE;
      if (why === null) {
        if (before) inputs.push({ k: 'back', agent });
        continue;
      }
      away.add(agent);
      const now = look.reader.clock.now();
      if (before?.why !== why) inputs.push({ k: 'absent', agent, since: now, why });
      else if (why === GONE && !before.out && now - before.since >= GONE_MS)
        inputs.push({ k: 'absent', ...before, agent, out: true });
    }
    return { away, inputs };
  }

  /** What of its folder this program may not use; null: it may use all. */
  private closed(look: FolderSnapshot, agent: string): string | null {
    const home = `agents/${agent}`;
    for (const path of placesOf(look, agent))
      if (!this.isOpen(look, path)) return `LeMMing cannot read or write ${path}. Run chmod -R u+rwX ${home}`;
    return null;
  }

  /** The system is asked again when owner or mode have changed. */
  private isOpen(look: FolderSnapshot, path: string): boolean {
    const rights = look.stat(path)?.rights;
    if (rights === undefined || this.open.get(path) === rights) return true;
    const isOpen = look.reader.disk.isOpen(path);
    if (isOpen) this.open.set(path, rights);
    else this.open.delete(path);
    return isOpen;
  }
}
const GONE = 'The folder of the agent is missing.';

/** Agents that the state has, and that are not among these names. */
export function goneFrom(state: State, listed: ReadonlySet<string>): string[] {
  const gone: string[] = [];
  for (const path of state.files.texts.keys()) {
    const name = agentOf(path);
    if (name !== null && !listed.has(name)) gone.push(name);
  }
  return gone;
}

function agentOf(path: string): string | null {
  if (!path.endsWith('/resume.md')) return null;
  const name = path.split('/', 2)[1] as string;
  return path === resumePath(name) ? name : null;
}

/** What the engine reads and writes there, folders before what lies in them: whoever finds one closed looks no further. */
function* placesOf(look: FolderSnapshot, agent: string): Generator<string> {
  const home = `agents/${agent}`;
  yield home;
  if (look.stat(home)?.kind !== 'folder') return; // links are told elsewhere
  const names = look.list(home);
  for (const part of PARTS) if (names.includes(part)) yield `${home}/${part}`;
  if (names.includes('resume.md')) yield resumePath(agent);
  for (const part of DEEP) if (names.includes(part)) yield* foldersIn(look, `${home}/${part}`, DEPTH);
}

function* foldersIn(look: FolderSnapshot, folder: string, depth: number): Generator<string> {
  for (const name of depth > 0 ? look.list(folder) : []) {
    const path = `${folder}/${name}`;
    if (isText(name) || isLeftover(name) || look.stat(path)?.kind !== 'folder') continue;
    yield path;
    yield* foldersIn(look, path, depth - 1);
  }
}
