/** Which known name a mistyped one was most likely meant to be, for people who mistyped it. */
import { distance } from 'fastest-levenshtein';

/** `{ nearest }`, when a known name is about a third of the word's length away at most, in letters changed; else `{}`. The first of several counts. */
export function nearestTo(word: string, names: Iterable<string>): { nearest?: string } {
  const typed = word.toLowerCase();
  let most = Math.round(word.length / 3);
  let nearest: string | undefined;
  for (const name of names) {
    if (Math.abs(name.length - word.length) > most) continue;
    const edits = distance(typed, name.toLowerCase());
    if (edits > most) continue;
    nearest = name;
    most = edits - 1;
  }
  return nearest === undefined ? {} : { nearest };
}
