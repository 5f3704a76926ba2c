/** Notices agents whose folder is missing or unreadable. */
import type { InputEntry } from '../../core/model/entry.ts';
import { resumePath } from '../../core/model/paths.ts';
import type { State } from '../../core/model/state.ts';
import { byCodeUnit, isName } from '../../schema/name.ts';
import { isLeftover } from '../fs/tree.ts';
import { isText } from './reader.ts';
import type { FolderSnapshot } from './snapshot.ts';

/** How long a folder must be missing, in milliseconds: editors and version control remove a folder and write it again. */
const GONE_MS = 1000;

/** The folders of an agent that the engine reads and writes. */
const PARTS = ['outbox', 'memory', 'workspace', 'requests', 'logs', 'skills'];

/** The folders whose subfolders the engine reads as well, and to which depth. */
const DEEP = ['memory', 'skills'];
const DEPTH = 3;

type AbsenceEntry = Extract<InputEntry, { k: 'absent' | 'back' }>;

/** Tracks agents whose folder is missing or unreadable. They are set aside while the others work. */
export class Absences {
  /** Path → owner and mode of what this program may use. */
  private readonly open = new Map<string, string>();

  /** The agents that are away now, and what changed since the last freeze. */
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

  /** The part of its folder that this program may not use; null if it may use all. */
  private closed(look: FolderSnapshot, agent: string): string | null {
    const home = `agents/${agent}`;
    for (const path of placesOf(look, agent))
      if (!this.isOpen(look, path)) return `LeMMing cannot read or write ${path}. Run chmod -R u+rwX ${home}`;
    return null;
  }

  /** The system is asked again only if the owner or the mode changed. */
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

/** Agents that the state has but that are not among these names. */
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

/** The paths that the engine reads and writes there. Folders precede their content: after a closed folder the search ends. */
function* placesOf(look: FolderSnapshot, agent: string): Generator<string> {
  const home = `agents/${agent}`;
  yield home;
  if (look.stat(home)?.kind !== 'folder') return; // links are reported elsewhere
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
