/** Shows a plan to whoever decides about it. */
import { inCredits } from '../../schema/amount.ts';
import { cut, printValue } from '../../schema/print.ts';
import type { Plan, PlannedChange, PlannedTask } from '../../schema/records/plan.ts';
import type { Task } from '../model/state/tasks.ts';
import { countCredits, printCredits } from '../money/ledger.ts';
import { printTree } from '../text/tree.ts';
import type { LikelyCost } from './likely.ts';

/** Characters of a field in a difference. */
const FIELD = 500;

/** What surrounds the tasks of a plan. */
interface Around {
  repairs: readonly string[];
  cost: LikelyCost | null;
  /** A task of an earlier plan, and what its file says is to be done. */
  taskOf(id: string): { task: Task; body: string } | undefined;
}

/**
 * The tasks of a plan as a tree, what becomes of earlier ones, and what the new ones are likely to cost. Titles and other words of
 * the plan are quoted: none looks like another line. Pure.
 */
export function planText({ tasks, cancel, change }: Plan, { repairs, cost, taskOf }: Around): string {
  const named = (id: string): string => {
    const known = taskOf(id);
    return known ? `${id} ${JSON.stringify(known.task.title)}` : id;
  };
  const changes = change.map((one) => `${named(one.id)}\n${differences(one, taskOf(one.id)).join('\n')}`);
  return [
    planTree(tasks),
    changes.length ? `Changed:\n${changes.join('\n')}` : '',
    cancel.length ? `No longer needed: ${cancel.map(named).join(', ')}` : '',
    repairs.length ? `Put right: ${repairs.join('; ')}` : '',
    tasks.length ? costText(tasks, cost) : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** Below each task those that need it. */
export function planTree(tasks: readonly PlannedTask[]): string {
  const names = new Set(tasks.map(({ name }) => name));
  return printTree({
    nodes: tasks.map((task) => ({ id: task.name, label: labelOf(task, names) })),
    edges: tasks.flatMap(({ name, needs }) => needs.flatMap((from) => (names.has(from) ? { from, to: name } : []))),
  });
}

function labelOf({ name, title, assignee, capability, needs }: PlannedTask, names: ReadonlySet<string>): string {
  const who = assignee ?? (capability === undefined ? 'the planner' : `whoever can ${JSON.stringify(capability)}`);
  const others = needs.filter((need) => !names.has(need));
  return `${name} (${who}${others.length ? `, after ${others.join(', ')}` : ''}): ${JSON.stringify(title)}`;
}

/** Each field that changes, as it is and as it will be. */
function differences(change: PlannedChange, known: ReturnType<Around['taskOf']>): string[] {
  const { id: _, ...fields } = change;
  return Object.entries(fields).flatMap(([field, to]) => {
    const from = field === 'body' ? known?.body : known?.task[field as keyof Task];
    return [...lineOf('-', field, from), ...lineOf('+', field, to)];
  });
}

function lineOf(mark: string, field: string, value: unknown): string[] {
  const isNone = value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
  if (isNone) return [];
  const shown = field === 'budget' ? inCredits(value as number) : value;
  return [`  ${mark} ${field}: ${cut(printValue(shown as string), FIELD)}`];
}

function costText(tasks: readonly PlannedTask[], cost: LikelyCost | null): string {
  const what = `${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}.`;
  if (cost === null) return `${what} No task is completed yet: nothing is known of the cost.`;
  const { least, most, samples } = cost;
  const range = least === most ? countCredits(most) : `${printCredits(least)} to ${countCredits(most)}`;
  return `${what} Likely cost: ${range}, as ${samples} completed ${samples === 1 ? 'task' : 'tasks'} did.`;
}
