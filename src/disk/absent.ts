import type { Input } from '../core/entry.ts';
import { resumePath } from '../core/files.ts';
import type { State } from '../core/state.ts';
import { byCodeUnit, isName } from '../schema/name.ts';
import type { Reader } from './reader.ts';

/** Agents whose folder is not to be had: gone, or closed to this program. They are set aside, and the others work. */

/** A folder that is gone for so long is gone; editors and version control remove one and write it again. Milliseconds. */
const GONE_MS = 1000;

/** Folders of an agent that the engine reads and writes. */
const PARTS = ['outbox', 'memory', 'workspace', 'requests', 'logs', 'skills'];

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
function closed({ disk }: Reader, agent: string): string | null {
  const home = `agents/${agent}`;
  const isOpen = (path: string): boolean => disk.isOpen(path);
  const bad = isOpen(home)
    ? [...PARTS.map((part) => `${home}/${part}`), resumePath(agent)].find((path) => !isOpen(path))
    : home;
  return bad === undefined ? null : `${bad} cannot be read or written: chmod -R u+rwX ${home}`;
}
