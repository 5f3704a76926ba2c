/** The `request` line: what a command asked for. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { request } from '../../../../schema/records/request.ts';
import type { LineKind } from '../line-kind.ts';
import { applyRequest } from './requests-reducer.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('request'),
    request: request(),
    time: z.number(),
    /** What the author of an acknowledged message is told. */
    told: z.string().optional(),
    /** The request file it came in, if any. */
    file: z.string().optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Inputs {
    request: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'request'> = {
  phase: 'input',
  schema,
  apply: applyRequest,
  files: ({ file }) => (file === undefined ? [] : [{ op: 'remove', path: file, hash: null }]),
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: true,
};
