/** Plans an undo from the journal and the present files. */
import { type Content, contentHash, contentsOf, liveContent } from '../../core/model/content.ts';
import type { Entry, UndoStep } from '../../core/model/entry.ts';
import { runNamed } from '../../core/model/runs/runs.ts';
import type { State } from '../../core/model/state.ts';
import type { Toolbox } from '../../core/turn/judge.ts';
import { UndoSearch } from '../../core/undo/search.ts';
import { stepsOf } from '../../core/undo/steps.ts';
import { allWork } from '../../core/workflows/run/draft.ts';
import { type Disk, isOfPlace } from '../../disk/fs/disk.ts';
import { bytesHash, readAny } from '../../disk/fs/materialise.ts';
import { readJournal } from '../../disk/journal/journal.ts';

/** The steps of an undo according to the whole journal and the present files; none if nothing has that name. Only reads. */
export function undoSteps(disk: Disk, state: State, toolbox: Toolbox, of: string): UndoStep[] {
  return undoPlans(disk, state, toolbox, [of]).get(of) as UndoStep[];
}

/** The same for several undos: the journal is read once for all. */
export function undoPlans(
  disk: Disk,
  state: State,
  toolbox: Toolbox,
  wanted: readonly string[],
): Map<string, UndoStep[]> {
  const isOnce = (name: string): boolean => {
    const tool = toolbox.get(name);
    return tool === undefined || (tool.kind === 'world' && tool.touches === 'once'); // tools of the org can have any effect
  };
  if (wanted.length === 0) return new Map();
  const visits = visitsOf(disk, state, wanted);
  const searches = new Map([...new Set(wanted)].map((of) => [of, new UndoSearch(of, isOnce, visits.get(of))]));
  for (const { file, entries } of readJournal(disk, []))
    for (const entry of entries) for (const search of searches.values()) search.take(entry, file);
  const hashes = new Set([...searches.values()].flatMap((search) => [...search.wanted()]));
  const contents = contentsIn(disk, hashes);
  const now = { state, look: (path: string) => lookAt(disk, path), contentOf: (hash: string) => contents.get(hash) };
  return new Map([...searches].map(([of, search]) => [of, stepsOf(search, now)]));
}

/** For each requested task or run: the visits (`turn.agent`) that worked on it, and the acts held in them. */
function visitsOf(disk: Disk, state: State, wanted: readonly string[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const ofTask = new Map<string, Set<string>>();
  for (const of of wanted)
    for (const task of tasksIn(state, of)) {
      const visits = found.get(of) ?? new Set();
      found.set(of, visits);
      ofTask.set(task, visits);
    }
  if (ofTask.size === 0) return found;
  for (const { file, entries } of readJournal(disk, [])) {
    const working = new Map<string, Set<string>>();
    for (const entry of entries) {
      const visits = entry.k === 'visit' && entry.task !== undefined ? ofTask.get(entry.task) : undefined;
      if (visits && entry.k === 'visit') working.set(entry.agent, visits.add(`${file}.${entry.agent}`));
      if (entry.k === 'held') working.get(entry.agent)?.add(entry.id);
    }
  }
  return found;
}

/** The task with that name, or the tasks of the run with that name and of the runs that it started. */
function tasksIn({ tasks, runs }: State, of: string): string[] {
  if (tasks.all.has(of) || tasks.archived.has(of)) return [of];
  const run = runNamed(runs, of);
  return run
    ? allWork(run).flatMap(({ work }) => (work.id === null ? [] : tasksIn({ tasks, runs } as State, work.id)))
    : [];
}

/** Agents can replace files by links and folders, and close them. */
function lookAt(disk: Disk, path: string): string | null {
  try {
    const kind = disk.stat(path)?.kind;
    if (kind === undefined || kind === 'folder') return kind ?? null;
    return bytesHash(readAny(disk, path) ?? new Uint8Array());
  } catch (error) {
    if (!isOfPlace(error)) throw error;
    return 'barred';
  }
}

/** Contents from the journal by hash. The journal is read again only if something is wanted. */
function contentsIn(disk: Disk, wanted: ReadonlySet<string>): Map<string, Content> {
  const contents = new Map<string, Content>();
  if (wanted.size === 0) return contents;
  for (const { entries } of readJournal(disk, []))
    for (const entry of entries)
      for (const content of heldBy(entry)) {
        const hash = contentHash(content);
        if (hash !== null && wanted.has(hash)) contents.set(hash, content as Content);
      }
  return contents;
}

function heldBy(entry: Entry): (Content | null)[] {
  if (entry.k === 'blob') return [entry.image ? Buffer.from(entry.text, 'base64') : entry.text];
  if (entry.k === 'used') return entry.files.map(liveContent);
  return entry.k === 'wrote' ? Object.values(contentsOf(entry)) : [];
}
