import { resolve } from 'node:path';
import type { Config } from '../core/config.ts';
import { homeOf, isProposal } from '../core/proposal.ts';
import { type Skill, skillsOf } from '../core/skill.ts';
import type { State } from '../core/state.ts';
import { checkAgent, readOrg, type View } from '../engine/open.ts';
import { failure } from '../schema/fault.ts';
import { isSkillText } from '../schema/skill.ts';
import { count, oneLine, shorten, table } from '../views/table.ts';
import type { Command, Input, Outcome, Run, World } from './command.ts';
import { exportSkill, importSkill, offSkills, oldVersions, rollBack, switchSkill } from './skill-folders.ts';

export const command: Command = {
  name: 'skill',
  group: 'parts',
  summary: 'List, show and check the skills of the organisation; switch them, bring them in, give them away',
  examples: [
    { line: 'lemming skill', does: 'lists the skills, who has each, and which are broken and why' },
    { line: 'lemming skill show planning', does: 'what an agent is told that loads it' },
    { line: 'lemming skill import ../skills/planning', does: 'copies a folder with a SKILL.md into org/skills' },
    {
      line: 'lemming skill disable planning',
      does: 'moves it to org/skills/_off: nobody has it from the next turn on',
    },
    { line: 'lemming skill rollback planning', does: 'puts the version back that was replaced last' },
    { line: 'lemming skill rollback csv --agent coder_01', does: 'the same, of a skill that is of coder_01 alone' },
  ],
  args: [
    {
      name: 'what',
      about: 'list, show, validate, enable, disable, import, export or rollback',
      optional: true,
      choices: ['list', 'show', 'validate', 'enable', 'disable', 'import', 'export', 'rollback'],
    },
    { name: 'skill', about: 'its id; for import the folder it lies in', optional: true, of: ['skill'] },
    { name: 'dir', about: 'for export: the folder to copy it into', optional: true },
  ],
  flags: [
    { name: 'replace', about: 'for import: take the place of the skill of that name, which is kept' },
    {
      name: 'agent',
      value: 'AGENT',
      about: 'for enable, disable and rollback: of the skills of this agent, not of the organisation',
    },
  ],
  reads: false,
};

type Verb = (world: World, view: View, input: Input) => Outcome;

const VERBS = {
  list: (_world, view) => listAll(view),
  show: (_world, view, input) => show(view, nameIn(input)),
  validate: (_world, view, input) => validate(view, input.args.skill),
  enable: (_world, view, input) => switched(switchSkill(view.disk, nameIn(input), true, agentIn(view, input)), 'on'),
  disable: (_world, view, input) => switched(switchSkill(view.disk, nameIn(input), false, agentIn(view, input)), 'off'),
  import: (world, { disk, state }, input) => {
    const done = importSkill(disk, state.turn, resolve(world.cwd, nameIn(input)), input.flags.replace === true);
    return {
      data: done,
      text: `${done.folder} holds ${count(done.files, 'file')}. A resume that lists ${done.id} has it.`,
    };
  },
  export: (world, { disk, config }, input) => {
    const dir = input.args.dir;
    if (dir === undefined) throw failure('usage', 'lemming skill export takes a skill and a folder');
    const { id, folder } = find(config, nameIn(input));
    const files = exportSkill(disk, folder, resolve(world.cwd, dir, id));
    return { data: { id, files }, text: `${count(files, 'file')} of ${id} are in ${resolve(world.cwd, dir, id)}.` };
  },
  rollback: (_world, view, input) => {
    const done = rollBack(view.disk, view.state.turn, nameIn(input), agentIn(view, input));
    return { data: done, text: `${done.id} is as it was before; what stood there is kept as ${done.kept}.` };
  },
} satisfies Record<string, Verb>;

/** Changes files that people write, in place of their hand; an engine that is running sees them at its next turn. */
export const run: Run = async (world, input) => {
  const what = (input.args.what ?? 'list') as keyof typeof VERBS;
  return VERBS[what](world, readOrg(world), input);
};

function nameIn({ args }: Input): string {
  if (args.skill !== undefined) return args.skill;
  throw failure(
    'usage',
    `lemming skill ${args.what} takes ${args.what === 'import' ? 'a folder' : 'the name of a skill'}`,
  );
}

/** Whose own skill is meant; undefined: one of the organisation. */
function agentIn({ config }: View, { flags }: Input): string | undefined {
  const agent = flags.agent as string | undefined;
  if (agent !== undefined) checkAgent(config, agent);
  return agent;
}

/** The skill of the org, else of `.agents/`, else of an agent. Throws `not-found`. */
function find(config: Config, id: string): Skill {
  const all = [...config.skills.values()].filter((skill) => skill.id === id);
  const found = all.find(({ folder }) => folder.startsWith('org/')) ?? all[0];
  if (found) return found;
  throw failure('not-found', `There is no good skill ${JSON.stringify(id)}.`, {
    remedy: 'lemming skill lists them, with what is wrong with the broken ones.',
  });
}

/** Agents that have it. */
function ownersOf(config: Config, skill: Skill): string[] {
  return config.order.filter((name) => {
    const resume = config.agents.get(name);
    return resume && !resume.person && skillsOf(config.skills, resume).get(skill.id) === skill;
  });
}

/** Skills that agents proposed and that no turn has settled yet. */
function proposalsIn(state: State) {
  return [...state.approvals.values()].filter(isProposal).map(({ id, agent, input, answer, shows = '' }) => ({
    approval: id,
    agent,
    id: input.name,
    description: oneLine(input.description),
    folder: `${homeOf(agent, input)}/_proposed/${input.name}`,
    answered: answer?.decision ?? null,
    shows,
  }));
}

function faultsIn({ faults, warnings }: View) {
  return [
    ...faults.filter(({ file }) => file !== undefined && isSkillText(file)),
    ...warnings.filter(({ code, message }) => code === 'unknown-name' && message.includes('no skill')),
  ];
}

function listAll(view: View): Outcome {
  const { config, disk, state } = view;
  const skills = [...config.skills.values()].map((skill) => ({
    id: skill.id,
    folder: skill.folder,
    description: oneLine(skill.head.description),
    agents: ownersOf(config, skill),
    files: skill.files.length + 1,
  }));
  const faults = faultsIn(view);
  const off = offSkills(disk);
  const offOf = config.order.flatMap((agent) => offSkills(disk, agent).map((id) => ({ agent, id })));
  const proposed = proposalsIn(state).map(({ shows: _, ...row }) => row);
  const rows = skills.map(({ id, folder, agents, description }) => [
    id,
    shorten(agents.join(', ') || 'nobody', 40),
    folder,
    shorten(description, 100),
  ]);
  const text = [
    rows.length
      ? table([['skill', 'agents', 'folder', 'for'], ...rows])
      : 'There are no skills: put folders with a SKILL.md into org/skills.',
    ...proposed.map(
      ({ id, agent, approval, description, answered }) =>
        `Proposed by ${agent}, not active: ${id}, ${shorten(description, 100)} (lemming skill show ${approval}; ${answered === null ? `lemming approve ${approval}, or deny it` : `answered with ${answered}, which the next turn does`})`,
    ),
    off.length ? `Switched off: ${off.join(', ')}` : '',
    ...offOf.map(({ agent, id }) => `Switched off for ${agent}: ${id}`),
    ...faults.map(({ file, line, message }) => `Broken: ${file}${line ? `:${line}` : ''}: ${message}`),
  ];
  return { data: { skills, proposed, off, off_of_agents: offOf, faults }, text: text.filter(Boolean).join('\n\n') };
}

/** A skill, and what is proposed under that name; or what one approval is about. */
function show({ config, state, disk }: View, id: string): Outcome {
  const proposed = proposalsIn(state).filter((one) => one.id === id || one.approval === id);
  const texts = proposed.map(({ approval, agent, shows }) => `${approval}: ${agent} proposes\n\n${shows}`);
  const isThere = [...config.skills.values()].some((skill) => skill.id === id);
  if (!isThere && proposed.length > 0) return { data: { id, proposed }, text: texts.join('\n\n') };
  const { data, text } = describe(config, disk, find(config, id));
  return { data: { ...data, proposed }, text: [text, ...texts].join('\n\n') };
}

function describe(config: Config, disk: View['disk'], skill: Skill): Outcome {
  const { id, folder, head, body, files } = skill;
  const versions = oldVersions(disk, id, folder.slice(0, folder.lastIndexOf('/')));
  const agents = ownersOf(config, skill);
  const rows = [
    ['skill', id],
    ['for', oneLine(head.description)],
    ['folder', folder],
    ['agents', agents.join(', ') || 'nobody: list it in a resume'],
    ['files', files.join(', ')],
    ['licence', head.license ?? ''],
    ['needs', head.compatibility ?? ''],
    ['old versions', versions.join(', ')],
  ].filter(([, value]) => value !== '');
  return {
    data: { id, folder, head, agents, files, versions, body },
    text: `${table([['', ''], ...rows])}\n\n${body}`,
  };
}

/** All skills, or those of one id. */
function validate(view: View, id: string | undefined): Outcome {
  const isMeant = (folder: string): boolean => id === undefined || folder.split('/').includes(id);
  const faults = faultsIn(view).filter(({ file = '', value }) => isMeant(file) || value === id);
  const n = [...view.config.skills.values()].filter(({ folder }) => isMeant(folder)).length;
  if (id !== undefined && n + faults.length === 0) find(view.config, id);
  const lines = faults.map(({ file, line, column, message }) => `${file}:${line ?? 1}:${column ?? 1}: ${message}`);
  return {
    data: { ok: faults.length === 0, faults },
    text: [...lines, `${count(n, 'good skill')}, ${count(faults.length, 'fault')}`].join('\n'),
    exit: faults.length === 0 ? 0 : 3,
  };
}

function switched(done: { id: string; folder: string }, how: 'on' | 'off'): Outcome {
  return { data: done, text: `${done.id} is ${how} from the next turn on: ${done.folder}` };
}
