/**
 * What it takes to search memory and mail: `npm run bench -- --memory`. 50,000 entries of about 300 characters, as an agent searches
 * them within a visit (the snapshot, scored in place), and as people do, through each index that this Node has.
 */
import fs from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { findMail, mailFiles, readMail } from '../src/app/look/mail-index.ts';
import { apply } from '../src/core/journal/apply.ts';
import { entriesOf, printMemory } from '../src/core/memory/entry.ts';
import { findable, rank, rankFound, startsOf } from '../src/core/memory/relevance.ts';
import { emptyState } from '../src/core/model/state.ts';
import { realKept } from '../src/disk/cache/cache-key.ts';
import { realDisk } from '../src/disk/fs/real.ts';
import { scanIndex } from '../src/disk/search/scan-index.ts';
import { openSqlite, sqliteIndex } from '../src/disk/search/sqlite-index.ts';
import type { TextIndex } from '../src/disk/search/text-index.ts';
import { padTurn } from '../src/schema/name.ts';
import { printMessage } from '../src/schema/print.ts';
import { median } from './ring.ts';

const ENTRIES = 50_000;
const QUERIES = ['giraffe', 'word7 word8', 'w', 'nothing-like-it', 'topic4711'];

/** Milliseconds to make the index, and of a query: the median and the slowest. */
export async function searches(folder: string): Promise<[title: string, figures: Record<string, number>][]> {
  const state = emptyState();
  for (let i = 0; i < ENTRIES; i++) apply(state, { k: 'file', path: `agents/a/memory/k${i}.md`, text: entryText(i) });
  const entries = entriesOf(state, 'a');
  const within = timed(() => entries.map(findable));
  const results: [string, Record<string, number>][] = [
    ['within a visit', { 'first time ms': within, ...queries((query) => void rank(entries, query, 10)) }],
  ];
  const put = entries.map(findable).map((one) => ({
    path: one.path,
    mark: '1',
    text: `${one.turn}\n${one.name}\n${one.body}`,
  }));
  const sqlite = await openSqlite();
  for (const source of [null, ...(sqlite ? [sqlite] : [])]) {
    const name = source ? 'SQLite' : 'scan';
    const root = path.join(folder, name);
    fs.mkdirSync(root);
    const disk = realDisk(root);
    const kept = realKept(root, { LEMMING_HOME: path.join(folder, 'home') }, disk);
    const open = () =>
      (source ? sqliteIndex(source, { disk, kept }, root, 'memory') : scanIndex(kept, 'memory')) as TextIndex;
    const made = timed(() => {
      const fresh = open();
      fresh.change([{ folder: 'agents/a/memory', mark: '1', put, drop: [] }], []);
      fresh.close();
    });
    let index = open();
    index.close();
    const opened = timed(() => {
      index = open();
    });
    const figures = queries((query) => {
      const found = index.holding(startsOf(query)).map(({ path: at, text }) => {
        const [turn = '', key = '', body = ''] = text.split('\n', 3);
        return { path: at, turn: Number(turn), name: key, body };
      });
      rankFound(found, query, ENTRIES, 10);
    });
    index.close();
    results.push([`index by ${name}`, { 'made ms': made, 'opened ms': opened, ...figures }]);
  }
  return results;
}

const MESSAGES = 50_000;
const SOUGHT = ['giraffe', 'nothing-like-it', 'größe'];

/** Milliseconds to search 50,000 messages of 700 characters by 100 authors, four of five archived, beside reading them all. */
export async function mailSearches(folder: string): Promise<[title: string, figures: Record<string, number>][]> {
  writeMail(folder);
  const disk = realDisk(folder);
  const kept = realKept(folder, { LEMMING_HOME: `${folder}.home` }, disk);
  const state = emptyState();
  const wish = { archived: true };
  const results: [string, Record<string, number>][] = [];
  const reading: Record<string, number> = {};
  for (const text of SOUGHT)
    reading[`${text} ms`] = await medianOf(() => {
      for (const _ of readMail(disk, mailFiles({ disk, state }, wish), (file) => mayHold(file, text)));
    });
  results.push(['by reading all', reading]);
  const sqlite = await openSqlite();
  for (const source of [null, ...(sqlite ? [sqlite] : [])]) {
    const ask = (text: string) => findMail({ disk, state, kept }, folder, wish, text, async () => source);
    const figures: Record<string, number> = { 'first ms': await timeOf(() => ask('giraffe')) };
    for (const text of SOUGHT) figures[`${text} ms`] = await medianOf(() => ask(text));
    results.push([`by ${source ? 'SQLite' : 'scan'}`, figures]);
  }
  return results;
}

/** A search without an index: a subject may stand in YAML's escapes, so only plain words can rule a file out unparsed. */
function mayHold(file: string, text: string): boolean {
  return !/^[\w .-]+$/.test(text) || file.toLowerCase().includes(text);
}

function writeMail(folder: string): void {
  for (let i = 0; i < MESSAGES; i++) {
    const [from, turn] = [`a${i % 100}`, Math.floor(i / 100) + 1];
    const id = `${padTurn(turn)}-${from}-01`;
    const words = Array.from({ length: 80 }, (_, n) => `word${(i * 31 + n * 17) % 5000}`).join(' ');
    const body = i % 1000 === 0 ? `${words} giraffe größe` : words;
    const fields = { kind: 'message', priority: 'normal', hops: 1, subject: 'Hello', path: '' } as const;
    const place = path.join(folder, 'agents', from, 'outbox', turn > 400 ? '' : 'archive/0000');
    fs.mkdirSync(place, { recursive: true });
    const file = path.join(place, `${padTurn(turn)}-01-b-hello.md`);
    fs.writeFileSync(file, printMessage({ ...fields, id, thread: id, from, to: ['b'], turn, body }));
    fs.utimesSync(file, 1000, 1000 + i);
  }
}

async function medianOf(work: () => unknown): Promise<number> {
  await work();
  const times: number[] = [];
  for (let n = 0; n < 7; n++) times.push(await timeOf(work));
  return median(times);
}

async function timeOf(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function entryText(i: number): string {
  const words = Array.from({ length: 40 }, (_, n) => `word${(i * 31 + n * 17) % 5000}`).join(' ');
  const text = `topic${i} ${i % 1000 === 0 ? 'giraffe ' : ''}${words}`;
  return printMemory({ key: `k${i}`, tags: [`t${i % 50}`], turn: i % 900, text });
}

function queries(ask: (query: string) => void): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const query of QUERIES) {
    ask(query);
    figures[`${query} ms`] = median(Array.from({ length: 7 }, () => timed(() => ask(query))));
  }
  return figures;
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
