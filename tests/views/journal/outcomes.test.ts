import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/model/call.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { outcomesOf, printOutcomes } from '../../../src/views/journal/outcomes.ts';
import { EVERY, failed, intent, opened, replied, reply, visited } from '../../core/entries.ts';

const commit = (turn: number): Entry => ({ k: 'commit', turn, lock: 1 });
const acts = (inputs: Json[], tool = 'load_skill') => inputs.map((input, i) => ({ id: `c${i}`, tool, input }));
/** The call after these acts, with what came of each. */
const after = (oks: boolean[], tool = 'load_skill') =>
  intent({ n: 2, prompt: { after: 1, results: oks.map((ok, i) => ({ id: `c${i}`, tool, text: '', ok })) } });

/** A visit of agent a: a call that loads, and one that goes on. */
function visitWith(names: Json[], oks: boolean[], turn = 1): Entry[] {
  return [
    opened(turn),
    intent(),
    replied({ reply: reply({ acts: acts(names) }) }),
    after(oks),
    replied({ n: 2, cost: 40, ms: 15 }),
    visited({ sent: 1 }),
    commit(turn),
  ];
}

const plain: Entry[] = [opened(2), intent(), replied(), visited({ refused: 2, held: 1 }), commit(2)];
const NONE = {
  visits: 0,
  failed: 0,
  cut: 0,
  messages: 0,
  refused_acts: 0,
  held_acts: 0,
  failed_uses: 0,
  calls: 0,
  ms: 0,
  cost: 0,
};

describe('the review of visits', () => {
  it('parts those in which an agent was shown a skill from its others', () => {
    const { agents, skills } = outcomesOf([...visitWith([{ name: 'plan' }], [true]), ...plain]);
    const read = { ...NONE, visits: 1, messages: 1, calls: 2, ms: 20, cost: 0.0001 };
    const others = { ...NONE, visits: 1, refused_acts: 2, held_acts: 1, calls: 1, ms: 5, cost: 0.00006 };
    expect(skills).toEqual([{ skill: 'plan', agent: 'a', with: read, without: others }]);
    expect(agents).toEqual({
      a: { ...NONE, visits: 2, messages: 1, refused_acts: 2, held_acts: 1, calls: 3, ms: 25, cost: 0.00016 },
    });
  });

  it('counts failed attempts, failed uses and their prices, but nothing that an approval did', () => {
    const used = (n: number, ok: boolean, rule?: string): Entry => ({ ...EVERY.used, n, ok, ...(rule && { rule }) });
    const { agents } = outcomesOf([
      opened(1),
      { ...EVERY.use, n: 0, cost: 1000 },
      used(0, false),
      failed({ cost: 1, ms: 7 }),
      replied(),
      { ...EVERY.use, cost: 9 },
      used(1, false),
      used(1, false, 'quota'),
      { ...EVERY.use, act: 2 },
      used(1, true),
      visited({ outcome: 'failed', blame: 'reply' }),
      commit(1),
    ]);
    expect(agents).toEqual({ a: { ...NONE, visits: 1, failed: 1, failed_uses: 1, calls: 2, ms: 12, cost: 0.00007 } });
  });

  it.each<[string, Json[], boolean[], string[]]>([
    ['a skill that was refused', [{ name: 'plan' }], [false], []],
    ['a skill whose text no prompt told', [{ name: 'plan' }, { name: 'write' }], [true], ['plan']],
    [
      'two of them, one twice',
      [{ name: 'write' }, { name: 'plan' }, { name: 'plan' }],
      [true, true, true],
      ['plan', 'write'],
    ],
    ['what names no skill', [null, { name: 7 }, 'plan'], [true, true, true], []],
  ])('knows %s', (_what, names, oks, read) => {
    expect(outcomesOf(visitWith(names, oks)).skills.map(({ skill }) => skill)).toEqual(read);
  });

  it('takes no other tool for a skill', () => {
    const lines = [opened(1), replied({ reply: reply({ acts: acts([{ name: 'plan' }], 'recall') }) }), after([true])];
    expect(outcomesOf([...lines, visited(), commit(1)]).skills).toEqual([]);
  });

  it('leaves out visits that were skipped, and a turn that is not committed', () => {
    const skipped = [opened(1), visited({ outcome: 'skipped', blame: 'credits' }), commit(1)];
    const under = visitWith([{ name: 'plan' }], [true], 2).slice(0, -1);
    expect(outcomesOf([...skipped, ...under])).toEqual({ agents: {}, skills: [] });
  });

  it('is of one agent or one skill when that is wished', () => {
    const other: Entry[] = [opened(3), visited({ agent: 'b' }), commit(3)];
    const lines = [...visitWith([{ name: 'plan' }, { name: 'write' }], [true, true]), ...plain, ...other];
    expect(Object.keys(outcomesOf(lines).agents)).toEqual(['a', 'b']);
    expect(outcomesOf(lines, { agent: 'b' })).toMatchObject({ agents: { b: { visits: 1 } }, skills: [] });
    expect(outcomesOf(lines, { skill: 'write' }).skills).toMatchObject([{ skill: 'write', without: { visits: 1 } }]);
  });

  it('is printed with what a visit took on average, and says nothing where there was none', () => {
    const outcomes = outcomesOf(visitWith([{ name: 'plan' }], [true]));
    const lines = printOutcomes(outcomes)
      .replace(/[\x1d-\x1f] */g, '|')
      .split('\n');
    expect(lines).toEqual([
      '|agent|visits|failed|cut|refused|held|calls each|seconds each|credits each',
      '|a|1|0|0|0|0|2|0|0.0001',
      '',
      '|skill|agent||visits|failed|cut|refused|held|calls each|seconds each|credits each',
      '|plan|a|with it|1|0|0|0|0|2|0|0.0001',
      '|||without|0|0|0|0|0|-|-|-',
    ]);
    expect(printOutcomes({ agents: {}, skills: [] })).toBe('');
  });
});
