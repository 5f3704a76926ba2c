/** Agents whose folder disappears while a turn is written. The folder is not made again, and what belongs there waits. */
import { type FileOp, placesOf } from '../../core/journal/file-op.ts';
import { resumePath } from '../../core/model/paths.ts';
import type { Disk } from '../fs/disk.ts';

/** The operations that can be done now, and the agents whose folders the others need. A hired agent gets its folder. */
export function inTheirHomes(disk: Disk, ops: readonly FileOp[]): { here: FileOp[]; gone: string[] } {
  const made = new Set(ops.flatMap((op) => (op.op === 'create' ? [op.path] : [])));
  const isThere = new Map<string, boolean>();
  const lacking = new Set<string>();
  const here = ops.filter((op) => {
    const home = homeOf(op);
    if (home === null) return true;
    const known = isThere.get(home) ?? (made.has(resumePath(home)) || isHome(disk, home));
    isThere.set(home, known);
    if (!known && op.op !== 'live') lacking.add(home);
    return known;
  });
  return { here, gone: [...lacking] };
}

/** Whether the agent has a folder. */
export function isHome(disk: Disk, agent: string): boolean {
  return disk.stat(`agents/${agent}`) !== null;
}

/** The agent in whose folder an operation works; null for other places. */
export function homeOf(op: FileOp): string | null {
  const [top, name = ''] = (op.op === 'live' ? op.path : placesOf(op)[0]).split('/', 2);
  return top === 'agents' ? name : null;
}
