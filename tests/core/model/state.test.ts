import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply } from '../../../src/core/journal/apply.ts';
import { inboxOf } from '../../../src/core/model/state/mail.ts';
import { parseState, serializeState } from '../../../src/core/model/state/pieces.ts';
import { agentState } from '../../../src/core/model/state/staff.ts';
import { emptyState, type State } from '../../../src/core/model/state.ts';
import { EVERY, journals } from '../entries.ts';
import { sent, stateOf } from '../world.ts';

/** As the cache in .lemming/ keeps it. */
function throughJson(state: State): State {
  return parseState(JSON.parse(JSON.stringify(serializeState(state))) as Record<string, unknown>);
}

describe('a state that was frozen', () => {
  it('thaws to the same state: empty, and with one line of every kind', () => {
    for (const state of [emptyState(), stateOf(...Object.values(EVERY))])
      expect(throughJson(state)).toStrictEqual(state);
  });

  it('is the same wherever it was frozen, and goes on as if it never had been', () => {
    fc.assert(
      fc.property(journals, fc.nat(60), (entries, cut) => {
        const state = stateOf(...entries);
        expect(throughJson(state)).toStrictEqual(state);
        const resumed = throughJson(stateOf(...entries.slice(0, cut)));
        for (const entry of entries.slice(cut)) apply(resumed, entry);
        expect(resumed).toStrictEqual(state);
      }),
    );
  });
});

describe('looking into a state adds nothing to it', () => {
  it('an agent that was never mentioned is new', () => {
    const state = emptyState();
    expect(agentState(state.staff, 'a')).toMatchObject({ spent: 0, lastOutcome: null, notices: [] });
    expect(Object.isFrozen(agentState(state.staff, 'a'))).toBe(true);
    expect(state).toStrictEqual(emptyState());
  });

  it('an inbox holds the waiting mail in order of arrival', () => {
    const state = stateOf(sent({ n: 2, to: ['a', 'b'] }), sent({ n: 1 }));
    expect(inboxOf(state.mail, 'a').map((mail) => mail.id)).toEqual(['000001-human-02', '000001-human-01']);
    expect(inboxOf(state.mail, 'b')).toHaveLength(1);
    expect(inboxOf(state.mail, 'nobody')).toEqual([]);
  });
});
