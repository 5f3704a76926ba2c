/** The `workspace` line: what lies in the workspace of an agent that is due. Its prompt tells it. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import type { LineKind } from '../line-kind.ts';
import { count } from '../schemas.ts';

/** `files`: it is a folder with so many files in it; `more`: with more than were counted. */
const treeEntry = later(() =>
  z.strictObject({ name: z.string(), files: count().optional(), more: z.literal(true).optional() }),
);

const schema = later(() =>
  z.strictObject({
    k: z.literal('workspace'),
    agent: z.string(),
    /** The first names, sorted. */
    entries: z.array(treeEntry()),
    /** There are others. */
    more: z.literal(true).optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Inputs {
    workspace: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'workspace'> = {
  phase: 'input',
  schema,
  apply: ({ files }, { agent, entries, more }) => {
    if (entries.length === 0) files.trees.delete(agent);
    else files.trees.set(agent, more ? { entries, more } : { entries });
  },
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
