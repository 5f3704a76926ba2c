import { describe, expect, it } from 'vitest';
import { apply } from '../../../src/core/journal/apply.ts';
import type { DoneSoFar, Effect } from '../../../src/core/model/entry.ts';
import { agentState } from '../../../src/core/model/state/staff.ts';
import { emptyState, type State } from '../../../src/core/model/state.ts';
import { emptyDraft } from '../../../src/core/model/tool.ts';
import type { Finished } from '../../../src/core/model/visit.ts';
import { againText, doneIn, printDone } from '../../../src/core/prompt/unfinished.ts';
import { cutNotices } from '../../../src/core/turn/cut.ts';
import { HELD, HIRED } from '../entries.ts';
import { configOf, letter, mail, resumeOf, sent } from '../world.ts';

const config = configOf({
  edges: { human: ['a', 'b'], a: ['human', 'b'], b: ['a'] },
  org: { limits: { steps: 8, max_attempts: 3 } },
  resumes: { a: { tools: ['read_file', 'write_file'] }, b: { limits: { steps: 1 } } },
});
const MAIL = mail({ to: ['a'] });

function cut(more: Partial<Finished> = {}, agent = 'a'): Finished {
  return {
    ...{ agent, resume: resumeOf(config, agent), outcome: 'cut', reason: 'steps', detail: 'its 8 steps were used up' },
    ...{ given: [MAIL], notices: 0, answers: [], draft: emptyDraft(), summary: false },
    ...more,
  };
}

const wrote = (...names: string[]): DoneSoFar => [
  { verb: 'wrote', things: names.map((name) => `agents/a/workspace/${name}`) },
];

/** What the agent is told in the end, after visits that were cut. */
function leftBy(...visits: [Finished, DoneSoFar][]): State {
  const state = emptyState();
  for (const [visit, done] of visits) {
    for (const notice of cutNotices(config, state, 1, visit, done, [])) apply(state, notice);
    state.clock.turn++;
  }
  return state;
}
const textsOf = (state: State, agent = 'a') => agentState(state.staff, agent).notices.map(({ text }) => text);

describe('what a visit did', () => {
  it('is a list for each sort of act', () => {
    const change = (path: string, text: string | null): Effect => ({ k: 'wrote', agent: 'a', path, text, was: null });
    const draft = emptyDraft();
    draft.touched.set('agents/a/workspace/x', 'wrote').set('agents/a/workspace/y', 'removed');
    draft.hires.push({ ...HIRED, agent: 'kid' } as never);
    draft.retires.push('old');
    const effects: Effect[] = [
      sent({ from: 'a', to: ['b'] }),
      change('org/shared/x', 't'),
      change('org/shared/y', null),
      { k: 'acked', agent: 'a', id: letter().id, author: 'human', reaction: '' },
      HELD,
    ];
    expect(printDone(doneIn(effects, draft))).toBe(
      [
        'sent 000001-a-01 to b',
        'wrote org/shared/x, agents/a/workspace/x',
        'removed org/shared/y, agents/a/workspace/y',
        'acknowledged 000001-human-01',
        'asked a person for A-1-a-1 (shell)',
        'hired kid',
        'retired old',
      ].join('; '),
    );
    expect(doneIn([], emptyDraft())).toEqual([]);
  });

  it('names the first twenty of many, and that there are more', () => {
    const draft = emptyDraft();
    for (let i = 0; i < 20; i++) draft.touched.set(`p${i}`, 'wrote');
    expect(printDone(doneIn([], draft))).toMatch(/p18, p19$/);
    draft.touched.set('p20', 'wrote');
    expect(printDone(doneIn([], draft))).toMatch(/p19 and more$/);
  });
});

describe('a cut visit is told to its agent', () => {
  it('with why, what was done by the names that its tools take, what was not, and its last note', () => {
    const draft = emptyDraft();
    draft.notes.push('First.', `Examples: five now, ${'x'.repeat(500)}`);
    draft.dropped.set('shell', { why: 'you do not have it', times: 2, refused: true });
    const done: DoneSoFar = [
      { verb: 'sent', things: ['000001-a-01 to b'] },
      {
        verb: 'wrote',
        things: [
          'agents/a/workspace/dice/dice.js',
          'agents/a/memory/team.md',
          'org/shared/status.md',
          'org/shared/context/brand.md',
        ],
      },
    ];
    expect(textsOf(leftBy([cut({ draft }), done]))).toEqual([
      'Your last visit was cut short: your 8 replies were used up. ' +
        'Done so far: you wrote dice/dice.js, your memory "team", shared/status.md, your memory "shared/brand". ' +
        'You sent 000001-a-01 to b. ' +
        `Not done in your last visit: shell (you do not have it; tried 2 times). Your last note: "Examples: five now, ${'x'.repeat(180)}"`,
    ]);
  });

  it.each<[string, Partial<Finished>, string, string]>([
    [
      'its only step',
      {},
      'b',
      'Your last visit was cut short: your only reply was used up. Nothing is done so far. You sent no message.',
    ],
    [
      'a reply that was too long',
      { reason: 'tokens', detail: 'openai-compatible: the reply was cut at 4000 tokens' },
      'a',
      'Your last reply was longer than the 4000 tokens it may have, and was not used. Do less in each reply: write one file, or the messages about one mail.',
    ],
    [
      'a reply that was cut otherwise',
      { reason: 'tokens', detail: 'anthropic: the reply was cut at the end of the context window' },
      'a',
      'Your last reply was longer than it may be, and was not used.',
    ],
    [
      'credits',
      { reason: 'credits', blame: 'credits' },
      'a',
      'Your last visit was cut short, because you had run out of credits. You have some again; keep it short.',
    ],
    [
      'the limit of a run',
      { reason: 'credits', blame: 'budget' },
      'a',
      'Your last visit was cut short, because the run had reached its cost limit.',
    ],
    [
      'a loop',
      { reason: 'looped', detail: 'it called shell in 3 replies' },
      'a',
      'Your last visit was cut short: you called shell in 3 replies.',
    ],
    ['no words', { reason: 'looped', detail: undefined as never }, 'a', 'Your last visit was cut short: .'],
  ])('%s', (_what, more, agent, text) => {
    expect(textsOf(leftBy([cut(more, agent), []]), agent)[0]).toContain(text);
  });

  it('what was written as a whole is not to be read again, what was changed is, by whoever can', () => {
    const told = (verb: string, agent: string): string | undefined =>
      textsOf(leftBy([cut({}, agent), [{ verb, things: [`agents/${agent}/workspace/x`] }]]), agent)[0];
    expect(told('wrote', 'a')).toContain('you wrote x. You sent no message.');
    expect(told('changed', 'a')).toContain(
      'you changed x. Read what you changed before you say that it is done. You sent no message.',
    );
    expect(told('changed', 'b')).toContain('you changed x. You sent no message.');
  });

  it('how to reply shorter goes by the tools that it has', () => {
    const told = (...tools: string[]): string | undefined => {
      const resume = resumeOf(configOf({ edges: { a: [] }, resumes: { a: { tools } } }), 'a');
      return textsOf(leftBy([cut({ resume, reason: 'tokens', detail: 'cut at 9 tokens' }), []]))[0];
    };
    expect(told()).toContain('and was not used. Reply shorter. Nothing');
    expect(told('write_file')).toContain(
      'Do less in each reply: write one file, or the messages about one mail. Nothing',
    );
    expect(told('write_file', 'edit_file')).toContain('Of a long file write only the beginning, then add');
  });

  it('once for one mail, with the sum of what was done', () => {
    const state = leftBy(
      [cut(), [...wrote('x', 'y'), { verb: 'sent', things: ['000001-a-01 to b'] }]],
      [cut({ reason: 'tokens' }), []],
      [cut(), [...wrote('z', 'x'), { verb: 'removed', things: ['agents/a/workspace/y'] }]],
      [cut(), wrote('y')],
    );
    expect(textsOf(state)).toEqual([expect.stringContaining('Done so far: you wrote z, x, y. ')]);
    expect(textsOf(state)[0]).toContain('You sent 000001-a-01 to b.');
    expect(textsOf(state)[0]).not.toContain('removed');
  });

  it('with the last that was done to a file', () => {
    const change = (verb: string): DoneSoFar => [{ verb, things: ['agents/a/workspace/x'] }];
    const told = (...verbs: string[]): string | undefined =>
      textsOf(leftBy(...verbs.map((verb): [Finished, DoneSoFar] => [cut(), change(verb)])))[0];
    expect(told('wrote', 'changed')).toContain('you changed x.');
    expect(told('changed', 'wrote')).toContain('you wrote x.');
    expect(told('wrote', 'changed', 'removed')).toContain('you removed x.');
  });

  it('that there were more is not forgotten', () => {
    const state = leftBy([cut(), [{ verb: 'hired', things: ['x'], more: true }]], [cut(), []], [cut(), wrote('y')]);
    expect(textsOf(state)[0]).toContain('you hired x and more; wrote y');
  });

  it('beside what is told of other mail, and of visits without any', () => {
    const other = cut({ given: [mail({ n: 2, to: ['a'] })] });
    const own = cut({ given: [] });
    const state = leftBy([cut(), wrote('x')], [other, wrote('y')], [own, wrote('z')], [own, wrote('w')]);
    expect(textsOf(state)).toEqual([
      expect.stringContaining('you wrote x. '),
      expect.stringContaining('you wrote y. '),
      expect.stringContaining('you wrote z, w. '),
    ]);
  });

  it('and stays with other notices', () => {
    const state = emptyState();
    apply(state, { k: 'notice', to: 'a', about: 'ack', text: 'seen' });
    for (const notice of cutNotices(config, state, 1, cut(), [], [])) apply(state, notice);
    expect(textsOf(state)).toHaveLength(2);
  });
});

describe('the mail of the next visit', () => {
  const left = leftBy([cut({ given: [MAIL, mail({ n: 2 })] }), []]);
  const again = (given = [MAIL], agent = 'a', state = left) => againText(config, state, resumeOf(config, agent), given);

  it('is the same one, with how many steps there are and which attempt it is', () => {
    const tried = mail({ to: ['a'], attempts: { a: 1 } });
    expect(again([tried])).toBe(
      'The mail below is the same one: do only what is missing, then answer. You have 8 replies; one reply may contain several tool calls. This is attempt 2 of 3.',
    );
    expect(again([tried, mail({ n: 2 })])).toMatch(/^The mail below is the same as then: /);
    expect(again([tried, mail({ n: 3 })])).toMatch(/^You have already had 000001-human-01 of the mail below: /);
  });

  it('is another one, and nothing is said', () => {
    expect([again([mail({ n: 3 })]), again([]), again([MAIL], 'b')]).toEqual(['', '', '']);
  });

  it('for one step is worded so', () => {
    const state = leftBy([cut({}, 'b'), []]);
    expect(again([MAIL], 'b', state)).toContain(
      'You have 1 reply; one reply may contain several tool calls. This is attempt 1 of 3.',
    );
  });
});
