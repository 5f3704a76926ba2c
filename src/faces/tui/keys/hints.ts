/** The keys that the screen names for what is chosen. */
import type { RowSubject } from '../../../views/screen/line.ts';
import { chosenOf, keyOf, type ScreenContext } from '../context.ts';
import { doesOf, OWN } from './key-table.ts';
import { offersFor } from './offers.ts';

/** A key, its action, and what it does. */
export interface Hint {
  key: string;
  action: string;
  does: string;
}

/** The keys for the chosen row that do something now. One that the owner took away is not named. */
export function hintsFor(desk: Pick<ScreenContext, 'scene' | 'table' | 'keys' | 'ui' | 'pane'>): Hint[] {
  const about = chosenOf(desk);
  const offers = offersFor(desk.scene, desk.table, about).map((one) => ({ action: one.action, does: doesOf(one) }));
  const own = Object.entries(OWN).flatMap(([action, { on, does }]) => (isFor(about, on) ? [{ action, does }] : []));
  return [...offers, ...own].flatMap(({ action, does }) => {
    const key = keyOf(desk.keys, action);
    return key === '' ? [] : [{ key, action, does }];
  });
}

function isFor(about: RowSubject | null, on: 'message' | 'file' | undefined): boolean {
  if (on === 'message') return about?.what === 'message';
  return on === 'file' && about?.file !== undefined;
}
