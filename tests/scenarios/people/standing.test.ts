import { describe, expect, it } from 'vitest';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { type Act, Org } from '../../regression/org.ts';

const WRITE = (n: number): Act => ({ tool: 'write_file', input: { path: 'log.txt', content: `${n}\n` } });

/** An organisation in which `a` writes so many files in each turn, under a policy that ends. */
function writing(until: object, each = 1): Org {
  const policies = [
    { act: 'write_file agent:a', do: 'always', until },
    { act: 'write_file', do: { ask: ['human'] } },
  ];
  return new Org(
    {
      edges: { human: ['a'], a: ['human'] },
      org: { policies },
      resumes: { a: { tools: ['write_file'], schedule: { when: 'always' } } },
    },
    ({ turn, n }) => (n === 1 ? Array.from({ length: each }, (_, i) => WRITE(10 * turn + i)) : undefined),
  );
}

/** The turns in which acts were done, one for each. */
const doneIn = (org: Org) => org.lines('used').map(({ turn }) => turn);
const heldIn = (org: Org) => org.lines('held').map(({ turn }) => turn);

async function recomputed(org: Org): Promise<unknown> {
  const { host, provider } = org.ports();
  const recompute = new Recompute(TOOLS, { host, provider });
  for (const group of readJournal(org.disk, [])) await recompute.take(group);
  return recompute.divergence;
}

describe('a standing policy ends by itself, and the same act is held again', () => {
  it('after a turn', async () => {
    const org = writing({ turn: 2 });
    await org.turns(4);
    expect([doneIn(org), heldIn(org)]).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(await recomputed(org)).toBeNull();
  });

  it('at a time, which is that of the open line', async () => {
    const org = writing({
      time: new Date(3_600_000 + new Org({ edges: {} }).clock.now()).toISOString().replace(/\.\d+/, ''),
    });
    await org.turns(1);
    org.clock.advance(3_600_000);
    await org.turns(1);
    expect([doneIn(org), heldIn(org)]).toEqual([[1], [2]]);
    expect(await recomputed(org)).toBeNull();
  });

  it('after so many uses, in the middle of a visit too, and whatever happens to the process', async () => {
    const org = writing({ uses: 3, of: 'A-1-a-1' }, 2);
    await org.killedAfter(1);
    await org.turns(2);
    expect([doneIn(org), heldIn(org)]).toEqual([
      [1, 1, 2],
      [2, 3, 3],
    ]);
    expect(org.lines('visit').map(({ uses }) => uses)).toEqual([{ 'A-1-a-1': 2 }, { 'A-1-a-1': 1 }, undefined]);
    expect(await recomputed(org)).toBeNull();
  });

  it('an approval uses up none', async () => {
    const org = writing({ uses: 1, of: 'A-1-a-1' });
    await org.turns(2);
    expect(heldIn(org)).toEqual([2]);
    await org.ask({ ask: 'approve', by: 'human', id: 'A-2-a-1', note: '' });
    org.disk.replace('org/org.yaml', (org.read('org/org.yaml') ?? '').replace('uses: 1', 'uses: 2'));
    await org.turns(1);
    expect([doneIn(org), heldIn(org)]).toEqual([[1, 3, 3], [2]]);
  });
});
