/** Keeps the marks of files whose text the state holds, so that the next process reads only what changed. */
import type { KeptFile, KeptFiles } from './kept.ts';

export const FILE_MARKS = 'files.marks';

/** Path → mark of a file. */
export type FileMarks = ReadonlyMap<string, string>;

/** What the marks hold for: the state at that seal of the journal, and texts in which these secrets are masked. */
interface MarkedState {
  seal: string;
  secrets: Iterable<unknown>;
}

/** The marks that were kept for this state; none for another one. */
export function readFileMarks(kept: KeptFiles, { seal, secrets }: MarkedState): FileMarks {
  const found = kept.read(FILE_MARKS);
  if (found?.seal !== seal) return new Map();
  const { under, marks } = contentOf(found);
  return new Map(under === underOf(kept, secrets) ? marks : []);
}

/** Throws a `DiskError`. */
export function writeFileMarks(kept: KeptFiles, { seal, secrets }: MarkedState, marks: FileMarks): void {
  kept.write(FILE_MARKS, seal, JSON.stringify({ under: underOf(kept, secrets), marks: [...marks] }));
}

function contentOf({ bytes }: KeptFile): { under: string | null; marks: [string, string][] } {
  return JSON.parse(bytes.toString());
}

/** With another secret, the same file would have another text. */
function underOf(kept: KeptFiles, secrets: Iterable<unknown>): string | null {
  return kept.digest(JSON.stringify([...secrets]));
}
