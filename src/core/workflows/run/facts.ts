/** What a run is told of the world, and what it wants done: the two sides of `advance`. */
import type { Condition, TaskStatus } from '../../../schema/records/task.ts';
import type { Json } from '../../model/call.ts';

/**
 * How a task, child run or undo stands whose key this run gave. The integrator finds it by its key in the tasks of the
 * organisation, archived ones too. A child run is given with the status of a task: running, paused and compensating as `running`,
 * completed as `completed`, cancelled as `cancelled`, else `failed`. An undo is `completed` when all was undone, else `failed`
 * with a reason that says what was not.
 */
export interface TaskFact {
  key: string;
  id: string;
  /** `failed` only when no retries are left: until then a task is pending again. */
  status: TaskStatus;
  /** Whether a visit has worked on it, or a child run has made anything. */
  begun: boolean;
  attempts: number;
  result: string | null;
  reason: string | null;
  /** Micro-credits that it and its parts have cost so far. */
  cost: number;
}

/** The answer of a person to a question of this run, or that of the organisation when nobody answered in time. */
export interface AnswerFact {
  key: string;
  decision: 'approve' | 'deny';
  by: string;
  note: string;
}

/** Mail to the owner of the run. The integrator gives what arrived since the run began, as far as the edges let it be read. */
export interface MailFact {
  id: string;
  /** The turn in which it could first be read. */
  turn: number;
  from: string;
  subject: string;
  body: string;
}

/** Mail with what a run that it begins inherits of it. */
export interface ArrivedMail extends MailFact {
  hops: number;
  tainted: boolean;
}

/** All that a run is told. The order of the lists says nothing, and what was told before may be told again. */
export interface RunFacts {
  turn: number;
  /** The frozen time of the turn, in milliseconds. */
  time: number;
  tasks: readonly TaskFact[];
  answers: readonly AnswerFact[];
  mail: readonly MailFact[];
}

/** A task of the organisation, made as the owner of the run, with its edges. */
export interface WorkToMake {
  kind: 'task';
  /** `run/<run>/<step>[~round][/<item>]`, and `/undo` behind it for what makes up for a step. Same key, same task. */
  key: string;
  step: string;
  title: string;
  body: string;
  assignee: string | null;
  capability: string | null;
  retries: number;
  deadline: string | null;
  ensures: Condition[];
}

/** A run of another workflow, begun as the same owner. It gets the key, so that it begins once. */
export interface ChildToMake {
  kind: 'run';
  key: string;
  step: string;
  workflow: string;
  inputs: { readonly [name: string]: Json };
}

/** The effects of a task, or a child run, to be undone: `lemming undo` of that id, under a key. */
export interface UndoToMake {
  kind: 'undo';
  key: string;
  step: string;
  /** The id of the task or run. */
  of: string;
  retries: number;
}

/** What a run wants made. What has a key that is there already is not made again. */
export type TaskToMake = WorkToMake | ChildToMake | UndoToMake;

/** A question for people: a held act without a tool. The answer comes back as an `AnswerFact` of the key. */
export interface QuestionToAsk {
  key: string;
  step: string;
  people: readonly string[];
  text: string;
}

/** What is told: to the owner of the run, or at the desk, to people. */
export interface RunNotice {
  to: 'owner' | 'desk';
  text: string;
}
