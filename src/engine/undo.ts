import { textHash } from '../core/brief.ts';
import type { Entry, UndoStep } from '../core/entry.ts';
import type { Toolbox } from '../core/judge.ts';
import type { State } from '../core/state.ts';
import { Search } from '../core/undo-search.ts';
import { stepsOf } from '../core/undo-steps.ts';
import { type Disk, DiskError } from '../disk/disk.ts';
import { readJournal } from '../disk/journal.ts';
import { bytesHash, readAny } from '../disk/materialise.ts';

/**
 * What undoing something means now: by the whole journal, and by the files as they stand. Empty when nothing has that name.
 * Reads only.
 */
export function undoSteps(disk: Disk, state: State, toolbox: Toolbox, of: string): UndoStep[] {
  const search = new Search(of, (name) => {
    const tool = toolbox.get(name);
    return tool === undefined || (tool.kind === 'world' && tool.touches === 'once'); // what the org declares does what it likes
  });
  for (const { file, entries } of readJournal(disk, [])) for (const entry of entries) search.take(entry, file);
  const texts = textsOf(disk, search.wanted());
  return stepsOf(search, { state, look: (path) => lookAt(disk, path), textOf: (hash) => texts.get(hash) });
}

/** Agents can make links and folders where files were. */
function lookAt(disk: Disk, path: string): string | null {
  try {
    const kind = disk.stat(path)?.kind;
    if (kind === undefined || kind === 'folder') return kind ?? null;
    return bytesHash(readAny(disk, path) ?? new Uint8Array());
  } catch (error) {
    if (!(error instanceof DiskError) || error.failure !== 'not-regular') throw error;
    return 'barred';
  }
}

/** Texts of the journal by their hashes; read again only when some are wanted. */
function textsOf(disk: Disk, wanted: ReadonlySet<string>): Map<string, string> {
  const texts = new Map<string, string>();
  if (wanted.size === 0) return texts;
  for (const { entries } of readJournal(disk, []))
    for (const entry of entries)
      for (const text of textsIn(entry)) {
        const hash = textHash(text);
        if (wanted.has(hash)) texts.set(hash, text);
      }
  return texts;
}

function textsIn(entry: Entry): string[] {
  if (entry.k === 'blob') return entry.image ? [] : [entry.text];
  if (entry.k === 'used') return entry.files.flatMap(({ text }) => text ?? []);
  return entry.k === 'wrote' ? [entry.text ?? ''] : [];
}
