/** The command `lemming workflow`. */
import type { Definition, Runs, Zod } from '../command.ts';
import { faultShape, takenShape } from '../shapes.ts';
import { askRun, beginRunOf, createWorkflow } from './workflow-ask.ts';
import { listRuns, listWorkflows, showRun, showWorkflow, validateWorkflows } from './workflow-look.ts';

const WORKFLOW = { name: 'id', about: 'the workflow', of: ['workflow'] } as const;
const RUN = { name: 'id', about: 'the id of the run', of: ['run'] } as const;

const STATUSES = ['running', 'paused', 'completed', 'compensating', 'compensated', 'failed', 'cancelled'] as const;

const workflowShape = (z: Zod) =>
  z.strictObject({
    id: z.string(),
    title: z.string(),
    steps: z.number(),
    wanted: z.array(z.string()),
    on: z.array(z.string()),
    owner: z.string().nullable(),
  });

const runShape = (z: Zod) =>
  z.strictObject({
    id: z.string(),
    workflow: z.string(),
    status: z.enum(STATUSES),
    owner: z.string(),
    began: z.number(),
    ended: z.number().nullable(),
    done: z.number(),
    steps: z.number(),
    now: z.array(z.string()),
    reason: z.string().nullable(),
    result: z.string().nullable(),
    cost: z.number(),
  });

const askedShape = (z: Zod) =>
  z.strictObject({ run: z.string(), do: z.string(), status: z.enum(STATUSES), taken: takenShape(z) });

export const command = {
  name: 'workflow',
  group: 'work',
  summary: 'Run workflows: the same steps every time, taken back when one fails',
  bare: 'list',
  commands: [
    {
      name: 'list',
      summary: 'List the workflows in org/workflows',
      examples: [{ line: 'lemming workflow', does: 'lists the workflows; lemming workflow list does the same' }],
      args: [],
      flags: [],
      reads: true,
      right: 'look',
      output: (z) => z.strictObject({ workflows: z.array(workflowShape(z)), broken: z.array(z.string()) }),
    },
    {
      name: 'show',
      summary: 'Show a workflow: its inputs and steps, and what cannot be taken back',
      examples: [{ line: 'lemming workflow show release', does: 'shows the workflow release' }],
      args: [WORKFLOW],
      flags: [],
      reads: true,
      right: 'look',
      output: (z) =>
        workflowShape(z).extend({
          irreversible: z.array(z.string()),
          all: z.array(
            z.strictObject({
              id: z.string(),
              does: z.string(),
              needs: z.array(z.string()),
              undo: z.enum(['undo', 'none', 'task']),
            }),
          ),
        }),
    },
    {
      name: 'create',
      summary: 'Write a workflow from a template',
      examples: [
        {
          line: 'lemming workflow create poem --template review-loop --role AUTHOR=coder_01 --role REVIEWER=planner',
          does: 'writes org/workflows/poem.yaml',
        },
      ],
      args: [{ name: 'name', about: 'the id of the workflow, the name of its file' }],
      flags: [
        {
          name: 'template',
          value: 'TEMPLATE',
          choices: ['debate', 'escalation', 'fan-out', 'release-train', 'review-loop'],
          about: 'the template (default: review-loop)',
        },
        { name: 'role', value: 'ROLE=AGENT', many: true, about: 'who has a role of the template' },
      ],
      reads: false,
      right: 'edit',
      output: (z) =>
        z.strictObject({
          id: z.string(),
          path: z.string(),
          template: z.string(),
          roles: z.record(z.string(), z.string()),
        }),
    },
    {
      name: 'validate',
      summary: 'Check workflows, and list all faults',
      examples: [{ line: 'lemming workflow validate', does: 'lists each fault with file, line and remedy' }],
      args: [{ name: 'id', about: 'only this workflow', of: ['workflow'], optional: true }],
      flags: [],
      reads: true,
      right: 'look',
      output: (z) => z.strictObject({ ok: z.boolean(), faults: z.array(faultShape(z)) }),
    },
    {
      name: 'run',
      summary: 'Begin a run of a workflow',
      examples: [
        {
          line: 'lemming workflow run release --input version=1.2',
          does: 'begins a run with that input, and prints its id',
        },
      ],
      args: [WORKFLOW],
      flags: [
        { name: 'input', value: 'NAME=VALUE', many: true, about: 'an input; what is no text is written as JSON' },
        { name: 'budget', value: 'CREDITS', kind: 'amount', about: 'credits that the run may cost' },
        { name: 'key', value: 'KEY', about: 'the same key begins a run only once' },
      ],
      reads: false,
      right: 'edit',
      screen: [{ key: 'b', action: 'start', on: 'workflow', asks: ['input'] }],
      output: (z) =>
        z.strictObject({
          run: z.string(),
          workflow: z.string(),
          began: z.boolean(),
          irreversible: z.array(z.string()),
          taken: takenShape(z).nullable(),
        }),
    },
    {
      name: 'runs',
      summary: 'List the runs, the latest first',
      examples: [{ line: 'lemming workflow runs --open', does: 'lists the runs that have not ended' }],
      args: [],
      flags: [
        { name: 'workflow', value: 'NAME', about: 'only runs of this workflow' },
        { name: 'open', about: 'only runs that have not ended' },
        { name: 'all', about: 'also runs in the archive' },
      ],
      reads: true,
      right: 'look',
      output: (z) => z.strictObject({ runs: z.array(runShape(z)), begins: z.array(z.string()) }),
    },
    {
      name: 'status',
      summary: 'Show how a run stands, step by step',
      examples: [{ line: 'lemming workflow status release-12', does: 'shows its steps, their tasks and results' }],
      args: [RUN],
      flags: [],
      reads: true,
      right: 'look',
      output: (z) =>
        runShape(z).extend({
          path: z.string(),
          inputs: z.record(z.string(), z.json()),
          all: z.array(
            z.strictObject({
              id: z.string(),
              status: z.string(),
              tasks: z.array(z.string()),
              result: z.string().nullable(),
              reason: z.string().nullable(),
              undo: z.string().nullable(),
            }),
          ),
          rest: z.array(
            z.strictObject({ step: z.string(), item: z.number().nullable(), key: z.string(), why: z.string() }),
          ),
        }),
    },
    {
      name: 'cancel',
      summary: 'Cancel a run; what it has done stays',
      examples: [{ line: 'lemming workflow cancel release-12', does: 'ends the run and its open tasks' }],
      args: [RUN],
      flags: [],
      reads: false,
      right: 'edit',
      screen: [{ key: 'C', on: 'run', confirm: true }],
      output: askedShape,
    },
    {
      name: 'pause',
      summary: 'Pause a run: nothing new begins in it',
      examples: [
        { line: 'lemming workflow pause release-12', does: 'lets its open tasks go on, and begins no further one' },
      ],
      args: [RUN],
      flags: [],
      reads: false,
      right: 'edit',
      screen: [{ key: 'p', on: 'run' }],
      output: askedShape,
    },
    {
      name: 'resume',
      summary: 'Resume a paused run',
      examples: [{ line: 'lemming workflow resume release-12', does: 'lets it go on' }],
      args: [RUN],
      flags: [],
      reads: false,
      right: 'edit',
      screen: [{ key: 'p', action: 'pause', on: 'run' }],
      output: askedShape,
    },
    {
      name: 'retry-from',
      summary: 'Run a step of an ended run again, with all that comes after it',
      examples: [
        {
          line: 'lemming workflow retry-from release-12 publish',
          does: 'keeps what was done before publish, and goes on there',
        },
      ],
      args: [RUN, { name: 'step', about: 'the id of the step' }],
      flags: [],
      reads: false,
      right: 'edit',
      screen: [{ key: 'R', action: 'retry', on: 'run', asks: ['step'] }],
      output: askedShape,
    },
    {
      name: 'budget',
      summary: 'Change what a run may cost',
      examples: [
        {
          line: 'lemming workflow budget release-12 2',
          does: 'lets the run cost 2 credits in all; what waits goes on',
        },
      ],
      args: [RUN, { name: 'credits', about: 'credits that it may cost in all' }],
      flags: [],
      reads: false,
      right: 'edit',
      screen: [{ key: '$', on: 'run', asks: ['credits'] }],
      output: askedShape,
    },
    {
      name: 'undo',
      summary: 'Take a run back that has ended: its steps, the latest first',
      examples: [
        { line: 'lemming workflow undo release-12', does: 'takes back what its steps did, and lists what stays' },
      ],
      args: [RUN],
      flags: [],
      reads: false,
      right: 'edit',
      screen: [{ key: 'U', on: 'run', confirm: true }],
      output: askedShape,
    },
  ],
} as const satisfies Definition;

export const run: Runs<typeof command> = {
  list: listWorkflows,
  show: showWorkflow,
  create: createWorkflow,
  validate: validateWorkflows,
  run: beginRunOf,
  runs: listRuns,
  status: showRun,
  cancel: askRun('cancel'),
  pause: askRun('pause'),
  resume: askRun('resume'),
  'retry-from': askRun('retry'),
  budget: askRun('budget'),
  undo: askRun('undo'),
};
