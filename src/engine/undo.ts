import { textHash } from '../core/brief.ts';
import type { Entry, UndoStep } from '../core/entry.ts';
import type { Toolbox } from '../core/judge.ts';
import type { State } from '../core/state.ts';
import { Search } from '../core/undo-search.ts';
import { stepsOf } from '../core/undo-steps.ts';
import type { Disk } from '../disk/disk.ts';
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
  const look = (path: string): string | null => {
    const bytes = readAny(disk, path);
    return bytes === null ? null : bytesHash(bytes);
  };
  return stepsOf(search, { state, look, textOf: (hash) => texts.get(hash) });
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
