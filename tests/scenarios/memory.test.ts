import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entriesOf, SHARED } from '../../src/core/memory/entry.ts';
import type { Json } from '../../src/core/model/call.ts';
import { agentState } from '../../src/core/model/state/staff.ts';
import { type Act, Org, resultsIn, textOf, visible } from '../regression/org.ts';

const EDGES = { human: ['a', 'b'], a: ['human'], b: ['human'] };
const TOOLS = ['remember', 'recall', 'forget', 'search_memory'];
const CREW = { a: { tools: TOOLS, shared: ['context'] }, b: { tools: TOOLS, shared: ['context'] } };
const act = (tool: string, input: Json): Act => ({ tool, input });
const remember = (key: string, text: string, more: object = {}) => act('remember', { key, text, ...more });
const BRAND = 'org/shared/context/brand.md';

async function entries(org: Org, owner: string): Promise<Record<string, string>> {
  return org.look(({ state }) => Object.fromEntries(entriesOf(state, owner).map(({ path, text }) => [path, text])));
}

describe('memory, as a user lives it', () => {
  it('scenario 55: what is added to memory keeps what was there, and search finds it', async () => {
    const org = new Org({ edges: EDGES, resumes: CREW }, ({ agent, turn, n }) => {
      if (agent !== 'a' || n > 1) return undefined;
      if (turn < 4)
        return [remember('log', `day ${turn} was ${['dry', 'wet', 'windy'][turn - 1]}`, { mode: 'append' })];
      return [act('search_memory', { query: 'windy' }), act('recall', { key: 'log' })];
    });
    for (let turn = 1; turn <= 4; turn++) {
      org.drop('a', 'Note the weather.');
      await org.turns(1);
    }
    expect(org.read('agents/a/memory/log.md')).toBe(
      '---\nkey: log\ntags: []\nturn: 3\nversion: 3\n---\nday 1 was dry\nday 2 was wet\nday 3 was windy\n',
    );
    const [found, whole] = resultsIn(org.prompts.at(-1));
    expect(found?.text).toBe('- log (version 3): … day 3 was windy');
    expect(whole?.text).toContain('day 1 was dry\nday 2 was wet');
  });

  it('scenario 55: two writers with the same version conflict visibly, and nothing is lost', async () => {
    const org = new Org(
      { edges: EDGES, resumes: CREW, files: { [BRAND]: '---\nversion: 4\n---\nBlue.\n' } },
      ({ agent, turn }) =>
        turn === 1 ? [remember('shared/brand', `${agent} says green.`, { mode: 'append', expected: 4 })] : undefined,
    );
    org.drop(['a', 'b'], 'Decide.');
    const [report] = await org.turns(1);
    expect(report?.conflicts).toEqual([]);
    expect(report?.visits.map(({ agent, outcome, refused }) => [agent, outcome, refused])).toEqual([
      ['a', 'ok', 0],
      ['b', 'ok', 1],
    ]);
    expect(org.read(BRAND)).toMatch(/version: 5\n---\nBlue\.\na says green\.\n$/);
    const [notice] = await org.look(({ state }) => agentState(state.staff, 'b').notices);
    expect(notice).toMatchObject({ about: 'refused' });
    expect(notice?.text).toMatch(
      /a changed it in the same turn\. It is at version 5 and says:\nBlue\.\na says green\.\nYours was:\nBlue\.\nb says green\./,
    );
    org.drop('b', 'And now?');
    await org.turns(1);
    expect(textOf(org.visits('b')[1])).toMatch(
      /<memory key="shared\/brand" version="5"[\s\S]*Blue\.\na says green\.\n<\/memory>[\s\S]*## Notices[\s\S]*b says green/,
    );
  });

  it('two agents that only add to an entry in one turn both do', async () => {
    const org = new Org({ edges: EDGES, resumes: CREW }, ({ agent }) => [
      remember('shared/brand', `from ${agent}`, { mode: 'append' }),
    ]);
    org.drop(['a', 'b'], 'Decide.');
    const [report] = await org.turns(1);
    expect(report).toMatchObject({ conflicts: [], visits: [{ refused: 0 }, { refused: 0 }] });
    expect(org.read(BRAND)).toMatch(/version: 2\n---\nfrom a\nfrom b\n$/);
    expect(await entries(org, SHARED)).toEqual({ [BRAND]: 'from a\nfrom b' });
  });

  it('an edit by hand wins, and is a new version', async () => {
    const org = new Org({ edges: EDGES, resumes: CREW }, ({ turn, n }) =>
      n > 1 ? undefined : turn === 1 ? [remember('plan', 'first')] : [remember('plan', 'blind', { expected: 1 })],
    );
    org.drop('a', 'Plan.');
    await org.turns(1);
    org.disk.put('agents/a/memory/plan.md', '---\nkey: plan\nversion: 1\n---\r\nof the person\r\n');
    org.drop('a', 'Plan again.');
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([{ refused: 1 }]);
    expect(resultsIn(org.prompts.at(-1))[0]?.text).toMatch(/version 2 and says:\nof the person/);
    expect(org.read('agents/a/memory/plan.md')).toContain('of the person\r\n');
  });

  it('forgets for good what was saved with other line ends too, and the journal keeps the text', async () => {
    const path = 'agents/a/memory/plan.md';
    const org = new Org({ edges: EDGES, resumes: CREW, files: { [path]: '\ufeffThe plan.\r\n' } }, ({ turn }) =>
      turn === 1 ? [act('forget', { key: 'plan', expected: 1 })] : undefined,
    );
    org.drop('a', 'Forget.');
    const [report] = await org.turns(2);
    expect(report?.conflicts).toEqual([]);
    expect(org.read(path)).toBeNull();
    expect(await entries(org, 'a')).toEqual({});
    expect(org.lines('wrote')).toEqual([{ k: 'wrote', agent: 'a', path, text: null, was: 'The plan.\n' }]);
  });

  it('does not forget what a person writes meanwhile', async () => {
    const path = 'agents/a/memory/plan.md';
    const org: Org = new Org({ edges: EDGES, resumes: CREW, files: { [path]: 'The plan.\n' } }, () => {
      org.disk.put(path, 'A new plan of the person.\n');
      return [act('forget', { key: 'plan' })];
    });
    org.drop('a', 'Forget.');
    await org.turns(1);
    expect(org.read(path)).toBe('A new plan of the person.\n');
    expect(await entries(org, 'a')).toEqual({});
    await org.turns(1);
    expect(await entries(org, 'a')).toEqual({ [path]: 'A new plan of the person.' });
  });

  it('old entries move to the archive as they are, and recall and search still find them', async () => {
    const written = '---\r\ntags: [ my own ]\r\n---\r\nA note of the person.\r\n';
    const limits = { memory_live: 2 };
    const org = new Org(
      { edges: EDGES, resumes: CREW, org: { limits }, files: { 'agents/a/memory/by-hand.md': written } },
      ({ turn, n }) => {
        if (n > 1) return undefined;
        if (turn < 5) return [remember(`k${turn}`, `entry ${turn}`)];
        return turn === 5
          ? [act('recall', { key: 'by-hand' }), act('search_memory', { query: 'person' })]
          : [remember('by-hand', 'more', { mode: 'append' })];
      },
    );
    for (let turn = 1; turn <= 5; turn++) {
      org.drop('a', 'Note it.');
      await org.turns(1);
    }
    expect(org.paths(/\/memory\//).sort()).toEqual([
      'agents/a/memory/archive/by-hand.md',
      'agents/a/memory/archive/k1.md',
      'agents/a/memory/archive/k2.md',
      'agents/a/memory/k3.md',
      'agents/a/memory/k4.md',
    ]);
    expect(org.read('agents/a/memory/archive/by-hand.md')).toBe(written);
    const said = resultsIn(org.prompts.at(-1)).map(({ text }) => text);
    expect(said[0]).toContain('A note of the person.');
    expect(said[1]).toContain('- by-hand (version 1, archived, my own): A note of the person.');
    org.drop('a', 'Note it.');
    await org.turns(1);
    expect(org.read('agents/a/memory/by-hand.md')).toMatch(/version: 2\n---\nA note of the person\.\nmore\n/);
    expect(org.paths(/archive\/by-hand/)).toEqual([]);
  });

  it('a prompt begins with the same bytes as the one before it when only mail arrived', async () => {
    const files = {
      'agents/a/memory/plan.md': 'The plan.',
      [BRAND]: 'Blue.',
      'agents/a/memory/archive/login.md': 'The login page is red.',
    };
    const org = new Org({ edges: EDGES, resumes: CREW, files });
    for (const text of ['Hello.', 'What of the login?', 'Bye.']) {
      org.drop('a', text);
      await org.turns(1);
    }
    const texts = org.visits('a').map(textOf);
    const beginnings = texts.map((text) => text.slice(0, text.indexOf('Turn ')));
    expect(beginnings[0]).toMatch(/^## Shared context\n[\s\S]*Blue[\s\S]*## Your memory\n[\s\S]*The plan/);
    expect(new Set(beginnings).size).toBe(1);
    expect(texts.map((text) => text.includes('The login page is red.'))).toEqual([false, true, false]);
  });

  it.each(['agents/a/memory/learned', 'agents/a/memory/archive', 'org/shared', 'org/shared/context'])(
    'where %s is no folder, nothing is read or written there, and people are told',
    async (folder) => {
      const org = new Org({ edges: EDGES, resumes: CREW, org: { limits: { memory_live: 1 } } }, ({ n }) =>
        n === 1 ? [remember('learned/x', 'x'), remember('shared/x', 'x'), remember('plain', 'x')] : undefined,
      );
      org.withFile('agents/a/memory/old.md', 'Old.');
      org.withFile(folder, 'no folder');
      org.drop('a', 'Remember.');
      const [report] = await org.turns(2);
      const closed = folder.endsWith('archive') ? 0 : 1;
      expect(report?.visits).toMatchObject([{ outcome: 'ok', refused: closed }]);
      expect(org.paths(new RegExp(`^${folder}/`))).toEqual([]);
      expect(org.lines('aside').map(({ path }) => path)).toEqual([folder]);
    },
  );
});

/** Random acts of two agents over some turns. */
const KEYS = ['x', 'y', 'learned/x', 'shared/x', 'shared/y'];
const acts = fc.array(
  fc.oneof(
    fc.record({
      tool: fc.constant('remember'),
      input: fc.record(
        {
          key: fc.constantFrom(...KEYS),
          text: fc.constantFrom('p', 'q\nr', 's'),
          mode: fc.constantFrom('set', 'append', 'merge'),
          expected: fc.nat(3),
          tags: fc.constant(['t']),
        },
        { requiredKeys: ['key', 'text', 'mode'] },
      ),
    }),
    fc.record({ tool: fc.constant('forget'), input: fc.record({ key: fc.constantFrom(...KEYS) }) }),
    fc.record({ tool: fc.constant('search_memory'), input: fc.constant({ query: 'p' }) }),
  ),
  { maxLength: 4 },
);
const script = fc.array(fc.tuple(acts, acts), { minLength: 1, maxLength: 4 });

async function play(plan: [unknown[], unknown[]][], concurrency: number): Promise<Org> {
  const org = new Org(
    { edges: EDGES, resumes: CREW, org: { limits: { concurrency, memory_live: 2, steps: 1 } } },
    ({ agent, turn }) => (plan[turn - 1]?.[agent === 'a' ? 0 : 1] ?? []) as Act[],
  );
  for (const _turn of plan) {
    org.drop(['a', 'b'], 'Go.');
    await org.turns(1);
  }
  return org;
}

describe('whatever agents do to memory', () => {
  it('gives the same bytes at any concurrency, and the state is what the folder holds', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (plan) => {
        const [alone, together] = [await play(plan, 1), await play(plan, 8)];
        const memory = (org: Org) => [...visible(org)].filter(([path]) => /\/memory\/|\/context\//.test(path));
        const rest = (org: Org) => [...visible(org)].filter(([path]) => path !== 'org/org.yaml');
        expect(rest(together)).toEqual(rest(alone));
        expect(memory(alone).filter(([path]) => path.includes('.conflict-'))).toEqual([]);
        const held = await alone.look(({ state }) =>
          [...state.memory.entries.values()].flatMap((paths) => [...paths]).sort(),
        );
        expect(
          memory(alone)
            .map(([path]) => path)
            .sort(),
        ).toEqual(held);
      }),
      { numRuns: 40 },
    );
  });

  it('loses nothing that was only added, by however many in one turn', async () => {
    const adding = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(adding, async (plan) => {
        const line = (turn: number, agent: string, i: number) => `turn ${turn}, ${agent}, ${i}`;
        const lines = (count: number, turn: number, agent: string) =>
          Array.from({ length: count }, (_, i) =>
            remember('shared/x', line(turn, agent, i), { mode: i % 2 ? 'merge' : 'append' }),
          );
        const org = await play(
          plan.map(([a, b], i) => [lines(a, i + 1, 'a'), lines(b, i + 1, 'b')]),
          8,
        );
        const expected = plan.flatMap(([a, b], t) => [
          ...Array.from({ length: a }, (_, i) => line(t + 1, 'a', i)),
          ...Array.from({ length: b }, (_, i) => line(t + 1, 'b', i)),
        ]);
        const text = org.read('org/shared/context/x.md');
        expect(text?.split('---\n')[2]?.trim().split('\n') ?? []).toEqual(expected);
        expect(text?.match(/version: (\d+)/)?.[1] ?? '0').toBe(String(expected.length));
      }),
      { numRuns: 30 },
    );
  });
});
