/** Shows entries of memory. */
import { memoryOwner, printMemory, SHARED } from '../../core/memory/entry.ts';
import { excerpt } from '../../core/memory/relevance.ts';
import type { MemoryEntry } from '../../core/model/state/memory.ts';
import { count, shorten, table } from '../text/table.ts';

/** An entry as commands show it. */
export interface EntryRow {
  /** The agent whose memory it is in; null for the shared context. */
  agent: string | null;
  key: string;
  path: string;
  version: number;
  turn: number;
  pin: boolean;
  archived: boolean;
  tags: string[];
  evidence: string;
  text: string;
}

export function entryRow(entry: MemoryEntry): EntryRow {
  const { key, path, version, turn, pin, archived, tags, evidence, text } = entry;
  const owner = memoryOwner(path);
  return { agent: owner === SHARED ? null : owner, key, path, version, turn, pin, archived, tags, evidence, text };
}

/** Entries as a list; with `query` the text begins at the match. */
export function printEntries(entries: readonly MemoryEntry[], query = ''): string {
  const rows = entries.map((entry) => {
    const { agent, key, version, pin, archived, tags } = entryRow(entry);
    const marks = [pin ? 'pinned' : '', archived ? 'archived' : '', ...tags].filter(Boolean);
    return [agent ?? 'shared', key, String(version), shorten(marks.join(', '), 30), shorten(excerpt(entry, query), 70)];
  });
  return table([['agent', 'key', 'version', 'marks', 'text'], ...rows]);
}

/** An entry in full, as its file would hold it. */
export function printEntry(entry: MemoryEntry): string {
  return `${entry.path}\n\n${printMemory(entry).trimEnd()}`;
}

/** `3 entries`. */
export function countEntries(n: number): string {
  return count(n, 'entry', 'entries');
}
