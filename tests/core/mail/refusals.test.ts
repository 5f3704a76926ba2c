import { expect, it } from 'vitest';
import { inboxOfVisit } from '../../../src/core/mail/inbox.ts';
import { judgeRefusals, noteRefusal } from '../../../src/core/mail/refusals.ts';
import type { Mail } from '../../../src/core/model/state/mail.ts';
import { touch } from '../../../src/core/model/state/staff.ts';
import type { State } from '../../../src/core/model/state.ts';
import { visited } from '../entries.ts';
import { mail, sent, stateOf } from '../world.ts';

function refusedIn(state: State, id: string, mark: { turn: number; long?: true }): void {
  const one = state.mail.waiting.get(id) as Mail;
  state.mail.waiting.set(id, { ...one, refused: { a: mark } });
}

it('mail that was refused longest ago comes next, and a part of what is too long', () => {
  const state = stateOf(
    sent({ to: ['a'], n: 1 }),
    sent({ to: ['a'], n: 2, body: 'x'.repeat(3000) }),
    sent({ to: ['a'], n: 3 }),
  );
  refusedIn(state, '000001-human-01', { turn: 5 });
  refusedIn(state, '000001-human-02', { turn: 3, long: true });
  refusedIn(state, '000001-human-03', { turn: 4 });
  touch(state.staff, 'a').refused = 'mail';
  const given = inboxOfVisit(state, 'a', 6, 100_000, 3);
  expect(given.mail.map(({ id }) => id)).toEqual(['000001-human-02']);
  expect(given.cut).toBe(3000);
});

it('a model that was not called before is at fault when it refuses two agents, and a message that is gone is not marked', () => {
  const state = stateOf(sent({ to: ['a', 'b'] }));
  const visit = (agent: string, n = 1) =>
    ({ agent, outcome: 'failed', blame: 'refused', model: 'm', given: [mail({ n })] }) as never;
  expect(judgeRefusals(state, [visit('a'), visit('b', 2)]).map(({ blame }) => blame)).toEqual(['model', 'model']);
  expect(judgeRefusals(state, [visit('a')]).map(({ blame }) => blame)).toEqual(['refused']);
  noteRefusal(state, visited({ agent: 'a', mail: ['000009-human-01'], blame: 'refused' }));
  expect(state.mail.waiting.get('000009-human-01')).toBeUndefined();
});
