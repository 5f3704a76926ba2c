import { describe, expect, it } from 'vitest';
import { peopleOf } from '../../../src/core/model/config.ts';
import type { Effect, Entry } from '../../../src/core/model/entry.ts';
import type { Mail } from '../../../src/core/model/state/mail.ts';
import { emptyState } from '../../../src/core/model/state.ts';
import { emptyDraft } from '../../../src/core/model/tool.ts';
import type { Finished } from '../../../src/core/model/visit.ts';
import { frozenEffects } from '../../../src/core/turn/frozen.ts';
import { giveUp, undeliverable } from '../../../src/core/turn/give-up.ts';
import { settle, settleDraft, softWarnings } from '../../../src/core/turn/settle.ts';
import { ASIDE, EVERY, HELD, intent, replied, visited } from '../entries.ts';
import { configOf, letter, mail, resumeOf, sent, stateOf } from '../world.ts';

const config = configOf({
  edges: { human: ['z', 'a'], z: ['a'], a: ['b', 'human'], b: [], boss: [] },
  org: { limits: { max_attempts: 3 } },
  resumes: { boss: { person: true } },
  credits: { agents: { a: { grant: 1 } } },
});

function finished(agent: string, more: Partial<Finished> = {}): Finished {
  return {
    agent,
    resume: resumeOf(config, agent),
    outcome: 'ok',
    given: [],
    notices: 0,
    answers: [],
    draft: emptyDraft(),
    summary: false,
    ...more,
  };
}

function settled(visit: Finished, state = emptyState()): Effect[] {
  return settle(config, state, 2, [visit]);
}

function noticesIn(effects: readonly Entry[]): [string, string][] {
  return effects.flatMap((effect): [string, string][] => (effect.k === 'notice' ? [[effect.to, effect.about]] : []));
}

const { k: _, ...waiting } = HELD;

describe('the effects of a turn', () => {
  it('stand in chart order, whoever finished first', () => {
    const visits = ['a', 'b', 'z'].map((agent) => finished(agent));
    const agents = (list: Finished[]) =>
      settle(config, emptyState(), 2, list).map((effect) => 'agent' in effect && effect.agent);
    for (const list of [visits, [...visits].reverse(), [visits[1], visits[2], visits[0]] as Finished[]])
      expect(agents(list)).toEqual(['z', 'a', 'b']);
  });

  it('of a visit that did nothing are the visit', () => {
    expect(settled(finished('a'))).toEqual([
      { k: 'visit', agent: 'a', outcome: 'ok', mail: [], sent: 0, refused: 0, held: 0, told: 0, notes: [] },
    ]);
  });

  it('of a summary say so', () => {
    expect(settled(finished('a', { summary: true })).map(({ k }) => k)).toEqual(['visit', 'summarised']);
    expect(settled(finished('a', { summary: true, outcome: 'failed', blame: 'provider' })).map(({ k }) => k)).toEqual([
      'visit',
    ]);
  });

  it('are what was staged, with who is to be told', () => {
    const message = letter({ from: 'a', to: ['b'], turn: 2 });
    const draft = {
      ...emptyDraft(),
      sent: [
        { message, files: [], held: false },
        { message: letter({ from: 'a', n: 2 }), files: [{ path: 'x', data: '' }], held: false },
      ],
      wrote: new Map([['org/shared/x', { text: 'new', was: null }]]),
      acked: [
        { id: 'm1', author: 'z', reaction: '' },
        { id: 'm2', author: 'human', reaction: '👍' },
      ],
      held: [{ ...waiting, contacts: ['human', 'boss'] }],
      refusals: [{ tool: 'shell', rule: 'granted-tool', text: 'no' }],
      notes: ['thinking'],
    };
    const effects = settled(finished('a', { draft, notices: 2, given: [mail()] }));
    expect(effects[0]).toMatchObject({
      mail: ['000001-human-01'],
      sent: 2,
      refused: 1,
      held: 1,
      told: 2,
      notes: ['thinking'],
      refusals: draft.refusals,
    });
    expect(effects.map(({ k }) => k)).toEqual([
      'visit',
      'sent',
      'sent',
      'wrote',
      'acked',
      'notice',
      'acked',
      'notice',
      'held',
      'notice',
      'notice',
    ]);
    expect(effects[1]).toEqual({ k: 'sent', message });
    expect(effects[2]).toMatchObject({ files: [{ path: 'x', data: '' }] });
    expect(noticesIn(effects)).toEqual([
      ['z', 'ack'],
      ['human', 'ack'],
      ['human', 'approval'],
      ['boss', 'approval'],
    ]);
    expect(effects.flatMap((effect) => (effect.k === 'notice' && effect.about === 'ack' ? [effect.text] : []))).toEqual(
      ['a acknowledged m1', 'a acknowledged m2: 👍'],
    );
  });

  it('of a failed visit do nothing of what it asked for', () => {
    const draft = {
      ...emptyDraft(),
      sent: [{ message: letter(), files: [], held: false }],
      held: [waiting],
      notes: ['so far'],
    };
    const effects = settled(finished('a', { outcome: 'failed', blame: 'reply', reason: 'malformed: x', draft }));
    expect(effects[0]).toMatchObject({
      outcome: 'failed',
      blame: 'reply',
      reason: 'malformed: x',
      sent: 0,
      held: 0,
      notes: ['so far'],
    });
    expect(noticesIn(effects)).toEqual([['a', 'result']]);
  });

  it('of mail that is part of a long chain are a dead letter for all, and people know of the loop', () => {
    const message = letter({ from: 'a', to: ['b', 'human'], hops: 13 });
    const effects: Effect[] = [];
    settleDraft(config, emptyState(), 2, 'a', { ...emptyDraft(), sent: [{ message, files: [], held: true }] }, effects);
    expect(effects.map(({ k }) => k)).toEqual(['sent', 'dead', 'notice', 'notice', 'notice']);
    expect(effects[1]).toMatchObject({ record: { id: message.id, to: ['b', 'human'], reason: 'hops' } });
    expect(noticesIn(effects)).toEqual([
      ['a', 'loop'],
      ['human', 'loop'],
      ['boss', 'loop'],
    ]);
  });
});

describe('a failed visit', () => {
  const given = (attempts: number): Mail[] => [mail({ attempts: { ...(attempts ? { a: attempts } : {}), z: 9 } })];
  const failed = (blame: NonNullable<Finished['blame']>, attempts: number) =>
    settled(finished('a', { outcome: 'failed', blame, reason: 'why', given: given(attempts) }));

  it.each(['reply', 'internal'] as const)('by its %s buries the mail that failed too often', (blame) => {
    for (const before of [0, 1]) expect(failed(blame, before).map(({ k }) => k)).toEqual(['visit', 'notice']);
    const effects = failed(blame, 2);
    expect(effects.map(({ k }) => k)).toEqual(['visit', 'notice', 'dead', 'notice', 'notice']);
    expect(effects[2]).toMatchObject({ record: { reason: 'attempts', to: ['a'], turn: 2 } });
    expect(noticesIn(effects)).toEqual([
      ['a', 'result'],
      ['human', 'dead-letter'],
      ['boss', 'dead-letter'],
    ]);
  });

  it('by its provider leaves its mail alone', () => {
    expect(failed('provider', 99).map(({ k }) => k)).toEqual(['visit']);
  });

  it('for want of credits tells people once', () => {
    expect(noticesIn(failed('credits', 99))).toEqual([
      ['human', 'credits'],
      ['boss', 'credits'],
    ]);
    const starving = stateOf(visited({ outcome: 'skipped', blame: 'credits' }));
    expect(
      settled(finished('a', { outcome: 'failed', blame: 'credits', reason: 'why' }), starving).map(({ k }) => k),
    ).toEqual(['visit']);
  });

  it('that was cut for want of credits tells the authors of its mail once', () => {
    const visit = finished('a', { outcome: 'cut', blame: 'credits', reason: 'credits', given: [mail({ from: 'z' })] });
    expect(noticesIn(settled(visit))).toEqual([
      ['a', 'cut'],
      ['z', 'cut'],
      ['human', 'credits'],
      ['boss', 'credits'],
    ]);
    // Whoever wrote the mail knows it already by that notice.
    expect(noticesIn(settled({ ...visit, given: [mail()] }))).toEqual([
      ['a', 'cut'],
      ['human', 'cut'],
      ['boss', 'credits'],
    ]);
    const starving = stateOf(visited({ outcome: 'skipped', blame: 'credits' }));
    expect(noticesIn(settled(visit, starving))).toEqual([['a', 'cut']]);
  });

  it('that was skipped tells people once, if it was for want of credits', () => {
    const skipped = finished('a', {
      outcome: 'skipped',
      blame: 'credits',
      need: 500_000,
      reason: 'no credits: too dear',
    });
    const [first, second] = settled(skipped);
    expect(first).toMatchObject({ k: 'visit', outcome: 'skipped', blame: 'credits', need: 500_000 });
    expect(second).toMatchObject({
      k: 'notice',
      to: 'human',
      text: 'a is out of credits: too dear. Its mail waits: lemming top-up a 3',
    });
    expect(settled(finished('a', { outcome: 'skipped', blame: 'budget' })).map(({ k }) => k)).toEqual(['visit']);
  });
});

describe('a dead letter', () => {
  const buried = (fields: Parameters<typeof mail>[0], to: string[], reason: 'expired' | 'hops' = 'expired') => {
    const effects: Effect[] = [];
    giveUp(config, 5, mail(fields), to, reason, 'Because.', effects);
    return effects;
  };

  it('for all recipients bears the id of its message, for some their names too', () => {
    expect(buried({ to: ['a', 'b'] }, ['a', 'b'])[0]).toMatchObject({
      record: { id: '000001-human-01', message: '000001-human-01', turn: 5, revived: null },
      detail: 'Because.',
    });
    expect(buried({ to: ['a', 'b'] }, ['b'])[0]).toMatchObject({
      record: { id: '000001-human-01-b', message: '000001-human-01', to: ['b'] },
    });
  });

  it('is told to its author and to people, each once, if they are there', () => {
    expect(noticesIn(buried({ from: 'a', to: ['b'] }, ['b']))).toEqual([
      ['a', 'dead-letter'],
      ['human', 'dead-letter'],
      ['boss', 'dead-letter'],
    ]);
    expect(noticesIn(buried({ from: 'human' }, ['a'], 'hops'))).toEqual([
      ['human', 'loop'],
      ['boss', 'loop'],
    ]);
    expect(noticesIn(buried({ from: 'gone' }, ['a']))).toEqual([
      ['human', 'dead-letter'],
      ['boss', 'dead-letter'],
    ]);
  });
});

describe('mail that cannot be delivered any more', () => {
  const ALL = { all: true, names: new Set<string>() };
  const broken = configOf({
    edges: { human: ['a'], a: ['b', 'human'], b: [] },
    files: { 'agents/b/resume.md': '---\nrole: [\n---\n' },
  });
  const reasons = (org: typeof config, turn: number, ...entries: Entry[]) =>
    undeliverable(org, stateOf(...entries), turn).flatMap((effect) =>
      effect.k === 'dead' ? [`${effect.record.reason} ${effect.record.to}`] : [],
    );

  it.each([
    ['to somebody who is gone', [sent({ to: ['ghost'] })], 2, ['no-agent ghost']],
    ['along an edge', [sent({ from: 'z' })], 2, []],
    ['without an edge', [sent({ from: 'b' })], 2, ['no-edge a']],
    ['of an author who is gone', [sent({ from: 'ghost' })], 2, ['no-edge a']],
    ['to a person, sent before the edge went', [sent({ from: 'b', to: ['human'] })], 2, []],
    [
      'to a person, sent in this very turn without an edge',
      [sent({ from: 'b', to: ['human'], turn: 2 })],
      2,
      ['no-edge human'],
    ],
    ['that expires in this turn', [sent({ from: 'z', expires: 2 })], 2, []],
    ['that expired', [sent({ from: 'z', expires: 2 })], 3, ['expired a']],
    ['of a person never expires', [sent({ from: 'human', expires: 2 })], 3, []],
    [
      'to several, each by their own',
      [sent({ from: 'z', to: ['a', 'b', 'ghost'] })],
      2,
      ['no-edge b', 'no-agent ghost'],
    ],
  ] as [string, Entry[], number, string[]][])('%s', (_what, entries, turn, dead) => {
    expect(reasons(config, turn, ...entries)).toEqual(dead);
  });

  it('to an agent that is away: its author hears of all that waits for it, and who is gone hears nothing', () => {
    const dead = (id: string, to: string, reason: string) =>
      ({
        k: 'dead',
        detail: '',
        record: { id, message: id, path: 'x', from: 'z', to: [to], turn: 1, reason },
      }) as Entry;
    const effects = undeliverable(
      { ...config, readFrom: new Map([...config.readFrom, ['ghost', ALL]]) }, // the chart names it still
      stateOf(
        { k: 'absent', agent: 'ghost', since: 1, why: '', out: true },
        dead('000001-z-01', 'ghost', 'no-agent'),
        dead('000001-z-02', 'ghost', 'hops'),
        dead('000001-z-03', 'b', 'no-agent'),
        sent({ id: '000001-z-04', from: 'z', to: ['ghost'] }),
        sent({ id: '000001-gone-01', from: 'gone', to: ['ghost'] }),
      ),
      2,
    );
    expect(effects.flatMap((effect) => (effect.k === 'notice' ? [[effect.to, effect.text]] : []))).toEqual([
      [
        'z',
        'ghost is away, because agents/ghost is missing. Your messages 000001-z-01, 000001-z-04 wait and reach ghost when it is back. Do not send them again.',
      ],
    ]);
  });

  it('to an agent whose resume is broken waits until it is mended, or expires', () => {
    expect(reasons(broken, 2, sent({ from: 'a', to: ['b'] }))).toEqual([]);
    expect(reasons(broken, 3, sent({ from: 'a', to: ['b'], expires: 2 }))).toEqual(['expired b']);
  });
});

describe('what follows from a freeze', () => {
  const told = (...lines: Entry[]) => noticesIn(frozenEffects(config, emptyState(), 2, lines));

  it.each([
    ['a file that was set aside, its owner a person', [{ ...ASIDE, owner: 'boss' }], ['boss', 'human']],
    ['a file that was set aside, its owner an agent', [{ ...ASIDE, owner: 'a' }], ['human', 'boss']],
    ['a message that is lost', [EVERY.lost], ['human', 'boss']],
    ['anything else', [EVERY.open, EVERY.drop, EVERY.file], []],
  ] as [string, Entry[], string[]][])('is told to people: %s', (_what, lines, to) => {
    expect(told(...lines)).toEqual(to.map((name) => [name, 'dead-letter']));
  });

  it('begins with the mail that cannot be delivered any more', () => {
    const effects = frozenEffects(config, stateOf(sent({ to: ['ghost'] })), 2, [ASIDE]);
    expect(effects.map(({ k }) => k)).toEqual(['dead', 'notice', 'notice', 'notice', 'notice']);
  });
});

it('people are the persons of the chart, in its order', () => {
  expect(peopleOf(config)).toEqual(['human', 'boss']);
});

it('a soft cap that is passed warns people once', () => {
  const org = configOf({ edges: { human: ['a'], a: [] }, credits: { agents: { a: { grant: 1, soft: 0.00005 } } } });
  const state = stateOf(intent({ unit: null }), replied());
  expect(softWarnings(org, state)).toEqual([
    { k: 'warned', scope: 'a' },
    { k: 'notice', to: 'human', about: 'credits', text: expect.stringContaining('0.00006') },
  ]);
  expect(softWarnings(org, stateOf(intent({ unit: null }), replied(), { k: 'warned', scope: 'a' }))).toEqual([]);
});

describe('held acts that nobody answered in time', () => {
  const told = (state: ReturnType<typeof stateOf>, line: Entry) =>
    frozenEffects(config, state, 3, [line]).flatMap((effect) =>
      effect.k === 'notice' ? [[effect.to, effect.text]] : [],
    );

  it('the next who is asked is told, and at the end everybody who was', () => {
    const asks = 'a wants to use shell. Run lemming approve A-1-a-1 or lemming deny A-1-a-1';
    expect(told(stateOf(HELD), EVERY.escalated)).toEqual([['boss', asks]]);
    expect(told(stateOf({ ...HELD, contacts: ['boss'] }), EVERY.lapsed)).toEqual([
      ['boss', 'A-1-a-1: nobody answered within 1h; it is denied'],
      ['human', 'A-1-a-1: nobody answered within 1h; it is denied'],
    ]);
    expect(told(emptyState(), { ...EVERY.lapsed, decision: 'approve' })).toEqual([
      ['human', 'A-1-a-1: nobody answered within 1h; it is approved'],
    ]);
  });
});
