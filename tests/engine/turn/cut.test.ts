import { describe, expect, it } from 'vitest';
import { type Json, ProviderError } from '../../../src/core/model/call.ts';
import { inboxOf } from '../../../src/core/model/state/mail.ts';
import { agentState } from '../../../src/core/model/state/staff.ts';
import { idleness, scheduleTurn } from '../../../src/core/turn/schedule.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import { provider } from '../../../src/providers/find.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { outcomesOf } from '../../../src/views/journal/outcomes.ts';
import { conditionOf, healthOf } from '../../../src/views/org/health.ts';
import { type Act, CALL, type Mind, PRICED, resultsIn, say, textOf, visible } from '../../regression/org.ts';
import { Lab } from '../world.ts';

const EDGES = { human: ['a', 'b'], a: ['b', 'human'], b: ['a', 'human'] };
const act = (tool: string, input: Json): Act => ({ tool, input });
const REFUSED = act('shell', { command: 'ls' });

function lab(mind: Mind, more: Partial<ConstructorParameters<typeof Lab>[0]> = {}): Lab {
  const org = new Lab({ edges: EDGES, resumes: { a: { tools: ['write_file', 'recall'] } }, ...more }, mind);
  org.drop('a', 'Please begin.', { subject: 'The page' });
  return org;
}

const noticesOf = (org: Lab, name: string) =>
  org.look(({ state }) => agentState(state.staff, name).notices.map(({ about, text }) => `${about}: ${text}`));
const waits = (org: Lab, name: string) => org.look(({ state }) => inboxOf(state.mail, name).map(({ id }) => id));

/** Makes every visit again from its recorded replies. */
async function divergence(org: Lab): Promise<unknown> {
  const recompute = new Recompute(TOOLS, {
    host: org.ports().host,
    provider: async (name) => (name === 'mind' ? org.ports().provider(name) : provider(name)),
  });
  for (const group of readJournal(org.disk, [])) await recompute.take(group);
  return recompute.divergence;
}

const loops: Mind = ({ agent }) => (agent === 'a' ? { text: 'Let me try.', acts: [{ id: '1', ...REFUSED }] } : []);
const tries: Mind = ({ agent, n }) => (agent === 'a' ? [act('shell', { command: `ls ${n}` })] : []);

describe('a visit whose steps are used up', () => {
  it('is cut: what it did stands, its mail waits, and the person is told what is unfinished, not every thought', async () => {
    const org = lab(
      ({ agent, n }) =>
        agent === 'a'
          ? {
              text: `Thought ${n}.`,
              acts: [
                { id: '1', ...(n === 1 ? say('b', 'Help?', { subject: 'Help' }) : REFUSED) },
                { id: '2', ...act('write_file', { path: 'x.md', content: 'half' }) },
              ],
            }
          : [],
      { org: { limits: { steps: 2 } } },
    );
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([
      { agent: 'a', outcome: 'cut', reason: 'steps', detail: 'its 2 replies were used up', sent: 1, refused: 1 },
    ]);
    expect(org.messages('a').map(({ to }) => to)).toEqual([['b']]);
    expect([await waits(org, 'a'), await waits(org, 'human')]).toEqual([['000001-human-01'], []]);
    const [told] = await noticesOf(org, 'human');
    expect(told).toMatch(
      /^cut: a has not finished 000001-human-01 \(The page\): its visit of turn 1 was cut, because its 2 replies were used up\./,
    );
    expect(told).toContain('it sent 000001-a-01 to b; wrote agents/a/workspace/x.md');
    expect(told).toContain('attempt 1 of 3'); // its file grew
    expect(told).toContain('raise limits.steps in org/org.yaml');
    expect(told).not.toContain('Thought');
    expect(await divergence(org)).toBeNull();
  });

  it('is told at the next visit what it did, with the same mail', async () => {
    let cut = true;
    const org = lab(
      ({ agent, n }) =>
        agent !== 'a' ? [] : cut ? [n === 1 ? say('b', 'Help?') : REFUSED, REFUSED] : [say('human', 'Done.')],
      { org: { limits: { steps: 2 } } },
    );
    await org.turns(1);
    cut = false;
    await org.turns(1);
    const second = textOf(org.visits('a')[1]);
    expect(second).toMatch(/your 2 replies were used up\. Nothing is done so far\. You sent 000001-a-01 to b\./);
    expect(second).toContain('Please begin.');
    expect(org.delivered('a')).toEqual(['000001-human-01']);
    org.drop('a', 'Again.');
    await org.turns(1);
    expect(textOf(org.visits('a').at(-1))).not.toContain('Your last visit');
    expect(await divergence(org)).toBeNull();
  });

  it('is told what it did by names that its tools take, and once, however often it is cut', async () => {
    const visits: string[] = [];
    const org = lab(
      ({ agent, turn, n, parts }) => {
        if (agent !== 'a') return [];
        if (n === 1) visits.push(parts.map((part) => part.text).join());
        if (turn === 1)
          return {
            text: 'Five now.',
            acts: [{ id: '1', ...act('write_file', { path: 'dice/dice.js', content: 'x' }) }],
          };
        if (turn === 2) throw new ProviderError('incomplete', 'the reply was cut at 1000 tokens');
        return n === 1
          ? [act('read_file', { path: 'dice/dice.js' }), act('write_file', { path: '/tmp/x.md', content: '' })]
          : [say('human', 'Done.')];
      },
      { org: { limits: { steps: 1 } }, resumes: { a: { tools: ['write_file', 'read_file'] } } },
    );
    await org.turns(3);
    expect(visits[1]).toContain(
      'your only reply was used up. Done so far: you wrote dice/dice.js. You sent no message.',
    );
    expect(visits[1]).toContain('Your last note: "Five now."\nThe mail below is the same one: do only what is missing');
    expect(visits[1]).toContain('You have 1 reply; one reply may contain several tool calls. This is attempt 1 of 3.');
    expect(visits[2]?.match(/Your last/g)).toHaveLength(1);
    expect(visits[2]).toContain('longer than the 1000 tokens it may have, and was not used.');
    expect(visits[2]).toContain('Done so far: you wrote dice/dice.js. ');
    expect(org.lines('used').at(-2)).toMatchObject({ turn: 3, ok: true });
    expect(await divergence(org)).toBeNull();
  });

  it('too often makes its mail a dead letter, and one line tells the person so', async () => {
    const org = lab(tries, { org: { limits: { steps: 8, max_attempts: 3 } } });
    const report = await org.run();
    expect([report.turns, report.failed.has('a'), org.visits('a').length]).toEqual([3, true, 3]);
    expect(org.lines('dead')).toMatchObject([
      {
        detail:
          '3 visits with it failed or were cut, the last one because its 8 replies were used up. Nothing is done so far. To allow more, raise limits.steps in org/org.yaml.',
        record: { reason: 'attempts', id: '000001-human-01', to: ['a'] },
      },
    ]);
    expect(report.reports.map(({ visits }) => visits[0]?.gave_up)).toEqual([undefined, undefined, ['000001-human-01']]);
    const told = await noticesOf(org, 'human');
    expect(told.map((text) => text.split(':')[0])).toEqual(['dead-letter']);
    expect(told[0]).toMatch(/a gave up on 000001-human-01: 3 visits with it .* raise limits\.steps .* lemming retry/);
    expect(await divergence(org)).toBeNull();
  });

  it('delivers what it acknowledged, and that counts no attempt', async () => {
    const org = lab(
      ({ agent, n }) =>
        agent === 'a' && n === 1 ? [act('acknowledge', { id: '000001-human-01' }), REFUSED] : [REFUSED],
      { org: { limits: { steps: 2, max_attempts: 1 } } },
    );
    org.drop('a', 'And this.');
    await org.turns(1);
    expect(await waits(org, 'a')).toEqual([]);
    expect(org.lines('dead').map(({ record }) => record.id)).toEqual(['000001-human-02']);
    expect(org.lines('visit')[0]).toMatchObject({ outcome: 'cut', settled: ['000001-human-01'] });
    expect(await divergence(org)).toBeNull();
  });

  it('shows as degraded, never as a provider that fails', async () => {
    const org = lab(loops, { org: { limits: { steps: 1, max_attempts: 9 } } });
    await org.turns(5);
    expect(
      await org.look(({ config, state }) => [
        healthOf(config, state, 'a'),
        agentState(state.staff, 'a').failures,
        agentState(state.staff, 'a').retryAt,
      ]),
    ).toEqual(['degraded', 0, 0]);
    expect(outcomesOf(org.journal()).agents.a).toMatchObject({ visits: 5, cut: 5, failed: 0 });
  });

  it('tells an agent whose mail is unfinished, without waking it', async () => {
    const org = lab(({ agent, turn }) => (agent === 'a' ? (turn === 1 ? [say('b', 'Do it.')] : []) : [REFUSED]), {
      org: { limits: { steps: 1, max_attempts: 2 } },
    });
    await org.turns(2);
    expect(await noticesOf(org, 'a')).toEqual([
      expect.stringMatching(/^cut: b has not finished 000001-a-01 .*Nothing is done so far\.$/),
    ]);
    await org.turns(1);
    expect(org.visits('a')).toHaveLength(1);
  });

  it('comes out alike wherever the process dies', async () => {
    const make = () =>
      lab(
        ({ agent, n }) =>
          agent === 'a'
            ? [n === 1 ? say('b', 'Help?') : REFUSED, act('write_file', { path: 'x.md', content: 'half' })]
            : [],
        { org: { limits: { steps: 2 } } },
      );
    const whole = make();
    await whole.turns(2);
    for (let n = 1, died = true; died; n++) {
      const org = make();
      died = await org.dies(n, () => org.turns(2));
      while (org.lines('commit').length < 2) await org.turns(1);
      await org.look(() => {});
      expect([n, visible(org)]).toEqual([n, visible(whole)]);
    }
  });
});

describe('a visit that goes in a loop', () => {
  it('is told so the second time, and is cut the third time: its mail comes again, then it is a dead letter', async () => {
    const org = lab(loops, { org: { limits: { steps: 8, max_attempts: 2 } } });
    const report = await org.run();
    const detail = 'it called shell ls in 3 replies and it was refused each time: You have no tool "shell"';
    expect(report.reports[0]?.visits).toMatchObject([{ outcome: 'cut', reason: 'looped', detail, refused: 3 }]);
    expect(org.prompts.map(({ turn, n }) => `${turn}.${n}`)).toEqual(['1.1', '1.2', '1.3', '2.1', '2.2', '2.3']);
    expect(resultsIn(org.prompts[1])).toMatchObject([{ text: expect.stringMatching(/^Refused \(granted-tool\)/) }]);
    expect(resultsIn(org.prompts[2])).toMatchObject([
      {
        ok: false,
        text: expect.stringMatching(/^Refused \(granted-tool\).*\nThe same result as in your first reply\. /),
      },
    ]);
    const [told] = org.lines('notice').flatMap(({ to, text }) => (to === 'human' ? [text] : []));
    expect(told).toContain(`its visit of turn 1 was cut, because ${detail}.`);
    expect(told).toContain('It tries again (attempt 2 of 2). lemming show 1.a');
    expect(told).not.toContain('raise');
    expect(textOf(org.prompts[3])).toContain(
      `Your last visit was cut short: ${detail.replace('it called', 'you called')}.`,
    );
    expect(textOf(org.prompts[3])).not.toContain('- turn 1: Refused');
    expect(org.lines('dead')).toMatchObject([{ record: { reason: 'attempts', id: '000001-human-01', to: ['a'] } }]);
    expect(report.failed.has('a')).toBe(true);
    expect(await divergence(org)).toBeNull();
  });

  it('does what else its last reply asks for, and leaves no new refusal untold', async () => {
    const org = lab(
      ({ agent, n }) => (agent !== 'a' ? [] : n < 3 ? [REFUSED] : [REFUSED, say('b', 'Help?'), say('nobody', 'x')]),
      { org: { limits: { steps: 8 } } },
    );
    await org.turns(1);
    expect(org.messages('a').map(({ to }) => to)).toEqual([['b']]);
    expect(await noticesOf(org, 'a')).toEqual([
      expect.stringContaining(
        'Not done in your last visit: shell (you do not have it; tried 3 times); ' +
          'send_message to nobody (There is no agent "nobody". You can write to: human, b).',
      ),
    ]);
    expect(await divergence(org)).toBeNull();
  });

  it('is none when the same call is told something new, or ends of itself', async () => {
    const org = lab(
      ({ agent, n }) =>
        agent !== 'a' || n > 8
          ? []
          : [act(n % 2 ? 'write_file' : 'read_file', { path: 'x.md', ...(n % 2 && { content: `v${n}` }) })],
      { resumes: { a: { tools: ['write_file', 'read_file'] } }, org: { limits: { steps: 12 } } },
    );
    await org.turns(1);
    expect(org.lines('visit')[0]).toMatchObject({ outcome: 'ok' });
    const ends = lab(({ agent, n }) => (agent !== 'a' ? [] : n < 3 ? [REFUSED] : []));
    await ends.turns(1);
    expect(ends.lines('visit')[0]).toMatchObject({ outcome: 'ok', refused: 2 });
  });

  it('comes out alike wherever the process dies', async () => {
    const make = () =>
      lab(({ agent, n }) => (agent === 'a' ? [REFUSED, act('recall', { key: `k${n % 2}` })] : []), {
        org: { limits: { steps: 8 } },
      });
    const whole = make();
    await whole.turns(1);
    for (let n = 1, died = true; died; n++) {
      const org = make();
      died = await org.dies(n, () => org.turns(1));
      while (org.lines('commit').length < 1) await org.turns(1);
      await org.look(() => {});
      expect([n, visible(org)]).toEqual([n, visible(whole)]);
    }
  });
});

describe('a visit whose tokens are used up', () => {
  it('is cut, and what it did before stands', async () => {
    const org = lab(({ agent, n }) => {
      if (agent !== 'a') return [];
      if (n === 2) throw new ProviderError('incomplete', 'the reply was cut at 1000 tokens');
      return [say('b', 'Help?'), REFUSED];
    });
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([
      { outcome: 'cut', reason: 'tokens', detail: 'the reply was cut at 1000 tokens', sent: 1 },
    ]);
    const [told] = await noticesOf(org, 'human');
    expect(told).toMatch(/because the reply was cut at 1000 tokens\..*raise limits\.output_tokens in org\/org\.yaml/);
    expect(await divergence(org)).toBeNull();
  });
});

describe('a visit whose credits are used up', () => {
  const poor = { models: PRICED, credits: { agents: { a: { grant: 0.01 }, b: { grant: 1 } } } };

  it('is cut: it waits, no attempt counts, people are told once, and a top-up lets it go on', async () => {
    let enough = false;
    const org = lab(
      ({ agent, n }) =>
        agent !== 'a' ? [] : enough ? [say('human', 'Done.')] : n === 1 ? [say('b', 'Help?'), REFUSED] : [],
      poor,
    );
    const report = await org.run();
    expect(report.reports[0]?.visits).toMatchObject([{ outcome: 'cut', reason: 'credits', blame: 'credits', sent: 1 }]);
    expect([...report.unpaid]).toEqual(['a']);
    expect(org.messages('a')).toHaveLength(1);
    expect(await org.look(({ state }) => inboxOf(state.mail, 'a').map(({ attempts }) => attempts))).toEqual([{}]);
    await org.turns(5);
    expect(await noticesOf(org, 'human')).toEqual([
      expect.stringMatching(/^cut: .* It waits for credits: lemming top-up a 0\.08\./),
    ]);
    enough = true;
    await org.ask({ ask: 'top-up', by: 'human', agent: 'a', amount: 1_000_000, note: '' });
    await org.run();
    expect(org.delivered('a')).toEqual(['000001-human-01']);
    expect(await divergence(org)).toBeNull();
  });

  it('is no failure of its provider, however often, and a top-up always lets a run go on', async () => {
    const org = lab(({ agent, turn }) => (agent !== 'a' ? [] : turn < 3 ? [REFUSED] : [say('human', 'Done.')]), poor);
    await org.run();
    const topUp = () => org.ask({ ask: 'top-up', by: 'human', agent: 'a', amount: CALL, note: '' });
    await topUp();
    expect(await org.run()).toMatchObject({ end: 'idle', turns: 1, called: 1 });
    expect(
      await org.look(({ config, state }) => [
        scheduleTurn(config, state, state.clock.turn + 1).find(({ agent }) => agent === 'a')?.why,
        conditionOf(config, state, 'a'),
        agentState(state.staff, 'a').failures,
      ]),
    ).toEqual([expect.stringMatching(/^no credits: .*; tried again in turn 4$/), 'idle', 0]);
    await topUp();
    expect(await org.look(({ config, state }) => [conditionOf(config, state, 'a'), idleness(config, state)])).toEqual([
      'active',
      'busy',
    ]);
    expect(await org.run()).toMatchObject({ end: 'idle', turns: 1, called: 1 });
    expect(org.delivered('a')).toEqual(['000001-human-01']);
    expect(await divergence(org)).toBeNull();
  });

  it('by the limit of a run waits for another run', async () => {
    const org = lab(({ agent }) => (agent === 'a' ? [REFUSED] : []), {
      models: PRICED,
      credits: { agents: { a: { grant: 1 } } },
    });
    const report = await org.run({ untilIdle: true, maxCost: 10_000 });
    expect(report.reports[0]?.visits).toMatchObject([{ outcome: 'cut', reason: 'credits', blame: 'budget' }]);
    expect(report.end).toBe('max-cost');
    expect(await org.look(({ state }) => agentState(state.staff, 'a').starved)).toBe(false);
    expect(await divergence(org)).toBeNull();
  });
});

describe('a visit that is cut while its files grow', () => {
  const writes =
    (sizeIn: (turn: number) => number): Mind =>
    ({ agent, turn }) =>
      agent === 'a' ? [act('write_file', { path: 'book.md', content: 'x'.repeat(sizeIn(turn)) }), REFUSED] : [];
  const limits = { org: { limits: { steps: 1, max_attempts: 3 } } };

  it('counts no attempt: a long file is finished in as many visits as it takes', async () => {
    const org = lab((prompt) => (prompt.turn < 7 ? writes((turn) => 100 * turn)(prompt) : []), limits);
    expect(await org.run()).toMatchObject({ end: 'idle' });
    expect(org.lines('dead')).toEqual([]);
    expect(org.delivered('a')).toHaveLength(1);
    const told = org.lines('notice').filter(({ to, about }) => to === 'human' && about === 'cut');
    expect(told.at(-1)?.text).toContain('It tries again (attempt 1 of 3)');
    expect(await divergence(org)).toBeNull();
  });

  it('counts one when nothing is larger than before', async () => {
    const org = lab(
      writes(() => 100),
      limits,
    );
    expect(await org.run()).toMatchObject({ end: 'idle' });
    expect(org.lines('visit')).toHaveLength(4);
    expect(org.lines('dead')).toHaveLength(1);
  });

  it('ends all the same when they grow for ever: ten visits are forgiven', async () => {
    const org = lab(
      writes((turn) => turn),
      limits,
    );
    expect(await org.run()).toMatchObject({ end: 'idle' });
    expect(org.lines('visit')).toHaveLength(13);
    expect(org.lines('dead')).toHaveLength(1);
  });

  it('by a reply that was too long is told how to write, and counts none either', async () => {
    const org = lab(({ agent, n, turn }) => {
      if (agent !== 'a' || turn > 5) return [];
      if (n === 1) return writes(() => 10 * turn)({ agent, n, turn } as never);
      throw new ProviderError('incomplete', 'the reply was cut at 4000 tokens');
    });
    expect(await org.run()).toMatchObject({ end: 'idle' });
    expect([org.lines('dead').length, org.delivered('a').length]).toEqual([0, 1]);
    expect(org.lines('notice').find(({ to }) => to === 'a')?.text).toContain('Do less in each reply: write one file');
  });
});
