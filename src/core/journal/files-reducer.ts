/** What lines about files do to the state. */
import { entryAt, memoryOwner, readEntry } from '../memory/entry.ts';
import { contentHash, contentsOf } from '../model/content.ts';
import type { Effect, UsedEntry } from '../model/entry.ts';
import { noteAct } from '../model/state/acts.ts';
import type { State } from '../model/state.ts';
import { taintShared } from '../rights/taint.ts';

/** Text of a file that the engine reads; null when it is gone. */
export function setFile(state: State, path: string, text: string | null): void {
  const owner = memoryOwner(path);
  if (owner !== null) noteEntry(state, owner, path, text !== null);
  if (text === null) state.files.texts.delete(path);
  else state.files.texts.set(path, text);
}

function noteEntry(state: State, owner: string, path: string, stands: boolean): void {
  const paths = state.memory.entries.get(owner) ?? new Set();
  state.memory.entries.set(owner, paths);
  paths.delete(path);
  state.memory.origins.delete(path);
  if (stands) paths.add(path);
}

/** Who wrote an entry, and what that agent was reading. An act that was approved came of no mail of this turn. */
function noteOrigin({ memory, rights, clock }: State, path: string, by: string): void {
  const { agent, turn, mail } = memory.visit;
  const isOfVisit = agent === by && turn === clock.turn + 1;
  memory.origins.set(path, { by, mail: isOfVisit ? [...mail] : [], tainted: rights.tainted.has(by) });
}

/** Counts an edit of a person as a new version, whatever its front matter says. */
export function countEdit(state: State, path: string, text: string | null): void {
  const before = entryAt(state, path);
  state.memory.edited.delete(path);
  if (before && text !== null && readEntry(path, text).version <= before.version)
    state.memory.edited.set(path, before.version + 1);
}

/** A delivered message or an entry of memory moves to the archive. */
export function moveFile(state: State, from: string, to: string): void {
  state.mail.own.get(from.split('/')[1] ?? '')?.delete(from);
  const text = state.files.texts.get(from);
  if (text === undefined) return;
  const version = state.memory.edited.get(from);
  const origin = state.memory.origins.get(from);
  state.memory.edited.delete(from);
  if (version !== undefined) state.memory.edited.set(to, version);
  setFile(state, from, null);
  setFile(state, to, text);
  if (origin) state.memory.origins.set(to, origin);
}

/** A file that a visit wrote. */
export function setWritten(state: State, { agent, path, ...wrote }: Extract<Effect, { k: 'wrote' }>): void {
  state.memory.edited.delete(path);
  taintShared(state, agent, path);
  noteAct(state.acts, agent, {
    turn: state.clock.turn + 1,
    did: wrote.text === null ? 'removed' : 'wrote',
    things: [path],
  });
  if (isLive(path)) setLive(state, path, contentHash(contentsOf(wrote).text));
  else setFile(state, path, wrote.text);
  if (wrote.text !== null && memoryOwner(path) !== null) noteOrigin(state, path, agent);
}

/** Records the files that a tool left in a workspace. */
export function noteFiles(state: State, { agent, turn, files }: UsedEntry): void {
  for (const { path, text, hash } of files) {
    setLive(state, path, contentHash(text) ?? hash);
    noteAct(state.acts, agent, {
      turn,
      did: text === null && hash === undefined ? 'removed' : 'wrote',
      things: [path],
    });
  }
}

function setLive(state: State, path: string, hash: string | null | undefined): void {
  if (hash) state.files.workspace.set(path, hash);
  else state.files.workspace.delete(path);
}

/** True for a file of a workspace: people's texts there are not read at a freeze. */
function isLive(path: string): boolean {
  return /^agents\/[^/]+\/workspace\//.test(path);
}
