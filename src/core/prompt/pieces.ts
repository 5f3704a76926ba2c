/** Puts a prompt together from what the journal keeps of it. Pure. */
import { createHash } from 'node:crypto';
import { cut } from '../../schema/print.ts';
import type { Part } from '../model/call.ts';
import type { Piece } from '../model/entry.ts';
import { tame } from '../text/untrusted.ts';

/** Puts a prompt together from its pieces. The journal's reader uses it too: the same pieces and bodies give the same text for ever. */
export function renderPieces(
  pieces: readonly Piece[],
  body: (id: string, cut: number | undefined) => string,
  blob: (hash: string) => string,
): string {
  let text = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') text += piece;
    else if ('blob' in piece) text += blob(piece.blob);
    else {
      const whole = body(piece.mail, piece.cut);
      text += tame(piece.cut === undefined ? whole : cut(whole, piece.cut));
    }
  }
  return text;
}

/** sha256 of a whole request, base64url: the intent records it. `images`: the hashes of its images. */
export function requestHash(
  systemHash: string,
  model: string,
  parts: readonly Part[],
  images: readonly { hash: string }[] = [],
): string {
  const hash = createHash('sha256').update(systemHash).update(model);
  for (const image of images) hash.update(image.hash);
  for (const part of parts) hash.update(part.role === 'user' ? part.text : JSON.stringify(part));
  return hash.digest('base64url');
}
