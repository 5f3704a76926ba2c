/**
 * The `trusted` line: the tools and servers of the org that the owner approves from now on, each with the hash of what was
 * approved.
 */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import type { LineKind } from '../line-kind.ts';

const schema = later(() => z.strictObject({ k: z.literal('trusted'), tools: z.record(z.string(), z.string()) }));

declare module '../../../model/entry.ts' {
  interface Inputs {
    trusted: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'trusted'> = {
  phase: 'input',
  schema,
  apply: (state, { tools }) => {
    state.rights.trusted = new Map(Object.entries(tools));
  },
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
