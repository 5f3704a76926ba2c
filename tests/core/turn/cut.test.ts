import { expect, it } from 'vitest';
import { apply } from '../../../src/core/journal/apply.ts';
import { addSent, deliver } from '../../../src/core/mail/reducer.ts';
import type { DoneSoFar } from '../../../src/core/model/entry.ts';
import { agentState } from '../../../src/core/model/state/staff.ts';
import { emptyState } from '../../../src/core/model/state.ts';
import { emptyDraft } from '../../../src/core/model/tool.ts';
import type { Finished } from '../../../src/core/model/visit.ts';
import { cutNotices } from '../../../src/core/turn/cut.ts';
import { configOf, mail, resumeOf } from '../world.ts';

const config = configOf({
  edges: { human: ['a', 'b'], a: ['human', 'b'], b: ['a'] },
  org: { limits: { steps: 8, output_tokens: 1000, max_attempts: 3 } },
  models: { default: { provider: 'scripted', script: 'org/script.yaml', max_output_tokens: 500 } },
  resumes: { a: { limits: { steps: 4 } }, b: { limits: { steps: 8, output_tokens: 500 } } },
});

function cut(agent: string, more: Partial<Finished> = {}): Finished {
  return {
    ...{ agent, resume: resumeOf(config, agent), outcome: 'cut', reason: 'steps', detail: 'its steps were used up' },
    ...{ given: [], notices: 0, answers: [], draft: emptyDraft(), summary: false },
    ...more,
  };
}

function told(visit: Finished, done: DoneSoFar = [], open = [mail({ from: 'human', to: [visit.agent] })]) {
  return cutNotices(config, emptyState(), 2, visit, done, open).map(({ to, text }) => [to, text] as const);
}

it('the agent is told how far it came, and each author of open mail once, but not itself and nobody who is gone', () => {
  const open = [
    mail({ n: 1 }),
    mail({ n: 2, subject: 'Two' }),
    ...['b', 'a', 'gone'].map((from) => mail({ from, to: ['a'] })),
  ];
  const done = [
    { verb: 'sent', things: ['x to b'] },
    { verb: 'wrote', things: ['agents/a/workspace/y'] },
  ];
  const notices = told(cut('a'), done, open);
  expect(notices.map(([to]) => to)).toEqual(['a', 'human', 'human', 'b']);
  expect(notices[0]?.[1]).toContain('Done so far: you wrote y. You sent x to b.');
  expect(notices[1]?.[1]).toContain('a has not finished 000001-human-01 (Hello): ');
  expect(notices[2]?.[1]).toContain('a has not finished 000001-human-02 (Two): ');
  expect(notices[1]?.[1]).toContain(' So far it sent x to b; wrote agents/a/workspace/y. ');
  expect(notices[3]?.[1]).toMatch(/ So far it sent x to b; wrote y\.$/);
  expect(notices[1]?.[1]).toContain('It tries again (attempt 2 of 3).');
  // What a person can do is of no use to an agent.
  expect(notices[3]?.[1]).not.toContain('lemming');
  expect(told(cut('a'))[0]?.[1]).toContain('Nothing is done so far. You sent no message.');
});

it.each<[string, string, Partial<Finished>, string]>([
  [
    'the step limit of its resume, up to that of the organisation',
    'a',
    {},
    'raise limits.steps in agents/a/resume.md (it is capped at 8 by limits.steps in org/org.yaml). ',
  ],
  [
    'both where both are as low',
    'b',
    {},
    'raise limits.steps in org/org.yaml and limits.steps in agents/b/resume.md. ',
  ],
  [
    'the tokens of its model',
    'a',
    { reason: 'tokens' },
    'raise max_output_tokens in org/models.yaml (it is capped at 1000 by limits.output_tokens in org/org.yaml). ',
  ],
  [
    'its own tokens and those of its model',
    'b',
    { reason: 'tokens' },
    'raise limits.output_tokens in agents/b/resume.md and max_output_tokens in org/models.yaml (it is capped at 1000 by limits.output_tokens in org/org.yaml). ',
  ],
  ['another run', 'a', { blame: 'budget' }, 'It waits for the next run, because this one has reached its cost limit. '],
  ['credits', 'a', { blame: 'credits' }, 'It waits for credits: '],
])('a person is told what gives it more room: %s', (_what, agent, more, advice) => {
  expect(told(cut(agent, more))[1]?.[1]).toContain(advice);
});

it('an attempt counts what the mail went through before', () => {
  const tried = mail({ to: ['a'], attempts: { a: 1, b: 5 } });
  expect(told(cut('a'), [], [mail({ n: 2 }), tried])[1]?.[1]).toContain('attempt 2 of 3');
  expect(told(cut('a'), [], [mail({ n: 2 }), tried])[2]?.[1]).toContain('attempt 3 of 3');
});

it('a visit that did nothing is told beside what those before it did', () => {
  const state = emptyState();
  const letters = [mail({ to: ['a'] })];
  const visit = cut('a', { given: letters });
  const done = [{ verb: 'wrote', things: ['agents/a/workspace/y'] }];
  const tell = (now: DoneSoFar): string[] => {
    const notices = cutNotices(config, state, 1, visit, now, letters);
    for (const notice of notices) apply(state, notice);
    return notices.map(({ text }) => text);
  };
  expect(tell([])[1]).toContain(' Nothing is done so far. ');
  tell(done);
  expect(tell([])[1]).toContain(' This visit changed nothing. So far it wrote agents/a/workspace/y. ');
});

it('an author has one notice of a message, the newest, and none when it is done', () => {
  const state = emptyState();
  const letters = ['human', 'b'].flatMap((from) => [1, 2].map((n) => mail({ from, n, to: ['a', 'c'] })));
  for (const letter of letters) addSent(state, letter);
  for (const turn of [1, 2])
    for (const notice of cutNotices(config, state, turn, cut('a', { given: letters }), [], letters))
      apply(state, notice);
  const about = (to: string): string[] =>
    agentState(state.staff, to).notices.map(({ text }) =>
      text.replace(/^a has not finished (\S+) .*visit of turn (\d).*$/s, '$1 $2'),
    );
  expect(about('human')).toEqual(['000001-human-01 2', '000001-human-02 2']);
  deliver(state, 'c', ['000001-human-01']);
  expect(about('human')).toHaveLength(2);
  deliver(state, 'a', ['000001-human-01', '000001-b-02']);
  expect([about('human'), about('b')]).toEqual([['000001-human-02 2'], ['000001-b-01 2']]);
});
