/** A small organisation for tests of workflows: it does what runs want made, as it is told to. */

import type { Json } from '../../../src/core/model/call.ts';
import type { RunState } from '../../../src/core/model/runs/run.ts';
import { type AdvancedRun, advance } from '../../../src/core/workflows/run/advance.ts';
import { beginRun } from '../../../src/core/workflows/run/begin.ts';
import type { AnswerFact, MailFact, RunFacts, TaskFact, TaskToMake } from '../../../src/core/workflows/run/facts.ts';
import { type WorkflowDraft, workflowFile } from '../../../src/schema/records/workflow.ts';

export type StepDraft = WorkflowDraft['steps'][number];

/** A step of work. */
export function work(id: string, more: Partial<StepDraft> = {}): StepDraft {
  return { id, agent: 'a', do: `Do ${id}.`, ...more };
}

export function fileOf(steps: StepDraft[], more: Partial<WorkflowDraft> = {}) {
  return workflowFile().parse({ version: 1, steps, ...more });
}

export const HOUR = 3_600_000;

/** A run, and the tasks that it made. */
export class World {
  run: RunState;
  turn = 1;
  time = 0;
  tasks = new Map<string, TaskFact & { of: TaskToMake }>();
  /** Keys in the order in which they were made. */
  made: string[] = [];
  asked: string[] = [];
  cancelled: string[] = [];
  told: string[] = [];
  desk: string[] = [];
  answers: AnswerFact[] = [];
  mail: MailFact[] = [];

  constructor(steps: StepDraft[], more: Partial<WorkflowDraft> = {}, inputs: Record<string, Json> = {}) {
    const begun = beginRun({
      id: 'r1',
      workflow: 'flow',
      text: 'the text',
      file: fileOf(steps, more),
      inputs,
      owner: 'boss',
      mail: null,
      key: null,
      budget: null,
      hops: 0,
      tainted: false,
      turn: 1,
      time: 0,
    });
    if ('flaws' in begun) throw new Error(JSON.stringify(begun.flaws));
    this.run = begun.run;
  }

  facts(): RunFacts {
    const tasks = [...this.tasks.values()].map(({ of: _of, ...fact }) => fact);
    return { turn: this.turn, time: this.time, tasks, answers: this.answers, mail: this.mail };
  }

  /** Makes a turn: advances the run, and does what it wants. */
  go(): this {
    this.take(advance(this.run, this.facts()));
    this.turn++;
    return this;
  }

  take({ run, make, ask, cancel, notices }: AdvancedRun): void {
    this.run = run;
    for (const of of make) {
      if (this.tasks.has(of.key)) throw new Error(`${of.key} is made twice`);
      this.made.push(of.key);
      this.tasks.set(of.key, {
        key: of.key,
        id: `T-${this.turn}-boss-${this.tasks.size + 1}`,
        status: 'pending',
        begun: false,
        attempts: 0,
        result: null,
        reason: null,
        cost: 0,
        of,
      });
    }
    this.asked.push(...ask.map(({ key }) => key));
    this.cancelled.push(...cancel);
    this.told.push(...notices.filter(({ to }) => to === 'owner').map(({ text }) => text));
    this.desk.push(...notices.filter(({ to }) => to === 'desk').map(({ text }) => text));
    for (const key of cancel) if (this.tasks.has(key)) this.set(key, { status: 'cancelled' });
  }

  set(key: string, fields: Partial<TaskFact>): this {
    const task = this.tasks.get(key);
    if (!task) throw new Error(`there is no ${key}: ${[...this.tasks.keys()].join(', ')}`);
    Object.assign(task, fields);
    return this;
  }

  /** Completes work, by its key without `run/r1/`. */
  done(key: string, result = `result of ${key}`): this {
    return this.set(`run/r1/${key}`, { status: 'completed', begun: true, result });
  }

  failed(key: string, reason: string | null = 'no'): this {
    return this.set(`run/r1/${key}`, { status: 'failed', begun: true, reason });
  }

  task(key: string): TaskToMake {
    return (this.tasks.get(`run/r1/${key}`) as { of: TaskToMake }).of;
  }

  get statuses(): Record<string, string> {
    return Object.fromEntries(Object.entries(this.run.steps).map(([id, { status }]) => [id, status]));
  }
}
