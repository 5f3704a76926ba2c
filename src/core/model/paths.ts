/** Where the files of an organisation lie. */
import { textHash } from './hash.ts';

export function resumePath(agent: string): string {
  return `agents/${agent}/resume.md`;
}

/** The resume of an agent that was retired. A folder that has this and no `resume.md` is no agent. */
export function retiredPath(agent: string): string {
  return `agents/${agent}/resume.retired.md`;
}

export function deadLetterPath(id: string): string {
  return `org/dead-letter/${id}.md`;
}

export function approvalPath(id: string): string {
  return `org/approvals/${id}.md`;
}

export function answeredPath(id: string): string {
  return `org/approvals/answered/${id}.md`;
}

/** Longest name of a file that file systems take: bytes. */
export const NAME_BYTES = 255;

/** The name of a version that met another of the same file. */
export function conflictPath(path: string, which: number | string): string {
  const cut = path.lastIndexOf('/') + 1;
  const end = `.conflict-${which}`;
  const room = NAME_BYTES - Buffer.byteLength(end);
  const name = path.slice(cut);
  return path.slice(0, cut) + (Buffer.byteLength(name) <= room ? name : shortened(name, room)) + end;
}

/** The beginning of a long name, and what tells it from others that begin so. */
export function shortened(name: string, bytes: number): string {
  const end = `-${textHash(name).slice(0, 16)}`;
  const kept = Buffer.from(name).subarray(0, bytes - end.length);
  return kept.toString().replace(/\ufffd+$/, '') + end;
}
