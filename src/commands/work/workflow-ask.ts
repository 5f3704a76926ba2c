/** What `lemming workflow` changes: it begins a run, and asks something of one. */
import { foresee } from '../../app/foresee.ts';
import { readOrg } from '../../app/read-org.ts';
import { type Ask, post } from '../../app/requests.ts';
import { personOf } from '../../app/seats.ts';
import type { Json } from '../../core/model/call.ts';
import { runNamed } from '../../core/model/runs/runs.ts';
import { countCredits } from '../../core/money/ledger.ts';
import { nearestTo } from '../../core/text/nearest.ts';
import { readInputs } from '../../core/workflows/file/inputs.ts';
import { commandedBy, freeRunId, runAsAsked } from '../../core/workflows/turn/frozen.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { createNow } from '../../disk/fs/workspace.ts';
import { defined } from '../../schema/copy.ts';
import { failure } from '../../schema/fault.ts';
import { isName } from '../../schema/name.ts';
import type { RUN_VERBS } from '../../schema/records/request.ts';
import type { WorkflowInput } from '../../schema/records/workflow.ts';
import { irreversibleIn } from '../../views/workflows/workflow-text.ts';
import { boundAmount, readAmount } from '../amount.ts';
import { packageDisk, textOf } from '../templates.ts';
import type { World } from '../world.ts';
import { runIn, workflowIn } from './workflow-look.ts';

const FOLDER = 'org/workflows';
/** A role in a template stands as a word of capitals. */
const ROLE = /\b[A-Z]{3,}\b(?=\r?$)/gm;

interface CreateWorkflowInput {
  args: { name: string };
  flags: { template?: string | undefined; role?: string[] | undefined };
}

/** Writes a workflow from a template. Each role of it must be given to somebody. */
export async function createWorkflow(world: World, { args: { name }, flags }: CreateWorkflowInput) {
  const { config, disk } = readOrg(world);
  if (!isName(name)) throw failure('bad-name', `${name} cannot be the id of a workflow`, { value: name });
  const text = workflowTemplate(packageDisk(world), flags.template ?? 'review-loop');
  const wanted = [...new Set(text.match(ROLE) ?? [])];
  const roles = new Map((flags.role ?? []).map((one) => roleIn(one, wanted)));
  const missing = wanted.filter((role) => !roles.has(role));
  if (missing.length > 0)
    throw failure('usage', `Nobody is named for ${missing.join(', ')}`, {
      remedy: `Add ${missing.map((role) => `--role ${role}=AGENT`).join(' ')}.`,
    });
  for (const [role, agent] of roles)
    if (!config.agents.has(agent))
      throw failure('unknown-name', `There is no agent ${agent} for ${role}`, nearestTo(agent, config.agents.keys()));
  const path = `${FOLDER}/${name}.yaml`;
  const body = text.replace(/^# Roles:.*\n/, '').replace(ROLE, (role) => roles.get(role) as string);
  if (!createNow(disk, path, body))
    throw failure('duplicate-name', `There is a file ${path} already`, { remedy: 'Choose another name.' });
  return {
    data: { id: name, path, template: flags.template ?? 'review-loop', roles: Object.fromEntries(roles) },
    text: `Wrote ${path}. Begin a run with lemming workflow run ${name}; lemming workflow show ${name} lists its inputs.`,
  };
}

function workflowTemplate(source: Disk, name: string): string {
  const names = (source.list(TEMPLATES) ?? []).map((file) => file.replace(/\.yaml$/, ''));
  const text = names.includes(name) ? textOf(source, `${TEMPLATES}/${name}.yaml`) : null;
  if (text !== null) return text;
  throw failure('usage', `There is no template ${JSON.stringify(name)}. The templates are ${names.join(', ')}`, {
    value: name,
    remedy: 'Choose one of them.',
  });
}
const TEMPLATES = 'templates/workflows';

function roleIn(text: string, wanted: readonly string[]): [role: string, agent: string] {
  const [, role = '', agent = ''] = /^([A-Z]+)=(.+)$/.exec(text) ?? [];
  if (wanted.includes(role)) return [role, agent];
  throw failure('usage', `${JSON.stringify(text)} gives no role of this template to an agent`, {
    remedy: `Its roles are ${wanted.join(', ')}: write --role ${wanted[0]}=AGENT.`,
  });
}

interface RunInput {
  args: { id: string };
  flags: { input?: string[] | undefined; budget?: number | undefined; key?: string | undefined };
}

/** Asks the engine to begin a run of a workflow. */
export async function beginRunOf(world: World, { args: { id }, flags }: RunInput) {
  const view = readOrg(world);
  const { state, config } = view;
  const { file } = workflowIn(world, view, id);
  const given = givenInputs(file.inputs, flags.input ?? []);
  const read = readInputs(file, given);
  if ('flaws' in read)
    throw failure('usage', read.flaws.map(({ message }) => message).join('; '), {
      remedy: `See lemming workflow show ${id}.`,
    });
  const known = flags.key === undefined ? undefined : state.runs.keys.get(flags.key);
  if (known !== undefined) {
    const data = { run: known, workflow: id, began: false, irreversible: [], taken: null };
    return { data, text: `The run ${known} has this key already, so none begins.` };
  }
  const asked = state.runs.asked.flatMap((ask) => (ask.ask === 'run-workflow' ? [ask.run] : []));
  const isTaken = (one: string): boolean => runNamed(state.runs, one) !== undefined || asked.includes(one);
  const run = freeRunId(config, isTaken, id, state.clock.turn + 1);
  const ask = { ask: 'run-workflow' as const, workflow: id, run, inputs: given };
  const more = { ...(flags.budget && { budget: flags.budget }), ...(flags.key !== undefined && { key: flags.key }) };
  const person = personOf(view);
  const how = post(world, person, [{ ...ask, ...more } as Ask]);
  const none = irreversibleIn(id, file);
  const text = [
    how === 'journaled'
      ? `The run ${run} begins in the next turn: lemming run`
      : `The running engine begins the run ${run} in its next turn.`,
    ...(none.length ? [`It cannot take back: ${none.join(', ')}.`] : []),
  ];
  return { data: { run, workflow: id, began: true, irreversible: none, taken: how }, text: text.join('\n') };
}

/** `name=value`, by the types of the inputs: a text stands as it is, all else is JSON. */
function givenInputs(inputs: Readonly<Record<string, WorkflowInput>>, given: readonly string[]): Record<string, Json> {
  const pairs = given.map((one): [string, Json] => {
    const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(one) ?? [];
    if (name === undefined || value === undefined)
      throw failure('usage', `${JSON.stringify(one)} is no input`, { remedy: 'Write --input NAME=VALUE.' });
    const type = inputs[name]?.type;
    return [name, type === undefined || type === 'string' ? value : jsonOf(name, value)];
  });
  return Object.fromEntries(pairs);
}

function jsonOf(name: string, value: string): Json {
  try {
    return JSON.parse(value) as Json;
  } catch {
    throw failure('usage', `${name}: ${JSON.stringify(value)} is no JSON`, {
      remedy: 'Write a number, true, false, or a list such as ["a", "b"].',
    });
  }
}

type VerbOfRun = (typeof RUN_VERBS)[number];

/** Asks the engine to do something with a run. What its present state refuses is a fault at once. */
export function askRun(verb: VerbOfRun) {
  return async (
    world: World,
    { args }: { args: { id: string; step?: string | undefined; credits?: string | undefined } },
  ) => {
    const view = readOrg(world);
    const { id, step, credits } = args;
    const budget = credits === undefined ? undefined : boundAmount('A budget', readAmount(credits));
    await foresee(view);
    const by = personOf(view);
    const at = { turn: view.state.clock.turn + 1, time: view.clock.now() };
    const run = runAsAsked(runIn(view, id), view.state.runs.asked, at);
    const ask = { do: verb, ...defined({ step, budget }) };
    const done = commandedBy(run, { ...ask, by }, at);
    if ('why' in done)
      throw failure('refused', `Run ${id}: ${done.why}`, {
        remedy: `See lemming workflow status ${id}.`,
        ...(done.nearest !== undefined && { nearest: done.nearest }),
      });
    const taken = post(world, by, [{ ask: 'run', id, ...ask }]);
    const when =
      taken === 'journaled' ? 'from the next turn on: lemming run' : 'from the next turn of the running engine on';
    return {
      data: { run: id, do: verb, status: done.run.status, taken },
      text:
        budget === undefined
          ? `Run ${id} is ${done.run.status} ${when}.`
          : `Run ${id} may cost ${countCredits(budget)} ${when}.`,
    };
  };
}
