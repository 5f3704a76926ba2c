/** Tells of a workflow and of its runs. */
import type { Workflow } from '../../core/model/config.ts';
import { isOver, type RunState } from '../../core/model/runs/run.ts';
import { validateWorkflow } from '../../core/workflows/file/validate.ts';
import { costOf } from '../../core/workflows/run/draft.ts';
import { inCredits } from '../../schema/amount.ts';
import type { WorkflowFile, WorkflowStep } from '../../schema/records/workflow.ts';
import { count, rowsOf, shorten, table } from '../text/table.ts';

/** A workflow in a list. */
export interface WorkflowRow {
  id: string;
  title: string;
  steps: number;
  /** Inputs that have no default. */
  wanted: string[];
  /** What begins a run by itself, in words. */
  on: string[];
  owner: string | null;
}

export function workflowRow(id: string, { file }: Workflow): WorkflowRow {
  const { title, steps, inputs, owner = null } = file;
  const wanted = Object.entries(inputs).flatMap(([name, input]) => (input.default === undefined ? [name] : []));
  return { id, title: title ?? id, steps: steps.length, wanted, on: triggersOf(file), owner };
}

function triggersOf({ on }: WorkflowFile): string[] {
  if (!on) return [];
  const { mail, every, cron, zone } = on;
  return [
    ...(mail
      ? [`mail from ${mail.from.join(', ')}${mail.subject ? ` about ${JSON.stringify(mail.subject)}` : ''}`]
      : []),
    ...(every === undefined ? [] : [`every ${count(every, 'turn')}`]),
    ...(cron === undefined ? [] : [`${cron} (${zone})`]),
  ];
}

/** A step of a workflow, in words. */
export interface StepRow {
  id: string;
  /** Who does it, what it waits for, or which workflow it runs. */
  does: string;
  needs: string[];
  /** How it is taken back. */
  undo: 'undo' | 'none' | 'task';
}

export function stepRows({ steps }: WorkflowFile): StepRow[] {
  return steps.map((step) => ({
    id: step.id,
    does: doesOf(step),
    needs: [...step.needs, ...(step.needs_any.length ? [`one of ${step.needs_any.join(', ')}`] : [])],
    undo: typeof step.compensate === 'string' ? step.compensate : 'task',
  }));
}

function doesOf({ agent, capability, wait, workflow, foreach, when }: WorkflowStep): string {
  const who =
    agent ??
    (capability === undefined ? null : `whoever can ${capability}`) ??
    (workflow === undefined ? null : `runs ${workflow}`) ??
    waitText(wait as NonNullable<WorkflowStep['wait']>);
  const each = foreach ? `, for each of ${typeof foreach.in === 'string' ? foreach.in : 'a list'}` : '';
  return `${who}${each}${when === undefined ? '' : `, if ${when}`}`;
}

function waitText({ mail, approval, turns }: NonNullable<WorkflowStep['wait']>): string {
  if (mail) return `waits for mail from ${mail.from.join(' or ')}`;
  return approval ? `asks ${approval.by.join(', ')}` : `waits for ${count(turns as number, 'turn')}`;
}

/** Steps of a workflow that cannot be taken back. */
export function irreversibleIn(id: string, file: WorkflowFile): string[] {
  const none = new Map<string, WorkflowFile>();
  return validateWorkflow(id, file, { agents: new Set(), people: new Set(), workflows: none, flawOfCron: () => null })
    .irreversible;
}

/** What a workflow is, for people. */
export function printWorkflow(id: string, { file }: Workflow): string {
  const { title, description, budget } = file;
  const { on, owner } = workflowRow(id, { file, text: '' });
  const none = irreversibleIn(id, file);
  const inputs = Object.entries(file.inputs).map(([name, input]) => [
    name,
    input.type,
    input.default === undefined ? 'needed' : `default ${JSON.stringify(input.default)}`,
    input.description ?? '',
  ]);
  const fields = [
    ...(owner === null ? [] : [['owner', owner]]),
    ...on.map((text) => ['begins by', text]),
    ...(budget === undefined ? [] : [['budget', `${inCredits(budget)} credits`]]),
    ['cannot be taken back', none.length ? none.join(', ') : '-'],
  ];
  return [
    `${id}: ${title ?? id}`,
    description ?? '',
    rowsOf(fields),
    inputs.length ? table([['input', 'type', '', ''], ...inputs]) : '',
    table([
      ['step', 'does', 'after', 'taken back by'],
      ...stepRows(file).map((row) => [row.id, row.does, row.needs.join(', '), row.undo]),
    ]),
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** A run in a list. */
export interface RunRow {
  id: string;
  workflow: string;
  status: RunState['status'];
  owner: string;
  began: number;
  ended: number | null;
  /** Steps that are completed, and all. */
  done: number;
  steps: number;
  /** Steps that are worked on or waited for. */
  now: string[];
  reason: string | null;
  result: string | null;
  /** Credits. */
  cost: number;
}

export function runRow(run: RunState): RunRow {
  const { id, workflow, status, owner, began, ended, reason, result } = run;
  const all = Object.entries(run.steps);
  const now = all.flatMap(([step, { status: is }]) => (['asking', 'waiting', 'running'].includes(is) ? [step] : []));
  return {
    id,
    workflow,
    status,
    owner,
    began: began.turn,
    ended,
    done: all.filter(([, step]) => step.status === 'completed').length,
    steps: all.length,
    now: isOver(status) ? [] : now,
    reason,
    result,
    cost: inCredits(costOf(run)),
  };
}

/** A step of a run. */
export interface RunStepRow {
  id: string;
  status: string;
  /** Ids of its tasks or runs. */
  tasks: string[];
  result: string | null;
  reason: string | null;
  /** How it was taken back: the status of that, where it was tried. */
  undo: string | null;
}

export function runSteps(run: RunState): RunStepRow[] {
  return run.file.steps.map(({ id }) => {
    const { status, result, reason, work } = run.steps[id] as RunState['steps'][string];
    const undo = work.findLast((one) => one.undo !== null)?.undo?.status ?? null;
    return { id, status, tasks: work.flatMap((one) => one.id || []), result, reason, undo };
  });
}

/** How a run stands, for people. */
export function printRunStatus(run: RunState): string {
  const row = runRow(run);
  const fields = [
    ['status', row.status],
    ['workflow', row.workflow],
    ['owner', row.owner],
    ['turns', `${row.began} to ${row.ended ?? 'now'}`],
    ['cost', `${row.cost} credits`],
    ...(row.reason === null ? [] : [['reason', row.reason]]),
  ];
  const steps = runSteps(run).map(({ id, status, tasks, result, reason, undo }) => [
    id,
    undo === null ? status : `${status}, taken back: ${undo}`,
    tasks.join(', '),
    shorten(result ?? reason ?? '', 80),
  ]);
  const left = run.rest.map(({ step, item, why }) => `- ${step}${item === null ? '' : ` (item ${item})`}: ${why}`);
  return [
    row.id,
    rowsOf(fields),
    table([['step', 'status', 'tasks', 'result'], ...steps]),
    left.length ? `Left:\n${left.join('\n')}` : '',
    row.result === null ? '' : `Result:\n${row.result}`,
  ]
    .filter(Boolean)
    .join('\n\n');
}
