/**
 * The `undo` line: what a person wants undone, newest first: as the journal tells it, against what stands in the folder now.
 */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import type { LineKind } from '../line-kind.ts';
import { changeBytes } from '../line-texts.ts';
import { count, replacing } from '../schemas.ts';

/** One thing that an effect changed: a file that is put back, or mail that is withdrawn; or why it cannot be undone. */
const step = later(() =>
  z.strictObject({
    /** Of the effect: `E-<turn>-<agent>-<n>`. */
    id: z.string(),
    agent: z.string(),
    /** A path or the id of a message. */
    on: z.string(),
    /** What is to replace what stands there. */
    file: z.strictObject(replacing()).optional(),
    mail: z.literal(true).optional(),
    /** Of mail: those who have got it already, from whom it cannot be taken back. */
    read: z.array(z.string()).optional(),
    why: z.string().optional(),
    /** Nothing of it is left: it is undone already, or what stands there is as it was before. */
    gone: z.literal(true).optional(),
  }),
);

const schema = later(() =>
  z.strictObject({
    k: z.literal('undo'),
    turn: count(),
    /** What the person named: an effect, a message, an approval, a turn, a visit or an agent. */
    of: z.string(),
    by: z.string(),
    /** A run wants it: the key of what takes its work back. */
    key: z.string().optional(),
    steps: z.array(step()),
  }),
);

declare module '../../../model/entry.ts' {
  interface Inputs {
    undo: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'undo'> = {
  phase: 'input',
  schema,
  apply: (state, line) => {
    state.undo.asked.shift();
    state.undo.undoing.push(line);
  },
  files: null,
  undo: null,
  texts: null,
  bytes: ({ steps }, change) => {
    for (const { file } of steps) if (file) changeBytes(file, change);
  },
  changesConfig: null,
  tellsOfFiles: false,
};
