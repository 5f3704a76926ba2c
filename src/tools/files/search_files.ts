/** The tool `search_files`: finds the lines that hold a text or match an expression. */
import * as z from 'zod';
import type { ToolContext, WorldResult } from '../../core/model/tool.ts';
import { compilePattern } from '../../core/text/pattern.ts';
import { worldTool } from '../define.ts';
import { isCutOff, withTimeLimit } from '../time-limit.ts';

/** Matches shown, and characters of each. */
const MATCHES = 200;
const SHOWN = 300;
/** Files and bytes that are searched; a larger file is left out. */
const FILES = 5000;
const ALL_BYTES = 20_000_000;
const ONE_BYTES = 1_000_000;
/** Milliseconds for all matching. */
const MATCHING_MS = 1000;
/** Characters of a line that are searched. */
const LINE = 2000;

export default worldTool({
  name: 'search_files',
  about:
    'Search text files in your workspace, or in shared/... where you may read, line by line. A pattern is plain text, or /a regular expression/flags.',
  touches: 'pure',
  timeout: 5000,
  input: z.strictObject({
    pattern: z.string().min(1).max(500),
    path: z.string().max(1000).default('.').describe('a folder or a file'),
  }),
  run: search,
});

function search({ pattern, path }: { pattern: string; path: string }, context: ToolContext): WorldResult {
  const matches = matcher(pattern);
  if (typeof matches === 'string') return { ok: false, text: matches };
  const { texts, left, large } = readTexts(context, path);
  const found = foundIn(texts, matches);
  if (found === null) return { ok: false, text: 'The pattern takes too long: make it simpler, or narrow the path.' };
  return {
    ok: true,
    text: [
      found.slice(0, MATCHES).join('\n') || 'No match.',
      left || found.length > MATCHES ? '[there is more: narrow the pattern or the path]' : '',
      large > 0 ? `[too large to be searched: ${large}]` : '',
    ]
      .filter(Boolean)
      .join('\n'),
  };
}

/** The texts to search; `left`: there are more. */
function readTexts(context: ToolContext, path: string): { texts: [string, string][]; left: boolean; large: number } {
  const texts: [string, string][] = [];
  let bytes = 0;
  let large = 0;
  for (const file of context.files(path)) {
    if (texts.length === FILES || bytes > ALL_BYTES) return { texts, left: true, large };
    if (file.bytes > ONE_BYTES) large++;
    else {
      bytes += file.bytes;
      const { shown } = context.read(file.path);
      if (!shown.includes('\0')) texts.push([file.path, shown]);
    }
  }
  return { texts, left: false, large };
}

/** The lines that match; null when the pattern takes too long. */
function foundIn(texts: readonly [string, string][], pattern: RegExp): string[] | null {
  try {
    return withTimeLimit(MATCHING_MS, () =>
      texts.flatMap(([name, text]) => matchesIn(name, text, pattern)).slice(0, MATCHES + 1),
    );
  } catch (error) {
    if (isCutOff(error)) return null;
    throw error;
  }
}

/** Makes the expression that finds the lines, or says why the pattern cannot be used. */
function matcher(pattern: string): RegExp | string {
  try {
    return compilePattern(pattern);
  } catch (error) {
    return `The pattern cannot be used: ${(error as Error).message}`;
  }
}

function matchesIn(path: string, text: string, pattern: RegExp): string[] {
  const found: string[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    const searched = line.slice(0, LINE);
    if (pattern.test(searched)) found.push(`${path}:${i + 1}: ${searched.slice(0, SHOWN)}`);
    if (found.length > MATCHES) break;
  }
  return found;
}
