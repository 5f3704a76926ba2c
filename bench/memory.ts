/**
 * What it takes to search memory: `npm run bench -- --memory`. 50,000 entries of about 300 characters, as an agent searches
 * them within a visit (the snapshot, scored in place), and as people do, through each index that this Node has.
 */
import fs from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { apply } from '../src/core/apply.ts';
import { entriesOf, printMemory } from '../src/core/memory.ts';
import { findable, rank, rankFound, startsOf } from '../src/core/relevance.ts';
import { emptyState } from '../src/core/state.ts';
import { openIndex, refresh } from '../src/disk/open-index.ts';
import { realDisk } from '../src/disk/real.ts';
import { openSqlite } from '../src/disk/sqlite-index.ts';
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
  const sqlite = await openSqlite();
  for (const [name, open] of [
    ['scan', async () => null],
    ...(sqlite ? [['SQLite', async () => sqlite] as const] : []),
  ] as const) {
    const root = path.join(folder, name);
    fs.mkdirSync(root);
    const disk = realDisk(root);
    const index = await openIndex(disk, root, open);
    const texts = new Map(
      entries.map(findable).map(({ path: at, turn, name: key, body }) => [at, `${turn}\n${key}\n${body}`]),
    );
    const made = timed(() =>
      refresh(index, new Map([...texts.keys()].map((at) => [at, '1'])), (at) => texts.get(at) ?? null),
    );
    const figures = queries((query) => {
      const found = index.holding(startsOf(query)).map(({ path: at, text }) => {
        const [turn = '', key = '', body = ''] = text.split('\n', 3);
        return { path: at, turn: Number(turn), name: key, body };
      });
      rankFound(found, query, ENTRIES, 10);
    });
    index.close();
    results.push([`index by ${name}`, { 'made ms': made, ...figures }]);
  }
  return results;
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
