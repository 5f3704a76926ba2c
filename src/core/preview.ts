import { diffText } from './diff.ts';

/** The change of a file, for a person who is to judge it. `was`: what it holds, null when there is none. Pure. */
export function showChange(path: string, was: string | null, now: string): string {
  const text = diffText(was ?? '', now);
  if (text === null) return `Nothing changes in ${JSON.stringify(path)}.`;
  return `${was === null ? 'A new file' : 'The change of'} ${JSON.stringify(path)}:\n\n${fenced('diff', text)}`;
}

/** A block that no text in it can end. */
export function fenced(kind: string, text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}${kind}\n${text}\n${fence}`;
}
