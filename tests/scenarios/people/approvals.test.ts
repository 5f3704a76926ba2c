import { describe, expect, it } from 'vitest';
import { answersFor } from '../../../src/core/model/state/approvals.ts';
import { agentState } from '../../../src/core/model/state/staff.ts';
import { Org, say, textOf } from '../../regression/org.ts';

const POLICY = { act: 'send_message to:b', do: { ask: ['human'] } };
const PLAN = {
  edges: { human: ['a'], a: ['b', 'human'], b: [], boss: ['a'] },
  resumes: { boss: { person: true } },
};
const FILE = 'org/approvals/A-1-a-1.md';
const ANSWERED = 'org/approvals/answered/A-1-a-1.md';

/** An organisation in which an act of turn 1 waits: `a` wants to write to `b`. */
async function waiting(approvals: object = {}): Promise<Org> {
  const org = new Org({ ...PLAN, org: { policies: [POLICY], approvals } }, ({ agent, turn }) =>
    agent === 'a' && turn === 1 ? [say('b', 'Begin the work.')] : [],
  );
  org.drop('a', 'Have b begin.');
  await org.turns(1);
  return org;
}

/** A person writes into the file of the act, with any editor. */
function edit(org: Org, change: (text: string) => string, path = FILE): void {
  org.disk.put(path, change(org.read(path) ?? ''));
}

const approve = (text: string) => text.replace('decision: null\nnote: null', 'decision: approve\nnote: Go ahead.');
const told = (org: Org, name: string) =>
  org.look(({ state }) =>
    [...agentState(state.staff, name).notices, ...answersFor(state.approvals, name)].map(({ text }) => text),
  );
const sentToB = (org: Org) => org.messages('a').filter(({ to }) => to.includes('b'));

describe('scenario 50: an act that needs approval', () => {
  it('tells who, why, what, after which mail, and what happens otherwise, in its file and in a notice', async () => {
    const org = await waiting({ timeout: '3 turns', escalate_to: ['human', 'boss'] });
    const text = org.read(FILE) ?? '';
    for (const words of ['a wants to use send_message', 'policy send_message to:b', '"body": "Begin the work."'])
      expect(text).toContain(words);
    expect(text).toContain('- 000001-human-01 from human: "Have b begin."');
    expect(text).toContain('before turn 4, then boss is asked for the same time, then it is denied.');
    expect(await told(org, 'human')).toEqual([
      'a wants to use send_message. Run lemming approve A-1-a-1 or lemming deny A-1-a-1',
    ]);
    expect(sentToB(org)).toEqual([]);
  });

  it('answered in its file, is done once in the next turn, and the file tells what came of it', async () => {
    const org = await waiting();
    edit(org, approve);
    expect((await org.run()).reports.length).toBeGreaterThan(0);
    await org.turns(2);
    expect(sentToB(org)).toMatchObject([{ id: '000002-a-01', body: 'Begin the work.' }]);
    expect(org.lines('answer')).toMatchObject([{ id: 'A-1-a-1', decision: 'approve', by: 'human', note: 'Go ahead.' }]);
    expect(org.paths(/^org\/approvals\//)).toEqual([ANSWERED]);
    expect(org.read(ANSWERED)).toMatch(
      /decision: approve\nnote: Go ahead\.\nby: human\n---[\s\S]*Approved by human: "Go ahead\."\n\nResult: "Sent as 000002-a-01\."\n$/,
    );
    expect(textOf(org.visits('a').at(-1))).toContain(
      'human approved your message to b (A-1-a-1, turn 1, after 000001-human-01 "Have b begin."). Note: "Go ahead." Result: Sent as 000002-a-01.',
    );
  });

  it('is done as it was held: it answers the mail that caused it, in its conversation, and can refer to it', async () => {
    const org = new Org(
      { ...PLAN, org: { policies: [{ act: '*', do: { ask: ['human'] } }] } },
      ({ agent, turn, mail }) =>
        agent === 'a' && turn === 1
          ? [
              say('human', 'I begin.', { reply_to: mail[0]?.id ?? '' }),
              { tool: 'acknowledge', input: { id: mail[0]?.id ?? '', reaction: 'ok' } },
            ]
          : [],
    );
    org.drop('a', 'Have b begin.');
    await org.turns(1);
    for (const n of [1, 2]) edit(org, approve, `org/approvals/A-1-a-${n}.md`);
    await org.turns(1);
    const [asked] = org.messages('human');
    expect(org.messages('a')).toMatchObject([
      { body: 'I begin.', reply_to: asked?.id, thread: asked?.thread, hops: 1, subject: 'Re: Have b begin.' },
    ]);
    expect(org.lines('acked')).toMatchObject([{ agent: 'a', id: asked?.id, reaction: 'ok' }]);
  });

  it('answered in its file by a short text of ones own, with line ends of another system, or saved in halves', async () => {
    for (const text of [
      '---\ndecision: deny\nby: boss\n---\n',
      '\ufeff---\r\ndecision: deny\r\nby: boss\r\n---\r\nNo.\r\n',
    ]) {
      const org = await waiting();
      edit(org, () => text);
      await org.turns(1);
      expect(org.lines('decided')).toMatchObject([{ decision: 'denied', by: 'boss', outcome: 'not done' }]);
      expect(org.paths(/^org\/(approvals|dead-letter)\//)).toEqual([ANSWERED]);
    }
    const org = await waiting();
    const whole = approve(org.read(FILE) ?? '');
    org.disk.now = () => org.clock.now();
    org.disk.put(FILE, whole.slice(0, 20));
    const { sleep } = org.clock;
    org.clock.sleep = async (...wait) => {
      org.disk.put(FILE, whole);
      return sleep.apply(org.clock, wait);
    };
    await org.turns(1);
    expect(org.lines('decided')).toMatchObject([{ decision: 'approved' }]);
    expect(org.lines('aside')).toEqual([]);
  });

  it.each([
    [
      'a decision there is not',
      (text: string) => text.replace('decision: null', 'decision: approved'),
      /A-1-a-1\.md:8:\d+/,
    ],
    [
      'a key there is not',
      (text: string) => text.replace('decision: null', 'decison: approve'),
      /Did you mean "decision"/,
    ],
    ['YAML that is broken', (text: string) => text.replace('decision: null', 'decision: [approve'), /A-1-a-1\.md:\d+/],
    ['no front matter', () => 'approve', /front matter/],
    [
      'somebody who is no person',
      (text: string) => approve(text).replace('by: null', 'by: a'),
      /Only a person can answer/,
    ],
    ['the id of another act', (text: string) => approve(text).replace('A-1-a-1', 'A-1-a-2'), /about A-1-a-1/],
    ['bytes that are no text', () => 'a\0b', /NUL/],
  ])('a broken edit is told with its place and loses nothing; mended it counts: %s', async (_what, change, detail) => {
    const org = await waiting();
    const before = org.read(FILE) ?? '';
    edit(org, change);
    await org.turns(2);
    expect(org.read(FILE)).toBe(change(before));
    expect(org.lines('aside')).toMatchObject([{ path: FILE, detail: expect.stringMatching(detail) }]);
    expect((await told(org, 'human')).filter((text) => text.includes('was set aside'))).toHaveLength(1);
    expect(await org.look(({ state }) => state.dead.letters.size)).toBe(1);
    expect(sentToB(org)).toEqual([]);
    org.disk.put(FILE, approve(before));
    await org.turns(1);
    expect(sentToB(org)).toHaveLength(1);
    expect(await org.look(({ state }) => [state.dead.letters.size, state.dead.aside.size])).toEqual([0, 0]);
    expect(org.paths(/^org\/dead-letter\/[^/]*$/)).toEqual([]);
  });

  it('a broken edit takes back what was answered before it; a command after it counts', async () => {
    const org = await waiting();
    await org.ask({ ask: 'approve', by: 'human', id: 'A-1-a-1', note: '' });
    edit(org, (text) => text.replace('decision: null', 'decision: nope'));
    await org.turns(2);
    expect(sentToB(org)).toEqual([]);
    expect(org.lines('decided')).toEqual([]);
    await org.ask({ ask: 'approve', by: 'human', id: 'A-1-a-1', note: '' });
    await org.turns(1);
    expect(sentToB(org)).toHaveLength(1);
  });

  it('an edit without a decision changes nothing, stays, and is no reason for a turn', async () => {
    const org = await waiting();
    edit(org, (text) => `${text}I must ask Anna first.\n`);
    expect((await org.run()).reports).toEqual([]);
    await org.turns(2);
    expect(org.read(FILE)).toContain('Anna');
    expect(org.lines('answer')).toEqual([]);
    await org.ask({ ask: 'approve', by: 'human', id: 'A-1-a-1', note: '' });
    await org.turns(2);
    expect(sentToB(org)).toHaveLength(1);
    expect(org.read(FILE)).toContain('Anna');
    expect(await told(org, 'human')).toContainEqual(
      expect.stringContaining('No action A-1-a-1 is waiting for an answer'),
    );
  });

  it('an answer that comes too late, in a file, is told and changes nothing', async () => {
    const org = await waiting();
    const file = org.read(FILE) ?? '';
    await org.ask({ ask: 'deny', by: 'human', id: 'A-1-a-1', note: '' });
    await org.turns(1);
    org.disk.put(FILE, approve(file));
    await org.run();
    expect(sentToB(org)).toEqual([]);
    expect(org.lines('aside')).toMatchObject([{ path: FILE }]);
    expect((await org.run()).reports).toEqual([]);
  });

  it('answered twice before the turn, the last answer counts, and the act is done once at most', async () => {
    const org = await waiting();
    for (const ask of ['deny', 'approve', 'approve'] as const)
      await org.ask({ ask, by: 'human', id: 'A-1-a-1', note: ask });
    await org.turns(1);
    await org.ask({ ask: 'approve', by: 'human', id: 'A-1-a-1', note: '' });
    await org.turns(2);
    expect(org.lines('decided')).toMatchObject([{ decision: 'approved', note: 'approve' }]);
    expect(sentToB(org)).toHaveLength(1);
  });

  it.each([
    ['an answer in the file', {}, (org: Org) => edit(org, approve), 'decided'],
    ['nobody answers', { timeout: '1 turn', escalate_to: ['human', 'boss'] }, () => {}, 'escalated'],
    ['nobody is left to ask', { timeout: '1 turn' }, () => {}, 'lapsed'],
  ] as const)(
    'survives a kill before the turn, and at every operation of it: %s',
    async (_what, approvals, act, line) => {
      const golden = await waiting(approvals);
      act(golden);
      await golden.turns(2);
      const wanted = golden.disk.files((path) => /^org\/approvals|outbox/.test(path));
      for (let at = 1; ; at++) {
        const org = await waiting(approvals);
        act(org);
        org.restart();
        const died = await org.dies(at, () => org.turns(2), 'crash-after');
        const { turn } = await org.look(({ state }) => state.clock);
        if (died) await org.turns(Math.max(0, 3 - turn));
        expect(
          org.disk.files((path) => /^org\/approvals|outbox/.test(path)),
          `at ${at}`,
        ).toEqual(wanted);
        expect(org.lines(line), `at ${at}`).toHaveLength(golden.lines(line).length);
        expect(org.lines(line)).not.toEqual([]);
        if (!died) break;
      }
    },
  );

  it('asks the next when nobody answers in time, says so in the file, and in the end the default counts', async () => {
    const org = await waiting({ timeout: '3 turns', default: 'approve', escalate_to: ['human', 'boss'] });
    expect((await org.run()).end).toBe('idle');
    await org.turns(3);
    expect(org.lines('escalated')).toMatchObject([{ turn: 4, to: 'boss' }]);
    expect(await told(org, 'boss')).toEqual([
      'a wants to use send_message. Run lemming approve A-1-a-1 or lemming deny A-1-a-1',
    ]);
    expect(org.read(FILE)).toContain('contacts: [human, boss]');
    expect(org.read(FILE)).toContain('If there is no answer before turn 7, it is approved.');
    expect(sentToB(org)).toEqual([]);
    await org.turns(3);
    expect(org.lines('lapsed').map(({ id }) => id)).toEqual(['A-1-a-1']);
    expect(sentToB(org)).toMatchObject([{ turn: 7 }]);
    expect(org.read(ANSWERED)).toContain('Approved by nobody: "nobody answered within 3 turns"');
    for (const name of ['human', 'boss'])
      expect(await told(org, name)).toContainEqual('A-1-a-1: nobody answered within 3 turns; it is approved');
  });

  it('the one who was asked next answers, in the file, in their own name', async () => {
    const org = await waiting({ timeout: '1 turn', escalate_to: ['human', 'boss'] });
    await org.turns(1);
    edit(org, (text) => approve(text).replace('by: null', 'by: boss'));
    await org.turns(1);
    expect(org.lines('decided')).toMatchObject([{ decision: 'approved', by: 'boss' }]);
  });

  it('an open-ended run makes the turns that an act waits for, and calls nobody but its agent, with the answer', async () => {
    const org = await waiting({ timeout: '4 turns' });
    const stop = new AbortController();
    const asked = org.prompts.length;
    const { turns } = await org.run({
      signal: stop.signal,
      onTurn: () => (org.paths(/answered/).length ? stop.abort() : undefined),
    });
    expect([turns, org.prompts.length - asked]).toEqual([4, 1]);
  });

  it('denied, is told to its agent with the note', async () => {
    const org = await waiting();
    await org.ask({ ask: 'deny', by: 'human', id: 'A-1-a-1', note: 'Not today.' });
    await org.turns(1);
    expect(textOf(org.visits('a').at(-1))).toMatch(
      /human denied your message to \S+ \(A-1-a-1, [^)]*\)\. Note: "Not today\." It was not done\./,
    );
  });
});
