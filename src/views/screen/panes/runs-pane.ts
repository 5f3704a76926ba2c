/** The Runs pane of the screen: runs of workflows, and the workflows. */
import { isOver, type RunState } from '../../../core/model/runs/run.ts';
import { questionKey } from '../../../core/workflows/run/draft.ts';
import { runPath } from '../../../core/workflows/run/page.ts';
import { runRow, runSteps, stepRows, type WorkflowRow, workflowRow } from '../../workflows/workflow-text.ts';
import { asks, type Filter, fits } from '../filter.ts';
import { type Cell, cell, facts, line, type Pane, type RowSubject, type ScreenLine, type Tone } from '../line.ts';
import { openApprovals, runAhead, type ScreenSnapshot } from '../snapshot.ts';

export const RUN_TERMS = ['status', 'workflow', 'owner'];

/** A row: a run that begins in the next turn, a run, or a workflow. */
type RunPaneRow = { begins: string; workflow: string } | { run: RunState } | { flow: WorkflowRow };

/** Whether there is anything to show. */
export function hasRuns({ state, config }: ScreenSnapshot): boolean {
  return state.runs.all.size + state.runs.asked.length + config.workflows.size > 0;
}

/** Runs that have not ended, then those that have, the latest first; then the workflows. */
export function runsPane(scene: ScreenSnapshot, filter: Filter): Pane {
  const rows = rowsOf(scene).filter((row) => fits(filter, facetsOf(row)));
  return {
    columns: [
      { title: 'run', share: 2 },
      { title: 'status', width: 14 },
      { title: 'steps', width: 8, from: 50 },
      { title: 'now', share: 2 },
      { title: 'turns', width: 10, from: 90 },
      { title: 'credits', width: 8, right: true, from: 110 },
      { title: 'result, or why not', share: 2, from: 76 },
    ],
    keys: rows.map(keyOf),
    cells: (at) => cellsOf(scene, rows[at]!),
    about: (at) => aboutOf(scene, rows[at]!),
    detail: (at) => detailOf(scene, rows[at]!),
    top: [],
    empty: asks(filter) ? 'No run matches the filter.' : 'There are no runs, and no workflows.',
  };
}

function rowsOf(scene: ScreenSnapshot): RunPaneRow[] {
  const { state, requests, config } = scene;
  const runs = [...state.runs.all.keys()].map((id) => runAhead(scene, id) as RunState).reverse();
  const begins = [...state.runs.asked, ...requests].flatMap((ask) =>
    ask.ask === 'run-workflow' && !state.runs.all.has(ask.run) ? [{ begins: ask.run, workflow: ask.workflow }] : [],
  );
  return [
    ...begins,
    ...runs.filter(({ status }) => !isOver(status)).map((run) => ({ run })),
    ...runs.filter(({ status }) => isOver(status)).map((run) => ({ run })),
    ...[...config.workflows].map(([id, workflow]) => ({ flow: workflowRow(id, workflow) })),
  ];
}

function keyOf(row: RunPaneRow): string {
  if ('begins' in row) return row.begins;
  return 'run' in row ? row.run.id : `workflow ${row.flow.id}`;
}

function facetsOf(row: RunPaneRow): { text: string } & Record<string, string | string[]> {
  if ('begins' in row) return { text: row.begins, status: 'begins', workflow: row.workflow };
  if ('flow' in row) {
    const { id, title, owner } = row.flow;
    return { text: `${id} ${title}`, status: 'workflow', workflow: id, owner: owner ?? [] };
  }
  const { id, status, workflow, owner } = row.run;
  return { text: id, status, workflow, owner };
}

const TONES: Record<RunState['status'], Tone> = {
  running: 'good',
  paused: 'warn',
  completed: 'quiet',
  compensating: 'warn',
  compensated: 'quiet',
  failed: 'bad',
  cancelled: 'quiet',
};

function cellsOf(scene: ScreenSnapshot, row: RunPaneRow): Cell[] {
  if ('begins' in row) {
    const soon = cell('in the next turn', 'warn');
    return [cell(row.begins, 'strong'), cell('begins', 'warn'), cell(''), soon, cell(''), cell(''), cell('')];
  }
  if ('flow' in row) {
    const { id, title, steps, wanted, on } = row.flow;
    const how = on.length > 0 ? `begins by ${on.join('; ')}` : wanted.length > 0 ? `needs ${wanted.join(', ')}` : '';
    const about = title === id ? '' : title;
    return [
      cell(id),
      cell('workflow', 'quiet'),
      cell(steps, 'quiet'),
      cell(about),
      cell(''),
      cell(''),
      cell(how, 'quiet'),
    ];
  }
  const { run } = row;
  const one = runRow(run);
  const before = scene.state.runs.all.get(run.id)?.status;
  const waits = waitingIn(scene, run).map(({ held }) => held);
  return [
    cell(one.id, isOver(run.status) ? 'plain' : 'strong'),
    cell(before === run.status ? run.status : `> ${run.status}`, TONES[run.status]),
    cell(`${one.done} of ${one.steps}`),
    cell(
      waits.length > 0 ? `${one.now.join(', ')}: asks ${waits.join(', ')}` : one.now.join(', '),
      waits.length > 0 ? 'warn' : 'plain',
    ),
    cell(`${one.began}${one.ended === null ? '' : ` to ${one.ended}`}`, 'quiet'),
    cell(one.cost === 0 ? '' : one.cost, 'quiet'),
    cell(one.reason ?? one.result ?? '', one.reason === null ? 'quiet' : 'warn'),
  ];
}

/** Held acts without an answer for which a run waits: its own questions, and those of its tasks. */
function waitingIn(scene: ScreenSnapshot, run: RunState): { step: string; held: string }[] {
  const { state, work } = scene;
  const open = new Set(openApprovals(scene));
  const asked = Object.entries(run.steps).flatMap(([step, { round }]) => {
    const held = state.runs.questions.get(questionKey(run, step, round)) ?? '';
    return open.has(held) ? [{ step, held }] : [];
  });
  const tasks = Object.entries(run.steps).flatMap(([step, { work: made }]) =>
    made
      .flatMap(({ id }) => work.tasks.all.get(id ?? '')?.waits ?? [])
      .flatMap((held) => (open.has(held) ? [{ step, held }] : [])),
  );
  return [...asked, ...tasks];
}

function aboutOf(scene: ScreenSnapshot, row: RunPaneRow): RowSubject {
  if ('begins' in row) return { what: 'run', id: row.begins };
  if ('flow' in row) {
    const { id, wanted } = row.flow;
    return {
      what: 'workflow',
      id,
      file: `org/workflows/${id}.yaml`,
      values: { input: wanted.map((name) => `${name}=`) },
    };
  }
  const { run } = row;
  const [first] = waitingIn(scene, run);
  const step = run.file.steps.map(({ id }) => id);
  return { what: 'run', id: run.id, file: runPath(run.id), values: { step }, ...(first && { approval: first.held }) };
}

function detailOf(scene: ScreenSnapshot, row: RunPaneRow): ScreenLine[] {
  if ('begins' in row)
    return [line(row.begins, 'title'), line(`A run of ${row.workflow}; it begins in the next turn.`)];
  return 'flow' in row ? workflowDetail(scene, row.flow) : runDetail(scene, row.run);
}

function runDetail(scene: ScreenSnapshot, run: RunState): ScreenLine[] {
  const one = runRow(run);
  const waits = waitingIn(scene, run);
  const steps = runSteps(run).flatMap(({ id, status, tasks, result, reason, undo }) => {
    const asks = waits.filter(({ step }) => step === id).map(({ held }) => held);
    const how = [
      status,
      ...(tasks.length > 0 ? [tasks.map((task) => taskText(scene, task)).join(', ')] : []),
      ...(asks.length > 0 ? [`waits for an answer to ${asks.join(', ')}`] : []),
      ...(undo === null ? [] : [`taken back: ${undo}`]),
    ];
    const came = result ?? reason;
    return [[id, `${how.join('; ')}${came === null ? '' : `: ${came}`}`, toneOf(status, asks.length > 0)] as const];
  });
  const rest = run.rest.map(({ step, item, why }) => `${step}${item === null ? '' : ` (item ${item})`}: ${why}`);
  return [
    line(run.id, 'title'),
    ...facts([
      ['status', run.status, TONES[run.status]],
      ['workflow', run.workflow],
      ['owner', run.owner],
      ['turns', `${one.began} to ${one.ended ?? 'now'}`],
      ['cost', one.cost === 0 ? null : `${one.cost} credits`],
      ['why', one.reason, 'warn'],
      ['result', one.result],
      ...Object.entries(run.inputs).map(
        ([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const,
      ),
    ]),
    line(),
    line('Steps', 'title'),
    ...facts(steps),
    ...(rest.length > 0 ? [line(), line('Left', 'title'), ...rest.map((text) => line(text, 'warn', 2))] : []),
  ];
}

function taskText({ work }: ScreenSnapshot, id: string): string {
  const task = work.tasks.all.get(id);
  if (!task) return id;
  return `${id} (${task.status}${task.assignee === null ? '' : `, ${task.assignee}`})`;
}

function toneOf(status: string, waits: boolean): Tone {
  if (waits || status === 'asking') return 'warn';
  return status === 'failed' ? 'bad' : status === 'running' || status === 'waiting' ? 'good' : 'plain';
}

function workflowDetail({ config }: ScreenSnapshot, { id, title, wanted, on, owner }: WorkflowRow): ScreenLine[] {
  const file = config.workflows.get(id)?.file;
  return [
    line(title, 'title'),
    line(file?.description ?? ''),
    ...facts([
      ['workflow', id],
      ['owner', owner],
      ['begins by', on.join('; ')],
      ['needs', wanted.join(', ')],
    ]),
    line(),
    line('Steps', 'title'),
    ...facts(
      (file ? stepRows(file) : []).map(({ id: step, does, needs, undo }) => [
        step,
        `${does}${needs.length > 0 ? `, after ${needs.join(', ')}` : ''}; taken back by ${undo}`,
      ]),
    ),
  ];
}
