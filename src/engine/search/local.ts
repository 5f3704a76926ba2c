/** Searches texts of the organisation. */
import { excerpt, normalise, rankFound } from '../../core/memory/relevance.ts';
import type { SearchHits } from '../../core/model/tool.ts';
import { permitPath } from '../../core/model/tool-path.ts';
import type { Resume } from '../../schema/config/resume.ts';
import { filesUnder, ToolRefusal } from '../tools/tool-context.ts';
import type { Turn } from '../tools/turn-in-progress.ts';
import type { SearchQuery } from './backend.ts';

/** The most files and bytes that are searched; a larger file is skipped. */
const FILES = 2000;
const ALL_BYTES = 10_000_000;
const ONE_BYTES = 1_000_000;
/** How many characters of a text are searched, and in how many its title is looked for. */
const SEARCHED = 60_000;
const HEAD = 2000;
/** The deepest nesting of folders that is searched. */
const DEPTH = 32;

/** Searches the present texts of a folder in `org/shared`, which the resume must grant. */
export function searchFolder(turn: Turn, resume: Resume, folder: string, { query, limit }: SearchQuery): SearchHits {
  const ruling = permitPath(resume, `shared/${folder}`);
  if (!ruling.ok) throw new ToolRefusal(ruling.text);
  const isRead = (path: string): boolean => permitPath(resume, path.slice('org/'.length)).ok;
  const texts = textsIn(turn, ruling.path, isRead);
  const all = [...texts].map(([path, text]) => {
    const name = normalise(`${path.slice(ruling.path.length)} ${titleOf(text)}`);
    return { path, turn: 0, name, body: normalise(text) };
  });
  const { best } = rankFound(all, query, all.length, limit);
  const hits = best.map(({ path }) => {
    const text = texts.get(path) as string;
    const url = path.slice('org/'.length);
    return { title: titleOf(text) || url, url, snippet: excerpt({ text }, query) };
  });
  return { hits, tainted: best.some(({ path }) => turn.state.rights.tainted.has(path)) };
}

/** Path → beginning of the text, under names by which the agent can read it. */
function textsIn({ ports, mask }: Turn, folder: string, isRead: (path: string) => boolean): Map<string, string> {
  const { disk } = ports;
  const texts = new Map<string, string>();
  let left = ALL_BYTES;
  for (const { path, bytes } of filesUnder(disk, folder, folder, DEPTH)) {
    if (texts.size === FILES || left < 0) break;
    const found = bytes <= ONE_BYTES && isRead(path) ? disk.read(path, 'alone') : null;
    if (found === null) continue;
    left -= found.length;
    const text = new TextDecoder().decode(found);
    if (!text.includes('\0')) texts.set(path, mask(text).slice(0, SEARCHED));
  }
  return texts;
}

/** The first line with content, without heading marks. */
function titleOf(text: string): string {
  const lines = text.slice(0, HEAD).split('\n');
  const line = lines.find((one) => /[\p{L}\p{N}]/u.test(one)) ?? '';
  return line.replace(/^[#\s]+/, '').trim();
}
