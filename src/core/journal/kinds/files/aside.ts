/** The `aside` line: a file could not be taken in and stays where it is. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { deadLetterHead } from '../../../../schema/records/dead-letter.ts';
import { deadLetterPath } from '../../../model/paths.ts';
import { setAside } from '../../dead-letters-reducer.ts';
import { recordText } from '../../texts-rules-1.ts';
import { always, type LineKind } from '../line-kind.ts';
import { count } from '../schemas.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('aside'),
    turn: count(),
    id: z.string(),
    path: z.string(),
    /** Its hash or, when it cannot be read, what the disk says of it. */
    mark: z.string(),
    reason: deadLetterHead().shape.reason,
    detail: z.string(),
    owner: z.string(),
    /** The file of its record. */
    text: z.string().optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Inputs {
    aside: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'aside'> = {
  phase: 'input',
  schema,
  apply: setAside,
  files: (line) => [{ op: 'create', path: deadLetterPath(line.id), text: recordText(line) }],
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: always,
  tellsOfFiles: true,
};
