/** Reads, prints and locates entries of memory. */
import { canonicalBody, printHead } from '../../schema/print.ts';
import type { MemoryEntry } from '../model/state/memory.ts';
import type { State } from '../model/state.ts';

/** The part of an entry that its file holds. */
type EntryFile = Omit<MemoryEntry, 'key' | 'path' | 'archived'>;

const CONTEXT = 'org/shared/context/';
const ENTRY = /^(?:agents\/([^/]+)\/memory\/(archive\/)?|org\/shared\/context\/)((?:learned\/)?[^/]+)\.md$/;

/** The path of the entry with that key. Keys are checked by the tool's schema, so they are safe in a path. */
export function memoryPath(agent: string, key: string): string {
  return key.startsWith('shared/') ? `${CONTEXT}${key.slice(7)}.md` : `agents/${agent}/memory/${key}.md`;
}

/** Where an old entry is archived. */
export function archivedPath(path: string): string {
  return path.replace(/^(agents\/[^/]+\/memory\/)/, '$1archive/');
}

/** The key of the entry at a path. */
export function keyOf(path: string): string {
  const name = ENTRY.exec(path)?.[3] ?? '';
  return path.startsWith(CONTEXT) ? `shared/${name}` : name;
}

/** The owner of the memory in which a path lies: an agent, `shared`, or null when it is not an entry. */
export function memoryOwner(path: string): string | null {
  const found = ENTRY.exec(path);
  return found ? (found[1] ?? SHARED) : null;
}
/** The owner of the shared context. No agent can have this name, because it holds a slash. */
export const SHARED = 'org/shared';

/** A folder on the path of an entry that was set aside because it is a link or not a folder. */
export function barredFolder(state: State, path: string): string | null {
  if (state.dead.aside.size === 0) return null;
  for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1))
    if (state.dead.aside.has(path.slice(0, cut))) return path.slice(0, cut);
  return null;
}

/**
 * An entry in its canonical form: equal content always gives equal bytes. `key`: as in its file; given when the entry is
 * shown to agents.
 */
export function printMemory(
  entry: {
    key: string;
    tags: readonly string[];
    turn: number;
    text: string;
    pin?: boolean;
    version?: number;
    evidence?: string;
  },
  key = entry.key.slice(entry.key.lastIndexOf('/') + 1),
): string {
  const head = printHead([
    ['key', key],
    ['tags', entry.tags],
    ...(entry.pin ? [['pin', true] as const] : []),
    ['turn', entry.turn],
    ['version', entry.version ?? 1],
    ...(entry.evidence ? [['evidence', entry.evidence] as const] : []),
  ]);
  return `${head}${canonicalBody(entry.text).trimEnd()}\n`;
}

/** The entries of a memory, the one changed last at the end, including archived ones. */
export function entriesOf(state: State, owner: string): MemoryEntry[] {
  return [...(state.memory.entries.get(owner) ?? [])].flatMap((path) => entryAt(state, path) ?? []);
}

/** The entry in the file at that path; null when there is none. Each text is parsed once. */
export function entryAt(state: State, path: string): MemoryEntry | null {
  const source = state.memory.entries.get(memoryOwner(path) ?? '')?.has(path) ? state.files.texts.get(path) : undefined;
  if (source === undefined) return null;
  const edited = state.memory.edited.get(path);
  const known = state.memory.read.get(path, source, edited);
  if (known) return known;
  const entry = readEntry(path, source);
  if (edited !== undefined) entry.version = edited;
  state.memory.read.set(path, { source, edited, entry });
  return entry;
}

/** Parses an entry. Total: anything that is not valid front matter is text. */
export function readEntry(path: string, source: string): MemoryEntry {
  const archived = ENTRY.exec(path)?.[2] !== undefined;
  return { key: keyOf(path), path, archived, ...readWritten(source) };
}

function readWritten(source: string): EntryFile {
  const close = source.startsWith('---\n') ? source.indexOf('\n---', 3) : -1;
  const after = source[close + 4];
  const whole = close < 0 || (after !== undefined && after !== '\n');
  const head = whole ? new Map<string, string[]>() : readHead(source.slice(4, close + 1));
  const one = (key: string): string => head.get(key)?.[0] ?? '';
  const number = (key: string): number => (/^\d{1,15}$/.test(one(key)) ? Number(one(key)) : 0);
  return {
    tags: head.get('tags') ?? [],
    pin: one('pin') === 'true',
    turn: number('turn'),
    version: Math.max(1, number('version')),
    evidence: one('evidence'),
    text: (whole ? source : source.slice(close + 5)).trimEnd(),
  };
}

/**
 * Keys and values of front matter made of lists, quotes and plain words. The core does not parse YAML: everything else is
 * left out.
 */
function readHead(head: string): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  let last: string[] = [];
  for (const line of head.split('\n')) {
    const field = /^(\w+):(?:[ \t](.*))?$/.exec(line);
    const item = /^[ \t]*- (.*)$/.exec(line);
    if (field) {
      last = readValue(field[2] ?? '');
      fields.set(field[1] as string, last);
    } else if (item) last.push(...readValue(item[1] as string));
  }
  return fields;
}

const VALUE = /"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s,[\]"'][^,[\]]*/g;

function readValue(text: string): string[] {
  const value = text.trim();
  const parts = /^["'[]/.test(value) ? (value.match(VALUE) ?? []) : [value.replace(/(^|[ \t])#.*$/, '')];
  return parts.map(plain).filter((part) => part !== '');
}

function plain(part: string): string {
  if (part.startsWith("'")) return part.slice(1, -1).replaceAll("''", "'");
  if (!part.startsWith('"')) return part.trim();
  try {
    return String(JSON.parse(part));
  } catch {
    return part.slice(1, -1);
  }
}
