/** Finds the images that came with the mail. */
import type { Image } from '../../core/model/call.ts';
import type { ImageRef } from '../../core/model/entry.ts';
import { textHash } from '../../core/model/hash.ts';
import type { Mail } from '../../core/model/state/mail.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { bytesAt } from './tool-context.ts';

/** Most images of one prompt, and most bytes of each: what every service takes. */
const MOST_IMAGES = 8;
const MOST_BYTES = 3_500_000;

/** How files of each type begin, in hexadecimal; a dot stands for any digit. */
const BEGINNINGS: [Image['type'], RegExp][] = [
  ['image/png', /^89504e470d0a1a0a/],
  ['image/jpeg', /^ffd8ff/],
  ['image/gif', /^47494638/],
  ['image/webp', /^52494646.{8}57454250/],
];

/** An image as the prompt carries it, and as the journal refers to it. */
export interface Sight {
  image: Image;
  ref: ImageRef;
}

/** The images among the attachments of the mail, by what is in them and not by their names; larger ones and further ones are left out. */
export function imagesOf(disk: Disk, given: readonly Mail[]): Sight[] {
  const sights: Sight[] = [];
  for (const { from, attachments = [] } of given)
    for (const name of attachments) {
      const sight = sights.length < MOST_IMAGES ? look(disk, `agents/${from}/outbox/${name}`, name) : null;
      if (sight) sights.push(sight);
    }
  return sights;
}

/** How the journal keeps an image. */
export function blobOf({ image, ref }: Sight): { hash: string; text: string; image: true } {
  return { hash: ref.hash, text: image.data, image: true };
}

function look(disk: Disk, path: string, name: string): Sight | null {
  const bytes = bytesAt(disk, path, MOST_BYTES);
  const type = typeof bytes === 'string' ? null : typeOf(bytes);
  if (typeof bytes === 'string' || !type) return null;
  const data = Buffer.from(bytes).toString('base64');
  return { image: { name, type, data }, ref: { path, name, type, hash: textHash(data) } };
}

function typeOf(bytes: Uint8Array): Image['type'] | null {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('hex');
  return BEGINNINGS.find(([, begin]) => begin.test(head))?.[0] ?? null;
}
