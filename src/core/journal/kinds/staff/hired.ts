/** The `hired` line: a new agent came: the files of its folder, its place in the chart, and what it may spend. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import type { FileOp } from '../../file-op.ts';
import { always, type LineKind } from '../line-kind.ts';
import { count, patch } from '../schemas.ts';
import { hire } from './staff-reducer.ts';

/** A file of a new agent; the path is relative to its folder. */
const newFile = later(() => z.strictObject({ path: z.string(), text: z.string() }));

const schema = later(() =>
  z.strictObject({
    k: z.literal('hired'),
    turn: count(),
    agent: z.string(),
    by: z.string(),
    /** The template it was made from. */
    template: z.string().nullable(),
    /** Files of its folder, by their paths in it. */
    files: z.array(newFile()),
    chart: patch(),
    /** Micro-credits that it was given, and whose balance they came from; null: a person granted them. */
    credits: z.number(),
    from: z.string().nullable(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Effects {
    hired: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'hired'> = {
  phase: 'effect',
  schema,
  apply: hire,
  files: ({ agent, files, chart }) => [
    ...files.map(({ path, text }): FileOp => ({ op: 'create', path: `agents/${agent}/${path}`, text })),
    {
      op: 'replace',
      path: 'org/chart.yaml',
      ...chart,
      needs: files.map(({ path }) => `agents/${agent}/${path}`),
    },
  ],
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: always,
  tellsOfFiles: true,
};
