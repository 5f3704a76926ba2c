/**
 * The `retired` line: an agent was retired: its resume gets another name, it leaves the chart, and its remaining credits
 * move on.
 */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { resumePath, retiredPath } from '../../../model/paths.ts';
import { always, type LineKind } from '../line-kind.ts';
import { count, patch } from '../schemas.ts';
import { retire } from './staff-reducer.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('retired'),
    turn: count(),
    agent: z.string(),
    by: z.string(),
    chart: patch(),
    /** Micro-credits that it had left, and who gets them; null: nobody, because a person granted them. */
    credits: z.number(),
    to: z.string().nullable(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Effects {
    retired: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'retired'> = {
  phase: 'effect',
  schema,
  apply: retire,
  files: ({ agent, chart }) => [
    { op: 'move', from: resumePath(agent), to: retiredPath(agent) },
    { op: 'replace', path: 'org/chart.yaml', ...chart },
  ],
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: always,
  tellsOfFiles: true,
};
