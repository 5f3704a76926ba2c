/** Shows a person the change of a file. */
import { NOTHING, type Stands } from '../model/tool.ts';
import { diffText } from './diff.ts';

/** The change of a file, for a person who judges it. `was`: its present content, null for none. Pure. */
export function showChange(path: string, was: string | null, now: string): string {
  const text = diffText(was ?? '', now);
  if (text === null) return `Nothing changes in ${JSON.stringify(path)}.`;
  return `${was === null ? 'A new file' : 'The change of'} ${JSON.stringify(path)}:\n\n${fenced('diff', text)}`;
}

/** What a text would replace. `stands`: null where the agent may not write. Pure. */
export function showWrite(path: string, stands: Stands | null, now: string): string {
  if (stands === null || stands.hash === NOTHING || stands.text !== null)
    return showChange(path, stands?.text ?? null, now);
  return `It replaces the content of ${JSON.stringify(path)}, which is not text or too long to show.`;
}

/** A piece that would replace another, with its surroundings. Pure. */
export function showEdit(path: string, stands: Stands | null, old: string, made: string): string {
  const parts = stands?.text?.split(old) ?? [];
  return parts.length === 2 ? showChange(path, parts.join(old), parts.join(made)) : showChange(path, old, made);
}

/** A fenced block that no text in it can end. */
export function fenced(kind: string, source: string): string {
  const text = source.replaceAll('\0', '\u2400');
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}${kind}\n${text}\n${fence}`;
}
