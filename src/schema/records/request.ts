/** The schema of what a command asks of the engine. */
import * as z from 'zod';
import { later } from '../later.ts';
import { isInside, isName, isTaskId } from '../name.ts';
import { through } from './message.ts';

const amount = later(() => z.number().int().positive().max(1e15).describe('micro-credits'));
const who = () => ({
  by: z.string().describe('who asks: stamped by the engine from the directory'),
  through: through(),
});
const agent = later(() => z.string().describe('name of the agent'));
const id = later(() => z.string().describe('id of what is meant'));
const note = later(() => z.string().default('').describe('why, for the record'));
const names = later(() => z.array(z.string().max(63)).max(1000));
const newFile = later(() =>
  z.strictObject({
    path: z
      .string()
      .max(300)
      .refine(
        (path) => isInside(path) && /^(resume\.md|(skills|memory)\/.+)$/.test(path),
        'expected resume.md or a path under skills/ or memory/',
      )
      .describe('relative to the folder of the agent'),
    text: z.string().max(1_048_576).describe('the whole file'),
  }),
);
const scope = later(() => z.string().nullable().describe('name of the agent; null: the whole organisation'));

/** What a person may ask of a task. */
export const TASK_VERBS = [
  'assign',
  'unassign',
  'reassign',
  'start',
  'complete',
  'fail',
  'cancel',
  'retry',
  'waive',
  'budget',
] as const;

/** What a person may ask of a run. */
export const RUN_VERBS = ['cancel', 'pause', 'resume', 'retry', 'undo', 'budget'] as const;
const name = (of: string) => z.string().refine(isName, `expected ${of}`);
const task = later(() => z.string().refine(isTaskId, 'expected the id of a task, such as schema or T-12-manager-1'));

/**
 * What a person's command asks of the engine. With no engine running the command journals it itself; else it waits as
 * `agents/<person>/requests/<id>.yaml` for the next freeze.
 */
export const request = later(() =>
  z.discriminatedUnion('ask', [
    z.strictObject({ ask: z.literal('top-up'), ...who(), agent: agent(), amount: amount(), note: note() }),
    z.strictObject({ ask: z.literal('pause'), ...who(), agent: scope() }),
    z.strictObject({ ask: z.literal('resume'), ...who(), agent: scope() }),
    z.strictObject({
      ask: z.literal('read'),
      ...who(),
      ids: z.array(z.string()).describe('messages that were read; notices: what the person was to be told'),
      notices: z.array(z.string()).optional().describe('the notices that were shown; absent: all'),
    }),
    z.strictObject({ ask: z.literal('archive'), ...who(), ids: z.array(z.string()).describe('messages to put away') }),
    z.strictObject({
      ask: z.literal('ack'),
      ...who(),
      id: id(),
      reaction: z.string().max(64).default('').describe('such as an emoji'),
    }),
    z.strictObject({ ask: z.literal('retry'), ...who(), id: id() }),
    z.strictObject({
      ask: z.literal('approve'),
      ...who(),
      id: id(),
      note: note(),
      said: z
        .string()
        .min(1)
        .max(10_000)
        .optional()
        .describe('the option that is chosen, or the text that was asked for'),
      edited: z.json().optional().describe('a plan: what it is to be instead'),
    }),
    z.strictObject({ ask: z.literal('deny'), ...who(), id: id(), note: note() }),
    z.strictObject({
      ask: z.literal('settle-doubt'),
      ...who(),
      key: z.string().describe('the call: <turn>.<agent>.<n>.<attempt>'),
      amount: z.number().int().min(0).describe('micro-credits that were really billed'),
    }),
    z.strictObject({ ask: z.literal('redact'), ...who(), id: id() }),
    z.strictObject({ ask: z.literal('undo'), ...who(), id: id() }),
    z.strictObject({
      ask: z.literal('hire'),
      ...who(),
      agent: agent(),
      files: z.array(newFile()).min(1).max(500).describe('files of its folder, resume.md first'),
      send_to: names().describe('whom it may write to'),
      read_from: names().describe('whose mail it reads'),
      credits: z.number().int().min(0).max(1e15).describe('micro-credits that it is granted'),
    }),
    z.strictObject({ ask: z.literal('retire'), ...who(), agent: agent() }),
    z.strictObject({
      ask: z.literal('task'),
      ...who(),
      id: task().describe('the task'),
      do: z.enum(TASK_VERBS).describe('what is to be done with the task'),
      assignee: z.string().max(63).optional().describe('to assign and reassign: the agent that gets it'),
      need: task().optional().describe('to waive: the need that no longer counts'),
      result: z.string().max(1_048_576).optional().describe('to complete: what came of it'),
      budget: amount().optional().describe('to budget: micro-credits that it may cost'),
      note: note(),
    }),
    z.strictObject({
      ask: z.literal('archive-tasks'),
      ...who(),
      older: z.number().int().min(0).max(1e9).describe('turns since which they are finished, at least'),
    }),
    z.strictObject({
      ask: z.literal('run-workflow'),
      ...who(),
      workflow: name('the id of a workflow').describe('the workflow'),
      run: name('the id of a run').describe('the id that the run gets'),
      inputs: z.record(z.string().max(63), z.json()).default({}).describe('its inputs: name → value'),
      budget: amount().optional().describe('micro-credits that it may cost'),
      key: z.string().min(1).max(200).optional().describe('the same key begins the same run only once'),
    }),
    z.strictObject({
      ask: z.literal('run'),
      ...who(),
      id: name('the id of a run').describe('the run'),
      do: z.enum(RUN_VERBS).describe('what is to be done with the run'),
      step: name('the id of a step').optional().describe('to retry: the step from which it goes on'),
      budget: amount().optional().describe('to budget: micro-credits that it may cost'),
    }),
    z.strictObject({
      ask: z.literal('untaint'),
      ...who(),
      what: z.string().describe('agent, or path of a shared file, that counts as untainted from now on'),
    }),
    z.strictObject({
      ask: z.literal('reset'),
      ...who(),
      scope: z.enum(['mail', 'memory', 'credits', 'tasks', 'all']).describe('what is cleared'),
      archive: z.string().describe('where the old state was put'),
    }),
  ]),
);
export type Request = z.infer<ReturnType<typeof request>>;
/** What a person asks of one task, or of the finished ones. */
export type TaskRequest = Extract<Request, { ask: 'task' | 'archive-tasks' }>;
/** What a person asks of workflows and their runs. */
export type RunRequest = Extract<Request, { ask: 'run-workflow' | 'run' }>;
