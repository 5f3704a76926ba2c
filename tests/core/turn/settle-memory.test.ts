import { describe, expect, it } from 'vitest';
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

describe('other shared files that two agents write in one turn', () => {
  const path = 'org/shared/docs/x';
  const both = (first: string | null, second: string | null, was: string | null = null) => {
    const { effects, refused } = settled(['a', path, { text: first, was }], ['b', path, { text: second, was }]);
    return {
      lines: effects.map((one) => ('text' in one && 'path' in one ? [one.path, one.text, one.was] : one)),
      refused,
    };
  };

  it('are as the first wrote them; the text of the second lies beside, and both it and people are told', () => {
    const { lines, refused } = both('a', 'b');
    expect(lines).toMatchObject([
      [path, 'a', null],
      [`${path}.conflict-2`, 'b', null],
      { k: 'notice', to: 'b', text: expect.stringContaining('your text is shared/docs/x.conflict-2') },
      { k: 'notice', to: 'human', text: expect.stringContaining('the text of b is shared/docs/x.conflict-2') },
    ]);
    expect(refused.flat()).toHaveLength(1);
  });

  it('hold both changes where these do not meet, and are not written twice', () => {
    expect(both('A\nb\nc', 'a\nb\nC', 'a\nb\nc').lines).toEqual([
      [path, 'A\nb\nc', 'a\nb\nc'],
      [path, 'A\nb\nC', 'A\nb\nc'],
    ]);
    expect(both('same', 'same\n').lines).toEqual([[path, 'same', null]]);
  });

  it('stay when one of them would remove what the other wrote, and that one is told', () => {
    expect(both('new', null, 'old').lines).toMatchObject([
      [path, 'new', 'old'],
      { to: 'b', text: 'a changed shared/docs/x in the same turn, and the file stays.' },
      { to: 'human' },
    ]);
    expect(both(null, 'new', 'old').lines).toEqual([
      [path, null, 'old'],
      [path, 'new', null],
    ]);
  });

  it('have a name of their own each', () => {
    const files = ['a', 'b', 'c'].map((agent): [string, string, { text: string; was: null }] => [
      agent,
      path,
      { text: agent, was: null },
    ]);
    const { effects } = settled(...files);
    expect(effects.flatMap((one) => ('path' in one ? [one.path] : []))).toEqual([
      path,
      `${path}.conflict-2`,
      `${path}.conflict-2-2`,
    ]);
  });
});

it('what an agent removed and wrote again in one turn is based on nothing', () => {
  const path = 'agents/a/memory/x.md';
  const { effects } = settled(['a', path, { text: null, was: 'old' }], ['a', path, { text: 'new', was: 'old' }]);
  expect(effects).toMatchObject([
    { text: null, was: 'old' },
    { text: 'new', was: null },
  ]);
});
