import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/model/call.ts';
import { readJournal } from '../../src/disk/journal/journal.ts';
import { JournalFiles } from '../../src/engine/replay/journal-files.ts';
import { Recompute } from '../../src/engine/replay/recompute.ts';
import { MemoryDisk } from '../../src/testing/memory-disk.ts';
import { TOOLS } from '../../src/tools/all.ts';
import { type Act, Org, resultsIn, say, textOf, visible } from './org.ts';

const EDGES = { human: ['a', 'b'], a: ['human'], b: ['human'] };
const GRANTS = { tools: ['remember', 'recall', 'forget', 'search_memory'], shared: ['context'] };
const CREW = { a: GRANTS, b: GRANTS };
const act = (tool: string, input: Json): Act => ({ tool, input });
const remember = (key: string, text: string, more: object = {}): Act => ({
  tool: 'remember',
  input: { key, text, ...more },
});

describe('6.2 and 6.5 memory', () => {
  it('6.2-20 a memory act that the store cannot keep is refused alone: the visit, its other acts and the others go on', async () => {
    const acts: Act[] = [
      { tool: 'remember', input: { key: 'k', text: 'x', mode: 'write' } },
      { tool: 'remember', input: { key: 'k', text: ['a'], mode: 'merge' } },
      { tool: 'forget', input: { key: '../../b/memory/k' } },
      { tool: 'forget', input: { key: 'none' } },
      remember('k', 'kept', { mode: 'merge' }),
      say('human', 'Done.'),
    ];
    const org = new Org({ edges: EDGES, resumes: CREW }, ({ agent, n }) =>
      agent === 'a' && n === 1 ? acts : undefined,
    );
    org.drop(['a', 'b'], 'Work.');
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([
      { agent: 'a', outcome: 'ok', refused: 4, sent: 1 },
      { agent: 'b', outcome: 'ok' },
    ]);
    expect(org.paths(/\/memory\//)).toEqual(['agents/a/memory/k.md']);
  });

  it.each(['append', 'merge'])(
    '6.2-21 %s keeps all that was added before, in one visit and over turns',
    async (mode) => {
      const org = new Org({ edges: EDGES, resumes: CREW }, ({ turn, n }) =>
        n === 1 ? [1, 2].map((i) => remember('log', `line ${turn}.${i}`, { mode })) : undefined,
      );
      for (let turn = 1; turn <= 3; turn++) {
        org.drop('a', 'Work.');
        await org.turns(1);
      }
      expect(org.read('agents/a/memory/log.md')?.match(/line \d\.\d/g)).toEqual(
        [1, 2, 3].flatMap((turn) => [1, 2].map((i) => `line ${turn}.${i}`)),
      );
    },
  );

  it('6.5-57 what is old is really archived, the prompt shows what is pinned, recent and about the mail, and search finds all', async () => {
    const org = new Org(
      { edges: EDGES, resumes: CREW, org: { limits: { memory_live: 5, memory_tokens: 240 } } },
      ({ turn, n }) => {
        if (n > 1) return undefined;
        const text = (i: number) => `subject${turn}x${i} ${'filler '.repeat(10)}`;
        if (turn === 1) return [remember('pinned', 'Always polite.', { pin: true })];
        if (turn < 6) return [1, 2, 3, 4].map((i) => remember(`k${turn}-${i}`, text(i)));
        return [{ tool: 'search_memory', input: { query: 'subject2x1', limit: 3 } }];
      },
    );
    for (let turn = 1; turn <= 5; turn++) {
      org.drop('a', 'Work.');
      await org.turns(1);
    }
    expect(org.paths(/memory\/archive\//)).toHaveLength(12);
    expect(org.paths(/memory\/[^/]+\.md$/)).toHaveLength(5);
    org.drop('a', 'What of subject2x3?');
    await org.turns(1);
    const prompt = textOf(org.visits('a').at(-1));
    const keys = [...prompt.matchAll(/<memory key="([^"]+)"/g)].map(([, key]) => key);
    expect(keys).toEqual(['pinned', 'k5-4', 'k5-3', 'k2-3']);
    expect(resultsIn(org.prompts.at(-1))[0]?.text).toMatch(/^- k2-1 \(version 1, archived\): subject2x1/);
  });

  it('every visit that used memory can be made again from the journal, and every file', async () => {
    const org = new Org({ edges: EDGES, resumes: CREW, org: { limits: { memory_live: 2 } } }, ({ agent, turn, n }) =>
      n > 1
        ? undefined
        : [
            remember('shared/log', `${agent} ${turn}`, { mode: turn % 2 ? 'append' : 'set' }),
            remember(`k${turn}`, `entry ${turn}`),
            remember('k1', 'more', { mode: 'append' }),
            act('search_memory', { query: 'entry' }),
            act('forget', { key: `k${turn - 2}` }),
          ],
    );
    for (let turn = 1; turn <= 5; turn++) {
      org.drop(['a', 'b'], 'Work.');
      if (turn === 3) org.withFile('agents/a/memory/k2.md', 'edited by hand');
      await org.turns(1);
    }
    const { host } = org.ports();
    const recompute = new Recompute(TOOLS, { host, provider: org.ports().provider });
    const made = new MemoryDisk();
    const refold = new JournalFiles(made);
    for (const group of readJournal(org.disk, [])) {
      await recompute.take(group);
      refold.take(group);
    }
    expect(recompute).toMatchObject({ divergence: null, visits: 10 });
    const memory = (files: Map<string, string>) =>
      [...files].filter(([path]) => /\/(memory|context)\//.test(path)).sort();
    expect(memory(made.files(() => true))).toEqual(memory(visible(org)));
  });
});
