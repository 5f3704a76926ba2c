import { describe, expect, it } from 'vitest';
import { apply } from '../../../src/core/journal/apply.ts';
import { emptyState, type State } from '../../../src/core/model/state.ts';
import { FileVersions } from '../../../src/core/tools/file-versions.ts';
import { undoFiles } from '../../../src/core/undo/undo.ts';

/** A run wants the effect E-1-a-1 undone. */
function wanted(): State {
  const state = emptyState();
  apply(state, { k: 'run-undo', turn: 1, key: 'K', of: 'T-1-r-1', by: 'human' });
  return state;
}

/** The effects of the turn that tries it; `live`: paths that a tool changes in that very turn. */
function tried(state: State, live: string[]) {
  const step = { id: 'E-1-a-1', agent: 'a', on: 'x', file: { text: null, was: 'v' } };
  apply(state, { k: 'undo', turn: 2, of: 'T-1-r-1', by: 'human', key: 'K', steps: [step] });
  const effects = undoFiles(state, new FileVersions(), new Set(live));
  for (const effect of effects) apply(state, effect);
  state.undo.undoing = [];
  return effects;
}

describe('what a run takes back', () => {
  it('is completed when nothing is left, and tells its agents alone', () => {
    const state = wanted();
    expect(state.undo.asked).toEqual([{ of: 'T-1-r-1', by: 'human', key: 'K' }]);
    expect(tried(state, []).map((effect) => (effect.k === 'notice' ? effect.to : effect.k))).toEqual([
      'wrote',
      'undone',
      'a',
      'run-undone',
    ]);
    expect(state.runs.undos.get('K')).toMatchObject({ status: 'completed', reason: null, tries: 1 });
  });

  it('is tried three times while what is in the way may go away', () => {
    const state = wanted();
    for (const tries of [2, 3]) {
      tried(state, ['x']);
      expect(state.runs.undos.get('K')).toMatchObject({ status: 'running', tries });
      expect(state.undo.asked).toHaveLength(1);
    }
    tried(state, ['x']);
    expect(state.runs.undos.get('K')).toMatchObject({
      status: 'failed',
      reason: 'E-1-a-1 x (changed in this turn)',
      tries: 3,
    });
    expect(state.undo.asked).toEqual([]);
  });
});
