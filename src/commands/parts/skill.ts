import { resolve } from 'node:path';
import { readOrg } from '../../app/read-org.ts';
import { checkAgent } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import type { Config } from '../../core/model/config.ts';
import { journalLines } from '../../engine/journal/history.ts';
import { failure } from '../../schema/fault.ts';
import { outcomesOf, printOutcomes, type SkillCourse } from '../../views/journal/outcomes.ts';
import { count } from '../../views/text/table.ts';
import type { Command, Input, Outcome, Run, World } from '../command.ts';
import { exportSkill, importSkill, rollBack, switchSkill } from './skill-folders.ts';
import { faultsIn, find, listAll, ownersOf, show } from './skill-look.ts';

export const command: Command = {
  name: 'skill',
  group: 'parts',
  summary: 'List, show, check and review the skills of the organisation; switch them, bring them in, give them away',
  examples: [
    { line: 'lemming skill', does: 'lists the skills, who has each, and which are broken and why' },
    { line: 'lemming skill show planning', does: 'what an agent is told that loads it' },
    { line: 'lemming skill outcomes planning', does: 'how visits went in which agents read it, and their others' },
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
      about: 'list, show, outcomes, validate, enable, disable, import, export or rollback',
      optional: true,
      choices: ['list', 'show', 'outcomes', 'validate', 'enable', 'disable', 'import', 'export', 'rollback'],
    },
    { name: 'skill', about: 'its id; for import the folder it lies in', optional: true, of: ['skill'] },
    { name: 'dir', about: 'for export: the folder to copy it into', optional: true },
  ],
  flags: [
    { name: 'replace', about: 'for import: take the place of the skill of that name, which is kept' },
    {
      name: 'agent',
      value: 'AGENT',
      about: 'the skill of this agent alone, not that of the organisation; for outcomes: the visits of this agent',
    },
  ],
  reads: false,
};

type Verb = (world: World, view: View, input: Input) => Outcome;

const VERBS = {
  list: (_world, view) => listAll(view),
  show: (_world, view, input) => show(view, nameIn(input), agentIn(view, input)),
  outcomes: (_world, view, input) => review(view, input),
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
  export: (world, view, input) => {
    const dir = input.args.dir;
    if (dir === undefined) throw failure('usage', 'lemming skill export takes a skill and a folder');
    const { id, folder } = find(view.config, nameIn(input), agentIn(view, input));
    const files = exportSkill(view.disk, folder, resolve(world.cwd, dir, id));
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
function agentIn(view: View, { flags }: Input): string | undefined {
  const agent = flags.agent as string | undefined;
  if (agent !== undefined) checkAgent(view, agent);
  return agent;
}

/** How visits went with skills and without them: of all or one, by all agents or one. */
function review(view: View, input: Input): Outcome {
  const { config, disk } = view;
  const { skill: id } = input.args;
  const agent = agentIn(view, input);
  const { agents, skills } = outcomesOf(journalLines(disk), { agent, skill: id });
  if (id !== undefined && skills.length === 0) find(config, id);
  const unread = unreadBy(config, agent, skills).filter((name) => id === undefined || name === id);
  const text = [
    printOutcomes({ agents: id === undefined ? agents : {}, skills }),
    unread.length > 0 && `${agent === undefined ? 'Nobody has' : `${agent} has not`} read: ${unread.join(', ')}`,
  ];
  return { data: { agents, skills, unread }, text: text.filter(Boolean).join('\n\n') || 'There was no visit yet.' };
}

/** Skills that there are, or that an agent has, and that no visit has read. */
function unreadBy(config: Config, agent: string | undefined, read: readonly SkillCourse[]): string[] {
  const known = new Set(read.map(({ skill }) => skill));
  const ids = [...config.skills.values()].flatMap((skill) =>
    known.has(skill.id) || (agent !== undefined && !ownersOf(config, skill).includes(agent)) ? [] : [skill.id],
  );
  return [...new Set(ids)].sort();
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
