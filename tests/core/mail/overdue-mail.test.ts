import { describe, expect, it } from 'vitest';
import { overdueMail, superiorOf } from '../../../src/core/mail/overdue-mail.ts';
import type { Config } from '../../../src/core/model/config.ts';
import { emptyState } from '../../../src/core/model/state.ts';

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
      },
    ]);
  });
});
