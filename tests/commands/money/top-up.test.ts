import { describe, expect, it } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import * as topUpCommand from '../../../src/commands/money/top-up.ts';
import * as runCommand from '../../../src/commands/run/run.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { checked } from '../checked.ts';
import { ask, RELAY } from '../relay.ts';
import { faultsOf, filesIn, inputOf, scratchOrg, testWorld } from '../world.ts';

const topUp = checked(topUpCommand);
const runTurns = checked(runCommand);

const POOR = { ...RELAY, credits: { agents: { a: { grant: 1 } } } };

async function give(root: string, args: Record<string, string>, flags: Record<string, string | number> = {}) {
  const { data } = await topUp(testWorld(root), inputOf({ args, flags }));
  return data as { agents: { agent: string; granted: number }[]; amount: number; takes_effect: string };
}

async function untilIdle(root: string) {
  const { data, exit } = await runTurns(testWorld(root), inputOf({ flags: { 'until-idle': true } }));
  return { ...(data as { visits: { agent: string; outcome: string }[]; spent: number }), exit };
}

/** Lines of the journal that are requests. */
function ledgerLines(root: string): { request: { agent: string; amount: number; note: string; by: string } }[] {
  const journal = Object.entries(filesIn(root)).filter(([path]) => path.startsWith('org/journal/'));
  const lines = journal.flatMap(([, text]) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
  return lines.filter((line) => line.k === 'request');
}

describe('top-up', () => {
  it('gives an agent credits, and its waiting mail is read', async () => {
    const root = scratchOrg(POOR);
    ask(root, 'b');
    expect((await untilIdle(root)).exit).toBe(7);
    expect(await give(root, { agent: 'b', credits: '0.01' })).toEqual({
      agents: [{ agent: 'b', granted: 0.01 }],
      amount: 0.01,
      takes_effect: 'now',
    });
    expect(await untilIdle(root)).toMatchObject({ visits: [{ agent: 'b', outcome: 'ok' }], spent: 0.01, exit: 0 });
  });

  it('is one line of the ledger each, with its note and who gave it', async () => {
    const root = scratchOrg(POOR);
    await give(root, { agent: 'b', credits: '1.000001' }, { note: 'for the release' });
    expect(ledgerLines(root)).toMatchObject([
      { request: { agent: 'b', amount: 1_000_001, note: 'for the release', by: 'human' } },
    ]);
  });

  it('scenario 25: the next turn of a running engine sees it, and the ledger has one line', async () => {
    const root = scratchOrg(POOR);
    ask(root, 'b');
    await withEngine({ machine: realMachine, root, env: {} }, 'run', async (engine) => {
      expect((await engine.turn()).visits).toMatchObject([{ agent: 'b', outcome: 'skipped' }]);
      expect((await give(root, { agent: 'b', credits: '50' })).takes_effect).toBe('next turn');
      expect((await engine.turn()).visits).toMatchObject([{ agent: 'b', outcome: 'ok' }]);
    });
    expect(ledgerLines(root)).toMatchObject([{ request: { agent: 'b', amount: 50_000_000 } }]);
  });

  it('scenario 26: one warning at the soft cap; at the hard cap the agent waits and asks', async () => {
    const root = scratchOrg({ ...RELAY, credits: { agents: { b: { grant: 0.02, soft: 0.01 } } } });
    const notices = () =>
      withEngine(
        { machine: realMachine, root, env: {} },
        'test',
        async (engine) => engine.state.staff.agents.get('human')?.notices ?? [],
      );
    for (const name of ['1', '2', '3']) {
      ask(root, 'b', 'Anything new?', name);
      await untilIdle(root);
    }
    expect((await notices()).filter(({ text }) => text.includes('soft cap'))).toHaveLength(1);
    expect((await notices()).filter(({ text }) => text.includes('out of credits'))).toHaveLength(1);
    await give(root, { agent: 'b', credits: '1' });
    expect(await untilIdle(root)).toMatchObject({ visits: [{ agent: 'b', outcome: 'ok' }], exit: 0 });
  });

  it('gives every agent the same, and people nothing', async () => {
    const root = scratchOrg(POOR);
    const { agents } = await give(root, {}, { all: 2_000_000 });
    expect(agents).toEqual([
      { agent: 'a', granted: 3 },
      { agent: 'b', granted: 2 },
    ]);
    expect(ledgerLines(root)).toHaveLength(2);
  });

  it.each(['0', '0.0000001', '-5', 'many', '', '1e3', '10000000000'])('refuses %j credits', async (credits) => {
    expect(await faultsOf(give(scratchOrg(POOR), { agent: 'b', credits }))).toEqual(['usage']);
  });

  it('refuses unknown agents, people, and a command line that says two things or nothing', async () => {
    const root = scratchOrg(POOR);
    expect(await faultsOf(give(root, { agent: 'nobody', credits: '1' }))).toEqual(['not-found']);
    expect(await faultsOf(give(root, { agent: 'human', credits: '1' }))).toEqual(['usage']);
    expect(await faultsOf(give(root, { agent: 'b' }))).toEqual(['usage']);
    expect(await faultsOf(give(root, { agent: 'b', credits: '1' }, { all: 1 }))).toEqual(['usage']);
    expect(await faultsOf(give(root, {}))).toEqual(['usage']);
    expect(await faultsOf(give(root, {}, { all: 0 }))).toEqual(['usage']);
    expect(ledgerLines(root)).toEqual([]);
  });
});
