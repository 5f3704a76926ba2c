import type { Prompt } from '../../../src/core/model/call.ts';
import type { OrgPlan } from '../../../src/testing/build-org.ts';
import type { Act } from '../../regression/org.ts';

/** A task of a plan: which earlier ones it needs, who does it (null: the first who is free), and how often it fails before it is completed. */
export interface Planned {
  needs: number[];
  who: number | null;
  fails: number;
  retries: number;
}

/** What a person does after a turn: to which task, and what. */
export interface Meddling {
  turn: number;
  task: number;
  verb: 'cancel' | 'retry' | 'waive' | 'unassign' | 'fail' | 'edit' | 'skip' | 'delete';
}

export interface Story {
  agents: number;
  plan: Planned[];
  meddling: Meddling[];
  /** How far the engine comes before it is killed: operations of the disk, or turns; null: it is not. */
  kill: number | null;
}

export function idOf(n: number): string {
  return `t${n}`;
}

export function taskPathOf(n: number): string {
  return `org/tasks/${idOf(n)}.md`;
}

/** The organisation of a story, with the files of its tasks. */
export function orgOf({ plan, agents }: Story, concurrency: number): OrgPlan {
  const names = Array.from({ length: agents }, (_, n) => agentOf(n));
  return {
    edges: { human: names, ...Object.fromEntries(names.map((name) => [name, ['human']])) },
    org: { limits: { concurrency } },
    models: { default: { provider: 'mind' } },
    resumes: Object.fromEntries(names.map((name) => [name, { capabilities: ['any'] }])),
    files: Object.fromEntries(plan.map((planned, n) => [taskPathOf(n), textOf(planned, n)])),
  };
}

function agentOf(n: number): string {
  return `a${n}`;
}

function textOf({ needs, who, retries }: Planned, n: number): string {
  const whose = who === null ? 'capability: any' : `assignee: ${agentOf(who)}`;
  return `---\ntitle: Task ${n}\n${whose}\nneeds: [${needs.map(idOf).join(', ')}]\nretries: ${retries}\n---\nDo it.\n`;
}

/** What an agent answers, by its prompt alone. */
export function actsOf({ plan }: Story, prompt: Prompt): Act[] | undefined {
  if (prompt.task === undefined) return undefined;
  const failed = JSON.stringify(prompt.parts).match(/attempt \d+ failed/g)?.length ?? 0;
  return failed < (plan[Number(prompt.task.slice(1))]?.fails ?? 0)
    ? [{ tool: 'fail_task', input: { reason: 'Not yet.' } }]
    : [{ tool: 'complete_task', input: { result: `Result of ${prompt.task}.` } }];
}

/** What a person makes of the file of a task; null where it stays as it is. */
export function editedBy(verb: Meddling['verb'], text: string): string | null {
  if (verb === 'edit') return text.replace('Do it.', 'Do it well.');
  if (verb !== 'skip') return null;
  return /^status:/m.test(text)
    ? text.replace(/^status: .*$/m, 'status: skipped')
    : text.replace('---\n', '---\nstatus: skipped\n');
}
