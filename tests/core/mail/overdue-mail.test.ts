import { describe, expect, it } from 'vitest';
import { noteTold, overdueMail, superiorOf } from '../../../src/core/mail/overdue-mail.ts';
import type { Config } from '../../../src/core/model/config.ts';
import type { Mail } from '../../../src/core/model/state/mail.ts';
import { emptyState } from '../../../src/core/model/state.ts';

const MAIL: Mail = {
  id: '000002-a-01',
  from: 'a',
  to: ['b'],
  turn: 2,
  kind: 'message',
  subject: 'Hi',
  priority: 'normal',
  thread: '000002-a-01',
  hops: 0,
  path: 'x',
  body: 'Hello.',
  waiting: ['b'],
  attempts: {},
};
const unit = (head: string | null, parent: string | null) => ({ head, parent });
const CONFIG = {
  org: { mail: { escalate_after: 5 }, approvals: { escalate_to: ['human'] } },
  agents: new Map<string, object>([
    ['human', { person: true }],
    ['a', { unit: 'small' }],
    ['b', { unit: 'gone' }],
    ['c', { unit: 'round' }],
    ['head', { unit: 'small' }],
  ]),
  units: new Map([
    ['small', unit('head', 'middle')],
    ['middle', unit(null, 'big')],
    ['big', unit('absent', null)],
    ['round', unit('c', 'round')],
  ]),
  contacts: new Map(),
  sendTo: new Map(),
  readFrom: new Map(),
} as unknown as Config;

describe('mail that waits for long', () => {
  it.each([
    ['a', 'human', 'head'],
    ['head', 'a', 'human'],
    ['head', 'human', null],
    ['b', 'a', 'human'],
    ['c', 'a', 'human'],
    ['nobody', 'a', 'human'],
  ])('of %s from %s is told to %s', (agent, from, superior) => {
    expect(superiorOf(CONFIG, agent, from)).toBe(superior);
  });

  it('is told when an answer is owed for as long, and notices and agents that are gone count for nothing', () => {
    const state = emptyState();
    state.mail.owed.set('a', [{ id: '000001-human-01', from: 'human', thread: 't', subject: 'Time', turn: 2 }]);
    state.mail.inbox.set('gone', ['000001-a-01']);
    state.mail.inbox.set('b', ['000002-a-01']);
    state.mail.waiting.set('000002-a-01', { id: '000002-a-01', kind: 'notice', turn: 2, from: 'a' } as never);
    expect(overdueMail(CONFIG, state, 6)).toEqual([]);
    expect(overdueMail(CONFIG, state, 7)).toEqual([
      {
        k: 'notice',
        to: 'head',
        about: 'overdue',
        text: 'a has not answered 000001-human-01 from human for 5 turns: "Time".',
        overdue: [{ agent: 'a', id: '000001-human-01', what: 'answered' }],
      },
    ]);
  });

  it('is told once, also when it has waited for longer, and where it has ended meanwhile nothing is noted', () => {
    const state = emptyState();
    state.mail.owed.set('a', [
      { id: '000001-human-01', from: 'human', thread: 't', subject: 'Time', turn: 2 },
      { id: '000001-human-02', from: 'human', thread: 't', subject: 'Place', turn: 8 },
    ]);
    state.mail.inbox.set('b', ['000002-a-01']);
    state.mail.waiting.set('000002-a-01', { ...MAIL, turn: 2 });
    const told = (turn: number) => {
      const notices = overdueMail(CONFIG, state, turn);
      for (const notice of notices) if (notice.k === 'notice') noteTold(state, notice.overdue ?? []);
      return notices.map((notice) => notice.k === 'notice' && notice.text);
    };
    expect(told(9)).toEqual(
      [
        'b has not read 000002-a-01 from a for 7 turns: "Hi".',
        'a has not answered 000001-human-01 from human for 7 turns: "Time".',
      ].map((text) => expect.stringContaining(text)),
    );
    expect(told(10)).toEqual([]);
    expect(told(14)).toEqual([expect.stringContaining('"Place"')]);
    noteTold(state, [
      { agent: 'gone', id: '000001-human-01', what: 'answered' },
      { agent: 'b', id: '000009-a-01', what: 'read' },
    ]);
    expect(state.mail.owed.has('gone') || state.mail.waiting.has('000009-a-01')).toBe(false);
  });

  it('is told from when it was sent again, and no sooner than a route lets it be read', () => {
    const state = emptyState();
    state.mail.inbox.set('b', ['000002-a-01', '000002-a-02']);
    state.mail.waiting.set('000002-a-01', { ...MAIL, edited: 6 });
    state.mail.waiting.set('000002-a-02', { ...MAIL, id: '000002-a-02' });
    state.mail.collected.set('b', [{ id: '000002-a-02', turn: 8 }]);
    const told = (turn: number) =>
      overdueMail(CONFIG, state, turn).map((one) => one.k === 'notice' && one.overdue?.[0]?.id);
    expect(told(10)).toEqual([]);
    expect(told(11)).toEqual(['000002-a-01']);
    expect(told(13)).toEqual(['000002-a-01', '000002-a-02']);
  });

  it('of a great backlog is told in one notice, each mail in it once', () => {
    const state = emptyState();
    const ids = Array.from({ length: 45 }, (_, i) => `000002-a-${String(i + 1).padStart(2, '0')}`);
    state.mail.inbox.set('b', ids);
    for (const id of ids) state.mail.waiting.set(id, { ...MAIL, id });
    const notices = overdueMail(CONFIG, state, 50).map((one) => (one.k === 'notice' ? one : null));
    expect(notices).toHaveLength(21);
    expect(notices.flatMap((one) => one?.overdue?.map(({ id }) => id))).toEqual(ids);
    expect(notices[20]?.text).toMatch(/^More mail was not .*000002-a-21 \(b\).* and 5 more\.$/);
    state.mail.inbox.set('b', ids.slice(0, 22));
    expect(overdueMail(CONFIG, state, 50).at(-1)).toMatchObject({ text: expect.stringMatching(/-22 \(b\)\.$/) });
  });
});
