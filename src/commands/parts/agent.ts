import { resolve } from 'node:path';
import { readOrg } from '../../app/read-org.ts';
import { checkAgent, personOf } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import type { NewFile } from '../../core/model/entry.ts';
import { agentState } from '../../core/model/state.ts';
import { balanceOf, countCredits } from '../../core/money/ledger.ts';
import { makeHire } from '../../core/staff/hire.ts';
import { nameTrouble, retireTrouble, type Trouble, teamOf } from '../../core/staff/staff.ts';
import { inCredits } from '../../schema/amount.ts';
import type { Resume } from '../../schema/config/resume.ts';
import { type FaultError, failure } from '../../schema/fault.ts';
import { count, oneLine, shorten, table } from '../../views/text/table.ts';
import type { Command, Input, Outcome, Run, World } from '../command.ts';
import { agentNamed } from '../names.ts';
import { agentTemplates, packageDisk } from '../templates.ts';
import { checkFiles, folderFiles, lendTemplate, writeFolder } from './agent-files.ts';

export const command: Command = {
  name: 'agent',
  group: 'parts',
  summary: 'List, show, hire and retire agents; give them away and bring them in',
  examples: [
    { line: 'lemming agent', does: 'lists the agents: who hired them, what they have left, and what they are for' },
    { line: 'lemming agent templates', does: 'lists what agents can be made from' },
    {
      line: 'lemming agent create tess --template tester --edges manager --credits 5',
      does: 'makes a tester who speaks with you and the manager, from the next turn on',
    },
    {
      line: 'lemming agent retire tess',
      does: 'ends its work and that of those whom it hired; its mail and files stay',
    },
    {
      line: 'lemming agent export tess ../agents',
      does: 'copies resume, skills and memory into the folder ../agents/tess',
    },
    { line: 'lemming agent import ../agents/tess --credits 5', does: 'makes an agent of such a folder' },
  ],
  args: [
    {
      name: 'what',
      about: 'list, show, create, retire, export, import or templates',
      optional: true,
      choices: ['list', 'show', 'create', 'retire', 'export', 'import', 'templates'],
    },
    { name: 'agent', about: 'its name; for import the folder it lies in', optional: true, of: ['agent', 'folder'] },
    { name: 'dir', about: 'for export: the folder to copy it into', optional: true },
  ],
  flags: [
    { name: 'template', value: 'T', about: 'for create: what it is made from; worker when left out' },
    { name: 'role', value: 'TEXT', about: 'for create: what it is for, in one line' },
    { name: 'instructions', value: 'TEXT', about: 'for create: how it is to work, beyond what the template says' },
    { name: 'tools', value: 'TOOL', many: true, about: 'for create: fewer tools than the template has' },
    { name: 'edges', value: 'AGENT', many: true, about: 'with whom it speaks beside you' },
    { name: 'credits', value: 'CREDITS', kind: 'amount', about: 'what it is granted; nothing when left out' },
    { name: 'name', value: 'NAME', about: 'for import: another name than that of the folder' },
  ],
  reads: false,
};

type Verb = (world: World, view: View, input: Input) => Outcome | Promise<Outcome>;

const VERBS = {
  list: (_world, view) => listAll(view),
  show: (_world, view, input) => show(view, nameIn(input)),
  create,
  retire,
  export: (world, view, input) => {
    const { dir } = input.args;
    if (dir === undefined) throw failure('usage', 'lemming agent export takes an agent and a folder');
    const name = agentNamed(view, nameIn(input));
    const target = resolve(world.cwd, dir, name);
    const files = writeFolder(view, name, target);
    return { data: { agent: name, dir: target, files }, text: `${target} holds ${count(files, 'file')} of ${name}.` };
  },
  import: bringIn,
  templates: (_world, view) => listTemplates(view),
} satisfies Record<string, Verb>;

/** What changes the organisation is asked for as by every other command, and settled with the coming turn. */
export const run: Run = async (world, input) => {
  const what = (input.args.what ?? 'list') as keyof typeof VERBS;
  return VERBS[what](world, readOrg(world), input);
};

function nameIn({ args }: Input): string {
  if (args.agent === undefined) throw failure('usage', `lemming agent ${args.what} takes the name of an agent`);
  return args.agent;
}

function refused({ rule, text }: Trouble): FaultError {
  return failure(rule === 'template' ? 'not-found' : 'refused', `${text} (rule: ${rule})`, {
    remedy: 'lemming agent lists the agents, lemming agent templates what they are made from.',
  });
}

function listAll({ config, state }: View): Outcome {
  const agents = config.order
    .filter((name) => !config.agents.get(name)?.person)
    .map((name) => ({
      name,
      role: config.agents.get(name)?.role ?? '',
      hired_by: state.staff.get(name)?.by ?? null,
      left: inCredits(balanceOf(config, state, name).left),
      last_turn: agentState(state, name).lastTurn,
    }));
  const rows = agents.map(({ name, role, hired_by, left }) => [name, hired_by ?? '-', String(left), shorten(role, 80)]);
  const coming = state.orders.map(
    ({ ask, agent }) => `${agent}: ${ask === 'hire' ? 'comes' : 'goes'} with the next turn`,
  );
  return {
    data: { agents, coming: state.orders.map(({ ask, agent }) => ({ ask, agent })) },
    text: [table([['agent', 'hired by', 'left', 'role'], ...rows]), ...coming].join('\n'),
  };
}

function show(view: View, name: string): Outcome {
  checkAgent(view, name);
  const { state, disk } = view;
  const path = `agents/${name}/resume.md`;
  const text = Buffer.from(disk.read(path) ?? []).toString();
  const hired = state.staff.get(name) ?? null;
  const team = teamOf(state.staff, name);
  const lines = [
    path,
    hired ? `hired by ${hired.by} in turn ${hired.turn}` : '',
    team.length ? `has hired ${team.join(', ')}` : '',
    `lemming inspect ${name} shows how it is`,
  ];
  return { data: { name, path, hired, team, text }, text: `${lines.filter(Boolean).join('; ')}\n\n${text.trimEnd()}` };
}

/** A person gives what the template has, and speaks with whom they make. */
async function create(world: World, before: View, input: Input): Promise<Outcome> {
  const name = nameIn(input);
  const { template = 'worker', role, instructions, tools } = input.flags;
  const view = lendTemplate(before.disk, String(template)) ? readOrg(world) : before;
  const { config } = view;
  const person = config.agents.get(personOf(view)) as Resume;
  const made = makeHire(config, person, {
    name,
    template: String(template),
    role: typeof role === 'string' ? role : undefined,
    instructions: typeof instructions === 'string' ? instructions : undefined,
    tools: Array.isArray(tools) ? tools.flatMap((list) => list.split(',')) : undefined,
    credits: 0,
  });
  if ('trouble' in made) throw refused(made.trouble);
  return ask(world, view, input, name, made.hire.files);
}

async function bringIn(world: World, view: View, input: Input): Promise<Outcome> {
  const { name: folder, files } = folderFiles(resolve(world.cwd, nameIn(input)));
  const name = typeof input.flags.name === 'string' ? input.flags.name : folder;
  return ask(world, view, input, name, files);
}

async function ask(
  world: World,
  view: View,
  { flags }: Input,
  name: string,
  given: readonly NewFile[],
): Promise<Outcome> {
  const { config, state } = view;
  const trouble = nameTrouble(config, state, name);
  if (trouble) throw refused(trouble);
  if (state.orders.some(({ agent }) => agent === name))
    throw failure('refused', `${name} was asked for already and comes with the next turn`, {
      remedy: 'Make a turn (lemming step), or choose another name.',
    });
  const person = personOf(view);
  const edges = (Array.isArray(flags.edges) ? flags.edges : []).flatMap((list) => list.split(','));
  for (const edge of edges) checkAgent(view, edge);
  const ends = [...new Set([person, ...edges])];
  const files = checkFiles(view, name, given);
  const credits = typeof flags.credits === 'number' ? flags.credits : 0;
  const { post } = await import('../../app/requests.ts');
  const taken = post(world, person, [{ ask: 'hire', agent: name, files, send_to: ends, read_from: ends, credits }]);
  const text = `${name} is there from the next turn on, with ${countCredits(credits)}, and speaks with ${ends.join(', ')}.`;
  return { data: { agent: name, edges: ends, credits: inCredits(credits), files: files.length, taken }, text };
}

async function retire(world: World, view: View, input: Input): Promise<Outcome> {
  const { config, state } = view;
  const name = agentNamed(view, nameIn(input));
  const person = personOf(view);
  const trouble = retireTrouble(config, state, person, name);
  if (trouble) throw refused(trouble);
  const team = teamOf(state.staff, name);
  const { post } = await import('../../app/requests.ts');
  const taken = post(world, person, [{ ask: 'retire', agent: name }]);
  const others = team.length ? `, and with it ${team.join(', ')}` : '';
  const text = `${name} is retired with the next turn${others}. What it wrote stays in agents/${name}.`;
  return { data: { agent: name, team, taken }, text };
}

function listTemplates({ config }: View): Outcome {
  const shipped = [...agentTemplates(packageDisk()).keys()].filter((id) => !config.templates.has(id));
  const own = [...config.templates].map(([id, { head }]) => ({ id, role: oneLine(head.role), tools: head.tools }));
  const rows = own.map(({ id, role, tools }) => [id, shorten(tools.join(', '), 60), shorten(role, 60)]);
  const more = shipped.length
    ? `lemming agent create copies these into org/templates when it needs them: ${shipped.join(', ')}`
    : '';
  const head = rows.length ? table([['template', 'tools', 'for'], ...rows]) : 'There is nothing in org/templates.';
  return { data: { templates: own, shipped }, text: [head, more].filter(Boolean).join('\n') };
}
