/** The `warned` line: a soft cap of an agent, a unit (`@name`) or the `org` was passed; it is reported once. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { touch } from '../../../model/state/staff.ts';
import { spendingOf } from '../../../money/money.ts';
import type { LineKind } from '../line-kind.ts';

const schema = later(() => z.strictObject({ k: z.literal('warned'), scope: z.string() }));

declare module '../../../model/entry.ts' {
  interface Effects {
    warned: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'warned'> = {
  phase: 'effect',
  schema,
  apply: (state, { scope }) => {
    if (scope === 'org') state.money.org.warned = true;
    else if (scope.startsWith('@')) spendingOf(state.money.units, scope.slice(1)).warned = true;
    else touch(state.staff, scope).warned = true;
  },
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
