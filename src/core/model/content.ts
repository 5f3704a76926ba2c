/** The content of a file: a text, or bytes that are not text. */
import { createHash } from 'node:crypto';

/** The content of a file: a text, or bytes that are not text. */
export type Content = string | Uint8Array;

/** A file as it is to be and as it was, as journal lines hold it. null: no file. `base64`: both are base64. */
export interface Replacing {
  text: string | null;
  was: string | null;
  base64?: true;
}

/** sha256 of the content of a file, base64url; null where there is no file. */
export function contentHash(content: Content | null): string | null {
  return content === null ? null : createHash('sha256').update(content).digest('base64url');
}

export function isSameContent(a: Content | null, b: Content | null): boolean {
  return a === b || (a !== null && b !== null && Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0);
}

/** Packs contents for the journal. */
export function packContents(text: Content | null, was: Content | null): Replacing {
  if (isText(text) && isText(was)) return { text, was };
  return { text: inBase64(text), was: inBase64(was), base64: true };
}

/** Unpacks contents from the journal. */
export function contentsOf({ text, was, base64 }: Replacing): { text: Content | null; was: Content | null } {
  return base64 ? { text: fromBase64(text), was: fromBase64(was) } : { text, was };
}

/** The content of a workspace file; null when it is gone or was not kept. */
export function liveContent({ text, data }: { text: string | null; data?: string }): Content | null {
  return data === undefined ? text : Buffer.from(data, 'base64');
}

function isText(content: Content | null): content is string | null {
  return content === null || typeof content === 'string';
}

function inBase64(content: Content | null): string | null {
  return content === null ? null : Buffer.from(content).toString('base64');
}

function fromBase64(text: string | null): Uint8Array | null {
  return text === null ? null : Buffer.from(text, 'base64');
}
