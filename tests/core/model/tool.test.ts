import { expect, it } from 'vitest';
import { TextsByHash } from '../../../src/core/model/hash.ts';
import { emptyDraft } from '../../../src/core/model/tool.ts';

it('a visit begins with nothing done, and a draft of its own', () => {
  const draft = emptyDraft();
  expect(draft).toEqual({
    sent: [],
    wrote: new Map(),
    touched: new Map(),
    acked: [],
    held: [],
    refusals: [],
    loaded: [],
    uses: null,
    notes: [],
    done: null,
    dropped: new Map(),
    known: new TextsByHash(),
    nextMessage: 1,
    hires: [],
    retires: [],
    tasks: [],
    nextTask: 1,
    promised: 0,
    heldBefore: [],
    stopped: 0,
    sizes: new Map(),
  });
  draft.notes.push('x');
  expect(emptyDraft(3, 5)).toMatchObject({ notes: [], nextMessage: 3, promised: 5 });
});
