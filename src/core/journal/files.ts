import { printMessage } from '../../schema/print.ts';
import { escalatedHeld } from '../approvals/approval.ts';
import { type Content, contentHash, contentsOf } from '../model/content.ts';
import type { Attached, Effect, Entry, Held } from '../model/entry.ts';
import { textHash } from '../model/hash.ts';
import { answeredPath, approvalPath, deadLetterPath, resumePath, retiredPath } from '../model/paths.ts';
import { archivePath } from '../rights/recipients.ts';
import { isProposal, waitingFiles } from '../skills/proposal.ts';
import { decidedText, heldText, recordText } from './texts-rules-1.ts';

/**
 * What an entry does to the folder. `text` is the exact content. Done after the commit, again after a crash, and by
 * `lemming replay`; doing it twice changes nothing.
 */
export type FileOp =
  | { op: 'create'; path: string; text: string }
  | { op: 'attach'; path: string; data: string }
  /** `was`: what it was based on, null when there was nothing. `needs`: files of this turn without which it means nothing. */
  | { op: 'replace'; path: string; text: Content; was: Content | null; needs?: string[] }
  | { op: 'move'; from: string; to: string }
  /** A drop becomes its canonical file; what was found goes, if it is still the same. */
  | { op: 'adopt'; found: string; hash: string; path: string; text: string }
  | { op: 'remove'; path: string; hash: string | null }
  /**
   * A tool wrote it in a workspace during the visit; null without `data` (base64): it removed it, or the journal does not
   * hold it. `was`: hash of what stood there. Only done again when a power loss took it.
   */
  | { op: 'live'; path: string; text: string | null; data?: string; was: string | null };

/** The paths that an operation concerns: the one it makes or moves, then one that it takes away. */
export function placesOf(op: Exclude<FileOp, { op: 'live' }>): [path: string, found?: string] {
  if (op.op === 'adopt') return [op.path, op.found];
  return [op.op === 'move' ? op.from : op.path];
}

/** File operations of the entries of a turn that are done at its commit, in order. */
export function filesOf(entry: Entry): FileOp[] {
  switch (entry.k) {
    case 'sent':
      return [{ op: 'create', path: entry.message.path, text: printMessage(entry.message) }, ...attached(entry.files)];
    case 'drop':
      return [
        {
          op: 'adopt',
          found: entry.found,
          hash: entry.hash,
          path: entry.message.path,
          text: printMessage(entry.message),
        },
        ...(entry.mends === undefined ? [] : [bygone(entry.mends, entry.turn)]),
      ];
    case 'wrote':
      return wroteOps(entry);
    case 'moved':
      return [{ op: 'move', from: entry.from, to: entry.to }];
    case 'hired':
      return [
        ...entry.files.map(({ path, text }): FileOp => ({ op: 'create', path: `agents/${entry.agent}/${path}`, text })),
        {
          op: 'replace',
          path: 'org/chart.yaml',
          ...entry.chart,
          needs: entry.files.map(({ path }) => `agents/${entry.agent}/${path}`),
        },
      ];
    case 'retired':
      return [
        { op: 'move', from: resumePath(entry.agent), to: retiredPath(entry.agent) },
        { op: 'replace', path: 'org/chart.yaml', ...entry.chart },
      ];
    case 'dead':
      return [{ op: 'create', path: deadLetterPath(entry.record.id), text: recordText(entry) }];
    case 'aside':
      return [{ op: 'create', path: deadLetterPath(entry.id), text: recordText(entry) }];
    case 'unplaced':
      return [{ op: 'create', path: deadLetterPath(entry.id), text: entry.record }];
    case 'revived':
      return [bygone(entry.id, entry.turn)];
    case 'held':
      return [
        { op: 'create', path: approvalPath(entry.id), text: heldText(entry) },
        ...proposed(entry).map(([path, text]): FileOp => ({ op: 'create', path, text })),
      ];
    case 'answer':
      return entry.mends === undefined ? [] : [bygone(entry.mends, entry.turn)];
    case 'escalated':
      return [
        {
          op: 'replace',
          path: approvalPath(entry.held.id),
          text: heldText(escalatedHeld(entry)),
          was: heldText(entry.held),
        },
      ];
    case 'decided':
      return [
        answeredFile(entry),
        ...proposed(entry.held).map(([path, text]): FileOp => ({ op: 'remove', path, hash: textHash(text) })),
      ];
    case 'used':
      return entry.files.map(({ path, text, was, data }) => ({
        op: 'live',
        path,
        text,
        was,
        ...(data !== undefined && { data }),
      }));
    case 'request':
      return entry.file === undefined ? [] : [{ op: 'remove', path: entry.file, hash: null }];
    default:
      return [];
  }
}

/** What a person made of a file since stays: it is not removed. */
function wroteOps({ path, ...wrote }: Extract<Effect, { k: 'wrote' }>): FileOp[] {
  const { text, was } = contentsOf(wrote);
  if (text !== null) return [{ op: 'replace', path, text, was }];
  return was === null ? [] : [{ op: 'remove', path, hash: contentHash(was) }];
}

/** What stands in a live file; null when it is gone or not kept. */
export function liveContent({ text, data }: { text: string | null; data?: string }): Content | null {
  return data === undefined ? text : Buffer.from(data, 'base64');
}

/** The record of a dead letter that is settled. */
function bygone(id: string, turn: number): FileOp {
  return { op: 'move', from: deadLetterPath(id), to: `org/dead-letter/archive/${id}-${turn}.md` };
}

/** The file of an answered act, in the place of the one that asked. What a person has changed in that one since stays. */
function answeredFile(decided: Extract<Effect, { k: 'decided' }>): FileOp {
  const { id, held, hash } = decided;
  return {
    op: 'adopt',
    found: approvalPath(id),
    hash: hash ?? textHash(heldText(held)),
    path: answeredPath(id),
    text: decidedText(decided),
  };
}

/** The files of a skill that waits for an answer. */
function proposed(held: Held): [path: string, text: string][] {
  return isProposal(held) ? waitingFiles(held) : [];
}

function attached(files: readonly Attached[] | undefined): FileOp[] {
  return (files ?? []).map(({ path, data }) => ({ op: 'attach', path, data }));
}

/** Moves of delivered mail to the archive. */
export function archiveMoves(paths: readonly string[]): Effect[] {
  return paths.map((from) => ({ k: 'moved', from, to: archivePath(from) }));
}
