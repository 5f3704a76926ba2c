/** Short hashes of texts. */
import { createHash } from 'node:crypto';

/** Characters of a hash that are shown; enough to tell two files apart. */
export const SHOWN_HASH = 16;

/** The short hash by which agents know a text. */
export function shortHash(text: string): string {
  return textHash(text).slice(0, SHOWN_HASH);
}

/** Texts that are found by their short hashes. Hashes are made when somebody first asks for one. */
export class TextsByHash {
  private readonly added: string[] = [];
  private readonly byHash = new Map<string, string>();

  add(text: string): void {
    this.added.push(text);
  }

  get(hash: string): string | undefined {
    for (const text of this.added.splice(0)) this.byHash.set(shortHash(text), text);
    return this.byHash.get(hash);
  }
}

/** sha256 of a text, or of bytes, base64url. */
export function textHash(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('base64url');
}
