/** Ranks entries of memory by the words that they share with a text. */
import { byCodeUnit } from '../../schema/name.ts';
import { cut } from '../../schema/print.ts';
import type { MemoryEntry } from '../model/state/memory.ts';

/** Words of a text that are compared with memory at most. */
const MOST_WORDS = 60;
/** Characters of a text that count, of an entry or a query. */
const MOST_CHARS = 60_000;
/** Scripts without blanks between words: each character counts as one word. */
const UNSPACED =
  /([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}])/gu;

/**
 * A normalised text for comparisons: its words in lower case without accents, a blank before each and one at the end. The
 * same on every machine, whatever its locale.
 */
export function normalise(text: string): string {
  const plain = text
    .slice(0, MOST_CHARS)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('ς', 'σ');
  const words = plain
    .replace(UNSPACED, ' $1 ')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  return ` ${words} `;
}

/** The distinct words of a text, normalised, in their order. */
export function wordsOf(text: string): string[] {
  return [...new Set(normalise(text).trim().split(' '))].filter((word) => word !== '').slice(0, MOST_WORDS);
}

/** The normalised texts by which an entry is found and ranked. */
export interface Findable {
  path: string;
  turn: number;
  /** Key and tags, normalised. */
  name: string;
  /** Text and evidence, normalised. */
  body: string;
}

/** By an entry, which never changes: what a file says next is another entry. */
const kept = new WeakMap<MemoryEntry, Findable>();

/** The normalised texts of an entry; computed once. */
export function findable(entry: MemoryEntry): Findable {
  const known = kept.get(entry);
  if (known) return known;
  const { path, turn, key, tags, text, evidence } = entry;
  const made = { path, turn, name: normalise(`${key} ${tags.join(' ')}`), body: normalise(`${text} ${evidence}`) };
  kept.set(entry, made);
  return made;
}

/** The beginnings of words that match a query. */
export function startsOf(query: string): string[] {
  return wordsOf(query).map((word) => ` ${word}`);
}

/** The result of a search: how many matched, and the best of them, best first. */
export interface Ranked<T> {
  found: number;
  best: T[];
}

/**
 * The entries with a word that begins like one of the query, best first, limited in number. Rare words count more than
 * common ones, words in key and tags more than those in the text; then the later turn. Uses whole numbers only, so that
 * every machine agrees. Pure.
 */
export function rank(entries: readonly MemoryEntry[], query: string, most: number): Ranked<MemoryEntry> {
  return choose(entries, findable, startsOf(query), { common: 1, of: entries.length, most });
}

/** The same from the matches of an index; `of`: how many entries it searched. */
export function rankFound(found: readonly Findable[], query: string, of: number, most: number): Ranked<Findable> {
  return choose(found, (one) => one, startsOf(query), { common: 1, of, most });
}

/** Related entries at most. */
const MOST_RELATED = 100;

/**
 * The entries that may matter to a text: they share a longer word with it that few other entries hold. Best first. Pure.
 */
export function related(entries: readonly MemoryEntry[], text: string): MemoryEntry[] {
  return relatedBy(entries, findable, text, MOST_RELATED);
}

/** The same for anything that can be found, limited in number. */
export function relatedBy<T>(all: readonly T[], read: (one: T) => Findable, text: string, most: number): T[] {
  const words = wordsOf(text).filter((word) => word.length >= 4 || word.match(UNSPACED));
  const pieces = words.map((word) => ` ${word} `);
  return choose(all, read, pieces, { common: 0, of: all.length, most }).best;
}

/** `common`: the weight of a word that all entries hold. */
function choose<T>(
  all: readonly T[],
  read: (one: T) => Findable,
  pieces: readonly string[],
  { common, of, most }: { common: 0 | 1; of: number; most: number },
): Ranked<T> {
  const texts = all.map(read);
  const scores = scoresOf(texts, pieces, common, of);
  const before = (i: number, j: number): boolean => comes(scores, texts, i, j);
  const best: number[] = [];
  let found = 0;
  for (const [i, score] of scores.entries()) {
    if (score === 0) continue;
    found++;
    if (best.length === most && !before(i, best[most - 1] as number)) continue;
    best.splice(
      placeIn(best, (other) => before(i, other)),
      0,
      i,
    );
    if (best.length > most) best.pop();
  }
  return { found, best: best.map((i) => all[i] as T) };
}

function scoresOf(texts: readonly Findable[], pieces: readonly string[], common: 0 | 1, of: number): number[] {
  const scores = new Array<number>(texts.length).fill(0);
  for (const piece of pieces) {
    const hits: number[] = [];
    const weights: number[] = [];
    for (let i = 0; i < texts.length; i++) {
      const { name, body } = texts[i] as Findable;
      const weight = (holds(name, piece) ? 4 : 0) + (holds(body, piece) ? 2 : 0);
      if (weight === 0) continue;
      hits.push(i);
      weights.push(weight);
    }
    const rarity = common + log2((of + 1) / hits.length);
    for (const [n, i] of hits.entries()) scores[i] = (scores[i] as number) + (weights[n] as number) * rarity;
  }
  return scores;
}

/** Whether a text holds a piece. It searches without the first character, a blank, which is everywhere. */
export function holds(text: string, piece: string): boolean {
  if (piece.length < 2) return text.includes(piece);
  const rest = piece.slice(1);
  for (let at = text.indexOf(rest, 1); at >= 1; at = text.indexOf(rest, at + 1))
    if (text[at - 1] === piece[0]) return true;
  return false;
}

/** Whether one comes before the other: by score, then the later turn, then the path. */
function comes(scores: readonly number[], texts: readonly Findable[], i: number, j: number): boolean {
  const [a, b] = [texts[i] as Findable, texts[j] as Findable];
  const difference = (scores[j] as number) - (scores[i] as number) || b.turn - a.turn || byCodeUnit(a.path, b.path);
  return difference < 0;
}

/** The first place in an ordered list that a new element may take. */
function placeIn(list: readonly number[], before: (other: number) => boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before(list[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The logarithm as a whole number, for numbers from 1. */
function log2(number: number): number {
  return 31 - Math.clz32(number);
}

/** Characters of an excerpt. */
const EXCERPT = 200;

/** An excerpt of a text on one line, around the first line with a word that begins like one of the query. */
export function excerpt({ text }: Pick<MemoryEntry, 'text'>, query: string): string {
  const starts = startsOf(query);
  const lines = text.split('\n');
  const at = Math.max(
    0,
    lines.findIndex((line) => {
      const folded = normalise(line);
      return starts.some((start) => folded.includes(start));
    }),
  );
  const found = lines.slice(at).join(' ').replace(/\s+/g, ' ').trim();
  const shown = cut(found, EXCERPT);
  return `${at > 0 ? '… ' : ''}${shown}${shown === found ? '' : ' …'}`;
}
