import { expect, it } from 'vitest';
import type { Effect } from '../../../src/core/model/entry.ts';
import { emptyState } from '../../../src/core/model/state.ts';
import { emptyDraft, type Staging } from '../../../src/core/model/tool.ts';
import { FileVersions } from '../../../src/core/tools/file-versions.ts';
import { chainWrites, settleDraft } from '../../../src/core/turn/settle.ts';
import { configOf } from '../world.ts';

const config = configOf({ edges: { human: ['a', 'b'], a: [], b: [] } });
const CONTEXT = 'org/shared/context/brand.md';
const add = (line: string): Staging => ({
  text: `old\n${line}`,
  was: 'old',
  onto: (now) => ({ text: `${now}\n${line}` }),
});

/** Effects of the drafts of some agents, one after the other, as a turn chains them. */
function settled(...drafts: [agent: string, path: string, staging: Staging][]) {
  const written = new FileVersions();
  const effects: Effect[] = [];
  const refused = drafts.map(([agent, path, staging]) => {
    const draft = { ...emptyDraft(), wrote: new Map([[path, staging]]) };
    settleDraft(config, emptyState(), 2, agent, draft, effects, written);
    return draft.refusals.map(({ rule }) => rule);
  });
  return { effects: chainWrites(effects), refused };
}

it('a change that can be done again is done on what another wrote', () => {
  const { effects } = settled(['a', CONTEXT, add('a')], ['b', CONTEXT, add('b')], ['a', CONTEXT, add('a2')]);
  expect(effects).toEqual([
    { k: 'wrote', agent: 'a', path: CONTEXT, text: 'old\na', was: 'old' },
    { k: 'wrote', agent: 'b', path: CONTEXT, text: 'old\na\nb', was: 'old\na' },
    { k: 'wrote', agent: 'a', path: CONTEXT, text: 'old\na\nb\na2', was: 'old\na\nb' },
  ]);
});

it.each<[string, Staging, RegExp]>([
  [
    'would undo it',
    { text: '---\nversion: 2\n---\nmine', was: 'old', onto: () => null },
    /version 1 and says:\nold\na\nYours was:\nmine$/,
  ],
  ['came from a file tool', { text: 'mine', was: 'old' }, /Yours was:\nmine$/],
  ['would remove it', { text: null, was: 'old', onto: () => null }, /says:\nold\na$/],
])('one that %s is refused, and its author is told both texts', (_what, staging, text) => {
  const { effects, refused } = settled(['a', CONTEXT, add('a')], ['b', CONTEXT, staging]);
  expect(effects[1]).toEqual({ k: 'notice', to: 'b', about: 'refused', text: expect.stringMatching(text) });
  expect(refused).toEqual([[], ['version']]);
});

it('what another removed is said to be gone', () => {
  const gone: Staging = { text: null, was: 'old', onto: () => null };
  const { effects } = settled(['a', CONTEXT, gone], ['b', CONTEXT, { text: 'mine', was: 'old' }]);
  expect(effects[1]).toMatchObject({
    text: expect.stringMatching(/shared\/brand was not changed: a changed it .* It was deleted\./),
  });
});

it('other shared files are written as they were staged', () => {
  const path = 'org/shared/docs/x';
  const { effects, refused } = settled(['a', path, { text: 'a', was: null }], ['b', path, { text: 'b', was: null }]);
  expect(effects).toMatchObject([
    { text: 'a', was: null },
    { text: 'b', was: null },
  ]);
  expect(refused).toEqual([[], []]);
});

it('what an agent removed and wrote again in one turn is based on nothing', () => {
  const path = 'agents/a/memory/x.md';
  const { effects } = settled(['a', path, { text: null, was: 'old' }], ['a', path, { text: 'new', was: 'old' }]);
  expect(effects).toMatchObject([
    { text: null, was: 'old' },
    { text: 'new', was: null },
  ]);
});
