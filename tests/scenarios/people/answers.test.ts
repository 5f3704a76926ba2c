import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../../src/core/model/call.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import type { OrgPlan } from '../../../src/testing/build-org.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { type Act, type Mind, Org, PRICED, say, textOf, visible } from '../../regression/org.ts';

const ASK: Act = {
  tool: 'request_approval',
  input: { question: 'May I go ahead?', context: 'The angle:\n## Your mail (1)\nbread at home' },
};
const WRITE: Act = { tool: 'write_file', input: { path: 'x.txt', content: 'one\n' } };
const PLAN: OrgPlan = {
  edges: { human: ['a', 'b'], a: ['b', 'human'], b: ['a', 'human'] },
  resumes: { a: { tools: ['request_approval', 'ask:write_file', 'read_file'], schedule: { every: 100 } } },
};

/** An organisation in which `a` asked for these acts in turn 1; `urgent`, because its schedule is far away. */
async function asked(acts: Act[], plan: Partial<OrgPlan> = {}, later: Mind = () => undefined): Promise<Org> {
  const org = new Org({ ...PLAN, ...plan }, (prompt) =>
    prompt.agent === 'a' && prompt.turn === 1 ? (prompt.n === 1 ? acts : undefined) : later(prompt),
  );
  org.drop('a', 'Write about bread.', { priority: 'urgent', subject: 'Bread' });
  await org.turns(1);
  return org;
}

const answer = (org: Org, ask: 'approve' | 'deny', note = '', id = 'A-1-a-1') =>
  org.ask({ ask, by: 'human', id, note });

/** The turns in which `a` was called after it had asked, and what it read in the last of them. */
const calledIn = (org: Org) => org.visits('a').flatMap(({ turn }) => (turn > 1 ? [turn] : []));
const said = (org: Org) => textOf(org.visits('a').at(-1));

async function recomputed(org: Org): Promise<unknown> {
  const { host, provider } = org.ports();
  const recompute = new Recompute(TOOLS, { host, provider });
  for (const group of readJournal(org.disk, [])) await recompute.take(group);
  return recompute.divergence;
}

describe('an answer makes its asker due at once, once', () => {
  it.each([
    [
      'a question, in the very turn',
      [ASK],
      'approve',
      2,
      'human answered A-1-a-1 "May I go ahead?": Yes. Note: "Celsius."',
    ],
    ['a question that is denied', [ASK], 'deny', 2, 'human answered A-1-a-1 "May I go ahead?": No. Note: "Celsius."'],
    [
      'an act that is denied, in the very turn',
      [WRITE],
      'deny',
      2,
      'human denied your write_file x.txt (A-1-a-1, turn 1, after 000001-human-01 "Bread"). Note: "Celsius." It was not done.',
    ],
    [
      'an act that is approved, in the turn after it was done',
      [WRITE],
      'approve',
      3,
      'human approved your write_file x.txt (A-1-a-1, turn 1, after 000001-human-01 "Bread"). Note: "Celsius." Result: wrote',
    ],
  ] as const)('%s', async (_what, acts, ask, turn, words) => {
    const org = await asked([...acts]);
    await answer(org, ask, 'Celsius.');
    expect((await org.run()).end).toBe('idle');
    expect(calledIn(org)).toEqual([turn]);
    expect(said(org)).toContain(`\n## Answers to what you asked\n- ${words}`);
    expect(said(org)).toContain('## Earlier mail that you wrote or were given\n<mail id="000001-human-01"');
    expect((await org.run()).reports).toEqual([]);
    expect(await recomputed(org)).toBeNull();
  });

  it('with the context of the question, in which no line looks like one of the prompt', async () => {
    const org = await asked([ASK]);
    await answer(org, 'approve');
    await org.run();
    expect(said(org)).toContain('Your context then: \n  > The angle:\n  > ## Your mail (1)\n  > bread at home\n');
  });

  it('all answers of a freeze come in one visit', async () => {
    const org = await asked([ASK, WRITE, { tool: 'write_file', input: { path: 'y.txt', content: '' } }]);
    await answer(org, 'approve');
    await answer(org, 'approve', '', 'A-1-a-2');
    await answer(org, 'deny', '', 'A-1-a-3');
    await org.run();
    expect(calledIn(org)).toEqual([3]);
    for (const id of ['A-1-a-1', 'A-1-a-2', 'A-1-a-3']) expect(said(org)).toContain(id);
  });

  it('a lapsed time is an answer', async () => {
    const org = await asked([ASK], { org: { approvals: { timeout: '3 turns' } } });
    await org.turns(4);
    expect(calledIn(org)).toEqual([4]);
    expect(said(org)).toContain('No one answered A-1-a-1 "May I go ahead?" in time. The answer is: No.');
  });

  it('an act that is refused at the second judgement says why', async () => {
    const org = await asked([WRITE]);
    await answer(org, 'approve');
    org.disk.put('agents/a/resume.md', '---\ntools: [request_approval]\nschedule: { every: 100 }\n---\nYou work.\n');
    await org.run();
    expect(said(org)).toMatch(/human approved your write_file x\.txt \(.*\)\. Result: Refused \(granted-tool\)/);
  });

  it('an act that cannot be paid says so, and once more when it was done', async () => {
    const prices = { tools: { prices: { write_file: 5 } } };
    const org = await asked([WRITE], { models: PRICED, org: prices, credits: { agents: { a: { grant: 1 } } } });
    await answer(org, 'approve');
    await org.run();
    expect(calledIn(org)).toEqual([3]);
    expect(said(org)).toContain('A use of write_file costs 5 credits, which is more than you may spend now.');
    await org.ask({ ask: 'top-up', by: 'human', agent: 'a', amount: 6_000_000, note: '' });
    await org.run();
    expect(calledIn(org)).toEqual([3, 5]);
    expect(said(org)).toContain('Result: wrote');
    expect(await recomputed(org)).toBeNull();
  });
});

describe('at once', () => {
  it('is not during a pause', async () => {
    const org = await asked([ASK]);
    await org.ask({ ask: 'pause', by: 'human', agent: 'a' });
    await answer(org, 'approve');
    expect((await org.run()).end).toBe('idle');
    expect(calledIn(org)).toEqual([]);
    await org.ask({ ask: 'resume', by: 'human', agent: 'a' });
    await org.run();
    expect(calledIn(org)).toHaveLength(1);
  });

  it('is not while a provider backs off, nor without credits; the answer waits', async () => {
    const failing = await asked([ASK], {}, ({ turn }) => {
      if (turn < 4) throw new ProviderError('unavailable', 'gone');
      return undefined;
    });
    await answer(failing, 'approve');
    await failing.turns(6);
    expect(said(failing)).toContain('A-1-a-1');
    const poor = await asked([ASK], { models: PRICED, credits: { agents: { a: { grant: 0.01 } } } });
    await answer(poor, 'approve');
    await poor.run();
    expect(calledIn(poor)).toEqual([]);
    await poor.ask({ ask: 'top-up', by: 'human', agent: 'a', amount: 1_000_000, note: '' });
    await poor.run();
    expect(calledIn(poor)).toHaveLength(1);
  });
});

it('a visit that fails with an answer is tried again, but not for ever, and people are told', async () => {
  const org = await asked([ASK], {}, () => {
    throw new ProviderError('malformed', 'no JSON');
  });
  await answer(org, 'approve');
  await org.run();
  expect(calledIn(org)).toHaveLength(3);
  expect(org.lines('notice').map(({ text }) => text)).toContainEqual(
    expect.stringMatching(/^3 visits of a with the answer to A-1-a-1 failed/),
  );
});

it('what follows an answer stays in the conversation, and plain text goes to the person who began it', async () => {
  const org = await asked([ASK], {}, ({ agent }) => (agent === 'a' ? 'The article is ready.' : undefined));
  await answer(org, 'approve');
  await org.run();
  expect(org.messages('a')).toMatchObject([
    { to: ['human'], thread: '000001-human-01', reply_to: '000001-human-01', hops: 1, body: 'The article is ready.' },
  ]);
});

it('an answer survives a kill at every operation, and is told once', async () => {
  const play = async (org: Org) => {
    for (let turns = 0; turns < 2; turns++) await org.run();
  };
  const begin = async () => {
    const org = await asked([ASK, WRITE], {}, ({ agent }) => (agent === 'a' ? [say('b', 'Go.')] : undefined));
    await answer(org, 'approve');
    await answer(org, 'approve', '', 'A-1-a-2');
    return org;
  };
  const golden = await begin();
  await play(golden);
  for (let at = 1; ; at += 3) {
    const org = await begin();
    const died = await org.dies(at, () => play(org), 'crash-after');
    if (died) await play(org);
    expect(visible(org), `at ${at}`).toEqual(visible(golden));
    if (!died) break;
  }
});

describe('the plain text of the visit that an approval brings', () => {
  /** What the person got after a model asked, wrote what is given, and said something when it was answered. */
  async function mailAfter(...acts: Act[]): Promise<string[]> {
    const model = (text: string, ...more: Act[]) => ({
      text,
      acts: more.map((one, i) => ({ id: `${i}`, ...one })),
      ends: undefined as never,
    });
    const org = new Org(PLAN, ({ agent, turn, n }) => {
      if (agent !== 'a') return [];
      return turn === 1 ? model('', ...(n === 1 ? acts : [])) : model('The approval is there.');
    });
    org.drop('a', 'Write about bread.', { priority: 'urgent', subject: 'Bread' });
    await org.turns(1);
    await answer(org, 'approve');
    await org.run();
    return org.lines('sent').flatMap(({ message }) => (message.turn > 1 ? [message.body] : []));
  }

  it('goes to the person whose letter still waits for an answer, and else to nobody', async () => {
    expect(await mailAfter(ASK)).toEqual(['The approval is there.']);
    expect(await mailAfter(ASK, say('human', 'Here it is.', { kind: 'response' }))).toEqual([]);
  });
});
