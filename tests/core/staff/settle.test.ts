import { describe, expect, it } from 'vitest';
import { apply } from '../../../src/core/journal/apply.ts';
import type { Effect, Entry } from '../../../src/core/model/entry.ts';
import type { State } from '../../../src/core/model/state.ts';
import type { Hire } from '../../../src/core/model/tool.ts';
import { balanceOf } from '../../../src/core/money/ledger.ts';
import { type ChartEditor, orderedBy, type Staffing, settleStaff } from '../../../src/core/staff/settle.ts';
import { asked, HIRED } from '../entries.ts';
import { configOf, letter, stateOf } from '../world.ts';

const config = configOf({
  edges: { human: ['a', 'b'], a: ['b'], b: ['a'], x: [], y: [] },
  org: { limits: { hires: 2 } },
  credits: { agents: { a: { grant: 5 } } },
});

/** A chart that is a list of names. */
function pen(unwritable: string[] = []): ChartEditor {
  let text = '';
  const write = (name: string, next: string) => {
    if (unwritable.includes(name)) return { why: `${name} cannot be written` };
    const was = text;
    text = next;
    return { text, was };
  };
  return {
    hired: ({ agent }) => write(agent, `${text}+${agent}`),
    retired: (name) => write(name, `${text}-${name}`),
  };
}

function hire(agent: string, credits = 1_000_000, message: Hire['message'] = null): Hire {
  const files = [{ path: 'resume.md', text: '' }];
  return { agent, template: 'worker', files, send_to: ['a'], read_from: ['a'], credits, message };
}

const by = (name: string, hires: Hire[], retires: string[] = []): Staffing => ({ by: name, hires, retires });

function settled(state: State, staffing: Staffing[], unwritable: string[] = []): string[] {
  return settleStaff(config, state, 4, staffing, pen(unwritable)).map(told);
}

function told(effect: Effect): string {
  if (effect.k === 'hired') return `${effect.by} hired ${effect.agent}: ${effect.credits} from ${effect.from}`;
  if (effect.k === 'retired') return `${effect.by} retired ${effect.agent}: ${effect.credits} to ${effect.to}`;
  return effect.k === 'notice' ? `${effect.to}: ${effect.text}` : effect.k;
}

/** x was hired by a with 2 credits, y by x with half of one. */
const STAFFED: Entry[] = [
  { ...HIRED, agent: 'x', by: 'a', credits: 2_000_000, from: 'a' },
  { ...HIRED, agent: 'y', by: 'x', credits: 500_000, from: 'x' },
];

describe('at the end of a turn', () => {
  it('agents come with their credits and their first mail, each on the chart of the one before', () => {
    const effects = settleStaff(
      config,
      stateOf(),
      4,
      [by('a', [hire('k', 7, letter({ from: 'a', to: ['k'] })), hire('l')])],
      pen(),
    );
    expect(effects.map(told)).toEqual(['a hired k: 7 from a', 'sent', 'a hired l: 1000000 from a']);
    expect(effects.flatMap((effect) => (effect.k === 'hired' ? [effect.chart] : []))).toEqual([
      { was: '', text: '+k' },
      { was: '+k', text: '+k+l' },
    ]);
  });

  it('what another did in the same turn counts: the name, the number, the credits', () => {
    expect(settled(stateOf(), [by('human', [hire('k')]), by('a', [hire('k')])])).toEqual([
      'human hired k: 1000000 from null',
      'a: k was not hired (name): There is already an agent k.',
    ]);
    expect(settled(stateOf(), [by('a', [hire('k', 1), hire('l', 1), hire('m', 1)])])[2]).toContain('(limit)');
    expect(settled(stateOf(), [by('a', [hire('k', 3e6), hire('l', 2e6 + 1)])])[1]).toBe(
      'a: l was not hired (credits): a has only 2 credits to give.',
    );
    expect(settled(stateOf(), [by('a', [hire('x')])])[0]).toContain('(name)');
  });

  it('who goes takes all below along, and what they have left goes up', () => {
    const state = stateOf(...STAFFED);
    const effects = settleStaff(config, state, 4, [by('a', [], ['x'])], pen());
    expect(effects.map(told)).toEqual(['a retired y: 500000 to x', 'a retired x: 2000000 to a']);
    for (const effect of effects) apply(state, effect);
    expect(['a', 'x', 'y'].map((name) => balanceOf(config, state, name).left)).toEqual([5_000_000, 0, 0]);
  });

  it('of what a person granted nobody has the rest', () => {
    const state = stateOf({ ...HIRED, agent: 'x', by: 'human', credits: 9, from: null });
    expect(settled(state, [by('human', [], ['x'])])).toEqual(['human retired x: 9 to null']);
    expect(settled(stateOf(), [by('human', [], ['x'])])).toEqual(['human retired x: 0 to null']);
  });

  it('who goes twice goes once, makes room, and hires nobody any more', () => {
    const state = stateOf(...STAFFED);
    expect(settled(state, [by('a', [hire('k', 1)], ['x']), by('human', [], ['x']), by('x', [hire('l', 1)])])).toEqual([
      'a retired y: 500000 to x',
      'a retired x: 2000000 to a',
      'a hired k: 1 from a',
      'x: l was not hired (staff): x was retired in the same turn.',
    ]);
  });

  it('nothing is done whose chart cannot be written, or that may not be', () => {
    const state = stateOf(...STAFFED);
    expect(settled(state, [by('a', [hire('k')], ['x'])], ['k', 'x'])).toEqual([
      'a retired y: 500000 to x',
      'a: x was not retired (chart): x cannot be written',
      'a: k was not hired (chart): k cannot be written',
    ]);
    expect(settled(state, [by('b', [], ['x'])])).toEqual(['b: x was not retired (staff): "x" was not hired by b.']);
  });

  it('what people ordered is as if they had a visit', () => {
    const { agent, files, send_to, read_from, credits } = hire('k');
    const state = stateOf(
      asked({ ask: 'hire', by: 'human', agent, files, send_to, read_from, credits }),
      asked({ ask: 'retire', by: 'human', agent: 'x' }),
    );
    expect(orderedBy(state)).toEqual([by('human', [{ ...hire('k'), template: null }]), by('human', [], ['x'])]);
    apply(state, { k: 'commit', turn: 1, lock: 1 });
    expect(orderedBy(state)).toEqual([]);
  });
});
