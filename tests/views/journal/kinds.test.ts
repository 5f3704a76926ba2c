import { expect, it } from 'vitest';
import { PHASES } from '../../../src/core/journal/phases.ts';
import type { Lines } from '../../../src/core/model/entry.ts';
import type { LineView } from '../../../src/views/journal/kinds/line-view.ts';
import { VIEWS } from '../../../src/views/journal/kinds.ts';

type View = LineView<'hired'>;
/** Words that may be left out. */
type Optional = { [Part in keyof View]-?: object extends Pick<View, Part> ? Part : never }[keyof View];

it('words that say nothing of the log, the turn or the audit, or are of another kind, do not compile', () => {
  const optional: [Optional] extends [never] ? true : Optional = true;
  const { audit: _, ...withoutAudit } = VIEWS.hired;
  const { hired: __, ...withoutKind } = VIEWS;
  const wrong: unknown[] = [
    // @ts-expect-error: nobody knows whether the audit tells of it
    withoutAudit satisfies View,
    // @ts-expect-error: a line that nobody has words for
    withoutKind satisfies { [K in keyof Lines]: LineView<K> },
    // @ts-expect-error: the words of another kind
    VIEWS.file satisfies View,
  ];
  expect([optional, wrong.length]).toEqual([true, 3]);
});

it('every kind of line has words, and no words are of a kind that is none', () => {
  expect(Object.keys(VIEWS).sort()).toEqual(Object.keys(PHASES).sort());
});
