import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { authorOf } from '../../../src/core/journal/effect-id.ts';
import { changesConfig, kindOf } from '../../../src/core/journal/kind-of.ts';
import type { LineKind } from '../../../src/core/journal/kinds/line-kind.ts';
import { changeBytes } from '../../../src/core/journal/kinds/line-texts.ts';
import { KINDS } from '../../../src/core/journal/kinds.ts';
import { isCall, isEffect } from '../../../src/core/journal/line-kinds.ts';
import { PHASES } from '../../../src/core/journal/phases.ts';
import { newerThanKnown } from '../../../src/core/journal/rules.ts';
import type { Effect, Entry, Lines } from '../../../src/core/model/entry.ts';
import { EVERY, failed, intent, replied, visited } from '../entries.ts';

type Kind = LineKind<'summarised'>;
/** Parts of a kind that may be left out. */
type Optional = { [Part in keyof Kind]-?: object extends Pick<Kind, Part> ? Part : never }[keyof Kind];

it('a kind that lacks a part, or has a part of another kind, does not compile', () => {
  const optional: [Optional] extends [never] ? true : Optional = true;
  const { apply: _, ...withoutApply } = KINDS.summarised;
  const { texts: __, ...withoutTexts } = KINDS.summarised;
  const { summarised: ___, ...withoutKind } = KINDS;
  const wrong: unknown[] = [
    // @ts-expect-error: it cannot be folded
    withoutApply satisfies Kind,
    // @ts-expect-error: nobody knows whether it holds texts
    withoutTexts satisfies Kind,
    // @ts-expect-error: a line that nobody folds
    withoutKind satisfies { [K in keyof Lines]: LineKind<K> },
    // @ts-expect-error: it is an effect
    { ...KINDS.summarised, phase: 'input' } satisfies Kind,
    // @ts-expect-error: the schema of another kind
    { ...KINDS.summarised, schema: KINDS.done.schema } satisfies Kind,
  ];
  expect([optional, wrong.length]).toEqual([true, 5]);
});

it('the bytes of a file are changed as it is to be and as it was, its texts are not', () => {
  const changed = (file: { text: string | null; was: string | null; base64?: true }) => {
    changeBytes(file, (base64) => `${base64}!`);
    return file;
  };
  expect(changed({ text: 'a', was: 'b' })).toEqual({ text: 'a', was: 'b' });
  expect(changed({ text: 'a', was: null, base64: true })).toEqual({ text: 'a!', was: null, base64: true });
  expect(changed({ text: null, was: 'b', base64: true })).toEqual({ text: null, was: 'b!', base64: true });
});

it('each line stands under its own name, and its schema says so', () => {
  for (const [k, { schema }] of Object.entries(KINDS)) {
    const { k: literal } = (schema() as unknown as { shape: { k: { value: string } } }).shape;
    expect(literal.value).toBe(k);
  }
});

it.each(Object.values(EVERY))(
  'a line of the kind $k is as its schema says, and one with a field more is not',
  (line) => {
    const schema = KINDS[line.k].schema();
    expect(schema.parse(line)).toEqual(line);
    expect(schema.safeParse({ ...line, more: 1 }).success).toBe(false);
  },
);

it('each kind is of the phase that the list for readers of the journal says', () => {
  const phases = Object.entries(KINDS).map(([k, { phase }]) => [k, phase]);
  expect(PHASES).toEqual(Object.fromEntries(phases));
});

it('calls, effects and all others are told by the phase of their kind', () => {
  const lines: Entry[] = [intent(), replied(), failed(), visited(), { k: 'summarised' }, { k: 'done', turn: 1 }];
  expect(lines.map(isCall)).toEqual([true, true, true, false, false, false]);
  expect(lines.map(isEffect)).toEqual([false, false, false, true, true, false]);
  const effects: Effect[] = lines.filter(isEffect);
  expect(effects.map((effect) => kindOf(effect).phase)).toEqual(['effect', 'effect']);
});

it('a name that every object has is no kind', () => {
  const known = (k: string): boolean => newerThanKnown({ k } as Entry) === null;
  expect(['sent', 'constructor', '__proto__', 'toString', ''].map(known)).toEqual([true, false, false, false, false]);
});

it('after files, agents that come or go, and nothing else that is no skill, the configuration is read anew', () => {
  const anew = Object.values(EVERY).flatMap((line) => (changesConfig(line) ? [line.k] : []));
  expect(anew.sort()).toEqual(['absent', 'aside', 'back', 'file', 'hired', 'retired']);
});

it('nobody did what memory that all share became, nor what only the engine notes', () => {
  const moved = (from: string): Entry => ({ k: 'moved', from, to: 'x' });
  expect(authorOf(moved('agents/a/memory/x.md'))).toBe('a');
  expect(authorOf(moved('org/shared/memory/x.md'))).toBeNull();
  expect(authorOf({ k: 'done', turn: 1 })).toBeNull();
});

it('docs/journal.md tells of each kind of line, and of no other', () => {
  const page = readFileSync('docs/journal.md', 'utf8').split('\n## Lines\n')[1]?.split('\n## ')[0] ?? '';
  const cells = page.split('\n').flatMap((row) => (row.startsWith('| ') ? [row.split('|')[2] ?? ''] : []));
  const named = cells.slice(1).flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, kind]) => kind));
  expect([...new Set(named)].sort()).toEqual(Object.keys(KINDS).sort());
});
