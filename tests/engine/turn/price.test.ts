import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/core/model/entry.ts';
import { agentState } from '../../../src/core/model/state/staff.ts';
import { balanceOf } from '../../../src/core/money/ledger.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import type { OrgPlan } from '../../../src/testing/build-org.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { type Act, CALL, PRICED, say } from '../../regression/org.ts';
import { Lab } from '../world.ts';

const READ: Act = { tool: 'read_file', input: { path: 'x' } };
const EDIT: Act = { tool: 'edit_file', input: { path: 'x', old: 'one', new: 'two' } };
const KEEP: Act = { tool: 'remember', input: { key: 'k', text: 'v' } };

/** Agent a has the credits, and does these acts in the first call of its first visit; a read costs 0.02, a message 0.03, an edit 0.04. */
function lab(grant: number, acts: Act[], more: Partial<OrgPlan> = {}, tools: string[] = []): Lab {
  const org = new Lab(
    {
      edges: { human: ['a', 'b'], a: ['b'], b: [] },
      models: PRICED,
      org: { tools: { prices: { read_file: 0.02, send_message: 0.03, edit_file: 0.04, remember: 0.05 } } },
      credits: { agents: { a: { grant }, b: { grant: 1 } } },
      resumes: { a: { tools: [...tools, 'read_file', 'edit_file', 'remember'], unit: 'crew' } },
      files: { 'org/units/crew.md': '---\n---\n', 'agents/a/workspace/x': 'one' },
      ...more,
    },
    ({ agent, turn, n }) => (agent === 'a' && turn === 1 && n === 1 ? acts : []),
  );
  org.drop('a', 'Begin.');
  return org;
}

/** What uses cost, by the journal. */
function paid(org: Lab): [string, number][] {
  return org.lines('use').flatMap(({ tool, cost }) => (cost === undefined ? [] : [[tool, cost] as [string, number]]));
}

function spent(org: Lab): Promise<number> {
  return org.look(({ config, state }) => balanceOf(config, state, 'a').spent);
}

/** Replays with all calls computed again: the first line that comes out otherwise. */
async function recomputed(org: Lab): Promise<unknown> {
  const { host, provider } = org.ports();
  const recompute = new Recompute(TOOLS, { host, provider });
  for (const group of readJournal(org.disk, [])) await recompute.take(group);
  return recompute.divergence;
}

describe('a use of a tool that costs something', () => {
  it('is booked by the line that announces it, on the agent, its unit and the organisation', async () => {
    const org = lab(1, [READ, say('b', 'Hi.')]);
    const [report] = await org.turns(1);
    expect(org.lines('use')).toEqual([
      { k: 'use', turn: 1, agent: 'a', n: 1, act: 1, ...READ, cost: 20_000, unit: 'crew' },
      { k: 'use', turn: 1, agent: 'a', n: 1, act: 2, tool: 'send_message', input: null, cost: 30_000, unit: 'crew' },
    ]);
    const cost = 50_000 + 2 * CALL;
    expect(report).toMatchObject({ spent: cost, visits: [{ cost }] });
    await org.look(({ config, state }) => {
      expect(balanceOf(config, state, 'a')).toMatchObject({ spent: cost, left: 1_000_000 - cost });
      expect([state.money.org.spent, state.money.units.get('crew')?.spent]).toEqual([cost, cost]);
      expect([...state.money.tools].map(([name, { calls, spent }]) => [name, calls, spent])).toEqual([
        ['read_file', 1, 20_000],
        ['send_message', 1, 30_000],
      ]);
    });
    expect(await recomputed(org)).toBeNull();
  });

  it('says so to the agent that has it', async () => {
    const org = lab(1, []);
    await org.turns(1);
    const about = (name: string) => org.prompts[0]?.tools.find((tool) => tool.name === name)?.description;
    expect(about('read_file')).toMatch(/\n\nA use costs 0.02 credits\.$/);
    expect(about('done')).not.toContain('costs');
  });

  it('is refused when the visit may not spend so much: nothing runs, nothing is booked, and the agent is told', async () => {
    const org = lab(0.06, [READ, say('b', 'Hi.'), READ, READ]);
    const [report] = await org.turns(1);
    expect(paid(org)).toEqual([
      ['read_file', 20_000],
      ['send_message', 30_000],
    ]);
    expect(report?.visits[0]).toMatchObject({ refused: 2, cost: 60_000 });
    expect(org.lines('visit')[0]?.refusals?.[0]).toEqual({
      tool: 'read_file',
      rule: 'credits',
      text: 'A use of read_file costs 0.02 credits, which is more than you may spend in this turn.',
    });
    expect([await spent(org), org.lines('sent').length]).toEqual([60_000, 1]);
    expect(await recomputed(org)).toBeNull();
  });

  it('leaves room for what the agent gave away with a hire', async () => {
    const hire: Act = { tool: 'hire_agent', input: { name: 'kid', template: 'helper', credits: 0.08 } };
    const org = lab(0.1, [hire, READ], {
      files: { 'org/templates/helper.md': '---\nrole: Helps\n---\nYou help.\n' },
      resumes: { a: { tools: ['hire_agent', 'read_file'] } },
      org: { tools: { prices: { read_file: 0.02 } }, policies: [{ act: 'hire_agent', do: 'auto' }] },
    });
    await org.turns(1);
    expect([paid(org), org.lines('visit')[0]?.refusals?.[0]?.rule]).toEqual([[], 'credits']);
    expect(await recomputed(org)).toBeNull();
  });

  it('costs nothing when it is refused, held, or an answer that used no tool', async () => {
    const org = lab(1, [READ, say('nobody', 'Hi.'), KEEP], {}, ['ask:remember', 'ask:read_file']);
    await org.turns(1);
    expect(org.lines('held').map(({ tool }) => tool)).toEqual(['read_file', 'remember']);
    expect(paid(org)).toEqual([]);
  });

  it('is booked once wherever the process dies, and nothing but calls is made again', async () => {
    const golden = lab(0.2, [READ, say('b', 'Hi.'), READ]);
    await golden.turns(1);
    for (let n = 1, died = true; died; n++) {
      const org = lab(0.2, [READ, say('b', 'Hi.'), READ]);
      died = await org.dies(n, () => org.turns(1));
      if (org.lines('commit').length === 0) await org.turns(1);
      expect([n, paid(org), await spent(org)]).toEqual([n, paid(golden), await spent(golden)]);
      expect([n, await recomputed(org)]).toEqual([n, null]);
    }
  });

  it('whose outcome is unknown after a crash is booked once, and the agent is told', async () => {
    const seen = new Set<string>();
    for (let n = 1, died = true; died; n++) {
      const org = lab(0.2, [EDIT]);
      died = await org.dies(n, () => org.turns(1));
      if (org.lines('commit').length === 0) await org.turns(1);
      expect([n, paid(org)]).toEqual([n, [['edit_file', 40_000]]]);
      expect(await spent(org)).toBe(40_000 + org.lines('intent').length * CALL);
      for (const { text } of org.lines('used')) seen.add(text.replace(/hash [\w-]+/, 'hash'));
    }
    expect([...seen]).toContain(
      'Result unknown: the engine was interrupted while the tool ran. It was not repeated. It may have been done, so its 0.04 credits are spent.',
    );
    expect(seen.size).toBe(2);
  });
});

describe('an approved act that costs something', () => {
  /** It was held in turn 1, and is approved before turn 2. */
  async function approved(grant: number, more: Partial<OrgPlan> = {}): Promise<Lab> {
    const org = lab(grant, [READ, KEEP], more, ['ask:remember', 'ask:read_file']);
    await org.turns(1);
    for (const id of ['A-1-a-1', 'A-1-a-2']) await org.ask({ ask: 'approve', by: 'human', id, note: '' });
    org.drop('a', 'Go on.');
    return org;
  }

  it('is booked when it is done, in the turn that does it', async () => {
    const org = await approved(1);
    const before = await spent(org);
    await org.turns(1);
    expect(paid(org)).toEqual([
      ['read_file', 20_000],
      ['remember', 50_000],
    ]);
    expect(org.lines('use').map(({ n, act }) => [n, act])).toEqual([
      [0, 1],
      [0, 2],
    ]);
    expect((await spent(org)) - before).toBe(70_000 + CALL);
    expect(await recomputed(org)).toBeNull();
  });

  const topUp = (org: Lab): Promise<void> =>
    org.ask({ ask: 'top-up', by: 'human', agent: 'a', amount: 1_000_000, note: '' });
  const decided = (org: Lab): string[] => org.lines('decided').map(({ id, outcome }) => `${id} ${outcome}`);
  const notices = (org: Lab, name: string): Promise<string[]> =>
    org.look(({ state }) => agentState(state.staff, name).notices.map(({ text }) => text));

  it('waits when the agent has not so much, keeps the answer, and is done when it can be paid', async () => {
    const org = await approved(0.06);
    await org.turns(3);
    expect(paid(org)).toEqual([['read_file', 20_000]]);
    expect(org.lines('unpaid')).toEqual([{ k: 'unpaid', id: 'A-1-a-2', cost: 50_000 }]);
    expect(await notices(org, 'human')).toContainEqual(
      'A-1-a-2 is approved, but a use of remember costs 0.05 credits, which is more than a may spend now. It will be done in the first turn that can pay for it: lemming top-up a 0.02, or lemming deny A-1-a-2',
    );
    expect((await org.run()).reports).toEqual([]); // nobody can be called
    await topUp(org);
    await org.run();
    expect(paid(org)).toEqual([
      ['read_file', 20_000],
      ['remember', 50_000],
    ]);
    expect(decided(org)).toEqual(['A-1-a-1 one', expect.stringMatching(/^A-1-a-2 Remembered/)]);
    expect(org.lines('unpaid')).toHaveLength(1);
    expect((await org.run()).reports).toEqual([]);
    expect(await recomputed(org)).toBeNull();
  });

  it('that was approved in its file and cannot be paid is no reason for a turn, and may still be denied, there or by a command', async () => {
    const file = 'org/approvals/A-1-a-1.md';
    const answer = (org: Lab, decision: string): void =>
      org.disk.put(file, (org.read(file) ?? '').replace(/^decision: .*$/m, `decision: ${decision}`));
    for (const deny of [
      async (org: Lab) => answer(org, 'deny'),
      async (org: Lab) => org.ask({ ask: 'deny', by: 'human', id: 'A-1-a-1', note: '' }),
    ]) {
      const org = lab(0.03, [KEEP], {}, ['ask:remember']);
      await org.turns(1);
      answer(org, 'approve');
      expect((await org.run()).reports).toMatchObject([{ visits: [] }, { visits: [{ agent: 'a' }] }]);
      expect([org.lines('answer').length, org.lines('unpaid').length]).toEqual([1, 1]);
      expect(await org.look((engine) => engine.idle())).toBe('idle');
      await deny(org);
      await org.run();
      expect(org.lines('decided')).toMatchObject([{ decision: 'denied' }]);
      expect(org.paths(/^org\/(approvals|dead-letter)\//)).toEqual(['org/approvals/answered/A-1-a-1.md']);
      expect(await recomputed(org)).toBeNull();
    }
  });

  it('is told again when its price has changed, and done when it is cheap enough', async () => {
    const org = lab(0.03, [KEEP], {}, ['ask:remember']);
    await org.turns(1);
    await org.ask({ ask: 'approve', by: 'human', id: 'A-1-a-1', note: '' });
    await org.turns(1);
    const price = (from: string, to: string): void =>
      org.disk.put('org/org.yaml', (org.read('org/org.yaml') ?? '').replace(`remember: ${from}`, `remember: ${to}`));
    price('0.05', '0.06');
    await org.turns(1);
    expect(org.lines('unpaid').map(({ cost }) => cost)).toEqual([50_000, 60_000]);
    price('0.06', '0.01');
    await org.turns(1);
    expect([paid(org), decided(org)]).toEqual([[['remember', 10_000]], [expect.stringMatching(/Remembered/)]]);
  });

  it('is refused, and used up, when the agent may not do it any more, whatever it costs', async () => {
    const org = lab(0.03, [KEEP], {}, ['ask:remember']);
    await org.turns(1);
    await org.ask({ ask: 'approve', by: 'human', id: 'A-1-a-1', note: '' });
    org.disk.put('agents/a/resume.md', '---\nname: a\ntools: []\nunit: crew\n---\nYou are a.\n');
    await org.turns(1);
    expect(decided(org)).toEqual([expect.stringMatching(/^A-1-a-1 Refused \(granted-tool\)/)]);
  });

  it('waits and is done once wherever the process dies', async () => {
    for (let n = 1, died = true; died; n++) {
      const org = lab(0.06, [READ, KEEP], {}, ['ask:remember', 'ask:read_file']);
      await org.turns(1);
      for (const id of ['A-1-a-2', 'A-1-a-1']) await org.ask({ ask: 'approve', by: 'human', id, note: '' });
      const finish = async (turn: number): Promise<void> => {
        died = await org.dies(n, () => org.turns(1));
        if (org.lines('commit').length < turn) await org.turns(1);
      };
      await finish(2);
      expect([n, org.lines('unpaid').length]).toEqual([n, 1]);
      await topUp(org);
      await finish(3);
      expect([n, paid(org).map(([tool]) => tool)]).toEqual([n, ['read_file', 'remember']]);
      expect([n, await recomputed(org)]).toEqual([n, null]);
    }
  });

  it('tells the person what it costs, and what the agent, its unit and the organisation have left', async () => {
    const org = await approved(1, {
      credits: { agents: { a: { grant: 1 } }, units: { crew: { cap: 2 } }, org: { cap: 3 } },
    });
    expect(org.lines('held').map(({ price }) => price)).toEqual(
      [20_000, 50_000].map((cost) => ({
        cost,
        left: [
          { of: 'a', left: 990_000 },
          { of: '@crew', left: 1_990_000 },
          { of: 'org', left: 2_990_000 },
        ],
      })),
    );
    expect(org.read('org/approvals/A-1-a-1.md')).toContain(
      'It costs 0.02 credits. Left by then: 0.99 of a, 1.99 of @crew, 2.99 of org.\n',
    );
    expect(await recomputed(org)).toBeNull();
  });

  it.each<[string, Partial<OrgPlan>, number | undefined]>([
    ['of the agent', { credits: { agents: { a: { grant: 1, per_turn: 0.075 } } } }, undefined],
    ['of the unit', { credits: { agents: { a: { grant: 1 } }, units: { crew: { per_turn: 0.075 } } } }, undefined],
    ['of the organisation', { credits: { agents: { a: { grant: 1 } }, org: { per_turn: 0.075 } } }, undefined],
    ['of the run', {}, 75_000],
  ])('takes from what the turn may cost by the limit %s', async (_whose, more, budget) => {
    const org = await approved(1, more);
    const [report] = await org.turns(1, budget === undefined ? {} : { budget });
    expect([report?.spent, report?.visits[0]?.outcome]).toEqual([70_000, 'skipped']);
    expect(await recomputed(org)).toBeNull();
  });
});

it('a journal from before tools had prices has uses that cost nothing', async () => {
  const org = lab(1, [READ], { org: {} });
  await org.turns(1);
  const use: Entry | undefined = org.lines('use')[0];
  expect([use, await spent(org)]).toEqual([{ k: 'use', turn: 1, agent: 'a', n: 1, act: 1, ...READ }, 2 * CALL]);
});

it('agents whose prompts are too long to be kept from their price to their visit are asked the same', async () => {
  const org = new Lab(
    {
      edges: { human: ['a', 'b'], a: ['b', 'human'], b: ['a', 'human'] },
      org: { limits: { inbox_tokens: 1_000_000 } },
      models: { default: { provider: 'mind', price: { input: 1, output: 1 } } },
      credits: { agents: { a: { grant: 1000 }, b: { grant: 1000 } } },
    },
    () => [say('human', 'Read.')],
  );
  for (const to of ['a', 'b']) for (let n = 1; n <= 5; n++) org.drop(to, `Letter ${n}. ${'x'.repeat(450_000)}`);
  await org.turns(1);
  const lengths = org.prompts.map(({ parts }) => parts.reduce((all, part) => all + part.text.length, 0));
  expect(lengths).toHaveLength(2);
  expect(Math.min(...lengths)).toBeGreaterThan(2_200_000);
  expect(org.lines('visit').map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
});
