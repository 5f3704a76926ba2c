/** Finds the images among the attachments of mail. */
import type { Image } from '../../core/model/call.ts';
import type { ImageRef } from '../../core/model/entry.ts';
import { textHash } from '../../core/model/hash.ts';
import type { AttachedFile, Mail } from '../../core/model/state/mail.ts';
import type { State } from '../../core/model/state.ts';
import { NOTHING } from '../../core/model/tool.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { bytesAt } from './tool-context.ts';

/** The most images of a prompt and the most bytes of each: what every service accepts. */
const MOST_IMAGES = 8;
const MOST_BYTES = 3_500_000;

/** The first bytes of files of each type in hexadecimal; a dot stands for any digit. */
const BEGINNINGS: [Image['type'], RegExp][] = [
  ['image/png', /^89504e470d0a1a0a/],
  ['image/jpeg', /^ffd8ff/],
  ['image/gif', /^47494638/],
  ['image/webp', /^52494646.{8}57454250/],
];

/** An image for the prompt, and as the journal refers to it. */
export interface Sight {
  image: Image;
  ref: ImageRef;
}

/**
 * The images among the attachments of the mail, recognised by content rather than name. Images that are too large, and those
 * beyond the limit, are skipped.
 */
export function imagesOf(disk: Disk, { mail }: Pick<State, 'mail'>, given: readonly Mail[]): Sight[] {
  const sights: Sight[] = [];
  for (const { id, attachments = [] } of given)
    for (const file of attachments.length ? (mail.attached.get(id)?.files ?? []) : []) {
      const sight = sights.length < MOST_IMAGES ? look(disk, file) : null;
      if (sight) sights.push(sight);
    }
  return sights;
}

/** How the journal keeps an image. */
export function blobOf({ image, ref }: Sight): { hash: string; text: string; image: true } {
  return { hash: ref.hash, text: image.data, image: true };
}

/** Mail of this visit is not archived yet; a file that a person added in this turn is where it was found. */
function look(disk: Disk, { path, found = path, name }: AttachedFile): Sight | null {
  const here = bytesAt(disk, path, MOST_BYTES);
  const bytes = here === NOTHING ? bytesAt(disk, found, MOST_BYTES) : here;
  const type = typeof bytes === 'string' ? null : typeOf(bytes);
  if (typeof bytes === 'string' || !type) return null;
  const data = Buffer.from(bytes).toString('base64');
  return { image: { name, type, data }, ref: { path, name, type, hash: textHash(data) } };
}

function typeOf(bytes: Uint8Array): Image['type'] | null {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('hex');
  return BEGINNINGS.find(([, begin]) => begin.test(head))?.[0] ?? null;
}
