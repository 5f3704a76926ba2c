/** The `run` line: a run of a workflow has begun, or stands otherwise than before. */
import * as z from 'zod';
import { copyWith } from '../../../../schema/copy.ts';
import { later } from '../../../../schema/later.ts';
import { RUN_STATUSES } from '../../../../schema/records/run.ts';
import type { WorkflowFile } from '../../../../schema/records/workflow.ts';
import type { RunState, StepState } from '../../../model/runs/run.ts';
import { runNamed, setRun } from '../../../model/runs/runs.ts';
import { archivedRunPath, runPath } from '../../../workflows/run/page.ts';
import type { FileOp } from '../../file-op.ts';
import type { LineKind } from '../line-kind.ts';
import { count, json } from '../schemas.ts';

const moment = later(() => z.strictObject({ turn: count(), time: z.number() }));
const rest = later(() =>
  z.strictObject({
    step: z.string(),
    item: count().nullable(),
    key: z.string(),
    why: z.string(),
    mail: z.literal(true).optional(),
  }),
);

/** What a run is begun with, and keeps. */
const begun = later(() =>
  z.strictObject({
    workflow: z.string(),
    /** The text of the workflow. */
    text: z.string(),
    /** What that text says, as the schema of workflows gives it. */
    file: json(),
    inputs: z.record(z.string(), json()),
    owner: z.string(),
    key: z.string().nullable(),
    budget: count().nullable(),
    hops: count(),
    mail: z
      .strictObject({ id: z.string().optional(), from: z.string(), subject: z.string(), body: z.string() })
      .nullable(),
    began: moment(),
  }),
);

const schema = later(() =>
  z.strictObject({
    k: z.literal('run'),
    turn: count(),
    id: z.string(),
    /** Only in its first line. */
    begun: begun().optional(),
    /** What it may cost, when that has changed. */
    budget: count().nullable().optional(),
    status: z.enum(RUN_STATUSES),
    tainted: z.boolean(),
    ended: count().nullable(),
    result: z.string().nullable(),
    reason: z.string().nullable(),
    taken: z.array(z.string()),
    rest: z.array(rest()),
    /** Steps that changed: id → how the step stands. */
    steps: z.record(z.string(), json()),
    /** Its file, and what the file was. */
    page: z.string(),
    was: z.string().nullable(),
    /** What a person wrote into it: it is kept beside the file. */
    kept: z.string().optional(),
    /** It comes back from the archive. */
    back: z.literal(true).optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Effects {
    run: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'run'> = {
  phase: 'effect',
  schema,
  apply: (
    { runs, files },
    { id, begun: fresh, budget, steps, status, tainted, ended, result, reason, taken, rest: left, page },
  ) => {
    const known = runNamed(runs, id);
    const base = fresh ?? (known as RunState); // its first line came before
    const old: RunState['steps'] = fresh ? {} : (known as RunState).steps;
    const run = copyWith(base as Omit<RunState, 'id' | 'steps'>, {
      id,
      file: base.file as WorkflowFile,
      steps: Object.assign({}, old, steps as unknown as Record<string, StepState>),
      status,
      tainted,
      ended,
      result,
      reason,
      taken,
      rest: left,
    });
    setRun(runs, budget === undefined ? run : copyWith(run, { budget }));
    files.texts.set(runPath(id), page);
  },
  files: ({ turn, id, page, was, kept, back }): FileOp[] => [
    ...(kept === undefined ? [] : [{ op: 'create' as const, path: `${runPath(id)}.conflict-${turn}`, text: kept }]),
    { op: 'replace', path: runPath(id), text: page, was, yields: true },
    ...(back === undefined ? [] : [{ op: 'remove' as const, path: archivedRunPath(id), hash: null }]),
  ],
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: true,
};
