/** The command `lemming task`. */
import { type AnswerKind, keepAnswer, keptAnswer, keptIn } from '../../app/look/kept-answer.ts';
import type { TASK_VERBS } from '../../schema/records/request.ts';
import type { Definition, Outcome, Runs } from '../command.ts';
import { takenShape } from '../shapes.ts';
import type { World } from '../world.ts';
import type { AskInput } from './task-ask.ts';
import type { ListInput, TaskList } from './task-look.ts';
import {
  askedShape,
  estimateShape,
  goalShape,
  graphShape,
  historyShape,
  statsShape,
  taskShape,
  unfitShape,
  wholeShape,
} from './task-shapes.ts';

const TASK = { name: 'id', about: 'the id of the task', of: ['task'] } as const;
const NOTE = { name: 'note', value: 'TEXT', about: 'why; its history says so' } as const;

export const command = {
  name: 'task',
  group: 'work',
  summary: 'Create, list, show and change tasks',
  bare: 'list',
  commands: [
    {
      name: 'list',
      summary: 'List the tasks, the most urgent first',
      examples: [
        { line: 'lemming task', does: 'lists the tasks; lemming task list does the same' },
        { line: 'lemming task list --ready', does: 'lists those that can begin now' },
      ],
      args: [],
      flags: [
        {
          name: 'status',
          value: 'STATUS',
          choices: ['pending', 'assigned', 'running', 'blocked', 'completed', 'failed', 'skipped', 'cancelled'],
          about: 'only tasks with this status',
        },
        { name: 'assignee', value: 'AGENT', about: 'only tasks of this agent' },
        { name: 'goal', value: 'NAME', about: 'only tasks that serve this goal of org/goals' },
        { name: 'ready', about: 'only tasks that can begin now' },
      ],
      reads: true,
      right: 'look',
      output: (z) => z.strictObject({ tasks: z.array(taskShape(z)), unfit: z.array(unfitShape(z)) }),
    },
    {
      name: 'goals',
      summary: 'List the open goals, and how the tasks of each stand',
      examples: [{ line: 'lemming task goals', does: 'counts the tasks of each goal in org/goals' }],
      args: [],
      flags: [],
      reads: true,
      right: 'look',
      output: (z) => z.strictObject({ goals: z.array(goalShape(z)) }),
    },
    {
      name: 'show',
      summary: 'Show a task: how it stands, what it needs, its result and history',
      examples: [{ line: 'lemming task show schema', does: 'shows the task schema, and why it is not ready' }],
      args: [TASK],
      flags: [],
      reads: true,
      right: 'look',
      output: wholeShape,
    },
    {
      name: 'create',
      summary: 'Create a task; agents work on it from the next turn on',
      examples: [
        { line: 'lemming task create "Write a haiku into shared/haiku.md"', does: 'creates a task for whoever plans' },
        {
          line: 'lemming task create "Build the API" --assignee coder_01 --needs schema',
          does: 'creates a task that begins when the task schema is completed',
        },
      ],
      args: [{ name: 'title', about: 'the work in a few words' }],
      flags: [
        { name: 'body', value: 'TEXT', about: 'what to do, in markdown; - reads it from standard input' },
        { name: 'assignee', value: 'AGENT', about: 'who does it' },
        { name: 'capability', value: 'WORD', about: 'a skill or capability that whoever does it must have' },
        { name: 'needs', value: 'TASKS', many: true, about: 'tasks that must be completed first: a,b,c' },
        { name: 'priority', value: 'P', choices: ['urgent', 'high', 'normal', 'low'], about: 'urgent to low' },
        { name: 'retries', value: 'N', kind: 'whole', least: 0, about: 'attempts after the first one that fails' },
        { name: 'deadline', value: 'TIME', about: '12 turns, 90m, 24h or 7d, after which it has failed' },
        { name: 'budget', value: 'CREDITS', kind: 'amount', about: 'credits that it may cost at most' },
        { name: 'parent', value: 'TASK', about: 'the task of which it is a part' },
        { name: 'goal', value: 'NAME', about: 'the goal in org/goals that it serves' },
        { name: 'key', value: 'KEY', about: 'the same key creates the same task only once' },
        { name: 'id', value: 'NAME', about: 'its id, the name of its file (default: made from the title)' },
      ],
      reads: false,
      right: 'edit',
      screen: [{ key: 'N', on: 'org', asks: ['title', 'assignee'] }],
      output: (z) =>
        z.strictObject({
          id: z.string(),
          path: z.string(),
          created: z.boolean(),
          unknown_needs: z.array(z.string()),
        }),
    },
    {
      name: 'assign',
      summary: 'Assign a task that nobody has',
      examples: [{ line: 'lemming task assign schema coder_01', does: 'gives the task schema to coder_01' }],
      args: [TASK, { name: 'assignee', about: 'the agent that gets it', of: ['agent'] }],
      flags: [NOTE],
      reads: false,
      right: 'edit',
      screen: [{ key: 'i', on: 'task', asks: ['assignee'] }],
      output: askedShape,
    },
    {
      name: 'unassign',
      summary: 'Take a task from its assignee',
      examples: [{ line: 'lemming task unassign schema', does: 'makes it pending again' }],
      args: [TASK],
      flags: [NOTE],
      reads: false,
      right: 'edit',
      screen: [{ key: 'I', on: 'task' }],
      output: askedShape,
    },
    {
      name: 'reassign',
      summary: 'Give a task to another agent',
      examples: [
        { line: 'lemming task reassign schema janitor', does: 'takes it from its assignee and gives it to janitor' },
      ],
      args: [TASK, { name: 'assignee', about: 'the agent that gets it', of: ['agent'] }],
      flags: [NOTE],
      reads: false,
      right: 'edit',
      screen: [{ key: 'i', action: 'assign', on: 'task', asks: ['assignee'] }],
      output: askedShape,
    },
    {
      name: 'start',
      summary: 'Start a task now, without its waiting time',
      examples: [{ line: 'lemming task start schema', does: 'makes it running' }],
      args: [TASK],
      flags: [NOTE],
      reads: false,
      right: 'edit',
      screen: [{ key: 'b', on: 'task' }],
      output: askedShape,
    },
    {
      name: 'complete',
      summary: 'Complete a task yourself',
      examples: [
        { line: "lemming task complete schema --result 'See shared/schema.md'", does: 'ends it with that result' },
      ],
      args: [TASK],
      flags: [{ name: 'result', value: 'TEXT', about: 'what came of it' }, NOTE],
      reads: false,
      right: 'edit',
      screen: [{ key: 'c', on: 'task', asks: ['result'] }],
      output: askedShape,
    },
    {
      name: 'fail',
      summary: 'Fail a task, and skip what needs it',
      examples: [{ line: "lemming task fail schema --note 'No longer possible'", does: 'ends it as failed' }],
      args: [TASK],
      flags: [NOTE],
      reads: false,
      right: 'edit',
      screen: [{ key: 'f', on: 'task', asks: ['note'] }],
      output: askedShape,
    },
    {
      name: 'cancel',
      summary: 'Cancel a task for good, and skip what needs it',
      examples: [{ line: 'lemming task cancel schema', does: 'ends it; what needs it is skipped' }],
      args: [TASK],
      flags: [NOTE],
      reads: false,
      right: 'edit',
      screen: [{ key: 'C', on: 'task', asks: ['note'] }],
      output: askedShape,
    },
    {
      name: 'retry',
      summary: 'Retry a failed or skipped task',
      examples: [
        { line: 'lemming task retry schema', does: 'makes it pending again, with what was skipped because of it' },
      ],
      args: [TASK],
      flags: [NOTE],
      reads: false,
      right: 'edit',
      screen: [{ key: 'R', on: 'task' }],
      output: askedShape,
    },
    {
      name: 'waive',
      summary: 'Waive a need of a task, so that it can begin without it',
      examples: [
        {
          line: "lemming task waive api schema --note 'The old schema will do'",
          does: 'lets api begin without schema',
        },
      ],
      args: [TASK, { name: 'need', about: 'the task that it need not wait for', of: ['task'] }],
      flags: [NOTE],
      reads: false,
      right: 'edit',
      screen: [{ key: 'W', on: 'task', asks: ['need', 'note'] }],
      output: askedShape,
    },
    {
      name: 'budget',
      summary: 'Change what a task and its parts may cost',
      examples: [{ line: 'lemming task budget schema 0.5', does: 'lets it cost half a credit in all, and go on' }],
      args: [TASK, { name: 'credits', about: 'credits that it may cost in all' }],
      flags: [NOTE],
      reads: false,
      right: 'edit',
      screen: [{ key: '$', on: 'task', asks: ['credits'] }],
      output: askedShape,
    },
    {
      name: 'history',
      summary: 'Show what happened to a task, and who did it',
      examples: [{ line: 'lemming task history schema', does: 'shows every change of schema' }],
      args: [TASK],
      flags: [],
      reads: true,
      right: 'look',
      screen: [{ key: 'h', on: 'task' }],
      output: (z) => z.strictObject({ id: z.string(), history: z.array(historyShape(z)) }),
    },
    {
      name: 'graph',
      summary: 'Draw which task needs which',
      examples: [
        { line: 'lemming task graph', does: 'draws all tasks as a tree' },
        { line: 'lemming task graph api --mermaid', does: 'prints what is connected with api as a Mermaid chart' },
      ],
      args: [{ name: 'id', about: 'only what is connected with this task', of: ['task'], optional: true }],
      flags: [{ name: 'mermaid', about: 'a Mermaid flowchart instead of a tree' }],
      reads: true,
      right: 'look',
      screen: [{ key: 'T', on: 'task' }],
      output: graphShape,
    },
    {
      name: 'stats',
      summary: 'Show statistics of the tasks',
      examples: [{ line: 'lemming task stats', does: 'counts tasks by status, and shows the success rate' }],
      args: [],
      flags: [],
      reads: true,
      right: 'look',
      screen: [{ key: 'S', on: 'org' }],
      output: statsShape,
    },
    {
      name: 'estimate',
      summary: 'Estimate what a task will take, from completed ones',
      examples: [
        { line: 'lemming task estimate api', does: 'shows turns and credits to expect, and how sure that is' },
      ],
      args: [TASK],
      flags: [],
      reads: true,
      right: 'look',
      screen: [{ key: 'L', on: 'task' }],
      output: estimateShape,
    },
    {
      name: 'cleanup',
      summary: 'Move finished tasks that no open one needs to org/tasks/archive',
      examples: [
        { line: 'lemming task cleanup --older-than 20', does: 'archives those that ended at least 20 turns ago' },
      ],
      args: [],
      flags: [
        {
          name: 'older-than',
          value: 'N',
          kind: 'whole',
          least: 0,
          about: 'only those that ended at least N turns ago (default: 0)',
        },
      ],
      reads: false,
      right: 'edit',
      screen: [{ key: 'K', on: 'org', confirm: true }],
      output: (z) =>
        z.strictObject({ older_than: z.number(), ids: z.array(z.string()), taken: takenShape(z).nullable() }),
    },
  ],
} as const satisfies Definition;

/** Loaded when used: the list that was printed last needs neither. */
const look = () => import('./task-look.ts');
const ask = () => import('./task-ask.ts');

function asking(verb: (typeof TASK_VERBS)[number]) {
  return async (world: World, input: AskInput) => (await ask()).askFor(verb)(world, input);
}

export const run: Runs<typeof command> = {
  list,
  goals: async (world) => (await look()).listGoals(world),
  show: async (world, input) => (await look()).showTask(world, input),
  create: async (world, input) => (await ask()).createTask(world, input),
  assign: asking('assign'),
  unassign: asking('unassign'),
  reassign: asking('reassign'),
  start: asking('start'),
  complete: asking('complete'),
  fail: asking('fail'),
  cancel: asking('cancel'),
  retry: asking('retry'),
  waive: asking('waive'),
  budget: asking('budget'),
  history: async (world, input) => (await look()).showHistory(world, input),
  graph: async (world, input) => (await look()).showGraph(world, input),
  stats: async (world) => (await look()).showStats(world),
  estimate: async (world, input) => (await look()).showEstimate(world, input),
  cleanup: async (world, input) => (await ask()).cleanUp(world, input),
};

const LIST: AnswerKind = { file: 'tasks.json', version: 1, folders: ['org/tasks'] };

/** What was printed last, and what was asked for then. */
interface KeptList {
  asked: string;
  outcome: Outcome<TaskList>;
}

/** The list that was printed last, if the same is asked for and nothing has changed since. */
async function list(world: World, input: ListInput): Promise<Outcome<TaskList>> {
  const asked = JSON.stringify([input.flags, world.json, world.seat]);
  const last = lastList(world);
  if (last?.asked === asked) return last.outcome;
  const start = world.machine.clock.now();
  const { outcome, people } = await (await look()).listTasks(world, input);
  keepAnswer(keptIn(world), LIST, { people, paths: [] }, start, keptList(asked, outcome));
  return outcome;
}

function lastList(world: World): KeptList | null {
  return keptAnswer(keptIn(world), LIST) as KeptList | null;
}

function keptList(asked: string, outcome: Outcome<TaskList>): KeptList {
  const [, json] = JSON.parse(asked) as [ListInput['flags'], boolean];
  return { asked, outcome: { data: outcome.data, text: json ? '' : outcome.text } };
}

/** Whether the kept list would be printed now and differs from a new one. */
export async function isListStrange(world: World): Promise<boolean> {
  const kept = lastList(world);
  if (kept === null) return false;
  const [flags] = JSON.parse(kept.asked) as [ListInput['flags']];
  const { outcome } = await (await look()).listTasks(world, { flags });
  return JSON.stringify(kept) !== JSON.stringify(keptList(kept.asked, outcome));
}
