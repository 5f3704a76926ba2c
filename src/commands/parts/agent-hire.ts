/** The `lemming agent` subcommands that change the organisation: agents are hired, retired and passed on. */
import { resolve } from 'node:path';
import { readOrg } from '../../app/read-org.ts';
import { checkAgent, personOf } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import type { NewFile } from '../../core/model/entry.ts';
import { countCredits } from '../../core/money/ledger.ts';
import { makeHire } from '../../core/staff/hire.ts';
import { nameTrouble, retireTrouble, type Trouble, teamOf } from '../../core/staff/staff.ts';
import { inCredits } from '../../schema/amount.ts';
import type { Resume } from '../../schema/config/resume.ts';
import { type FaultError, failure } from '../../schema/fault.ts';
import { count } from '../../views/text/table.ts';
import type { InputOf } from '../command.ts';
import { agentNamed } from '../names.ts';
import type { World } from '../world.ts';
import type { command } from './agent.ts';
import { checkFiles, folderFiles, lendTemplate, writeFolder } from './agent-files.ts';

type HireInput<Name> = InputOf<Extract<(typeof command)['commands'][number], { name: Name }>>;

/** A person grants what the template has, and gets an edge to the new agent. */
export async function create(world: World, { args: { agent: name }, flags }: HireInput<'create'>) {
  const before = readOrg(world);
  const { template = 'worker', role, instructions, tools } = flags;
  const view = lendTemplate(world, before.disk, template) ? readOrg(world) : before;
  const { config } = view;
  const person = config.agents.get(personOf(view)) as Resume;
  const made = makeHire(config, person, {
    name,
    template,
    role,
    instructions,
    tools: tools?.flatMap((list) => list.split(',')),
    credits: 0,
  });
  if ('trouble' in made) throw refused(made.trouble);
  return hire(world, view, flags, name, made.hire.files);
}

export async function bringIn(world: World, { args, flags }: HireInput<'import'>) {
  const { name: folder, files } = folderFiles(world, resolve(world.cwd, args.folder));
  return hire(world, readOrg(world), flags, flags.name ?? folder, files);
}

async function hire(
  world: World,
  view: View,
  { edges: given = [], credits = 0 }: Pick<HireInput<'create'>['flags'], 'edges' | 'credits'>,
  name: string,
  files: readonly NewFile[],
) {
  const { config, state } = view;
  const trouble = nameTrouble(config, state, name);
  if (trouble) throw refused(trouble);
  if (state.staff.orders.some(({ agent }) => agent === name))
    throw failure('refused', `${name} was already created and starts in the next turn`, {
      remedy: 'Run lemming step to make a turn, or choose another name.',
    });
  const person = personOf(view);
  const edges = given.flatMap((list) => list.split(','));
  for (const edge of edges) checkAgent(view, edge);
  const ends = [...new Set([person, ...edges])];
  const checked = checkFiles(view, name, files);
  const { post } = await import('../../app/requests.ts');
  const taken = post(world, person, [
    { ask: 'hire', agent: name, files: checked, send_to: ends, read_from: ends, credits },
  ]);
  const text = `${name} starts in the next turn, with ${countCredits(credits)}, and can write to and read from ${ends.join(', ')}.`;
  return { data: { agent: name, edges: ends, credits: inCredits(credits), files: checked.length, taken }, text };
}

export async function retire(world: World, { args }: HireInput<'retire'>) {
  const view = readOrg(world);
  const { config, state } = view;
  const name = agentNamed(view, args.agent);
  const person = personOf(view);
  const trouble = retireTrouble(config, state, person, name);
  if (trouble) throw refused(trouble);
  const team = teamOf(state.staff.hired, name);
  const { post } = await import('../../app/requests.ts');
  const taken = post(world, person, [{ ask: 'retire', agent: name }]);
  const others = team.length ? `, along with ${team.join(', ')}` : '';
  const text = `${name} retires in the next turn${others}. Its files stay in agents/${name}.`;
  return { data: { agent: name, team, taken }, text };
}

export async function giveAway(world: World, { args }: HireInput<'export'>) {
  const view = readOrg(world);
  const name = agentNamed(view, args.agent);
  const target = resolve(world.cwd, args.dir, name);
  const files = writeFolder(world, view, name, target);
  return { data: { agent: name, dir: target, files }, text: `Copied ${count(files, 'file')} of ${name} to ${target}.` };
}

function refused({ rule, text }: Trouble): FaultError {
  return failure(rule === 'template' ? 'not-found' : 'refused', `${text} (rule: ${rule})`, {
    remedy: 'Run lemming agent list to list the agents, or lemming agent templates to list the templates.',
  });
}
