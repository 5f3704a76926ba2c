/** The `dead` line: a recipient will never get a message. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { deadLetterHead } from '../../../../schema/records/dead-letter.ts';
import { deadLetterPath } from '../../../model/paths.ts';
import { bury } from '../../dead-letters-reducer.ts';
import { recordText } from '../../texts-rules-1.ts';
import type { LineKind } from '../line-kind.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('dead'),
    record: deadLetterHead(),
    detail: z.string(),
    /** The file of its record. Under rules 1 this, like all such texts, was printed from the other fields. */
    text: z.string().optional(),
    /** It is delivered automatically when the folder of its agent is back. */
    waits: z.literal(true).optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Effects {
    dead: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'dead'> = {
  phase: 'effect',
  schema,
  apply: bury,
  files: (line) => [{ op: 'create', path: deadLetterPath(line.record.id), text: recordText(line) }],
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
