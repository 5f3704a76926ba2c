import { describe, expect, it } from 'vitest';
import { RULES, rulesOf } from '../../src/core/journal/rules.ts';
import type { Entry } from '../../src/core/model/entry.ts';
import { serializeState } from '../../src/core/model/state/pieces.ts';
import type { State } from '../../src/core/model/state.ts';
import { readJournal } from '../../src/disk/journal/journal.ts';
import { load } from '../../src/engine/journal/load.ts';
import { verifyJournal } from '../../src/engine/journal/verify.ts';
import type { MemoryDisk } from '../../src/testing/memory-disk.ts';
import { visitIn } from '../../src/views/journal/call.ts';
import { visible } from '../regression/org.ts';
import { edited, madeAgain, RECORDED, recorded, rewritten, withTurn } from './recorded.ts';
import { CUT, Sample } from './sample.ts';

const CODER = 'org/approvals/A-6-coder-1.md';
/** What a person did in the turn that was cut off, and a drop that was not understood. */
const BEFORE = ['agents/human/outbox/drop-0004.md', 'org/approvals/A-6-clerk-1.md'];

function approve(org: Sample, path: string): void {
  org.disk.put(path, (org.read(path) ?? '').replace('decision: null', 'decision: approve'));
}

describe.each(RECORDED)('an organisation that was left under rules %i', (rules) => {
  it('says so in each turn, and its files are what its journal makes', () => {
    const disk = recorded(rules);
    expect(verifyJournal(disk)).toMatchObject({ turns: CUT - 1, faults: [] });
    for (const { entries } of readJournal(disk, []))
      for (const line of entries) if (line.k === 'open') expect(rulesOf(line)).toBe(rules);
    expect(edited(disk).filter((path) => !BEFORE.includes(path))).toEqual([]);
  });

  it('goes on: the turn is finished, the approvals are answered, and all is what the journal says', async () => {
    const org = new Sample(recorded(rules));
    const before = org.journal().filter(({ k }) => k === 'reply').length;
    await org.turns(1);
    expect(org.prompts).toEqual([]);
    expect(edited(org.disk)).toEqual([]);
    expect(org.lines('decided').at(-1)).toMatchObject({ id: 'A-6-clerk-1', decision: 'approved' });
    expect(org.paths(/skills\/mix-glaze/)).toContain('agents/clerk/skills/mix-glaze/SKILL.md');
    const visits = org.lines('visit').slice(-3);
    expect(visits.map(({ agent, outcome, mail }) => [agent, outcome, mail])).toEqual(
      ['lead', 'clerk', 'coder'].map((agent) => [agent, 'ok', ['000007-human-01']]),
    );
    // What was answered before the kill is not asked again; the call in flight is in doubt, and asked once more.
    expect(
      org
        .lines('reply')
        .filter(({ turn }) => turn === CUT)
        .map(({ agent, n, attempt }) => `${agent}.${n}.${attempt}`),
    ).toEqual(['lead.1.1', 'clerk.1.1', 'clerk.2.1', 'coder.1.2']);
    expect(before).toBeLessThan(org.lines('reply').length);
    expect([...load(org.disk).state.money.doubts.keys()]).toEqual([`${CUT}.coder.1.1`]);
    approve(org, CODER);
    approve(org, 'org/approvals/A-3-lead-1.md');
    await org.turns(3);
    expect(
      org
        .lines('decided')
        .slice(-2)
        .map(({ id, decision }) => [id, decision]),
    ).toEqual([
      ['A-3-lead-1', 'approved'],
      ['A-6-coder-1', 'approved'],
    ]);
    expect(org.paths(/^org\/approvals\/[^/]+\.md$/)).toEqual([]);
    expect(org.messages('lead').some(({ to }) => to.includes('human'))).toBe(true);
    expect(edited(org.disk)).toEqual([]);
    expect(verifyJournal(org.disk).faults).toEqual([]);
    const again = await madeAgain(org);
    expect(again.divergence).toBeNull();
    expect([...again.folded]).toEqual(rules === RULES ? [] : [[rules, CUT]]);
    expect(again.visits).toBeGreaterThan(0);
  });

  it('is answered by commands as well: no approval stays in its folder', async () => {
    const org = new Sample(recorded(rules));
    await org.turns(1);
    await org.ask({ ask: 'approve', by: 'human', id: 'A-3-lead-1', note: '' });
    await org.ask({ ask: 'deny', by: 'human', id: 'A-6-coder-1', note: 'No.' });
    await org.turns(1);
    expect(
      org
        .lines('decided')
        .slice(-2)
        .map(({ id, decision }) => [id, decision]),
    ).toEqual([
      ['A-3-lead-1', 'approved'],
      ['A-6-coder-1', 'denied'],
    ]);
    expect(org.paths(/^org\/approvals\/[^/]+\.md$/)).toEqual([]);
    expect(edited(org.disk)).toEqual([]);
  });

  it('shows every prompt to the letter, those of the turn that was cut off as well', async () => {
    const org = new Sample(recorded(rules));
    await org.turns(2);
    for (const { turn, agent } of org.lines('intent')) {
      const shown = visitIn(org.journal(), turn, agent);
      expect(shown?.calls.map(({ exact }) => exact)).toEqual(shown?.calls.map(() => true));
    }
  });

  it('has the same state from its journal as in memory after the turn was finished', async () => {
    const org = new Sample(recorded(rules));
    const live = await org.with(async (engine) => {
      await engine.turn();
      return plain(engine.state);
    });
    for (const path of org.paths(/^\.lemming\/state/)) org.disk.remove(path);
    expect(plain(load(org.disk).state)).toEqual(live);
  });
});

/** A state as a kept fold holds it. */
function plain(state: State): unknown {
  return JSON.parse(JSON.stringify(serializeState(state)));
}

/** Everything that models were told, and every file that people see. */
function wordsOf(org: Sample): unknown {
  const journal = org.journal();
  const visits = new Set(org.lines('intent').map(({ turn, agent }) => `${turn}.${agent}`));
  const prompts = [...visits].map((name) => {
    const [turn = '', agent = ''] = name.split('.');
    const calls = visitIn(journal, Number(turn), agent)?.calls ?? [];
    return [name, calls.map(({ system, tools, parts }) => ({ system, tools, parts }))];
  });
  return { prompts, files: [...visible(org)] };
}

describe('the present rules', () => {
  it('are those of their recording. Else raise RULES; rules that no release has may be recorded anew: npm run rules', async () => {
    expect(wordsOf(await new Sample().play())).toEqual(wordsOf(new Sample(recorded(RULES))));
  });
});

describe('words that change in the program', () => {
  /** As if every generated text had been worded otherwise by whoever wrote the journal. */
  const otherwise = (line: Entry): Entry => {
    const text = JSON.stringify(line);
    if (!['held', 'escalated', 'decided', 'dead', 'aside'].includes(line.k)) return line;
    return JSON.parse(
      text
        .replaceAll('wants to use', 'would like to use')
        .replaceAll('was not delivered', 'did not arrive')
        .replaceAll('was set aside', 'was laid aside'),
    ) as Entry;
  };
  const other = async (): Promise<MemoryDisk> => {
    const played = await new Sample().play();
    const disk = rewritten(played.disk, otherwise);
    const answer = played.lines('answer').at(-1);
    disk.put(`org/approvals/${answer?.id}.md`, answer?.text ?? '');
    return disk;
  };

  it('leave what the lines say: nothing counts as edited, and an answered file goes', async () => {
    const disk = await other();
    const org = new Sample(disk);
    expect(org.read(CODER)).toContain('coder would like to use request_approval');
    expect(org.read('org/dead-letter/000002-clerk-02.md')).toContain('did not arrive');
    expect(org.read('org/dead-letter/aside-000001-1.md')).toContain('was laid aside');
    await org.turns(1);
    expect(edited(org.disk)).toEqual([]);
    await org.ask({ ask: 'approve', by: 'human', id: 'A-6-coder-1', note: '' });
    await org.turns(1);
    expect(org.read(CODER)).toBeNull();
    expect(org.paths(/^org\/approvals\/answered\//)).toContain('org/approvals/answered/A-6-coder-1.md');
    expect(edited(disk)).toEqual([]);
  });

  it('are what the present ones make, in lines that do not hold them twice', async () => {
    const { disk } = await new Sample().play();
    const raw = [...disk.files((path) => path.startsWith('org/journal/')).values()].join('');
    expect(raw.split('Halfway').length).toBeLessThan(3);
    const held = raw.split('\n').flatMap((line) => (line.startsWith('{"k":"held"') ? [JSON.parse(line)] : []));
    const textOf = (tool: string) => held.find((line) => line.tool === tool)?.text;
    expect(textOf('send_message')).toContainEqual({ of: 'input' });
    expect(textOf('request_approval')).toContainEqual({ of: 'shows' });
  });
});

describe('a journal that a newer program wrote', () => {
  const newer: [string, object[]][] = [
    ['rules', [{ k: 'open', turn: 8, time: 1, boot: 'b', lock: 99, version: '1', rules: RULES + 1 }]],
    ['no number for rules', [{ k: 'open', turn: 8, time: 1, boot: 'b', lock: 99, version: '1', rules: 'next' }]],
    ['a kind of line', [{ k: 'prophecy', turn: 8 }]],
    ['rules to finish a turn', [{ k: 'recovered', turn: 8, again: [], doubt: [], rules: RULES + 1 }]],
  ];

  it.each(newer)('with other %s stops every start, with what is needed', async (_, lines) => {
    const org = new Sample(recorded(1));
    await org.turns(1);
    withTurn(org.disk, 8, ...lines);
    const isShown = (path: string) => !path.startsWith('.lemming/');
    const before = org.disk.files(isShown);
    const fault = { code: 'newer-journal', file: 'org/journal/000008.jsonl', line: 3 };
    expect(() => org.open()).toThrow(expect.objectContaining({ faults: [expect.objectContaining(fault)] }));
    expect(() => load(org.disk)).toThrow(/knows the rules up to/);
    expect(verifyJournal(org.disk).faults).toMatchObject([fault]);
    expect(org.disk.files(isShown)).toEqual(before);
  });

  it('is not believed by a fold that another program kept', async () => {
    const org = new Sample(recorded(1));
    await org.turns(1);
    const kept = org.paths(/^\.lemming\/state/)[0] as string;
    org.disk.put(
      kept,
      (org.read(kept) ?? '')
        .replace(`"rules":${RULES}`, `"rules":${RULES + 1}`)
        .replace('"paused":false', '"paused":true'),
    );
    expect(load(org.disk).state.staff.paused).toBe(false);
  });
});
