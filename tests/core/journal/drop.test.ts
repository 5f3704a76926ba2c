import { expect, it } from 'vitest';
import { kind } from '../../../src/core/journal/kinds/mail/drop.ts';
import { EVERY } from '../entries.ts';

it('files that came with incoming mail move into its folder, except those that lie there', () => {
  const attached = [
    { path: 'agents/human/outbox/000001-01.files/a.txt', hash: 'h', found: 'agents/human/outbox/a.txt' },
    { path: 'agents/human/outbox/b.txt', hash: 'h' },
  ];
  const moves = kind.files?.({ ...EVERY.drop, attached } as never) ?? [];
  expect(moves.filter(({ op }) => op === 'move')).toEqual([
    { op: 'move', from: 'agents/human/outbox/a.txt', to: attached[0]?.path },
  ]);
});
