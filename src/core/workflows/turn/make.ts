/** Makes the tasks and questions that a run wants. */

import { copyWith } from '../../../schema/copy.ts';
import { cut } from '../../../schema/print.ts';
import { otherwiseOf } from '../../approvals/approval.ts';
import { printApproval } from '../../approvals/approval-text.ts';
import type { Config } from '../../model/config.ts';
import type { Effect, Held } from '../../model/entry.ts';
import type { RunState } from '../../model/runs/run.ts';
import type { Task } from '../../model/state/tasks.ts';
import { askedFirst } from '../../rights/approvers.ts';
import type { QuestionToAsk, WorkToMake } from '../run/facts.ts';

/** The task that a run wants. `n`: its number among those that the run makes in the turn. */
export function taskOf(run: RunState, wanted: WorkToMake, at: { turn: number; since: number; n: number }): Task {
  const { key, title, assignee, capability, retries, deadline, ensures } = wanted;
  const { turn, since, n } = at;
  const task: Task = {
    id: `T-${turn}-${run.id}-${n}`,
    turn,
    by: run.owner,
    since,
    hops: run.hops,
    visits: 0,
    waits: [],
    title: title.replace(/\s+/g, ' ').trim(),
    status: assignee === null ? 'pending' : 'assigned',
    assignee,
    capability,
    needs: [],
    waived: [],
    priority: 'normal',
    priority_from: 'fixed',
    retries,
    attempts: 0,
    next_attempt: null,
    deadline,
    budget: null,
    parent: null,
    requires: [],
    ensures,
    key,
    artefacts: [],
    result: null,
    reason: null,
    cost: 0,
  };
  return run.tainted ? copyWith(task, { tainted: true as const }) : task;
}

/** The first line of a question: the file of the held act has the rest. */
function firstOf(text: string): string {
  return cut(text.split('\n')[0] as string, 300);
}

/** The question of a run as a held act, and the notices to those who are asked. */
export function questionOfRun(
  config: Config,
  run: RunState,
  { key, step, people, text }: QuestionToAsk,
  { turn, n }: { turn: number; n: number },
): Effect[] {
  const contacts = askedFirst(config, people);
  const held: Held = {
    id: `A-${turn}-${run.id}-${n}`,
    turn,
    agent: run.owner,
    tool: 'request_approval',
    input: { question: text },
    rule: 'workflow',
    because: `The run ${run.id} of the workflow ${run.workflow} asks this at its step ${step}.`,
    contacts,
    cause: [],
    otherwise: otherwiseOf(config, contacts, turn),
    run: key,
  };
  const ask = `The run ${run.id} asks: ${firstOf(text)} Run lemming approve ${held.id} or lemming deny ${held.id}`;
  return [
    copyWith({ k: 'held' as const }, copyWith(held, { text: printApproval(held) })),
    ...contacts.map((to): Effect => ({ k: 'notice', to, about: 'approval', text: ask, of: held.id })),
  ];
}
