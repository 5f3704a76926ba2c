/** The `lemming skill` subcommands that evaluate skills: results of visits, and faults. */
import { readOrg } from '../../app/read-org.ts';
import type { Config } from '../../core/model/config.ts';
import { journalLines } from '../../engine/journal/history.ts';
import { outcomesOf, printOutcomes, type SkillCourse } from '../../views/journal/outcomes.ts';
import { count } from '../../views/text/table.ts';
import type { InputOf } from '../command.ts';
import type { World } from '../world.ts';
import type { command } from './skill.ts';
import { faultsIn, find, ownerIn, ownersOf } from './skill-look.ts';

type ReviewInput<Name> = InputOf<Extract<(typeof command)['commands'][number], { name: Name }>>;

/** The results of visits with and without skills: of all skills or one, by all agents or one. */
export async function review(world: World, { args: { skill: id }, flags }: ReviewInput<'outcomes'>) {
  const view = readOrg(world);
  const { config, disk } = view;
  const agent = ownerIn(view, flags);
  const { agents, skills } = outcomesOf(journalLines(disk), { agent, skill: id });
  if (id !== undefined && skills.length === 0) find(config, id);
  const unread = unreadBy(config, agent, skills).filter((name) => id === undefined || name === id);
  const text = [
    printOutcomes({ agents: id === undefined ? agents : {}, skills }),
    unread.length > 0 && `${agent === undefined ? 'No agent has' : `${agent} has not`} read: ${unread.join(', ')}`,
  ];
  return { data: { agents, skills, unread }, text: text.filter(Boolean).join('\n\n') || 'No visit has been made yet.' };
}

/** Existing skills, or those of an agent, that no visit has read. */
function unreadBy(config: Config, agent: string | undefined, read: readonly SkillCourse[]): string[] {
  const known = new Set(read.map(({ skill }) => skill));
  const ids = [...config.skills.values()].flatMap((skill) =>
    known.has(skill.id) || (agent !== undefined && !ownersOf(config, skill).includes(agent)) ? [] : [skill.id],
  );
  return [...new Set(ids)].sort();
}

/** All skills, or those with one id. */
export async function validate(world: World, { args: { skill: id } }: ReviewInput<'validate'>) {
  const view = readOrg(world);
  const isMeant = (folder: string): boolean => id === undefined || folder.split('/').includes(id);
  const faults = faultsIn(view).filter(({ file = '', value }) => isMeant(file) || value === id);
  const n = [...view.config.skills.values()].filter(({ folder }) => isMeant(folder)).length;
  if (id !== undefined && n + faults.length === 0) find(view.config, id);
  const lines = faults.map(({ file, line, column, message }) => `${file}:${line ?? 1}:${column ?? 1}: ${message}`);
  return {
    data: { ok: faults.length === 0, faults },
    text: [...lines, `${count(n, 'valid skill')}, ${count(faults.length, 'fault')}`].join('\n'),
    exit: faults.length === 0 ? 0 : 3,
  };
}
