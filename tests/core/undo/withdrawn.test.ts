import { expect, it } from 'vitest';
import { withdrawals } from '../../../src/core/undo/undo.ts';
import { EVERY } from '../entries.ts';
import { sent, stateOf } from '../world.ts';

it('a message of a former journal, whose files lie beside it, moves to the archive without them', () => {
  const message = sent({ attachments: ['x.txt'] });
  const steps = [{ id: 'E-1-human-1', on: message.message.id, mail: true }];
  const effects = withdrawals(stateOf(message), [{ ...EVERY.undo, by: 'human', steps } as never]);
  expect(effects.flatMap((effect) => (effect.k === 'moved' ? [effect.from] : []))).toEqual([message.message.path]);
});
