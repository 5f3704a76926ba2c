/** Stages what an agent wants to remember or forget. */
import { copyWith } from '../../schema/copy.ts';
import { cut } from '../../schema/print.ts';
import { textHash } from '../model/hash.ts';
import type { MemoryEntry } from '../model/state/memory.ts';
import { type ActContext, type Covers, copyDraft, NOTHING, type Staged, type Staging } from '../model/tool.ts';
import { permitPath } from '../model/tool-path.ts';
import { showChange } from '../text/file-change.ts';
import {
  archivedPath,
  barredFolder,
  entriesOf,
  entryAt,
  memoryOwner,
  memoryPath,
  printMemory,
  readEntry,
  SHARED,
} from './entry.ts';

/** A change of an entry that an agent asks for. */
export interface MemoryChange {
  key: string;
  text: string;
  /** `set` replaces the text, `append` adds to it, `merge` adds only the lines that are not there yet. */
  mode: 'set' | 'append' | 'merge';
  tags?: string[] | undefined;
  pin?: boolean | undefined;
  evidence?: string | undefined;
  /** The version on which it is based; 0 for no entry. */
  expected?: number | undefined;
}

/** Longest text of an entry, characters. */
export const ENTRY_CHARS = 60_000;
/** Characters of an entry that a refusal repeats. */
const SHOWN_CHARS = 4000;

/** Stages the change of an entry, against the snapshot and the visit's own earlier acts. Pure. */
export function stageChange(scene: ActContext, change: MemoryChange): Staged {
  const path = memoryPath(scene.agent, change.key);
  const closed = closedTo(scene, path);
  if (closed) return closed;
  const old = findEntry(scene, change.key);
  const stale = staleness(change.key, old, change.expected);
  if (stale) return stale;
  const text = changed(old, change, scene.turn);
  if (text === null)
    return { ok: true, text: `${change.key} already contains all of that, at version ${old?.version}.` };
  const made = readEntry(path, text);
  const full = fullness(scene, path, old, made, text);
  if (full) return full;
  put(scene, path, text, (now) => onto(path, change, scene.turn, now));
  if (old?.archived) put(scene, old.path, null);
  return { ok: true, text: `Remembered ${change.key}, version ${made.version}.` };
}

/** Stages the removal of an entry; the journal keeps its text. */
export function stageRemoval(scene: ActContext, key: string, expected: number | undefined): Staged {
  const closed = closedTo(scene, memoryPath(scene.agent, key));
  if (closed) return closed;
  const old = findEntry(scene, key);
  if (!old)
    return {
      ok: false,
      rule: 'unknown-key',
      text: `There is no memory entry ${JSON.stringify(key)}. ${keysText(scene)}`,
    };
  const stale = staleness(key, old, expected);
  if (stale) return stale;
  put(scene, old.path, null, () => (memoryOwner(old.path) === SHARED ? null : { text: null }));
  return { ok: true, text: `Forgot ${key}, which was at version ${old.version}.` };
}

/** The entry that an act changes, as an approval covers it. Pure. */
export function coveredEntry(scene: ActContext, key: string): Covers {
  const path = findEntry(scene, key)?.path ?? memoryPath(scene.agent, key);
  const text = textAt(scene, path);
  return { [path]: text === null ? NOTHING : textHash(text) };
}

/** The change that `stage` would make to an entry, for a person. Pure. */
export function showMemory(scene: ActContext, key: string, stage: (scene: ActContext) => Staged): string {
  const path = findEntry(scene, key)?.path ?? memoryPath(scene.agent, key);
  const draft = copyDraft(scene.draft);
  const staged = stage(copyWith(scene, { draft }));
  return staged.ok ? showChange(path, textAt(scene, path), draft.wrote.get(path)?.text ?? '') : '';
}

function textAt({ state, draft, left }: ActContext, path: string): string | null {
  const staged = draft.wrote.get(path) ?? left?.get(path);
  return staged ? staged.text : (state.files.texts.get(path) ?? null);
}

/** The entry of a key as the visit sees it: its own change, or else the snapshot; including archived entries. */
export function findEntry(scene: ActContext, key: string): MemoryEntry | null {
  const path = memoryPath(scene.agent, key);
  if (closedTo(scene, path)) return null;
  return entryIn(scene, path) ?? entryIn(scene, archivedPath(path));
}

/** All entries that an agent can see, its own and the granted shared ones, with the changes of the visit. */
export function visibleEntries(scene: ActContext): MemoryEntry[] {
  const { state, agent, draft } = scene;
  const owners = [agent, SHARED];
  const fresh = [...draft.wrote.keys()].filter((path) => owners.includes(memoryOwner(path) ?? ''));
  return [
    ...owners.flatMap((owner) => entriesOf(state, owner)).filter(({ path }) => !draft.wrote.has(path)),
    ...fresh.flatMap((path) => entryIn(scene, path) ?? []),
  ].filter(({ path }) => closedTo(scene, path) === null);
}

function entryIn({ state, draft }: ActContext, path: string): MemoryEntry | null {
  const staged = draft.wrote.get(path);
  if (!staged) return entryAt(state, path);
  return staged.text === null ? null : readEntry(path, staged.text);
}

/** Shared context is open to agents whose resume grants its path; nothing behind a link is open. */
function closedTo({ resume, state }: ActContext, path: string): Extract<Staged, { ok: false }> | null {
  const permitted = memoryOwner(path) === SHARED ? permitPath(resume, path.slice('org/'.length)) : null;
  if (permitted?.ok === false) return { ok: false, rule: 'shared', text: permitted.text };
  const folder = barredFolder(state, path);
  return folder === null
    ? null
    : {
        ok: false,
        rule: 'path',
        text: `${folder} is a link, or not a folder, so nothing can be written there. A person must replace it with a folder.`,
      };
}

/** Keys that a refusal names at most. */
const NAMED = 10;

function keysText(scene: ActContext): string {
  const keys = visibleEntries(scene).map(({ key }) => key);
  if (keys.length === 0) return 'There are none.';
  return `There are: ${keys.slice(0, NAMED).join(', ')}${keys.length > NAMED ? ' and more' : ''}.`;
}

function staleness(key: string, old: MemoryEntry | null, expected: number | undefined): Staged | null {
  const version = old?.version ?? 0;
  if (expected === undefined || expected === version) return null;
  const now = old ? `It is at version ${version} and says:\n${shown(old.text)}` : 'There is no such entry (version 0).';
  return { ok: false, rule: 'version', text: `${key} was not changed: you expected version ${expected}. ${now}` };
}

/** A text as a refusal repeats it. */
export function shown(text: string): string {
  return text.length <= SHOWN_CHARS ? text : `${cut(text, SHOWN_CHARS)}\n[cut: recall shows all]`;
}

/** The file of the entry after the change; null when nothing changes. */
function changed(old: MemoryEntry | null, change: MemoryChange, turn: number): string | null {
  const tags =
    change.mode === 'set' ? (change.tags ?? []) : [...new Set([...(old?.tags ?? []), ...(change.tags ?? [])])];
  const text = textAfter(old?.text ?? '', change);
  const pin = change.pin ?? old?.pin ?? false;
  const evidence = change.evidence ?? old?.evidence ?? '';
  const same = old && change.mode === 'merge' && text === old.text && pin === old.pin && evidence === old.evidence;
  if (same && tags.length === old.tags.length) return null;
  return printMemory({ key: change.key, tags, pin, turn, version: (old?.version ?? 0) + 1, evidence, text });
}

function textAfter(before: string, { mode, text }: MemoryChange): string {
  if (mode === 'set' || before === '') return text;
  if (mode === 'append') return `${before}\n${text}`;
  const known = new Set(before.split('\n').map((line) => line.trim()));
  const fresh = text.split('\n').filter((line) => {
    const isNew = !known.has(line.trim());
    known.add(line.trim());
    return isNew && line.trim() !== '';
  });
  return [before, ...fresh].join('\n');
}

/**
 * Applies the same change to what another agent wrote meanwhile. Only additions can be combined; in its own memory an agent
 * may replace.
 */
function onto(path: string, change: MemoryChange, turn: number, now: string | null): { text: string | null } | null {
  const old = now === null ? null : readEntry(path, now);
  if (change.expected !== undefined && change.expected !== (old?.version ?? 0)) return null;
  if (change.mode === 'set' && memoryOwner(path) === SHARED) return null;
  return { text: changed(old, change, turn) ?? now };
}

/** Stages the content of a path, after the visit's earlier changes of it. */
function put({ state, draft }: ActContext, path: string, text: string | null, then?: Staging['onto']): void {
  const before = draft.wrote.get(path);
  const was = before ? before.was : (state.files.texts.get(path) ?? null);
  if (text === null && was === null) {
    draft.wrote.delete(path);
    return;
  }
  const redo = before ? inTurn(before.onto, then) : then;
  draft.wrote.set(path, { text, was, ...(redo ? { onto: redo } : {}) });
}

/** Applies one change after the other. If that is impossible, the whole becomes a plain write. */
function inTurn(first: Staging['onto'], then: Staging['onto']): Staging['onto'] {
  if (!first || !then) return undefined;
  return (now) => {
    const made = first(now);
    return made && then(made.text);
  };
}

/** Why a larger entry does not fit the limits; null when it does. */
function fullness(
  scene: ActContext,
  path: string,
  old: MemoryEntry | null,
  made: MemoryEntry,
  text: string,
): Staged | null {
  const { memory_entries, memory_bytes } = scene.config.org.limits;
  if (made.text.length > ENTRY_CHARS)
    return full(
      `An entry may have at most ${ENTRY_CHARS} characters; this one would have ${made.text.length}. Start another entry.`,
    );
  const sizes = sizesOf(scene, memoryOwner(path) as string);
  const was = old ? (sizes.get(old.path) as number) : 0;
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0) - was + Buffer.byteLength(text);
  if (!old && sizes.size >= memory_entries)
    return full(
      `There are ${sizes.size} entries; at most ${memory_entries} are allowed. Forget entries that you no longer need.`,
    );
  if (bytes > memory_bytes && Buffer.byteLength(text) > was)
    return full(
      `The memory would have ${bytes} bytes; at most ${memory_bytes} are allowed. Forget or shorten entries that you no longer need.`,
    );
  return null;
}

function full(text: string): Staged {
  return { ok: false, rule: 'memory-limit', text };
}

/** Path → bytes of every entry of a memory, as the visit left it. */
function sizesOf({ state, draft }: ActContext, owner: string): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const path of state.memory.entries.get(owner) ?? [])
    sizes.set(path, Buffer.byteLength(state.files.texts.get(path) as string));
  for (const [path, { text }] of draft.wrote)
    if (memoryOwner(path) !== owner) continue;
    else if (text === null) sizes.delete(path);
    else sizes.set(path, Buffer.byteLength(text));
  return sizes;
}
