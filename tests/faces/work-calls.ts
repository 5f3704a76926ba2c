import type { Leaf } from '../../src/commands/command.ts';
import { lemming, put } from '../commands/people/world.ts';
import { scratchOrg } from '../commands/world.ts';

/** A call of a leaf: its arguments and options by name, as an assistant gives them. */
export interface WorkCall {
  leaf: string;
  given: Record<string, string | string[] | boolean>;
}

const call = (leaf: string, given: WorkCall['given'] = {}): WorkCall => ({ leaf, given });

/** Every leaf of `task`, `workflow` and `plan`, in an order in which each can be done. */
export const WORK_CALLS: readonly WorkCall[] = [
  call('task create', { title: 'The schema', id: 'schema', assignee: 'a' }),
  call('task create', { title: 'The API', id: 'api', needs: ['schema'] }),
  call('task create', { title: 'Docs "of" it', id: 'docs', needs: ['api'] }),
  call('task list'),
  call('task goals'),
  call('task show', { id: 'api' }),
  call('task assign', { id: 'api', assignee: 'b' }),
  call('task reassign', { id: 'api', assignee: 'a' }),
  call('task unassign', { id: 'api' }),
  call('task waive', { id: 'docs', need: 'api', note: "It isn't needed" }),
  call('task start', { id: 'schema' }),
  call('task complete', { id: 'schema', result: 'In shared/schema.md' }),
  call('task budget', { id: 'api', credits: '2' }),
  call('task fail', { id: 'api', note: 'No longer possible' }),
  call('task retry', { id: 'api' }),
  call('task cancel', { id: 'docs' }),
  call('task history', { id: 'api' }),
  call('task graph', { mermaid: true }),
  call('task stats'),
  call('task estimate', { id: 'api' }),
  call('task cleanup'),
  call('workflow create', { name: 'poem', role: ['AUTHOR=a', 'REVIEWER=b'] }),
  call('workflow list'),
  call('workflow show', { id: 'release' }),
  call('workflow validate'),
  call('workflow run', { id: 'release', input: ['version=1 "rc"'] }),
  call('step'),
  call('workflow runs', { open: true }),
  call('workflow status', { id: 'release-1' }),
  call('workflow budget', { id: 'release-1', credits: '2' }),
  call('workflow pause', { id: 'release-1' }),
  call('workflow resume', { id: 'release-1' }),
  call('workflow cancel', { id: 'release-1' }),
  call('workflow retry-from', { id: 'release-1', step: 'ask' }),
  call('workflow cancel', { id: 'release-1' }),
  call('workflow undo', { id: 'release-1' }),
  call('plan', { goal: 'A page about ducks' }),
];

/** The call as a person types it, without the word lemming. */
export function lineOf({ leaf, given }: WorkCall, { args, flags }: Leaf): string {
  const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
  const words = args.flatMap(({ name }) => (given[name] === undefined ? [] : [quoted(String(given[name]))]));
  const options = flags.flatMap(({ name }) => {
    const value = given[name];
    if (value === true) return [`--${name}`];
    return [value ?? []].flat().map((one) => `--${name}=${quoted(String(one))}`);
  });
  return [leaf, ...words, ...options].join(' ');
}

const RELEASE = `version: 1
inputs:
  version: { type: string, description: what is published }
steps:
  - { id: ask, wait: { approval: { by: [human], text: "Publish {{inputs.version}}?" } } }
  - { id: build, agent: a, needs: [ask], do: "Build {{inputs.version}}." }
`;
const PLAN = { goal: 'Ducks', tasks: [{ id: 'facts', title: 'Collect facts', assignee: 'b' }] };

/** An organisation in which all of that can be done. */
export function workOrg(): string {
  const root = scratchOrg({
    edges: { human: ['a', 'b'], a: ['human', 'b'], b: ['human', 'a'] },
    rules: [
      { when: { agent: 'a', from: 'human', body: 'ducks' }, reply: { acts: [{ tool: 'propose_plan', input: PLAN }] } },
      { when: { task: '/./' }, reply: { acts: [{ tool: 'complete_task', input: { result: 'Done.' } }] } },
    ],
  });
  put(root, 'org/workflows/release.yaml', RELEASE);
  return root;
}

/** How tasks and runs stand, and what waits. */
export async function workIn(root: string): Promise<object> {
  const { tasks } = (await lemming(root, ['task', 'list', '--json'])).data;
  const { runs } = (await lemming(root, ['workflow', 'runs', '--json'])).data;
  const { approvals } = (await lemming(root, ['approvals', '--json'])).data;
  const { workflows } = (await lemming(root, ['workflow', 'list', '--json'])).data;
  return {
    tasks: tasks.map(({ id, title, status }: Record<string, string>) => [id, title, status]),
    runs: runs.map(({ id, status }: Record<string, string>) => [id, status]),
    approvals: approvals.map(({ tool }: Record<string, string>) => tool),
    workflows: workflows.map(({ id }: Record<string, string>) => id),
  };
}
