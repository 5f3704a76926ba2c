/** Compares the caches in `.lemming/` with what the journal and the files give now. */

import { createHash } from 'node:crypto';
import type { Progress } from '../../core/model/progress.ts';
import { fieldsOf, piecesIn } from '../../core/model/state/pieces.ts';
import type { State } from '../../core/model/state.ts';
import { FILE_MARKS, type FileMarks } from '../../disk/cache/file-marks.ts';
import { KEPT_NAMES, type KeptFiles } from '../../disk/cache/kept.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { JournalMarks } from '../../disk/journal/journal-marks.ts';
import { ownerOf } from '../../disk/owner/owner.ts';
import { differingIndexes } from '../../disk/search/find-texts.ts';
import { isAnyStrange, REPLIES_FILE } from '../../engine/calls/reply-cache.ts';
import { journalLines } from '../../engine/journal/history.ts';
import { foldAnew, type Loaded, type Stand } from '../../engine/journal/load.ts';
import { MARKS, missingSegments, restored, STATE } from '../../engine/journal/state-cache.ts';
import type { CacheDump } from '../../providers/with/cache.ts';
import { copyWith } from '../../schema/copy.ts';
import { type Fault, FaultError, fault } from '../../schema/fault.ts';
import type { OrgPlace } from '../place.ts';
import { marksOf } from '../read-org.ts';
import type { View } from '../view.ts';
import { CONFIG, isReadingStrange } from './config-cache.ts';
import { mailTexts } from './mail-index.ts';
import { entryTexts } from './memory-index.ts';
import { strangeFolds } from './view-cache.ts';

const FOLDER = '.lemming';

/** A fault about a kept file with wrong content. */
export function differing(path: string, message: string): Fault {
  return fault('differs', message, {
    file: path,
    remedy: 'Delete it. It will be made again, and nothing is lost.',
  });
}

/** Faults about kept files that are not trusted, because their MAC is not of this machine and folder. */
export function unbelieved(disk: Disk, kept: KeptFiles): Fault[] {
  const names = KEPT_NAMES.filter((name) => disk.stat(`${FOLDER}/${name}`) !== null && kept.read(name) === null);
  return names.map((name) =>
    differing(`${FOLDER}/${name}`, 'This cache was changed, or made for another machine or folder, so it is not used'),
  );
}

/**
 * Builds the state from the journal again, with rows that do not fit into memory on `aside`, and compares the saved state on
 * the way. Throws `damaged-journal`.
 */
export function compareFolds(
  disk: Disk,
  kept: KeptFiles,
  aside: Disk,
  told?: Progress,
): { fresh: Loaded; faults: Fault[] } {
  const missing = missingSegments(disk, kept).map((path) =>
    differing(STATE_PATH, `A file that it refers to is missing: ${path}`),
  );
  const known = { state: restored(disk, kept), marks: kept.read(MARKS) };
  const fold = foldAnew(disk, aside, told);
  const faults = [...missing];
  let step = fold.next();
  for (; !step.done; step = fold.next()) faults.push(...compareAt(step.value, known));
  return { fresh: step.value, faults };
}
const STATE_PATH = `${FOLDER}/${STATE}`;

function compareAt(
  { position, state, marks }: Stand,
  known: { state: ReturnType<typeof restored>; marks: ReturnType<KeptFiles['read']> },
): Fault[] {
  const faults: Fault[] = [];
  if (known.marks?.seal === position.head && !marks.agreesWith(new JournalMarks(known.marks.bytes)))
    faults.push(differing(`${FOLDER}/${MARKS}`, 'It does not match the files of the journal'));
  if (known.state?.head === position.head) faults.push(...stateFaults(known.state.state, state));
  return faults;
}

/** Compares two states. A damaged segment is reported as such and then removed. */
function stateFaults(kept: State, fresh: State): Fault[] {
  try {
    const made = digestsOf(fresh);
    const fields = [...digestsOf(kept)].filter(([field, digest]) => made.get(field) !== digest).map(([field]) => field);
    if (fields.length === 0) return [];
    return [differing(STATE_PATH, `With its segments it differs from the journal in ${fields.join(', ')}`)];
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return error.faults.map((one) => copyWith(one, { code: 'differs' as const }));
  }
}

/** A hash of each field. */
function digestsOf(state: State): Map<string, string> {
  return new Map([...fieldsOf(state)].map(([field, value]) => [field, digestOf(field, value)]));
}

/** A digest that ignores the order of the rows of a map. */
function digestOf(field: string, value: unknown): string {
  const hash = createHash('sha256');
  const rows: string[] = [];
  for (const [, piece] of piecesIn(field, value))
    if (value instanceof Map) rows.push(...(piece as unknown[]).map((row) => JSON.stringify(row)));
    else hash.update(`${JSON.stringify(piece)}\n`);
  for (const row of rows.sort()) hash.update(`${row}\n`);
  return hash.digest('base64url');
}

/** Compares the caches of files and replies with the files and replies. */
export async function compareFiles(view: View, place: OrgPlace): Promise<Fault[]> {
  const { machine, root, env } = place;
  const { disk, kept, state } = view;
  const { shelf } = mailTexts(disk, { archived: true });
  const indexes = [
    ...(await differingIndexes({ disk, kept }, root, shelf)),
    ...(await differingIndexes({ disk, kept }, root, entryTexts(view))),
  ];
  const replies = kept.read(REPLIES_FILE);
  const strange = replies && isAnyStrange(JSON.parse(replies.bytes.toString()) as CacheDump, journalLines(disk));
  return [
    ...(isReadingStrange({ disk, kept, clock: machine.clock, env, owner: ownerOf(place) }, state)
      ? [differing(`${FOLDER}/${CONFIG}`, 'It does not match the files')]
      : []),
    ...(areMarksStrange(view, marksOf(place, view.loaded))
      ? [differing(`${FOLDER}/${FILE_MARKS}`, 'It does not match the files')]
      : []),
    ...strangeFolds(view).map((name) => differing(`${FOLDER}/${name}`, 'It does not match the journal')),
    ...indexes.map((path) => differing(path, 'Its texts differ from the files')),
    ...(strange ? [differing(`${FOLDER}/${REPLIES_FILE}`, 'It contains a reply that differs from the journal')] : []),
  ];
}

/** Whether a file that would not be read says something else than the state. */
function areMarksStrange({ disk, state, mask }: View, marks: FileMarks): boolean {
  return [...marks].some(([path, mark]) => {
    if (disk.stat(path)?.mark !== mark) return false;
    const bytes = disk.read(path);
    return bytes === null || mask(Buffer.from(bytes).toString()) !== state.files.texts.get(path);
  });
}
