/** What a run is told of the organisation. */
import { copyWith } from '../../../schema/copy.ts';
import type { TaskStatus } from '../../../schema/records/task.ts';
import { type Config, isPersonIn } from '../../model/config.ts';
import type { RunState, StepState } from '../../model/runs/run.ts';
import type { HeardMail, RunsState } from '../../model/runs/runs.ts';
import { inboxOf } from '../../model/state/mail.ts';
import { isUnbegun, type TasksState } from '../../model/state/tasks.ts';
import type { State } from '../../model/state.ts';
import { costOfTask } from '../../money/work-budget.ts';
import { allWork, costOf, questionKey } from '../run/draft.ts';
import type { AnswerFact, ArrivedMail, RunFacts, TaskFact } from '../run/facts.ts';

/** The tasks and runs as the freeze has them so far, and the state that it began with. */
export interface RunsPresent {
  config: Config;
  state: State;
  tasks: TasksState;
  runs: Pick<RunsState, 'all' | 'keys' | 'undos'>;
  turn: number;
}

/** All that a run is told: how its work stands, what people answered, what its owner can read. */
export function factsFor(present: RunsPresent, run: RunState): RunFacts {
  const keys = allWork(run).flatMap(({ work }) => (work.undo ? [work.key, work.undo.key] : [work.key]));
  return {
    turn: present.turn,
    time: present.state.clock.time,
    tasks: keys.flatMap((key) => factOf(present, key) ?? []),
    answers: answersTo(present.state, run),
    mail: mailOf(present, run),
  };
}

function factOf({ tasks, runs }: RunsPresent, key: string): TaskFact | null {
  const task = tasks.all.get(tasks.keys.get(key) ?? '');
  if (task) {
    const { id, status, visits, attempts, result, reason } = task;
    const cost = costOfTask(tasks, task);
    return { key, id, status, begun: visits > 0 || cost > 0 || !isUnbegun(status), attempts, result, reason, cost };
  }
  const child = runs.all.get(runs.keys.get(key) ?? '');
  if (child) return factOfRun(key, child);
  const undo = runs.undos.get(key);
  if (!undo) return null;
  const taken = runs.all.get(undo.of);
  if (taken) return factOfUndone(key, taken);
  const { of, tries, status, reason } = undo;
  return { key, id: of, status, begun: true, attempts: tries, result: null, reason, cost: 0 };
}

function factOfRun(key: string, child: RunState): TaskFact {
  const { id, result } = child;
  return {
    key,
    id,
    status: STATUS_OF_RUN[child.status],
    begun: allWork(child).length > 0,
    attempts: 0,
    result,
    reason: child.status === 'compensated' ? `it was taken back: ${child.reason}` : child.reason,
    cost: costOf(child),
  };
}

const STATUS_OF_RUN: Readonly<Record<RunState['status'], TaskStatus>> = {
  running: 'running',
  paused: 'running',
  compensating: 'running',
  completed: 'completed',
  cancelled: 'cancelled',
  compensated: 'failed',
  failed: 'failed',
};

/** How it goes to take a child run back. Its cost is counted with the run. */
function factOfUndone(key: string, { id, status, rest }: RunState): TaskFact {
  const left = rest.map(({ step, why }) => `${step}: ${why}`).join('; ');
  const is = status === 'compensated' ? 'completed' : status === 'failed' ? 'failed' : 'running';
  return { key, id, status: is, begun: true, attempts: 1, result: null, reason: left || null, cost: 0 };
}

/** Answers that were given, also those that the turn will only note. */
function answersTo({ approvals, runs }: State, run: RunState): AnswerFact[] {
  const keys = run.file.steps.map(({ id }) => questionKey(run, id, (run.steps[id] as StepState).round));
  return keys.flatMap((key): AnswerFact[] => {
    const known = runs.answers.get(key);
    if (known) return [copyWith(known, { key })];
    const answer = approvals.pending.get(runs.questions.get(key) ?? '')?.answer;
    return answer ? [{ key, decision: answer.decision, by: answer.by, note: answer.said ?? answer.note }] : [];
  });
}

/** Mail for its owner, whether it waits or somebody has read it. */
function mailOf({ config, state }: RunsPresent, { id, owner }: RunState): ArrivedMail[] {
  const waiting = mailFor(config, state, owner);
  const known = new Set(waiting.map((mail) => mail.id));
  const heard = (state.runs.heard.get(id) ?? []).filter((mail) => !known.has(mail.id));
  return [...waiting, ...heard.map((mail) => arrivedMail(config, mail))];
}

/** Mail that waits for somebody, with the turn in which it could first be read: what agents write is read in the next one. */
export function mailFor(config: Config, { mail }: State, owner: string): ArrivedMail[] {
  return inboxOf(mail, owner).map((one) => arrivedMail(config, one));
}

function arrivedMail(config: Config, { id, turn: sent, from, subject, body, hops, tainted }: HeardMail): ArrivedMail {
  const turn = isPersonIn(config, from) ? sent : sent + 1;
  return { id, turn, from, subject, body, hops, tainted: tainted === true };
}
