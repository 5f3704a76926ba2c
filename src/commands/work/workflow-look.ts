/** What `lemming workflow` tells: the workflows, one of them, its faults, the runs and how one stands. */
import { checkFolder, readOrg } from '../../app/read-org.ts';
import type { View } from '../../app/view.ts';
import type { Workflow } from '../../core/model/config.ts';
import { isOver, type RunState } from '../../core/model/runs/run.ts';
import { runNamed } from '../../core/model/runs/runs.ts';
import { nearestTo } from '../../core/text/nearest.ts';
import { archivedRunPath, runPath } from '../../core/workflows/run/page.ts';
import { loadCron } from '../../disk/config/cron.ts';
import { yamlSource } from '../../disk/config/source.ts';
import { faultOf, workflowIdOf } from '../../disk/config/workflows.ts';
import { type Fault, failure, printFault } from '../../schema/fault.ts';
import { workflowFile } from '../../schema/records/workflow.ts';
import { count, shorten, table } from '../../views/text/table.ts';
import {
  irreversibleIn,
  printRunStatus,
  printWorkflow,
  runRow,
  runSteps,
  stepRows,
  workflowRow,
} from '../../views/workflows/workflow-text.ts';
import type { World } from '../world.ts';

const FOLDER = 'org/workflows';

/** The workflow of that id. Throws `not-found`, or the faults of its file. */
export function workflowIn(world: World, { config }: Pick<View, 'config'>, id: string): Workflow {
  const found = config.workflows.get(id);
  if (found) return found;
  const [fault] = faultsIn(world, id);
  if (fault)
    throw failure('refused', `The workflow ${id} is not valid: ${fault.message}`, {
      remedy: `See lemming workflow validate ${id}.`,
    });
  throw failure('not-found', `There is no workflow ${id}`, {
    remedy: 'List the workflows with lemming workflow list.',
    ...nearestTo(id, config.workflows.keys()),
  });
}

/** The run of that id. Throws `not-found`. */
export function runIn({ state }: Pick<View, 'state'>, id: string): RunState {
  const run = runNamed(state.runs, id);
  if (run) return run;
  const isAsked = state.runs.asked.some((ask) => ask.ask === 'run-workflow' && ask.run === id);
  throw failure('not-found', isAsked ? `The run ${id} begins in the next turn` : `There is no run ${id}`, {
    remedy: isAsked ? 'Make a turn with lemming run.' : 'List the runs with lemming workflow runs.',
    ...nearestTo(id, state.runs.all.keys()),
  });
}

/** Faults of the files of workflows; of one when its id is given. */
function faultsIn(world: World, id?: string): Fault[] {
  const { faults } = checkFolder({ machine: world.machine, root: world.root, env: world.env });
  return faults.filter(({ file }) => {
    const of = workflowIdOf(file ?? '');
    return of !== null && (id === undefined || of === id);
  });
}

export async function listWorkflows(world: World) {
  const { config } = readOrg(world);
  const rows = [...config.workflows].map(([id, workflow]) => workflowRow(id, workflow));
  const broken = [...new Set(faultsIn(world).flatMap(({ file }) => file ?? []))];
  const lines = rows.map((row) => [
    row.id,
    count(row.steps, 'step'),
    row.wanted.join(', '),
    row.on.join('; '),
    row.title,
  ]);
  const head = rows.length
    ? table([['workflow', '', 'inputs needed', 'begins by', 'title'], ...lines])
    : `No workflows. Write one as ${FOLDER}/NAME.yaml, or begin with lemming workflow create NAME --template review-loop.`;
  const bad = broken.map((file) => `Not valid: ${file}. See lemming workflow validate.`);
  return { data: { workflows: rows, broken }, text: [head, ...bad].join('\n') };
}

interface NamedInput {
  args: { id: string };
}

export async function showWorkflow(world: World, { args: { id } }: NamedInput) {
  const workflow = workflowIn(world, readOrg(world), id);
  const data = {
    ...workflowRow(id, workflow),
    irreversible: irreversibleIn(id, workflow.file),
    all: stepRows(workflow.file),
  };
  return { data, text: printWorkflow(id, workflow) };
}

/** All that is wrong with workflows: also times of cron, which nobody reads before they are needed. */
export async function validateWorkflows(world: World, { args: { id } }: { args: { id?: string | undefined } }) {
  const { config } = readOrg(world);
  if (id !== undefined && !world.machine.disk(world.root).stat(`${FOLDER}/${id}.yaml`))
    throw failure('not-found', `There is no file ${FOLDER}/${id}.yaml`, nearestTo(id, config.workflows.keys()));
  const valid = [...config.workflows].filter(([one]) => id === undefined || one === id);
  const faults = [...faultsIn(world, id), ...(await cronFaults(valid))];
  const none = valid.flatMap(([one, { file }]) => {
    const steps = irreversibleIn(one, file);
    return steps.length ? [`Note: ${one}: ${steps.join(', ')} cannot be taken back`] : [];
  });
  const ok = faults.length === 0;
  const text = ok ? [`Valid: ${count(valid.length, 'workflow')}`] : faults.map(printFault);
  return { data: { ok, faults }, text: [...text, ...none].join('\n'), exit: ok ? 0 : 3 };
}

/** Times of cron that cannot be read. */
export async function cronFaults(workflows: Iterable<readonly [id: string, workflow: Workflow]>): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const [id, { file, text }] of workflows) {
    if (file.on?.cron === undefined) continue;
    const why = (await loadCron()).flaw(file.on.cron, file.on.zone);
    if (why === null) continue;
    const source = yamlSource(workflowFile)(text, `${FOLDER}/${id}.yaml`);
    faults.push(faultOf({ code: 'invalid-value', path: ['on', 'cron'], message: why, value: file.on.cron }, source));
  }
  return faults;
}

interface RunsInput {
  flags: { workflow?: string | undefined; open?: true | undefined; all?: true | undefined };
}

export async function listRuns(world: World, { flags }: RunsInput) {
  const { state } = readOrg(world);
  const past = flags.all ? state.runs.past.values() : [];
  const rows = [...past, ...state.runs.all.values()]
    .sort((a, b) => a.began.turn - b.began.turn)
    .filter(({ workflow, status }) => workflow === (flags.workflow ?? workflow) && !(flags.open && isOver(status)))
    .map(runRow)
    .reverse();
  const begins = state.runs.asked.flatMap((ask) => (ask.ask === 'run-workflow' ? [ask.run] : []));
  const lines = rows.map((row) => [
    row.id,
    row.status,
    `${row.done} of ${row.steps}`,
    row.now.join(', '),
    `${row.began}${row.ended === null ? '' : ` to ${row.ended}`}`,
    shorten(row.reason ?? row.result ?? '', 60),
  ]);
  const head = rows.length ? table([['run', 'status', 'steps', 'now', 'turns', ''], ...lines]) : 'No runs.';
  const more = begins.map((id) => `${id} begins in the next turn.`);
  return { data: { runs: rows, begins }, text: [head, ...more].join('\n') };
}

export async function showRun(world: World, { args: { id } }: NamedInput) {
  const view = readOrg(world);
  const run = runIn(view, id);
  const path = view.state.runs.past.has(id) ? archivedRunPath(id) : runPath(id);
  const data = { ...runRow(run), path, inputs: run.inputs, all: runSteps(run), rest: run.rest };
  return { data, text: printRunStatus(run) };
}
