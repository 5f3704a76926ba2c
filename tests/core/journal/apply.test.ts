import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply } from '../../../src/core/journal/apply.ts';
import { noticeKey } from '../../../src/core/mail/notices.ts';
import { entryAt } from '../../../src/core/memory/entry.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { textHash } from '../../../src/core/model/hash.ts';
import { inboxOf, TAIL_CHARS, TAIL_LENGTH, wakesBy } from '../../../src/core/model/state/mail.ts';
import { emptySpending } from '../../../src/core/model/state/money.ts';
import { parseState, serializeState } from '../../../src/core/model/state/pieces.ts';
import { agentState } from '../../../src/core/model/state/staff.ts';
import { emptyState, type State } from '../../../src/core/model/state.ts';
import { utcDay } from '../../../src/core/money/money.ts';
import {
  ASIDE,
  asked,
  dead,
  EVERY,
  failed,
  HELD,
  HIRED,
  intent,
  journals,
  opened,
  RETIRED,
  replied,
  reply,
  USAGE,
  visited,
} from '../entries.ts';
import { letter, mail, sent, stateOf } from '../world.ts';

const FIRST = letter().id;

it('what is trusted is what the last line says', () => {
  const line = (tools: Record<string, string>): Entry => ({ k: 'trusted', tools });
  const state = stateOf(line({ 'tool a': '1' }), line({ 'tool b': '2' }));
  expect([...state.rights.trusted]).toEqual([['tool b', '2']]);
  expect([...parseState(serializeState(state) as never).rights.trusted]).toEqual([['tool b', '2']]);
});

describe('lines that tell a state nothing', () => {
  it.each(['sweep', 'use', 'lapsed', 'answer', 'escalated', 'done', 'synced', 'redacted', 'acked', 'unpaid'] as const)(
    '%s',
    (kind) => {
      expect(stateOf(EVERY[kind])).toStrictEqual(emptyState());
    },
  );
});

it('a use of a tool is booked by the line that announces it, and known until its turn is made', () => {
  const use: Entry = { ...EVERY.use, agent: 'a', tool: 'shell', cost: 7, unit: 'crew' };
  const state = stateOf(opened(1), use, { ...use, act: 2, unit: null }, { ...EVERY.used, ok: false });
  expect(state.money.paid).toEqual([
    { agent: 'a', unit: 'crew', cost: 7 },
    { agent: 'a', unit: null, cost: 7 },
  ]);
  expect([agentState(state.staff, 'a').spent, state.money.org.spent, state.money.units.get('crew')?.spent]).toEqual([
    14, 14, 7,
  ]);
  expect([...state.money.tools]).toEqual([['shell', { calls: 2, spent: 14, tokensIn: 0, tokensOut: 0 }]]);
  expect(parseState(serializeState(state) as never)).toStrictEqual(state);
  apply(state, { k: 'commit', turn: 1, lock: 1 });
  expect([state.money.paid, agentState(state.staff, 'a').calls]).toEqual([[], 0]);
});

it('an opening sets the time and its day, and no call of another turn is under way', () => {
  const state = stateOf(intent(), opened(2, Date.UTC(2026, 10, 21, 23, 59)));
  expect(state.clock).toMatchObject({ time: Date.UTC(2026, 10, 21, 23, 59), day: '2026-11-21' });
  expect(state.calls.open.size).toBe(0);
  expect(utcDay(0)).toBe('1970-01-01');
});

describe('staff', () => {
  it('a hire brings files, a place in the chart and credits, and takes them from who hired', () => {
    const state = stateOf(HIRED);
    expect(state.files.texts.get('agents/kid/resume.md')).toBe(HIRED.files[0]?.text);
    expect(state.files.texts.get('org/chart.yaml')).toBe('with kid');
    expect([...state.staff.hired]).toEqual([['kid', { by: 'a', turn: 2 }]]);
    expect([agentState(state.staff, 'a').granted, agentState(state.staff, 'kid').granted]).toEqual([-30, 30]);
    expect(agentState(stateOf({ ...HIRED, from: null }).staff, 'a').granted).toBe(0);
  });

  it('a retirement takes both back, and leaves the resume under another name', () => {
    const pause = asked({ ask: 'pause', by: 'human', agent: 'kid' });
    const state = stateOf(HIRED, pause, { ...EVERY.notice, to: 'kid' }, RETIRED);
    expect([...state.files.texts.keys()].sort()).toEqual(['agents/kid/resume.retired.md', 'org/chart.yaml']);
    expect([agentState(state.staff, 'a').granted, agentState(state.staff, 'kid').granted]).toEqual([-10, 10]);
    expect(agentState(state.staff, 'kid')).toMatchObject({ paused: false, notices: [] });
    expect(state.staff.hired.size).toBe(0);
    expect(agentState(stateOf(HIRED, { ...RETIRED, to: null }).staff, 'a').granted).toBe(-30);
  });

  it('orders wait for the commit of the turn', () => {
    const order = { ask: 'retire' as const, by: 'human', agent: 'kid' };
    const state = stateOf(asked(order));
    expect(parseState(JSON.parse(JSON.stringify(serializeState(state))))).toStrictEqual(state);
    expect(state.staff.orders).toEqual([order]);
    apply(state, EVERY.commit);
    expect(state.staff.orders).toEqual([]);
  });
});

describe('notices', () => {
  const told = (state: State, name = 'human') => agentState(state.staff, name).notices.map(({ text }) => text);
  const notice = (text: string, of?: string, to = 'human'): Entry => ({
    k: 'notice',
    to,
    about: 'credits',
    text,
    ...(of !== undefined && { of }),
  });
  const back: Entry = { k: 'back', agent: 'a' };

  it('of one thing: a later one takes the place of what was not read yet', () => {
    expect(told(stateOf(notice('1', 'x'), notice('2'), notice('3', 'x'), notice('4', 'y')))).toEqual(['2', '3', '4']);
  });

  it.each<[string, Entry[]]>([
    ['away a', [EVERY.absent, back]],
    ['mail for a', [back]],
    [HELD.id, [HELD, asked({ ask: 'deny', by: 'human', id: HELD.id, note: '' })]],
    ['credits of a', [asked({ ask: 'top-up', by: 'human', agent: 'a', amount: 1, note: '' })]],
    [ASIDE.id, [ASIDE, asked({ ask: 'retry', by: 'human', id: ASIDE.id })]],
  ])('of %s go when that is settled', (of, [...lines]) => {
    const last = lines.pop() as Entry;
    const state = stateOf(...lines, notice('settled', of), notice('for b', of, 'b'), notice('other', 'other'));
    expect(told(state)).toEqual(['settled', 'other']);
    apply(state, last);
    expect([told(state), told(state, 'b')]).toEqual([['other'], []]);
  });

  it('of credits go when the agent is called again, or may be', () => {
    const starved: Entry = { ...EVERY.visit, outcome: 'skipped', blame: 'credits', reason: 'no credits' };
    for (const last of [EVERY.visit, { k: 'file', path: 'org/credits.yaml', text: 'version: 1\n' } as const]) {
      const state = stateOf(starved, notice('no credits', `credits of ${EVERY.visit.agent}`));
      apply(state, last);
      expect(told(state)).toEqual([]);
    }
  });

  it('that were read go, by their names; an earlier version named none and meant all', () => {
    const lines = [notice('1'), notice('2'), notice('3')];
    const read = (notices?: string[]) =>
      asked({ ask: 'read', by: 'human', ids: ['notices'], ...(notices && { notices }) });
    const keys = agentState(stateOf(...lines).staff, 'human').notices.map(noticeKey);
    expect(told(stateOf(...lines, read(keys.slice(0, 2)), notice('4')))).toEqual(['3', '4']);
    expect(told(stateOf(...lines, read([])))).toEqual(['1', '2', '3']);
    expect(told(stateOf(...lines, read()))).toEqual([]);
  });
});

describe('files', () => {
  it('of a turn that found no folder are deferred once, until they are made', () => {
    const state = stateOf(EVERY.deferred, EVERY.deferred, { ...EVERY.deferred, turn: 2 });
    expect([...state.staff.deferred]).toEqual([['a', [1, 2]]]);
    apply(state, EVERY['caught-up']);
    expect(state.staff.deferred.size).toBe(0);
  });

  it('of a workspace are known by what a tool wrote there last', () => {
    const state = stateOf(EVERY.used);
    const [file] = EVERY.used.files;
    expect([...state.files.workspace]).toEqual([[file?.path, textHash(file?.text ?? '')]]);
    apply(state, { ...EVERY.used, files: [{ path: file?.path ?? '', text: null, was: null }] });
    expect(state.files.workspace.size).toBe(0);
    const large = { path: file?.path ?? '', text: null, was: null, hash: 'h', size: 1 };
    apply(state, { ...EVERY.used, files: [large] });
    expect([...state.files.workspace]).toEqual([[file?.path, 'h']]);
  });

  it('are kept as they stand, and memory is listed in the order of its last writing', () => {
    const memory = (name: string, text: string | null): Entry => ({
      k: 'file',
      path: `agents/a/memory/${name}.md`,
      text,
    });
    const state = stateOf(memory('x', '1'), memory('y', '2'), EVERY.file, memory('x', '3'), EVERY.wrote);
    expect(state.files.texts.get('agents/a/memory/x.md')).toBe('3');
    expect(state.files.texts.get('org/shared/x')).toBe('new');
    expect([...(state.memory.entries.get('a') ?? [])]).toEqual(['agents/a/memory/y.md', 'agents/a/memory/x.md']);
    apply(state, memory('y', null));
    expect([...(state.memory.entries.get('a') ?? [])]).toEqual(['agents/a/memory/x.md']);
    expect(state.files.texts.has('agents/a/memory/y.md')).toBe(false);
    apply(state, memory('never', null));
    expect([...(state.memory.entries.get('a') ?? [])]).toEqual(['agents/a/memory/x.md']);
  });

  it('of memory have a version that grows with every edit of a person, and moves with them', () => {
    const path = 'agents/a/memory/x.md';
    const archived = 'agents/a/memory/archive/x.md';
    const file = (text: string | null): Entry => ({ k: 'file', path, text });
    const said = (version: number): string => `---\nversion: ${version}\n---\n`;
    const version = (): number | undefined => (entryAt(state, path) ?? entryAt(state, archived))?.version;
    const state = stateOf(file(said(3)));
    expect(version()).toBe(3);
    for (const [text, expected] of [
      [`${said(3)}by hand`, 4],
      [`${said(3)}again`, 5],
      [said(9), 9],
      [said(1), 10],
    ] as const) {
      apply(state, file(text));
      expect(version()).toBe(expected);
    }
    apply(state, { k: 'moved', from: path, to: archived });
    expect(entryAt(state, path)).toBeNull();
    expect(version()).toBe(10);
    apply(state, { k: 'wrote', agent: 'a', path: archived, text: said(11), was: null });
    expect(version()).toBe(11);
    apply(state, { k: 'moved', from: archived, to: path });
    apply(state, { k: 'moved', from: 'agents/a/memory/none.md', to: archived });
    expect([version(), [...(state.memory.entries.get('a') ?? [])]]).toEqual([11, [path]]);
    apply(state, file(null));
    expect([version(), state.memory.edited.size]).toEqual([undefined, 0]);
    expect(parseState(serializeState(state) as Record<string, unknown>)).toEqual(state);
  });

  it('that were set aside are known by their mark until they are looked at again', () => {
    const state = stateOf(ASIDE);
    expect(state.dead.aside.get(ASIDE.path)).toBe('m1');
    expect(state.dead.letters.get(ASIDE.id)).toMatchObject({
      message: null,
      to: [],
      from: 'human',
      turn: 1,
      reason: 'malformed',
    });
    apply(state, asked({ ask: 'retry', by: 'human', id: ASIDE.id }));
    expect([state.dead.aside.size, state.dead.letters.size, state.dead.revive.size]).toEqual([0, 0, 0]);
  });
});

describe('what has no place', () => {
  const unplaced = (path: string, id: string): Entry => ({
    ...EVERY.unplaced,
    path,
    id,
    kept: `org/dead-letter/${id}.kept`,
  });

  it('takes what was set aside there along, and both are settled by their ids', () => {
    const state = stateOf(ASIDE, { ...ASIDE, id: 'aside-000001-2' }, unplaced(ASIDE.path, 'unplaced-1'));
    const kept = 'org/dead-letter/unplaced-1.kept';
    expect([...state.dead.letters.values()].map(({ id, path }) => [id, path])).toEqual([
      ['aside-000001-1', kept],
      ['aside-000001-2', kept],
      ['unplaced-1', ASIDE.path],
    ]);
    expect([...state.dead.astray]).toEqual([
      [kept, ['aside-000001-1', 'aside-000001-2']],
      [ASIDE.path, ['unplaced-1']],
    ]);
    apply(state, asked({ ask: 'retry', by: 'human', id: 'aside-000001-1' }));
    expect(state.dead.astray.get(kept)).toEqual(['aside-000001-2']);
    apply(state, asked({ ask: 'retry', by: 'human', id: 'aside-000001-2' }));
    expect([...state.dead.astray]).toEqual([[ASIDE.path, ['unplaced-1']]]);
    expect([...state.dead.letters.keys()]).toEqual(['unplaced-1']);
  });

  it('is not taken in once more, when it was taken in and could not be removed', () => {
    const drop = 'agents/human/outbox/hello.md';
    const state = stateOf({ ...EVERY.unplaced, path: drop, kept: null, mark: 'hash' });
    apply(state, asked({ ask: 'retry', by: 'human', id: EVERY.unplaced.id }));
    expect([...state.dead.aside]).toEqual([[drop, 'hash']]);
    expect([state.dead.letters.size, state.dead.astray.size]).toEqual([0, 0]);
  });

  it('is a message with its dead letters, but for one that lies elsewhere already', () => {
    const { path } = letter();
    const elsewhere = dead({ id: 'two', path: 'agents/human/outbox/archive/x.md' });
    const state = stateOf(dead({ path }), elsewhere, unplaced(path, 'unplaced-1'));
    expect(state.dead.letters.get(FIRST)?.path).toBe('org/dead-letter/unplaced-1.kept');
    expect(state.dead.letters.get('two')?.path).toBe('agents/human/outbox/archive/x.md');
    expect([...state.dead.astray]).toEqual([[path, ['unplaced-1']]]);
  });
});

it('the record of a file that older journals held no path of is settled like any other', () => {
  const state = stateOf(dead({ message: null as never, id: 'x' }), asked({ ask: 'retry', by: 'human', id: 'x' }));
  expect([state.dead.letters.size, state.dead.astray.size]).toEqual([0, 0]);
});

describe('an agent whose folder is gone', () => {
  it('gets the mail that it missed when it is back, and nobody else’s', () => {
    const missed = (id: string, more: Parameters<typeof dead>[0]) =>
      dead({ id, message: letter({ n: Number(id) }).id, reason: 'no-agent', to: ['a'], ...more });
    const lines = [
      missed('1', {}),
      missed('2', { reason: 'expired' }),
      missed('3', { to: ['b'] }),
      missed('4', { to: ['b', 'a'] }),
    ];
    const state = stateOf(EVERY.absent, ...lines, ASIDE, EVERY.back);
    expect([state.staff.absent.size, [...state.dead.revive]]).toEqual([
      0,
      [
        ['1', ['a']],
        ['4', ['b', 'a']],
      ],
    ]);
  });
});

it('notices wake nobody, whether they are given, edited away or taken back', () => {
  const notice = (n: number) => sent({ n, kind: 'notice', to: ['a', 'b'] });
  const [one, two, three] = [1, 2, 3].map((n) => letter({ n }).id) as [string, string, string];
  const state = stateOf(notice(1), notice(2), sent({ n: 3 }));
  const waking = () => [wakesBy(state.mail, 'a'), wakesBy(state.mail, 'b')];
  expect([waking(), [...state.mail.quiet]]).toEqual([
    [1, 0],
    [
      ['a', 2],
      ['b', 2],
    ],
  ]);
  apply(state, visited({ mail: [one, three] }));
  expect([waking(), state.mail.quiet.get('a')]).toEqual([[0, 0], 1]);
  // Given twice it counts once.
  apply(state, visited({ mail: [one] }));
  expect(state.mail.quiet.get('a')).toBe(1);
  apply(state, { k: 'mail-gone', id: two });
  expect([waking(), [...state.mail.quiet]]).toEqual([[0, 0], [['b', 1]]]);
  apply(state, visited({ agent: 'b', mail: [one] }));
  expect(state.mail.quiet.size).toBe(0);
});

describe('mail', () => {
  it('waits for each of its recipients until a visit with it succeeds', () => {
    const state = stateOf(sent({ to: ['a', 'b'] }), visited({ mail: [FIRST] }));
    expect(inboxOf(state.mail, 'a')).toEqual([]);
    expect(inboxOf(state.mail, 'b')).toMatchObject([{ id: FIRST, waiting: ['b'] }]);
    apply(state, visited({ agent: 'b', mail: [FIRST, 'unknown'] }));
    expect([state.mail.waiting.size, state.mail.inbox.size, state.mail.sent, state.mail.activeTurn]).toEqual([
      0, 0, 1, 1,
    ]);
  });

  it('of the same number, but not all of what waits, leaves the rest', () => {
    const state = stateOf(sent({ n: 1 }), sent({ n: 2 }), visited({ mail: ['000001-human-02', 'unknown'] }));
    expect(inboxOf(state.mail, 'a').map(({ id }) => id)).toEqual([FIRST]);
  });

  it('that was dropped is no news any more, in the outbox or among what was set aside', () => {
    const state = stateOf({ ...ASIDE, path: 'agents/human/outbox/x.md' }, EVERY.drop, {
      ...EVERY.drop,
      message: letter({ n: 10 }),
    });
    expect(state.dead.aside.size).toBe(0);
    expect([...(state.mail.own.get('human') ?? [])]).toHaveLength(2);
    apply(state, { k: 'moved', from: EVERY.drop.message.path, to: 'elsewhere' });
    expect([...(state.mail.own.get('human') ?? [])]).toEqual([letter({ n: 10 }).path]);
    apply(state, { k: 'moved', from: 'agents/a/outbox/x.md', to: 'elsewhere' });
    apply(state, { k: 'moved', from: 'x', to: 'elsewhere' });
  });

  it('that was mended ends the record of what was wrong with it', () => {
    const other = { ...ASIDE, id: 'aside-000001-2', path: 'other' };
    const state = stateOf(ASIDE, other, { ...EVERY.drop, mends: ASIDE.id });
    expect([...state.dead.letters.keys()]).toEqual([other.id]);
  });

  it('that a person edited is changed, in its conversation too', () => {
    const body = 'x'.repeat(TAIL_CHARS + 1);
    const edit: Entry = { k: 'mail', id: FIRST, subject: 'New', body, priority: 'low' };
    const state = stateOf(sent(), edit, { ...edit, id: 'unknown' });
    expect(state.mail.waiting.get(FIRST)).toMatchObject({ subject: 'New', body, priority: 'low' });
    expect(state.mail.threads.get(FIRST)).toMatchObject([{ subject: 'New', body: body.slice(0, TAIL_CHARS) }]);
    for (let n = 2; n <= TAIL_LENGTH + 2; n++) apply(state, sent({ n, thread: FIRST }));
    apply(state, edit);
    expect(state.mail.threads.get(FIRST)?.map(({ id }) => id)).not.toContain(FIRST);
  });

  it('that a person deleted waits for nobody', () => {
    const state = stateOf(sent({ to: ['a', 'b'] }), { k: 'mail-gone', id: FIRST }, { k: 'mail-gone', id: 'unknown' });
    expect([state.mail.waiting.size, state.mail.inbox.size]).toEqual([0, 0]);
  });

  it('is read or acknowledged by a person, whose notices go when they were read', () => {
    const state = stateOf(sent({ from: 'a', to: ['human'] }), sent({ from: 'a', to: ['human'], n: 2 }), {
      ...EVERY.notice,
      to: 'human',
    });
    apply(state, asked({ ask: 'read', by: 'human', ids: ['000001-a-01'] }));
    expect(agentState(state.staff, 'human').notices).toHaveLength(1);
    apply(state, asked({ ask: 'ack', by: 'human', id: '000001-a-02', reaction: '' }));
    apply(state, asked({ ask: 'read', by: 'human', ids: ['notices'] }));
    expect(inboxOf(state.mail, 'human')).toEqual([]);
    expect(agentState(state.staff, 'human').notices).toEqual([]);
  });

  it('makes a conversation of its last messages', () => {
    const state = stateOf(
      ...Array.from({ length: TAIL_LENGTH + 1 }, (_, i) => sent({ n: i + 1, thread: 't', body: 'y'.repeat(500) })),
    );
    expect(state.mail.threads.get('t')).toHaveLength(TAIL_LENGTH);
    expect(state.mail.threads.get('t')?.every(({ body }) => body.length === TAIL_CHARS)).toBe(true);
  });

  it('keeps the 2,000 conversations that were written in last, and four for each agent', () => {
    const talk = (many: number) => Array.from({ length: many }, (_, i) => sent({ n: i + 1, thread: `t${i}` }));
    const state = stateOf(...talk(2001), sent({ n: 3000, thread: 't0' }));
    apply(state, { k: 'commit', turn: 1, lock: 1 });
    expect([state.mail.threads.size, state.mail.threads.has('t0'), state.mail.threads.has('t1')]).toEqual([
      2000,
      true,
      false,
    ]);
    for (let i = 0; i < 501; i++) apply(state, visited({ agent: `a${i}` }));
    for (const entry of talk(2005)) apply(state, entry);
    apply(state, { k: 'commit', turn: 2, lock: 1 });
    expect(state.mail.threads.size).toBe(2004);
  });
});

describe('dead letters', () => {
  it('take the message from those who did not get it, and gather them', () => {
    const state = stateOf(sent({ to: ['a', 'b', 'c'] }), dead({ to: ['a'] }), dead({ to: ['b'] }));
    expect(state.dead.letters.get(FIRST)).toMatchObject({
      message: FIRST,
      to: ['a', 'b'],
      reason: 'expired',
      detail: 'too late',
    });
    expect(state.mail.waiting.get(FIRST)?.waiting).toEqual(['c']);
  });

  it('of no message take nothing', () => {
    const state = stateOf(sent(), dead({ message: null }));
    expect(inboxOf(state.mail, 'a')).toHaveLength(1);
  });

  it('wait for the freeze that delivers them again, as new and with no chain behind them', () => {
    const state = stateOf(sent({ hops: 5 }), visited({ outcome: 'failed', blame: 'reply', mail: [FIRST] }), dead());
    expect(inboxOf(state.mail, 'a')).toEqual([]);
    apply(state, asked({ ask: 'retry', by: 'human', id: FIRST }));
    apply(state, asked({ ask: 'retry', by: 'human', id: 'unknown' }));
    expect([...state.dead.revive]).toEqual([[FIRST, ['a']]]);
    apply(state, { ...EVERY.revived, message: letter({ hops: 5, expires: 1 }) });
    expect([state.dead.letters.size, state.dead.revive.size]).toEqual([0, 0]);
    expect(state.mail.waiting.get(FIRST)).not.toHaveProperty('expires');
    expect(inboxOf(state.mail, 'a')).toMatchObject([{ id: FIRST, hops: 0, attempts: {}, waiting: ['a'] }]);
  });

  it('whose file is gone are not looked for again, but stay on record', () => {
    const state = stateOf(sent(), dead(), asked({ ask: 'retry', by: 'human', id: FIRST }), EVERY.lost);
    expect([state.dead.letters.size, state.dead.revive.size]).toEqual([1, 0]);
  });

  it('that others still wait for come back to those who lost them only', () => {
    const message = letter({ to: ['a', 'b'], hops: 3 });
    const state = stateOf(
      sent({ to: ['a', 'b'], hops: 3 }),
      visited({ outcome: 'failed', blame: 'reply', mail: [FIRST] }),
      dead(),
    );
    apply(state, { k: 'revived', turn: 2, id: FIRST, message, to: ['a', 'b'] });
    expect(state.mail.waiting.get(FIRST)).toMatchObject({ waiting: ['b', 'a'], attempts: {}, hops: 0 });
    expect([inboxOf(state.mail, 'a').length, inboxOf(state.mail, 'b').length]).toEqual([1, 1]);
  });
});

describe('a visit', () => {
  const blamed = (blame: 'provider' | 'reply' | 'credits' | 'internal') =>
    visited({ outcome: 'failed', blame, reason: blame, mail: [FIRST, 'unknown'] });

  it('that fails by the reply or by a bug counts against its mail', () => {
    const state = stateOf(sent(), blamed('reply'), blamed('internal'));
    expect(state.mail.waiting.get(FIRST)?.attempts).toEqual({ a: 2 });
    expect(agentState(state.staff, 'a')).toMatchObject({
      failures: 0,
      failedInRow: 2,
      lastOutcome: 'failed',
      lastReason: 'internal',
      lastTurn: 1,
      retryAt: 0,
    });
  });

  it.each([
    [1, 2],
    [2, 3],
    [3, 5],
    [5, 17],
    [6, 33],
    [9, 33],
  ])(
    'that fails %i times by its provider starts again in turn %i, the wait doubling up to 32 turns',
    (times, retryAt) => {
      const state = stateOf(sent(), ...Array.from({ length: times }, () => blamed('provider')));
      expect(state.mail.waiting.get(FIRST)?.attempts).toEqual({});
      expect(agentState(state.staff, 'a')).toMatchObject({ failures: times, retryAt, starved: false });
    },
  );

  it('that succeeds ends all waiting, and takes the notices it was told', () => {
    const state = stateOf(EVERY.notice, EVERY.notice, blamed('provider'), visited({ told: 1 }));
    expect(agentState(state.staff, 'a')).toMatchObject({
      failures: 0,
      failedInRow: 0,
      retryAt: 0,
      starved: false,
      lastOutcome: 'ok',
      lastReason: '',
    });
    expect(agentState(state.staff, 'a').notices).toHaveLength(1);
  });

  it('that was skipped leaves its mail, and says whether credits were missing', () => {
    const state = stateOf(sent(), visited({ outcome: 'skipped', blame: 'credits', reason: 'no credits: a' }));
    expect(agentState(state.staff, 'a')).toMatchObject({
      starved: true,
      lastReason: 'no credits: a',
      lastTurn: 0,
      lastOutcome: null,
    });
    expect(inboxOf(state.mail, 'a')).toHaveLength(1);
    apply(state, visited({ outcome: 'skipped' }));
    expect(agentState(state.staff, 'a')).toMatchObject({ starved: false, lastReason: '' });
  });

  it.each([
    visited({ outcome: 'cut', reason: 'steps', detail: 'its 8 steps were used up' }),
    visited({ outcome: 'failed', blame: 'reply', reason: 'malformed: {' }),
  ])('that was called was paid, however it ended: $outcome', (end) => {
    const state = stateOf(
      sent(),
      visited({ outcome: 'skipped', blame: 'credits', reason: 'no credits: a per day' }),
      end,
    );
    expect(agentState(state.staff, 'a')).toMatchObject({ starved: false, failedInRow: 1 });
  });

  it('that ran out of credits waits for a top-up, which ends the wait', () => {
    const state = stateOf(visited({ outcome: 'failed', blame: 'credits', reason: 'no credits: 1 more' }));
    expect(agentState(state.staff, 'a')).toMatchObject({ starved: true, retryAt: 2 });
    apply(state, asked({ ask: 'top-up', by: 'human', agent: 'a', amount: 5, note: '' }));
    expect(agentState(state.staff, 'a')).toMatchObject({ starved: false, retryAt: 0, granted: 5 });
    apply(state, visited({ outcome: 'failed', blame: 'provider', reason: 'overloaded' }));
    const { retryAt } = agentState(state.staff, 'a');
    apply(state, asked({ ask: 'top-up', by: 'human', agent: 'a', amount: 5, note: '' }));
    expect(agentState(state.staff, 'a')).toMatchObject({ retryAt, granted: 10 });
  });

  it.each(['a top-up', 'a changed org/credits.yaml'])('that ran out of credits again waits longer, until %s', (how) => {
    const cut = visited({ outcome: 'cut', blame: 'credits', reason: 'credits', detail: 'too dear' });
    const state = stateOf(cut, { k: 'commit', turn: 1, lock: 1 }, cut);
    expect(agentState(state.staff, 'a')).toMatchObject({ starved: true, failures: 0, failedInRow: 2, retryAt: 4 });
    apply(
      state,
      how === 'a top-up'
        ? asked({ ask: 'top-up', by: 'human', agent: 'a', amount: 5, note: '' })
        : { k: 'file', path: 'org/credits.yaml', text: 'version: 1\n' },
    );
    expect(agentState(state.staff, 'a')).toMatchObject({ starved: false, failures: 0, retryAt: 0 });
  });

  it.each(['steps', 'credits'])('that was cut by %s had a provider that answers', (reason) => {
    const cut = visited({ outcome: 'cut', reason, ...(reason === 'credits' && { blame: 'credits' as const }) });
    expect(agentState(stateOf(blamed('provider'), blamed('provider'), cut).staff, 'a')).toMatchObject({ failures: 0 });
  });
});

it('of notices the last 200 are kept from turn to turn', () => {
  const state = stateOf(...Array.from({ length: 201 }, (_, i): Entry => ({ ...EVERY.notice, text: String(i) })));
  apply(state, { k: 'commit', turn: 1, lock: 1 });
  const { notices } = agentState(state.staff, 'a');
  expect([notices.length, notices[0]?.text]).toEqual([200, '1']);
});

it('a notice that comes while a visit with a full box is under way is not lost', () => {
  const state = stateOf(...Array.from({ length: 200 }, (_, i): Entry => ({ ...EVERY.notice, text: String(i) })));
  apply(state, { ...EVERY.notice, text: 'from an agent that stands earlier in the chart' });
  apply(state, visited({ told: 200 }));
  expect(agentState(state.staff, 'a').notices).toMatchObject([
    { text: 'from an agent that stands earlier in the chart' },
  ]);
});

describe('an acknowledgement of a person', () => {
  const ack = (by: string, id: string, reaction = '') =>
    agentState(stateOf(asked({ ask: 'ack', by, id, reaction })).staff, 'a').notices.map(({ text }) => text);

  it.each([
    ['reaches the author', 'human', '000001-a-01', '', ['human acknowledged 000001-a-01']],
    ['carries the reaction', 'human', '000001-a-01', 'ok', ['human acknowledged 000001-a-01: ok']],
    ['of one’s own message is none', 'a', '000001-a-01', '', []],
    ['of something else is none', 'human', 'A-1-a-1', '', []],
  ])('%s', (_what, by, id, reaction, texts) => {
    expect(ack(by, id, reaction)).toEqual(texts);
  });
});

describe('requests', () => {
  it.each(['pause', 'resume'] as const)('%s one agent or all', (ask) => {
    const state = stateOf(
      asked({ ask: 'pause', by: 'human', agent: null }),
      asked({ ask: 'pause', by: 'human', agent: 'a' }),
    );
    apply(state, asked({ ask, by: 'human', agent: null }));
    apply(state, asked({ ask, by: 'human', agent: 'a' }));
    expect([state.staff.paused, agentState(state.staff, 'a').paused]).toEqual([ask === 'pause', ask === 'pause']);
  });

  it.each(['approve', 'deny'] as const)('%s what is held, until it is decided', (ask) => {
    const state = stateOf(
      HELD,
      asked({ ask, by: 'human', id: HELD.id, note: 'why' }),
      asked({ ask, by: 'human', id: 'unknown', note: '' }),
    );
    expect(state.approvals.pending.get(HELD.id)).toMatchObject({
      agent: 'a',
      tool: 'shell',
      turn: 1,
      answer: { decision: ask, by: 'human', note: 'why' },
    });
    apply(state, EVERY.decided);
    expect(state.approvals.pending.size).toBe(0);
  });

  it('an answer in the file of a held act counts as one, and settles the record of what could not be understood', () => {
    const state = stateOf(HELD, { ...ASIDE, path: 'org/approvals/A-1-a-1.md' }, EVERY.answer);
    expect(state.approvals.pending.get(HELD.id)?.answer).toEqual({
      decision: 'approve',
      by: 'human',
      note: 'fine',
      hash: 'h',
    });
    expect([state.dead.aside.size, state.dead.letters.size]).toEqual([0, 0]);
    const { mends: _, ...plain } = EVERY.answer;
    apply(state, { ...plain, decision: 'deny' });
    expect(state.approvals.pending.get(HELD.id)?.answer?.decision).toBe('deny');
  });

  it('a command that answers after a file knows that file', () => {
    const deny = asked({ ask: 'deny', by: 'human', id: HELD.id, note: '' });
    const state = stateOf(HELD, EVERY.answer, deny);
    expect(state.approvals.pending.get(HELD.id)?.answer).toEqual({
      decision: 'deny',
      by: 'human',
      note: '',
      hash: 'h',
    });
  });

  it('what was approved and cannot be paid says so, until it is answered anew; without an answer that tells nothing', () => {
    const yes = asked({ ask: 'approve', by: 'human', id: HELD.id, note: '' });
    const answerOf = (...lines: Entry[]) => stateOf(HELD, ...lines).approvals.pending.get(HELD.id)?.answer;
    expect(answerOf(yes, EVERY.unpaid)).toMatchObject({ decision: 'approve', unpaid: 20_000 });
    expect(answerOf(yes, EVERY.unpaid, yes)).toEqual({ decision: 'approve', by: 'human', note: '' });
    expect(answerOf(EVERY.unpaid)).toBeNull();
  });

  it('a held act that somebody else is asked about waits for them from then on', () => {
    const state = stateOf(opened(1, 5000), HELD, opened(3, 9000), EVERY.escalated);
    expect(state.approvals.pending.get(HELD.id)).toMatchObject({
      turn: 1,
      contacts: ['human', 'boss'],
      asked: 3,
      time: 9000,
      otherwise: EVERY.escalated.otherwise,
      answer: null,
    });
  });

  it('redact tells a state nothing', () => {
    expect(stateOf(asked({ ask: 'redact', by: 'human', id: FIRST }))).toStrictEqual(emptyState());
  });

  describe('reset', () => {
    const full = (): State => {
      const state = stateOf(
        opened(1),
        sent(),
        sent({ n: 2 }),
        dead(),
        asked({ ask: 'retry', by: 'human', id: FIRST }),
        ASIDE,
        HELD,
        EVERY.notice,
      );
      for (const entry of [
        intent(),
        replied({ over: 1 }),
        intent({ n: 2 }),
        { ...EVERY.recovered, doubt: ['1.a.2.1'] },
        { ...EVERY.use, cost: 0 },
        EVERY.warned,
      ] as Entry[])
        apply(state, entry);
      apply(state, asked({ ask: 'top-up', by: 'human', agent: 'a', amount: 5, note: '' }));
      apply(state, visited({ outcome: 'failed', blame: 'provider' }));
      return state;
    };
    const mailOf = (s: State) =>
      [
        s.mail.waiting,
        s.mail.inbox,
        s.mail.threads,
        s.dead.letters,
        s.dead.aside,
        s.approvals.pending,
        s.dead.revive,
      ].map(({ size }) => size);
    const moneyOf = (s: State) =>
      [s.money.units, s.money.models, s.money.providers, s.money.tools, s.money.doubts].map(({ size }) => size);

    it.each([
      ['mail', true, false],
      ['credits', false, true],
      ['all', true, true],
      ['memory', false, false],
      ['tasks', false, false],
    ] as const)('%s: mail %s, credits %s', (scope, forgetsMail, forgetsMoney) => {
      const state = full();
      expect(mailOf(state)).not.toContain(0);
      expect(moneyOf(state)).not.toContain(0);
      apply(state, asked({ ask: 'reset', by: 'human', scope, archive: 'backups/x' }));
      expect(mailOf(state).every((size) => size === 0)).toBe(forgetsMail);
      expect(moneyOf(state).every((size) => size === 0)).toBe(forgetsMoney);
      const { notices, retryAt, failures, spent, granted, doubt } = agentState(state.staff, 'a');
      expect([notices.length, retryAt, failures]).toEqual(forgetsMail ? [0, 0, 0] : [1, 2, 1]);
      expect([granted, spent, doubt]).toEqual(forgetsMoney ? [0, 0, 0] : [5, 60, 100]);
      if (forgetsMoney) expect(state.money.org).toEqual(emptySpending());
    });
  });
});

describe('money', () => {
  it('is reserved by an intent and spent by its reply, on the agent, its unit, the org, the model and the provider', () => {
    const state = stateOf(opened(1), intent());
    expect(state.calls.open.get('1.a.1.1')).toMatchObject({ agent: 'a', unit: 'crew', reserve: 100 });
    apply(state, replied());
    expect(agentState(state.staff, 'a')).toMatchObject({
      spent: 60,
      daySpent: 60,
      day: '1970-01-01',
      tokensIn: 15,
      tokensOut: 7,
      calls: 1,
    });
    expect(state.money.org).toMatchObject({ spent: 60, daySpent: 60 });
    expect(state.money.units.get('crew')).toMatchObject({ spent: 60 });
    expect(state.money.models.get('m')).toEqual({ calls: 1, spent: 60, tokensIn: 15, tokensOut: 7 });
    expect(state.money.providers.get('p')).toEqual({ calls: 1, spent: 60, tokensIn: 15, tokensOut: 7 });
    expect([state.calls.open.size, state.calls.stopped.size]).toEqual([0, 0]);
  });

  it('of a failed call is what the provider billed, and of a call without usage has no tokens', () => {
    const state = stateOf(intent(), failed({ cost: 5, usage: USAGE }), intent({ n: 2, unit: null }), failed({ n: 2 }));
    expect(agentState(state.staff, 'a')).toMatchObject({ spent: 5, calls: 2, tokensIn: 15, tokensOut: 7 });
    for (const entry of [intent({ n: 3 }), replied({ n: 3, reply: reply({ usage: null }) })]) apply(state, entry);
    expect(agentState(state.staff, 'a')).toMatchObject({ spent: 65, tokensIn: 15 });
  });

  it('of a call that nobody opened is not booked', () => {
    expect(stateOf(replied(), failed(), EVERY.recovered)).toStrictEqual(emptyState());
  });

  it('above the reserve stops the model', () => {
    const state = stateOf(intent(), replied({ cost: 100, over: 3 }));
    expect([...state.calls.stopped.keys()]).toEqual(['m']);
  });

  it('of another day is no part of this one', () => {
    const state = stateOf(opened(1, 0), intent(), replied(), opened(2, 86_400_000), intent(), replied({ cost: 1 }));
    expect(agentState(state.staff, 'a')).toMatchObject({ spent: 61, daySpent: 1, day: '1970-01-02' });
  });

  it.each([
    ['crew', 30],
    [null, 30],
    ['crew', 1000],
  ])('in doubt (unit %s) is settled for what was billed (%i), at most the reserve', (unit, amount) => {
    const state = stateOf(opened(1), intent({ unit }), EVERY.recovered);
    expect([
      state.calls.open.size,
      state.money.org.doubt,
      agentState(state.staff, 'a').doubt,
      state.money.units.get('crew')?.doubt ?? 0,
    ]).toEqual([0, 100, 100, unit ? 100 : 0]);
    apply(state, asked({ ask: 'settle-doubt', by: 'human', key: '1.a.1.1', amount }));
    apply(state, asked({ ask: 'settle-doubt', by: 'human', key: 'unknown', amount: 1 }));
    const cost = Math.min(amount, 100);
    expect([
      state.money.doubts.size,
      state.money.org.doubt,
      state.money.org.spent,
      agentState(state.staff, 'a').doubt,
      agentState(state.staff, 'a').spent,
    ]).toEqual([0, 0, cost, 0, cost]);
    expect(state.money.units.get('crew')).toEqual(
      unit ? { ...emptySpending(), spent: cost, day: '1970-01-01', daySpent: cost } : undefined,
    );
  });

  it('in doubt that was settled is spent on the provider as well as on the model', () => {
    const state = stateOf(
      intent(),
      EVERY.recovered,
      asked({ ask: 'settle-doubt', by: 'human', key: '1.a.1.1', amount: 30 }),
    );
    expect([state.money.models.get('m')?.spent, state.money.providers.get('p')?.spent]).toEqual([30, 30]);
  });

  it.each([
    ['org', (s: State) => s.money.org.warned],
    ['@crew', (s: State) => s.money.units.get('crew')?.warned],
    ['a', (s: State) => agentState(s.staff, 'a').warned],
  ])('a warning of %s is given once, an agent may be warned again after a top-up', (scope, warned) => {
    const state = stateOf({ k: 'warned', scope });
    expect(warned(state)).toBe(true);
    apply(state, asked({ ask: 'top-up', by: 'human', agent: 'a', amount: 1, note: '' }));
    expect(warned(state)).toBe(scope !== 'a');
  });
});

it('a summary is noted with its turn', () => {
  expect(stateOf({ k: 'commit', turn: 7, lock: 1 }, { k: 'summarised' }).clock.summaryTurn).toBe(8);
});

it('a text is known by its hash', () => {
  expect([...stateOf(EVERY.blob).calls.blobs.keys()]).toEqual(['h']);
});

// --- Whatever a journal says ---

/** Mail waits for somebody exactly when it lies in their inbox, once. */
function misplacedMail(state: State): string[] {
  const wrong: string[] = [];
  for (const [name, ids] of state.mail.inbox) {
    if (new Set(ids).size < ids.length) wrong.push(`twice in the inbox of ${name}`);
    for (const id of ids)
      if (!state.mail.waiting.get(id)?.waiting.includes(name)) wrong.push(`${id} does not wait for ${name}`);
  }
  for (const { id, waiting } of state.mail.waiting.values()) {
    if (waiting.length === 0) wrong.push(`${id} waits for nobody`);
    for (const name of waiting)
      if (!state.mail.inbox.get(name)?.includes(id)) wrong.push(`${id} is not in the inbox of ${name}`);
  }
  return wrong;
}

function sum(
  of: Iterable<{ spent?: number; doubt?: number; reserve?: number }>,
  key: 'spent' | 'doubt' | 'reserve',
): number {
  return [...of].reduce((total, one) => total + (one[key] ?? 0), 0);
}

describe('any journal', () => {
  const fold = (check: (state: State, entry: Entry) => void): void =>
    fc.assert(
      fc.property(journals, (entries) => {
        const state = emptyState();
        for (const entry of entries) {
          apply(state, entry);
          check(state, entry);
        }
      }),
      { numRuns: 300 },
    );

  it('keeps every message in exactly the inboxes it waits in', () => {
    fold((state) => expect(misplacedMail(state)).toEqual([]));
  });

  it('books the same sums on the agents, the org and the models', () => {
    fold((state) => {
      expect(sum(state.staff.agents.values(), 'spent')).toBe(state.money.org.spent);
      expect(sum(state.money.models.values(), 'spent')).toBe(state.money.org.spent);
      expect(sum(state.staff.agents.values(), 'doubt')).toBe(state.money.org.doubt);
      expect(sum(state.money.doubts.values(), 'reserve')).toBe(state.money.org.doubt);
      for (const account of [state.money.org, ...state.staff.agents.values(), ...state.money.units.values()])
        expect(Math.min(account.spent, account.doubt, account.daySpent)).toBeGreaterThanOrEqual(0);
    });
  });

  it('keeps conversations and notices short', () => {
    fold((state) => {
      for (const tail of state.mail.threads.values()) expect(tail.length).toBeLessThanOrEqual(TAIL_LENGTH);
      for (const { notices } of state.staff.agents.values()) expect(notices.length).toBeLessThanOrEqual(200);
    });
  });

  it('never changes what it was told', () => {
    fc.assert(
      fc.property(journals, (entries) => {
        const before = structuredClone(entries);
        stateOf(...entries);
        expect(entries).toEqual(before);
      }),
    );
  });
});

it('mail of a test is as a state would hold it', () => {
  expect(stateOf(sent()).mail.waiting.get(FIRST)).toEqual(mail());
});
