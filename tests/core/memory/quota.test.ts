import { expect, it } from 'vitest';
import { archiveOverQuota } from '../../../src/core/memory/quota.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { configOf, stateOf } from '../world.ts';

const config = configOf({ edges: { human: ['a'], a: [] }, org: { limits: { memory_live: 2 } } });
const file = (path: string, text = 'x') => ({ k: 'file' as const, path, text });
const at = (key: string) => `agents/a/memory/${key}.md`;
const wrote = (key: string, text: string | null = 'new') => ({
  k: 'wrote' as const,
  agent: 'a',
  path: at(key),
  text,
  was: null,
});

it('moves the oldest entries that are not pinned and that this turn did not write', () => {
  const state = stateOf(
    file(at('pinned'), '---\npin: true\n---\n'),
    file(at('one')),
    file(at('learned/two')),
    file(at('three')),
  );
  expect(archiveOverQuota(config, state, [])).toEqual([
    { k: 'moved', from: at('one'), to: at('archive/one') },
    { k: 'moved', from: at('learned/two'), to: at('archive/learned/two') },
  ]);
  expect(archiveOverQuota(config, state, [wrote('one'), wrote('four'), wrote('three', null)])).toEqual([
    { k: 'moved', from: at('learned/two'), to: at('archive/learned/two') },
  ]);
});

it('leaves memories that are small, even when the archive is large', () => {
  const state = stateOf(file(at('one')), file(at('two')), file(at('archive/x')), file(at('archive/y')));
  expect(archiveOverQuota(config, state, [wrote('archive/x', null)])).toEqual([]);
});

it('leaves shared context, and the memory of who is no agent any more', () => {
  const folder = ['1', '2', '3'];
  const state = stateOf(
    ...folder.map((key) => file(`org/shared/context/${key}.md`)),
    ...folder.map((key) => file(`agents/gone/memory/${key}.md`)),
  );
  expect(archiveOverQuota(config, state, [{ ...wrote('x'), path: 'org/shared/docs/x' }])).toEqual([]);
});

it('counts what the first writing of an agent made', () => {
  expect(
    archiveOverQuota(
      config,
      stateOf(),
      ['1', '2', '3'].map((key) => wrote(key)),
    ),
  ).toEqual([]);
});

it('leaves what cannot be moved: the name is taken, or the archive is a link', () => {
  const files = [file(at('one')), file(at('two')), file(at('three')), file(at('archive/one'))];
  expect(archiveOverQuota(config, stateOf(...files), [])).toEqual([
    { k: 'moved', from: at('two'), to: at('archive/two') },
  ]);
  const aside: Entry = {
    k: 'aside',
    turn: 1,
    id: 'x',
    path: 'agents/a/memory/archive',
    mark: 'm',
    reason: 'not-regular',
    detail: '',
    owner: 'a',
  };
  expect(archiveOverQuota(config, stateOf(...files, aside), [])).toEqual([]);
});
