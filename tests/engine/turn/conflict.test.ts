import { describe, expect, it } from 'vitest';
import { shortHash } from '../../../src/core/model/hash.ts';
import { approvalPath } from '../../../src/core/model/paths.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { resultsIn, textOf } from '../../regression/org.ts';
import { Lab } from '../world.ts';

const BASE = 'one\ntwo\nthree\nfour\nfive\n';
const THEIRS = 'one\nTWO\nthree\nfour\nfive\n';
const MINE = 'one\nzwo\nthree\nfour\nfive\n';
const SEEN = BASE.replace('two', 'zwo');
const LIVE = 'agents/a/workspace/x.txt';
const SHARED = 'org/shared/docs/x.txt';

/** Agent a reads the file, a person changes it, and a writes over what it had read, until its call `last`; nothing more in later turns. */
function meeting(path = LIVE, last = 2): Lab {
  const name = path === LIVE ? 'x.txt' : 'shared/docs/x.txt';
  const org: Lab = new Lab(
    {
      edges: { human: ['a'], a: [] },
      org: { approvals: { timeout: '3 turns', default: 'approve' } },
      resumes: { a: { tools: ['read_file', 'write_file'], shared: ['docs'] } },
    },
    ({ turn, n }) => {
      if (turn !== 1 || n > last) return [];
      if (n === 1) return [{ tool: 'read_file', input: { path: name, hash: true } }];
      if (org.read(path) === BASE) org.disk.put(path, THEIRS);
      return [{ tool: 'write_file', input: { path: name, content: MINE, expected: shortHash(BASE) } }];
    },
  );
  org.disk.put(path, BASE);
  org.drop('a', 'Begin.');
  return org;
}

async function answered(org: Lab, ask: 'approve' | 'deny', id = 'A-1-a-1'): Promise<void> {
  await org.ask({ ask, by: 'human', id, note: '' });
  org.drop('a', 'Go on.');
  await org.turns(1);
}

/** Replays with all calls computed again: the first line that comes out otherwise. */
async function recomputed(org: Lab): Promise<unknown> {
  const { host, provider } = org.ports();
  const recompute = new Recompute(TOOLS, { host, provider });
  for (const group of readJournal(org.disk, [])) await recompute.take(group);
  return recompute.divergence;
}

describe.each([
  ['a workspace', LIVE],
  ['a shared folder', SHARED],
])('a text that cannot be merged with what others wrote in %s', (_where, path) => {
  it('is held for a person who sees both, and nothing is written', async () => {
    const org = meeting(path);
    await org.turns(1);
    expect(org.read(path)).toBe(THEIRS);
    expect(org.lines('held')).toMatchObject([
      {
        id: 'A-1-a-1',
        rule: 'conflict',
        contacts: ['human'],
        input: { content: MINE, expected: shortHash(THEIRS) },
        was: THEIRS,
        over: shortHash(THEIRS),
        otherwise: expect.stringContaining('it is denied'),
      },
    ]);
    expect(resultsIn(org.prompts[2])[0]).toMatchObject({
      ok: false,
      text: expect.stringMatching(
        /^Refused \(conflict\): [\s\S]*\+TWO\n[\s\S]*\nHeld as A-1-a-1: your write_file \S+ waits for human and is not done yet\. You will be told the answer\.$/,
      ),
    });
    const file = org.read(approvalPath('A-1-a-1'));
    expect(file).toContain('<<<<<<< now\nTWO\n||||||| before\ntwo\n=======\nzwo\n>>>>>>> a\n');
    expect(file).toContain('```diff\n one\n-TWO\n+zwo\n three\n four\n five\n```');
    expect(await recomputed(org)).toBeNull();
  });

  it('is held once, however often the visit asks', async () => {
    const org = meeting(path, 3);
    const [report] = await org.turns(1);
    expect(org.lines('held').map(({ id }) => id)).toEqual(['A-1-a-1']);
    expect(resultsIn(org.prompts[3]).at(-1)?.text).toMatch(
      /\nThe same action is already waiting as A-1-a-1\. You will be told the answer\.$/,
    );
    expect(report?.visits).toMatchObject([{ held: 1, refused: 0 }]);
    expect(await recomputed(org)).toBeNull();
  });

  it('is written when the person approves, over the very text that they saw', async () => {
    const org = meeting(path);
    await org.turns(1);
    await answered(org, 'approve');
    expect(org.read(path)).toBe(MINE);
    expect(org.lines('decided')).toMatchObject([{ decision: 'approved', outcome: expect.stringMatching(/^wrote /) }]);
    expect(textOf(org.visits('a')[1])).not.toContain('Refused');
    expect(await recomputed(org)).toBeNull();
  });

  it('is not written when the person denies, and the agent is told', async () => {
    const org = meeting(path);
    await org.turns(1);
    await answered(org, 'deny');
    org.drop('a', 'And now?');
    await org.turns(1);
    expect(org.read(path)).toBe(THEIRS);
    expect(textOf(org.visits('a').at(-2))).toMatch(/human denied your write_file \S+ \(A-1-a-1, turn 1, /);
    expect(await recomputed(org)).toBeNull();
  });

  it('is judged anew when the file changed after the person saw it: merged where it can be', async () => {
    const org = meeting(path);
    await org.turns(1);
    org.disk.put(path, THEIRS.replace('five', 'FIVE'));
    await answered(org, 'approve');
    expect(org.read(path)).toBe(SEEN.replace('five', 'FIVE'));
    expect(await recomputed(org)).toBeNull();
  });

  it('is judged anew when the file changed after the person saw it: held again where it cannot', async () => {
    const org = meeting(path);
    await org.turns(1);
    org.disk.put(path, THEIRS.replace('TWO', 'Two'));
    await answered(org, 'approve');
    expect(org.read(path)).toBe(THEIRS.replace('TWO', 'Two'));
    expect(org.lines('held').map(({ id, was }) => [id, was])).toEqual([
      ['A-1-a-1', THEIRS],
      ['A-2-a-1', THEIRS.replace('TWO', 'Two')],
    ]);
    expect(org.read(approvalPath('A-2-a-1'))).toContain('<<<<<<< now\nTwo\n||||||| before\nTWO\n=======\nzwo\n');
    await answered(org, 'approve', 'A-2-a-1');
    expect(org.read(path)).toBe(MINE);
    expect(await recomputed(org)).toBeNull();
  });

  it('is denied when nobody answers, whatever org.yaml says', async () => {
    const org = meeting(path);
    await org.turns(4);
    expect([org.read(path), org.lines('lapsed')]).toMatchObject([THEIRS, [{ decision: 'deny' }]]);
  });

  it('is held and written once wherever the process dies', async () => {
    for (let n = 1, died = true; died; n += 1) {
      const org = meeting(path);
      await dying(org, n, () => org.turns(1));
      died = org.lines('held').length === 0;
      if (org.lines('commit').length === 0) await org.turns(1);
      expect([n, org.read(path), org.lines('held').length]).toEqual([n, THEIRS, 1]);
      await org.ask({ ask: 'approve', by: 'human', id: 'A-1-a-1', note: '' });
      await dying(org, n, () => org.turns(1));
      if (org.lines('commit').length === 1) await org.turns(1);
      await org.look(() => {});
      expect([n, org.read(path), org.lines('decided').length]).toEqual([n, MINE, 1]);
      expect(await recomputed(org)).toBeNull();
    }
  });
});

/** The process dies at the n-th next operation of the disk, if there are so many, and starts again. */
async function dying(org: Lab, n: number, work: () => Promise<unknown>): Promise<void> {
  org.dieAt(n);
  await work().catch(() => {});
  org.restart();
}
