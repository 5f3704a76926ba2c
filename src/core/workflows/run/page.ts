/** Prints the file of a run, from which people see how it stands. */
import { inCredits } from '../../../schema/amount.ts';
import { cut, printHead } from '../../../schema/print.ts';
import type { RunState, StepState } from '../../model/runs/run.ts';
import { costOf } from './draft.ts';

export const RUNS = 'org/runs/';

export function runPath(id: string): string {
  return `${RUNS}${id}.md`;
}

export function archivedRunPath(id: string): string {
  return `${RUNS}archive/${id}.md`;
}

/** Characters of a text in the table of the steps. */
const CELL = 200;

/** The file of a run: how it stands, its steps, what came of it, what is left of it, and the text of its workflow. */
export function printRun(run: RunState): string {
  const { id, workflow, owner, status, began, ended, budget, key, reason, result, rest } = run;
  const head = printHead(
    Object.entries({
      workflow,
      status,
      owner,
      began: began.turn,
      ended,
      cost: inCredits(costOf(run)),
      budget: budget === null ? null : inCredits(budget),
      key,
      reason: reason === null ? null : cut(reason, 2000),
    }).filter(([, value]) => value !== null),
  );
  const rows = run.file.steps.map((step) => rowOf(step.id, run.steps[step.id] as StepState));
  const parts = [
    `# ${id}`,
    ['| step | status | tasks | result |', '|---|---|---|---|', ...rows].join('\n'),
    Object.keys(run.inputs).length > 0 ? `## Inputs\n\n${indented(JSON.stringify(run.inputs, null, 2))}` : '',
    result === null ? '' : `## Result\n\n${indented(result)}`,
    rest.length === 0
      ? ''
      : `## Left\n\n${rest.map(({ step, key: at, why }) => `- ${step} (${at}): ${line(why)}`).join('\n')}`,
    `## Workflow\n\n${indented(run.text)}`,
  ];
  return `${head}${parts.filter(Boolean).join('\n\n')}\n`;
}

function rowOf(id: string, { status, work, result, reason }: StepState): string {
  const tasks = work.flatMap((one) => one.id ?? []).join(', ');
  return `| ${[id, status, tasks, line(result ?? reason ?? '')].join(' | ')} |`;
}

/** A text in one line that cannot end its cell. */
function line(text: string): string {
  return cut(text.replace(/[\s\p{Cc}]+/gu, ' ').trim(), CELL).replaceAll('|', '\\|');
}

/** A block that nothing in the text can end. */
function indented(text: string): string {
  return text.trimEnd().replace(/^/gm, '    ');
}
