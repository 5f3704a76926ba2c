/** What tasks and runs may still cost, and whether a task waits because its next call could cost more. */
import type { Config } from '../model/config.ts';
import type { RunState } from '../model/runs/run.ts';
import { RUN_KEY, type RunsState } from '../model/runs/runs.ts';
import { isFinished, type Task, type TasksState } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';
import { visitCost } from './credit-advice.ts';
import { printCredits, roundUp, type SpendingLimit } from './ledger.ts';

/** What the cost of work is read from. */
export type CostState = Pick<State, 'tasks' | 'runs' | 'money'>;

/**
 * The budgets into which the next call of a task must fit: its own, those of the tasks of which it is a part, and those of the runs
 * to which it belongs. The innermost first.
 */
export function budgetsOf(state: CostState, task: Task): SpendingLimit[] {
  const found: SpendingLimit[] = [];
  const add = (scope: string, of: number | null, used: () => number): void => {
    if (of !== null) found.push({ amount: of - used(), scope, key: null, of });
  };
  const above = lineOf(state, task);
  for (const one of above) add(`task ${one.id}`, one.budget, () => usedByTask(state.tasks, one, inDoubt(state)));
  for (let run = runOf(state.runs, (above.at(-1) as Task).key); run; run = runOf(state.runs, run.key)) {
    const its = run;
    add(`run ${run.id}`, run.budget, () => usedByRun(state, its, inDoubt(state)));
  }
  return found;
}

/** A task, and the tasks of which it is a part, upwards. */
function lineOf({ tasks }: CostState, task: Task): Task[] {
  const line: Task[] = [];
  for (let one: Task | undefined = task; one; one = tasks.all.get(one.parent ?? '')) line.push(one);
  return line;
}

/** The run that made what has that key. */
function runOf(runs: Pick<RunsState, 'all'>, key: string | null): RunState | undefined {
  return key?.startsWith(RUN_KEY) ? runs.all.get(key.split('/')[1] as string) : undefined;
}

/** Micro-credits that a task and its parts have cost. */
export function costOfTask(tasks: TasksState, task: Task): number {
  return usedByTask(tasks, task, () => 0);
}

/** Micro-credits of calls in doubt, by task: they count as spent until somebody settles them. */
function inDoubt({ money }: CostState): (task: string) => number {
  const doubts = [...money.doubts.values()];
  return (id) => doubts.reduce((sum, { task, reserve }) => (task === id ? sum + reserve : sum), 0);
}

function usedByTask(tasks: TasksState, { id, cost }: Task, more: (task: string) => number): number {
  const { all, children, past } = tasks;
  const own = cost + (past.get(id) ?? 0) + more(id);
  const parts = [...(children.get(id) ?? [])].map((part) => all.get(part) as Task);
  return parts.reduce((sum, part) => sum + usedByTask(tasks, part, more), own);
}

/** What the work of a run has cost, and what takes it back. Of work that is in the archive the run knows the cost. */
function usedByRun(state: CostState, run: RunState, more: (task: string) => number): number {
  const { tasks, runs } = state;
  const costOf = ({ key, cost }: { key: string; cost: number }): number => {
    const task = tasks.all.get(tasks.keys.get(key) ?? '');
    if (task) return usedByTask(tasks, task, more);
    const child = runs.all.get(runs.keys.get(key) ?? '');
    return child ? usedByRun(state, child, more) : cost;
  };
  const work = Object.values(run.steps).flatMap((step) => step.work);
  return work.reduce((sum, one) => sum + costOf(one) + (one.undo ? costOf(one.undo) : 0), 0);
}

/** The budget that cannot pay what the next call of a task could cost; null when it need not wait, or nobody knows yet. */
export function budgetWait(state: CostState, task: Task): SpendingLimit | null {
  const { need } = task;
  if (need === undefined || isFinished(task.status)) return null;
  return budgetsOf(state, task).find(({ amount }) => amount < need) ?? null;
}

/** Tasks that wait for a budget. */
export function budgetWaits(state: CostState): { task: Task; short: SpendingLimit }[] {
  return [...state.tasks.all.values()].flatMap((task) => {
    const short = budgetWait(state, task);
    return short ? [{ task, short }] : [];
  });
}

/** Why a task waits: `its next call could cost 0.03 credits, but 0.01 of the budget of run r1 is left`. */
export function budgetWaitText(need: number, { amount, scope }: SpendingLimit): string {
  return `its next call could cost ${printCredits(need)} credits, but ${printCredits(Math.max(0, amount))} of the budget of ${scope} is left`;
}

/** Which task waits, why, and the command that raises the budget so far that a visit at that price can be made. */
export function budgetLine(config: Config, state: State, { id, assignee }: Task, need: number, short: SpendingLimit) {
  const { amount, scope, of } = short;
  const wanted = Math.max(visitCost(config, state, assignee ?? '', need), need) - amount;
  const [what, name] = scope.split(' ');
  const verb = what === 'run' ? 'workflow budget' : 'task budget';
  const raised = printCredits(of + roundUp(wanted));
  return `Task ${id} waits: ${budgetWaitText(need, short)}. Raise it: lemming ${verb} ${name} ${raised}`;
}
