import { expect, it } from 'vitest';
import { cutNotices, doneIn } from '../../src/core/cut.ts';
import type { Effect } from '../../src/core/entry.ts';
import type { Finished } from '../../src/core/settle.ts';
import { emptyState } from '../../src/core/state.ts';
import { emptyDraft } from '../../src/core/tool.ts';
import { HELD, HIRED } from './entries.ts';
import { configOf, letter, mail, resumeOf, sent } from './world.ts';

const config = configOf({
  edges: { human: ['a', 'b'], a: ['human', 'b'], b: ['a'] },
  org: { limits: { steps: 8, output_tokens: 1000, max_attempts: 3 } },
  models: { default: { provider: 'scripted', script: 'org/script.yaml', max_output_tokens: 500 } },
  resumes: { a: { limits: { steps: 4 } }, b: { limits: { steps: 8, output_tokens: 500 } } },
});

function cut(agent: string, more: Partial<Finished> = {}): Finished {
  return {
    ...{ agent, resume: resumeOf(config, agent), outcome: 'cut', reason: 'steps', detail: 'its steps were used up' },
    ...{ given: [], told: 0, draft: emptyDraft(), summary: false },
    ...more,
  };
}

function told(visit: Finished, done: string[] = [], open = [mail({ from: 'human', to: [visit.agent] })]) {
  return cutNotices(config, emptyState(), 2, visit, done, open).map(({ to, text }) => [to, text] as const);
}

it('what a visit did is told in one phrase for each sort of act', () => {
  const wrote = (path: string, text: string | null): Effect => ({ k: 'wrote', agent: 'a', path, text, was: null });
  const draft = emptyDraft();
  draft.touched.set('agents/a/workspace/x', 'wrote').set('agents/a/workspace/y', 'removed');
  draft.hires.push({ ...HIRED, agent: 'kid' } as never);
  draft.retires.push('old');
  const effects: Effect[] = [
    sent({ from: 'a', to: ['b'] }),
    wrote('org/shared/x', 't'),
    wrote('org/shared/y', null),
    { k: 'acked', agent: 'a', id: letter().id, author: 'human', reaction: '' },
    HELD,
  ];
  expect(doneIn(effects, draft)).toEqual([
    'sent 000001-a-01 to b (Hello)',
    'wrote org/shared/x, agents/a/workspace/x',
    'removed org/shared/y, agents/a/workspace/y',
    'acknowledged 000001-human-01',
    'asked a person for A-1-a-1 (shell)',
    'hired kid',
    'retired old',
  ]);
  expect(doneIn([], emptyDraft())).toEqual([]);
});

it('of many things the first twenty are named, and the rest is counted', () => {
  const wrote = Array.from(
    { length: 21 },
    (_, i): Effect => ({ k: 'wrote', agent: 'a', path: `p${i}`, text: '', was: '' }),
  );
  const names = Array.from({ length: 20 }, (_, i) => `p${i}`).join(', ');
  expect(doneIn(wrote, emptyDraft())).toEqual([`wrote ${names} and 1 more`]);
  expect(doneIn(wrote.slice(1), emptyDraft())[0]).toMatch(/p20$/);
});

it('an agent whose mail has become dead letters, or was none, is not told that any comes again', () => {
  const [[, text] = []] = told(cut('a'), [], []);
  expect(text).toBe('Your visit of turn 2 was cut: its steps were used up. You had done nothing yet.');
  const [waits] = cutNotices(config, emptyState(), 2, cut('a'), [], [], true);
  expect(waits?.text).toContain('comes again');
});

it('the agent is told how far it came, and each author of open mail once, but not itself and nobody who is gone', () => {
  const open = [
    mail({ n: 1 }),
    mail({ n: 2, subject: 'Two' }),
    ...['b', 'a', 'gone'].map((from) => mail({ from, to: ['a'] })),
  ];
  const notices = told(cut('a'), ['sent x', 'wrote y'], open);
  expect(notices.map(([to]) => to)).toEqual(['a', 'human', 'b']);
  expect(notices[0]?.[1]).toContain('So far you sent x; wrote y. That stands');
  expect(notices[1]?.[1]).toContain('000001-human-01 (Hello), 000001-human-02 (Two)');
  expect(notices[1]?.[1]).toContain('It tries again (attempt 2 of 3).');
  // What a person can do is of no use to an agent.
  expect(notices[2]?.[1]).not.toContain('lemming');
  expect(told(cut('a'))[0]?.[1]).toContain('You had done nothing yet');
});

it.each<[string, string, Partial<Finished>, string]>([
  ['the step limit of its resume', 'a', {}, 'raise limits.steps in agents/a/resume.md. '],
  [
    'both where both are as low',
    'b',
    {},
    'raise limits.steps in org/org.yaml and limits.steps in agents/b/resume.md. ',
  ],
  ['the tokens of its model', 'a', { reason: 'tokens' }, 'raise max_output_tokens in org/models.yaml. '],
  [
    'its own tokens and those of its model',
    'b',
    { reason: 'tokens' },
    'raise limits.output_tokens in agents/b/resume.md and max_output_tokens in org/models.yaml. ',
  ],
  ['another run', 'a', { blame: 'budget' }, 'It waits for another run, as this one may not cost more. '],
  ['credits', 'a', { blame: 'credits' }, 'It waits for credits: '],
])('a person is told what gives it more room: %s', (_what, agent, more, advice) => {
  expect(told(cut(agent, more))[1]?.[1]).toContain(advice);
});

it('an attempt counts what the mail went through before', () => {
  const tried = mail({ to: ['a'], attempts: { a: 1, b: 5 } });
  expect(told(cut('a'), [], [mail({ n: 2 }), tried])[1]?.[1]).toContain('attempt 3 of 3');
});
