/** Shows a person a text that conflicts with what others wrote. */
import { diffLines } from './diff.ts';
import { fenced } from './file-change.ts';
import { type Clash, clashesOf } from './merge.ts';

/**
 * What a person is shown of a text that would replace what others wrote meanwhile: the places that both changed since the
 * text `before` them, and every line that goes, comes and stays. Pure.
 */
export function showConflict(agent: string, texts: { before: string; wanted: string; now: string }): string {
  const { before, wanted, now } = texts;
  const clashes = clashesOf(before, wanted, now).map((clash) => marked(agent, clash));
  return [
    `Nothing was written. If you approve, the text of ${agent} replaces the present text; if you deny, the present text stays.`,
    clashes.length ? `Where both changed it:\n\n${fenced('', clashes.join('\n...\n'))}` : '',
    `What approval would change:\n\n${fenced('diff', diffLines(now, wanted).join('\n'))}`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** A clash with conflict markers, as in version control. */
function marked(agent: string, { mine, before, theirs }: Clash): string {
  return ['<<<<<<< now', ...theirs, '||||||| before', ...before, '=======', ...mine, `>>>>>>> ${agent}`].join('\n');
}
