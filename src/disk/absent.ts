import type { Input } from '../core/entry.ts';
import { resumePath } from '../core/files.ts';
import type { State } from '../core/state.ts';
import { byCodeUnit, isName } from '../schema/name.ts';
import { isText, type Reader } from './reader.ts';
import { isLeftover } from './tree.ts';

/** Agents whose folder is not to be had: gone, or closed to this program. They are set aside, and the others work. */

/** A folder that is gone for so long is gone; editors and version control remove one and write it again. Milliseconds. */
const GONE_MS = 1000;

/** Folders of an agent that the engine reads and writes. */
const PARTS = ['outbox', 'memory', 'workspace', 'requests', 'logs', 'skills'];

/** Those in which the engine looks into folders, too, and how many below one another. */
const DEEP = ['memory', 'skills'];
const DEPTH = 3;

type Absence = Extract<Input, { k: 'absent' | 'back' }>;

/** Who is not to be had now, and what of it is new since the last freeze. */
export function absences(reader: Reader, state: State): { away: Set<string>; inputs: Absence[] } {
  const listed = new Set(reader.list('agents'));
  const known = [...state.files.keys()].flatMap((path) => agentOf(path) ?? []);
  const away = new Set<string>();
  const inputs: Absence[] = [];
  for (const agent of [...new Set([...known, ...listed])].filter(isName).sort(byCodeUnit)) {
    const before = state.absent.get(agent);
    const why = listed.has(agent) ? closed(reader, agent) : GONE;
    if (why === null) {
      if (before) inputs.push({ k: 'back', agent });
      continue;
    }
    away.add(agent);
    const now = reader.clock.now();
    if (before?.why !== why) inputs.push({ k: 'absent', agent, since: now, why });
    else if (why === GONE && !before.out && now - before.since >= GONE_MS)
      inputs.push({ k: 'absent', ...before, agent, out: true });
  }
  return { away, inputs };
}
const GONE = 'Its folder is gone.';

function agentOf(path: string): string | null {
  const name = path.split('/', 2)[1] as string;
  return path === resumePath(name) ? name : null;
}

/** What of its folder this program may not use; null: it may use all. */
function closed(reader: Reader, agent: string): string | null {
  const home = `agents/${agent}`;
  for (const path of placesOf(reader, agent))
    if (!reader.disk.isOpen(path)) return `${path} cannot be read or written: chmod -R u+rwX ${home}`;
  return null;
}

/** What the engine reads and writes there, folders before what lies in them: whoever finds one closed looks no further. */
function* placesOf(reader: Reader, agent: string): Generator<string> {
  const home = `agents/${agent}`;
  yield home;
  for (const part of PARTS) yield `${home}/${part}`;
  yield resumePath(agent);
  if (reader.disk.stat(home)?.kind !== 'folder') return; // links are told elsewhere
  for (const part of DEEP) yield* foldersIn(reader, `${home}/${part}`, DEPTH);
}

function* foldersIn(reader: Reader, folder: string, depth: number): Generator<string> {
  for (const name of depth > 0 ? reader.list(folder) : []) {
    const path = `${folder}/${name}`;
    if (isText(name) || isLeftover(name) || reader.disk.stat(path)?.kind !== 'folder') continue;
    yield path;
    yield* foldersIn(reader, path, depth - 1);
  }
}
