import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Follow } from '../../../src/app/follow.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { journalLines } from '../../../src/engine/journal/history.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { Diagnosis } from '../../../src/views/diagnose/diagnosis.ts';
import { lemming, turns } from '../../commands/people/world.ts';
import { picture, SIZES } from '../../faces/tui/picture.ts';
import { say, spoken } from './planted.ts';

const CLAIM = [{ agent: 'a' as const, turn: 1, acts: [say('human', 'All tests pass.', { kind: 'response' })] }];

describe('lemming diagnose', () => {
  it('says what was found, where, by which words, and what to change', async () => {
    const root = await spoken(CLAIM);
    const { exit, out } = await lemming(root, ['diagnose']);
    expect(exit).toBe(0);
    expect(out).toContain('untested-claim (says one thing and does another): turn 1, a, call 1\n');
    expect(out).toContain('  evidence: 000001-a-01\n  it says: All tests pass.\n  to change: ');
    expect(out).toContain('\n1 failure found.\n');
    const { data } = await lemming(root, ['diagnose', '--json']);
    expect(data).toMatchObject({ findings: [{ kind: 'untested-claim', agent: 'a', turn: 1, call: 1 }] });
  });

  it('can be asked for turns or a conversation, and refuses what is neither', async () => {
    const root = await spoken(CLAIM);
    const kinds = async (run: string) =>
      (await lemming(root, ['diagnose', run, '--json'])).data.findings.map(({ kind }: { kind: string }) => kind);
    for (const run of ['1', '1-3', '000001-human-01', '000001-a-01'])
      expect(await kinds(run)).toEqual(['untested-claim']);
    for (const run of ['2', '2-9']) expect(await kinds(run)).toEqual([]);
    const { out } = await lemming(root, ['diagnose', '50-60']);
    expect(out).toMatch(/^The journal ends with turn \d\. None of the failures that this command knows was found\.\n$/);
    const { exit, err } = await lemming(root, ['diagnose', '000009-b-01']);
    expect([exit, err.includes('lemming history')]).toEqual([6, true]);
  });

  it('finds nothing in an empty journal', async () => {
    const root = await spoken([], { letter: 'Thank you!' });
    expect((await lemming(root, ['diagnose'])).out).toBe('None of the failures that this command knows was found.\n');
  });

  it('refuses a damaged journal', async () => {
    const root = await spoken(CLAIM);
    const path = join(root, 'org/journal/000001.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replace('All tests pass', 'All tests fail'));
    const { exit, err } = await lemming(root, ['diagnose']);
    expect([exit === 0, err]).toEqual([false, expect.stringContaining('damaged-journal')]);
  });

  it('quotes hostile text without its control characters, shortened', async () => {
    const hostile = `I tested it\x1b[2J\x1b]52;c;ZXZpbA==\x07 \u202ereversed\u001e\u001f${' and more'.repeat(500)}.`;
    const root = await spoken([{ ...CLAIM[0]!, acts: [say('human', hostile, { kind: 'response' })] }]);
    const { out } = await lemming(root, ['diagnose']);
    expect(out).toContain('untested-claim');
    expect(out).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThan(400);
  });
});

describe('the Problems pane', () => {
  const problems = async (root: string, follow?: Follow) =>
    picture((follow ?? (await opened(root))).scene(), { pane: 'problems' }, { columns: 160, rows: 24 }).join('\n');
  const opened = (root: string) => Follow.open({ machine: realMachine, root, env: {} });

  it('shows the same, also of a turn that is made while it is open', async () => {
    const root = await spoken(CLAIM, { turns: 0 });
    const follow = await opened(root);
    expect(await problems(root, follow)).toContain('There are no problems');
    const before = follow.scene().findings;
    await follow.look();
    expect(follow.scene().findings).toBe(before);
    await turns(root, 1);
    await follow.look(true);
    const text = await problems(root, follow);
    expect(text).toMatch(/untested-claim +a +a says that it was tested/);
    expect((await opened(root)).scene().findings).toEqual(follow.scene().findings);
    const { data } = await lemming(root, ['diagnose', '--json']);
    expect(follow.scene().findings).toEqual(data.findings);
  });

  it('fits any screen, and shows hostile text as text', async () => {
    const hostile = 'I tested it\x1b[2J\x1b]52;c;ZXZpbA==\x07 \u202ereversed.';
    const root = await spoken([{ ...CLAIM[0]!, acts: [say('human', hostile, { kind: 'response' })] }]);
    const scene = (await opened(root)).scene();
    for (const [, size] of SIZES) {
      const rows = picture(scene, { pane: 'problems' }, size, true)
        .join('\n')
        .replace(/\x1b\[[\d;]*m/g, '');
      expect(rows).toContain('untested-claim');
      expect(rows).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
    }
  });

  it('does not judge a conversation whose beginning was not read', async () => {
    const root = await spoken([
      { agent: 'a', turn: 1, acts: [say('b', 'Which tea?', { kind: 'request' }), say('human', 'Wait.')] },
      { agent: 'b', turn: 2, acts: [say('a', 'Sencha. I tested it.', { kind: 'response' })] },
    ]);
    const late = (turn: number, isWhole: boolean) => {
      const diagnosis = new Diagnosis(isWhole);
      for (const one of journalLines(realDisk(root))) if (turnOf(one) >= turn) diagnosis.take(one);
      return diagnosis.findings().map(({ kind }) => kind);
    };
    let turn = 1;
    const turnOf = (one: Entry): number => {
      if (one.k === 'open') turn = one.turn;
      return turn;
    };
    expect(late(1, true)).toEqual(['untested-claim']);
    turn = 1;
    expect(late(2, false)).toEqual([]);
  });
});
