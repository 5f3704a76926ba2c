import { describe, expect, it } from 'vitest';
import { entryAt, printMemory } from '../../../src/core/memory/entry.ts';
import { ENTRY_CHARS } from '../../../src/core/memory/remember.ts';
import type { Json } from '../../../src/core/model/call.ts';
import { configOf, sceneOf, stateOf } from '../../core/world.ts';
import { PLAN, scene, stage, toolNamed } from '../world.ts';

const PATH = 'agents/a/memory/plan.md';
const CONTEXT = 'org/shared/context/brand.md';
const file = (path: string, text: string) => ({ k: 'file' as const, path, text });
const entry = (text: string, more: object = {}) => printMemory({ key: 'plan', tags: [], turn: 1, text, ...more });
const granted = configOf({ ...PLAN, resumes: { a: { tools: ['remember'], shared: ['context'] } } });
const small = (limits: object) => configOf({ ...PLAN, org: { limits } });

/** What the draft says of the file at a path. */
function staged(at: ReturnType<typeof scene>, path = PATH) {
  const text = at.draft.wrote.get(path)?.text;
  return text === undefined || text === null ? text : entryAt(stateOf(file(path, text)), path);
}

it('keeps a text under a key, as a file of the agent', () => {
  const at = scene();
  expect(stage('remember', { key: 'plan', text: 'Do it.', tags: ['work'] }, at)).toMatchObject({ ok: true });
  expect([...at.draft.wrote]).toMatchObject([
    [PATH, { text: printMemory({ key: 'plan', tags: ['work'], turn: 2, text: 'Do it.' }), was: null }],
  ]);
});

it('takes the place of what stood there at the freeze, however often it is used in a visit', () => {
  const at = scene({ state: stateOf(file(PATH, 'before')) });
  stage('remember', { key: 'plan', text: 'one' }, at);
  stage('remember', { key: 'plan', text: 'two' }, at);
  expect([...at.draft.wrote.values()]).toMatchObject([{ text: expect.stringContaining('two'), was: 'before' }]);
  expect(staged(at)).toMatchObject({ text: 'two', version: 3 });
});

it.each([
  '',
  'A',
  'a/b',
  '../x',
  '.x',
  'a.md',
  'a b',
  'a\n',
  'ä',
  '_x',
  '-x',
  'x'.repeat(64),
  'learned/',
  'shared/../x',
])('refuses %j as a key', (key) => {
  expect(toolNamed('remember').parse({ key, text: '' }).ok).toBe(false);
});

it.each(['a', '0', 'a_b-c', 'x'.repeat(63), 'learned/a', 'shared/a'])('takes %s as a key', (key) => {
  expect(toolNamed('remember').parse({ key, text: '' }).ok).toBe(true);
});

describe('adds to an entry', () => {
  const state = stateOf(file(PATH, entry('one\ntwo', { tags: ['x'], pin: true, version: 4, evidence: 'seen' })));

  it('append: after what is there, with the tags of both', () => {
    const at = scene({ state });
    stage('remember', { key: 'plan', text: 'two', mode: 'append', tags: ['x', 'y'] }, at);
    expect(staged(at)).toMatchObject({
      text: 'one\ntwo\ntwo',
      tags: ['x', 'y'],
      pin: true,
      version: 5,
      evidence: 'seen',
    });
  });

  it('merge: only the lines that are not there yet, each once', () => {
    const at = scene({ state });
    stage('remember', { key: 'plan', text: ' two\n\nthree\nthree\none', mode: 'merge' }, at);
    expect(staged(at)).toMatchObject({ text: 'one\ntwo\nthree', version: 5 });
  });

  it.each<[string, Json & object]>([
    ['the same lines', {}],
    ['a tag that is there', { tags: ['x'] }],
  ])('merge of %s changes nothing', (_what, more) => {
    const at = scene({ state });
    const said = stage('remember', { key: 'plan', text: 'two', mode: 'merge', ...more }, at);
    expect(said).toMatchObject({ ok: true, text: expect.stringContaining('version 4') });
    expect(at.draft.wrote.size).toBe(0);
  });

  it.each<Json & object>([{ tags: ['new'] }, { pin: false }, { evidence: 'other' }])(
    'merge of the same lines with %j is a change',
    (more) => {
      const at = scene({ state });
      stage('remember', { key: 'plan', text: 'two', mode: 'merge', ...more }, at);
      expect(staged(at)).toMatchObject({
        text: 'one\ntwo',
        version: 5,
        ...more,
        ...('tags' in more ? { tags: ['x', 'new'] } : {}),
      });
    },
  );

  it('to one that is empty or not there begins it', () => {
    const at = scene({ state: stateOf(file(PATH, entry(''))) });
    stage('remember', { key: 'plan', text: 'first', mode: 'append' }, at);
    expect(staged(at)).toMatchObject({ text: 'first', version: 2 });
    stage('remember', { key: 'other', text: 'new', mode: 'merge' }, at);
    expect(staged(at, 'agents/a/memory/other.md')).toMatchObject({ text: 'new', version: 1 });
  });

  it('set: keeps the pin, and only the tags that are given', () => {
    const at = scene({ state });
    stage('remember', { key: 'plan', text: 'new' }, at);
    expect(staged(at)).toMatchObject({ text: 'new', tags: [], pin: true, version: 5 });
    stage('remember', { key: 'plan', text: 'new', pin: false }, at);
    expect(staged(at)).toMatchObject({ pin: false, version: 6 });
  });
});

describe('an expected version', () => {
  const state = stateOf(file(PATH, entry('as it is now', { version: 3 })));

  it('that is the one lets the change through, also after an act of the same visit', () => {
    const at = scene({ state });
    expect(stage('remember', { key: 'plan', text: 'x', expected: 3 }, at).ok).toBe(true);
    expect(stage('remember', { key: 'plan', text: 'y', expected: 4 }, at).ok).toBe(true);
    expect(stage('remember', { key: 'new', text: 'y', expected: 0 }, at).ok).toBe(true);
  });

  it.each([
    ['plan', 2, /version 3 and says:\nas it is now/],
    ['plan', 0, /version 3/],
    ['none', 1, /no such entry/],
  ])('of %s that is %i is refused with what is there, and nothing is changed', (key, expected, text) => {
    const at = scene({ state });
    const said = stage('remember', { key, text: 'x', expected }, at);
    expect(said).toMatchObject({ ok: false, rule: 'version', text: expect.stringMatching(text) });
    expect(at.draft.wrote.size).toBe(0);
  });

  it('is not that of an entry which a person edited since, whatever its front matter says', () => {
    const edited = stateOf(file(PATH, entry('mine', { version: 3 })), file(PATH, entry('of a person', { version: 3 })));
    expect(stage('remember', { key: 'plan', text: 'x', expected: 3 }, scene({ state: edited }))).toMatchObject({
      ok: false,
      text: expect.stringMatching(/version 4 and says:\nof a person/),
    });
    const at = scene({ state: edited });
    expect(stage('remember', { key: 'plan', text: 'x', expected: 4 }, at).ok).toBe(true);
    expect(staged(at)).toMatchObject({ version: 5 });
  });

  it('repeats a long text only in part', () => {
    const long = scene({ state: stateOf(file(PATH, entry('x'.repeat(9000)))) });
    const said = stage('remember', { key: 'plan', text: 'y', expected: 9 }, long);
    expect(said.text).toContain('[cut: recall shows all]');
    expect(said.text.length).toBeLessThan(4200);
  });
});

it('keeps a lesson as a learning record, with its evidence', () => {
  const at = scene();
  stage('remember', { key: 'learned/retry', text: 'Wait first.', evidence: 'turn 12' }, at);
  expect(staged(at, 'agents/a/memory/learned/retry.md')).toMatchObject({ key: 'learned/retry', evidence: 'turn 12' });
});

describe('the shared context', () => {
  it('is closed to whom the resume does not grant it', () => {
    const at = scene();
    expect(stage('remember', { key: 'shared/brand', text: 'x' }, at)).toMatchObject({ ok: false, rule: 'shared' });
    expect(at.draft.wrote.size).toBe(0);
  });

  it('is written like an entry where it is granted', () => {
    const at = sceneOf(granted, 'a', { state: stateOf(file(CONTEXT, 'Blue.')) });
    expect(stage('remember', { key: 'shared/brand', text: 'Green.', mode: 'append' }, at).ok).toBe(true);
    expect(staged(at, CONTEXT)).toMatchObject({ key: 'shared/brand', text: 'Blue.\nGreen.', version: 2 });
  });

  it.each(['org/shared', 'org/shared/context'])('is closed to all while %s is no folder', (path) => {
    const aside = {
      k: 'aside' as const,
      turn: 1,
      id: 'x',
      path,
      mark: 'm',
      reason: 'not-regular' as const,
      detail: '',
      owner: 'org',
    };
    const at = sceneOf(granted, 'a', { state: stateOf(aside) });
    expect(stage('remember', { key: 'shared/brand', text: 'x' }, at)).toMatchObject({ ok: false, rule: 'path' });
  });
});

describe('the limits', () => {
  it('of entries: a new one is refused, an old one may change', () => {
    const at = sceneOf(small({ memory_entries: 2 }), 'a', { state: stateOf(file(PATH, 'x')) });
    expect(stage('remember', { key: 'second', text: 'x' }, at).ok).toBe(true);
    expect(stage('remember', { key: 'third', text: 'x' }, at)).toMatchObject({ ok: false, rule: 'memory-limit' });
    expect(stage('remember', { key: 'plan', text: 'longer' }, at).ok).toBe(true);
    expect(stage('forget', { key: 'plan' }, at).ok).toBe(true);
    expect(stage('remember', { key: 'third', text: 'x' }, at).ok).toBe(true);
  });

  it('of bytes: what grows is refused, what shrinks is not', () => {
    const state = stateOf(file(PATH, entry('x'.repeat(2000))));
    const at = sceneOf(small({ memory_bytes: 1024 }), 'a', { state });
    expect(stage('remember', { key: 'new', text: 'x' }, at)).toMatchObject({ ok: false, rule: 'memory-limit' });
    expect(stage('remember', { key: 'plan', text: 'x', mode: 'append' }, at)).toMatchObject({ ok: false });
    expect(stage('remember', { key: 'plan', text: 'x'.repeat(1500) }, at).ok).toBe(true);
  });

  it('of one entry: it does not grow for ever', () => {
    const at = scene({ state: stateOf(file(PATH, entry('x'.repeat(ENTRY_CHARS)))) });
    expect(stage('remember', { key: 'plan', text: 'x', mode: 'append' }, at)).toMatchObject({
      ok: false,
      rule: 'memory-limit',
    });
  });

  it('of the shared context are its own', () => {
    const config = configOf({ ...PLAN, org: { limits: { memory_entries: 1 } }, resumes: { a: { shared: [''] } } });
    const at = sceneOf(config, 'a', { state: stateOf(file(CONTEXT, 'x')) });
    expect(stage('remember', { key: 'mine', text: 'x' }, at).ok).toBe(true);
    expect(stage('remember', { key: 'shared/other', text: 'x' }, at)).toMatchObject({ ok: false });
  });
});

it('brings an archived entry back', () => {
  const old = 'agents/a/memory/archive/plan.md';
  const at = scene({ state: stateOf(file(old, entry('from long ago', { version: 7 }))) });
  stage('remember', { key: 'plan', text: 'and now', mode: 'append' }, at);
  expect(staged(at)).toMatchObject({ text: 'from long ago\nand now', version: 8, archived: false });
  expect(at.draft.wrote.get(old)).toMatchObject({ text: null, was: expect.stringContaining('from long ago') });
});

describe('what others wrote in the same turn', () => {
  const onto = (input: Json, now: string | null, more: Partial<ReturnType<typeof scene>> = {}) => {
    const at = sceneOf(granted, 'a', { state: stateOf(file(CONTEXT, 'Blue.'), file(PATH, 'Mine.')), ...more });
    for (const one of Array.isArray(input) ? input : [input]) expect(stage('remember', one as Json, at).ok).toBe(true);
    return [...at.draft.wrote.values()][0]?.onto?.(now);
  };
  const theirs = printMemory({ key: 'brand', tags: [], turn: 2, version: 2, text: 'Red.' });

  it('is added to', () => {
    const add = { key: 'shared/brand', text: 'Green.', mode: 'append' };
    expect(onto(add, theirs)?.text).toMatch(/version: 3\n[\s\S]*Red\.\nGreen\./);
    expect(onto([add, add], theirs)?.text).toMatch(/version: 4\n[\s\S]*Red\.\nGreen\.\nGreen\./);
    expect(onto(add, null)?.text).toMatch(/version: 1\n[\s\S]*---\nGreen\./);
    expect(onto({ ...add, mode: 'merge' }, theirs.replace('Red', 'Green'))?.text).toMatch(/Green\.\n$/);
  });

  it('is not replaced in the shared context, nor when another version was expected', () => {
    expect(onto({ key: 'shared/brand', text: 'Green.' }, theirs)).toBeNull();
    expect(
      onto(
        [
          { key: 'shared/brand', text: 'Green.' },
          { key: 'shared/brand', text: 'x', mode: 'append' },
        ],
        theirs,
      ),
    ).toBeNull();
    expect(onto({ key: 'shared/brand', text: 'Green.', mode: 'append', expected: 1 }, theirs)).toBeNull();
    expect(onto({ key: 'shared/brand', text: 'Green.', mode: 'append', expected: 1 }, null)).toBeNull();
  });

  it('is replaced in its own memory, where nobody else writes', () => {
    expect(onto({ key: 'plan', text: 'New.' }, theirs)?.text).toMatch(/version: 3\n[\s\S]*New\./);
  });

  it('after a file tool wrote it in the same visit: the change is as good as that write', () => {
    const at = sceneOf(granted, 'a');
    at.draft.wrote.set(CONTEXT, { text: 'by write_file', was: null });
    stage('remember', { key: 'shared/brand', text: 'x', mode: 'append' }, at);
    expect(at.draft.wrote.get(CONTEXT)).toMatchObject({ text: expect.stringContaining('by write_file\nx') });
    expect(at.draft.wrote.get(CONTEXT)?.onto).toBeUndefined();
  });
});
