/** The operations on files that journal lines stand for. */
import type { Content } from '../model/content.ts';
import { deadLetterPath } from '../model/paths.ts';

/**
 * What a line of the journal does to the folder. `text` is the exact content. Done after the commit, again after a crash, and by
 * `lemming replay`; doing it twice changes nothing.
 */
export type FileOp =
  | { op: 'create'; path: string; text: string }
  | { op: 'attach'; path: string; data: string }
  /**
   * `was`: the content that the new one is based on, null for none. `needs`: files of this turn without which the operation
   * is pointless. `yields`: what a person wrote meanwhile stays, and this text is not kept: the next freeze merges.
   */
  | { op: 'replace'; path: string; text: Content; was: Content | null; needs?: string[]; yields?: true }
  | { op: 'move'; from: string; to: string }
  /** Incoming mail becomes its canonical file; the file that was found is removed if it is unchanged. */
  | { op: 'adopt'; found: string; hash: string; path: string; text: string }
  | { op: 'remove'; path: string; hash: string | null }
  /**
   * A tool wrote the file in a workspace during the visit. null without `data` (base64): the tool removed it, or the
   * journal does not hold it. `was`: hash of what stood there. Only done again when a power loss took it.
   */
  | { op: 'live'; path: string; text: string | null; data?: string; was: string | null };

/** The paths that an operation concerns: the one it makes or moves, then one that it takes away. */
export function placesOf(op: Exclude<FileOp, { op: 'live' }>): [path: string, found?: string] {
  if (op.op === 'adopt') return [op.path, op.found];
  return [op.op === 'move' ? op.from : op.path];
}

/** Moves the record of a settled dead letter to the archive. */
export function bygone(id: string, turn: number): FileOp {
  return { op: 'move', from: deadLetterPath(id), to: `org/dead-letter/archive/${id}-${turn}.md` };
}
