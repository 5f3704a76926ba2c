/** Gives the files that come with a message their names. */
import { NAME_BYTES } from '../model/paths.ts';

/** What some file system does not take, nobody can see, or separates names where they are listed. */
const UNFIT = /[<>:"|?*\\,\p{C}]|(?! )\p{Z}/gu;
/** Names of devices, whatever ending they have. */
const DEVICE = /^(con|nul|aux|prn|com\d|lpt\d)(?=\.|$)/i;

/**
 * The names of files that lie together in one folder: those that they have, so that files that refer to each other still do.
 * Only what some file system would not take is replaced, and of two names that one could take for the same the later
 * gets a number.
 */
export function attachmentNames(paths: readonly string[]): string[] {
  const taken = new Set<string>();
  return paths.map((path) => {
    const plain = fitName(path.slice(path.lastIndexOf('/') + 1));
    let name = plain;
    for (let n = 2; taken.has(folded(name)); n++) name = shortened(plain, `-${n}`);
    taken.add(folded(name));
    return name;
  });
}

function fitName(name: string): string {
  const plain = name
    .normalize('NFC')
    .replace(UNFIT, '_')
    .replace(/^(?=\.lemming-)/i, '_')
    .replace(/^ +|[. ]+$/g, (end) => '_'.repeat(end.length))
    .replace(DEVICE, '_$&');
  return shortened(plain, '');
}

/** Two names with the same result are one name on some disk. */
function folded(name: string): string {
  return name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFC');
}

/** The name with something before its ending, and cut where it would be too long. */
function shortened(name: string, more: string): string {
  const ending = /(?<=.)\.[A-Za-z0-9]{1,20}$/.exec(name)?.[0] ?? '';
  const stem = name.slice(0, name.length - ending.length);
  const room = NAME_BYTES - Buffer.byteLength(more + ending);
  if (Buffer.byteLength(stem) <= room) return stem + more + ending;
  return (
    Buffer.from(stem)
      .subarray(0, room)
      .toString()
      .replace(/\ufffd+$/, '') +
    more +
    ending
  );
}
