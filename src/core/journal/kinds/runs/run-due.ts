/** The `run-due` line: the triggers of a workflow were looked at, and these runs begin by themselves. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import type { LineKind } from '../line-kind.ts';
import { count, json } from '../schemas.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('run-due'),
    workflow: z.string(),
    /** Up to when its triggers were looked at; null: it has none any more. */
    mark: z.strictObject({ since: count(), turn: count(), time: z.number() }).nullable(),
    begin: z.array(
      z.strictObject({
        key: z.string(),
        inputs: z.record(z.string(), json()),
        mail: z
          .strictObject({ id: z.string().optional(), from: z.string(), subject: z.string(), body: z.string() })
          .nullable(),
        hops: count(),
        tainted: z.boolean(),
      }),
    ),
    /** What its owner is told. */
    notices: z.array(z.string()),
  }),
);

declare module '../../../model/entry.ts' {
  interface Inputs {
    'run-due': z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'run-due'> = {
  phase: 'input',
  schema,
  apply: ({ runs }, { workflow, mark, begin }) => {
    if (mark === null) runs.marks.delete(workflow);
    else runs.marks.set(workflow, mark);
    runs.due.push(
      ...begin.map(({ key, inputs, mail, hops, tainted }) => ({ workflow, key, inputs, mail, hops, tainted })),
    );
  },
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
