/** What the prompt of an agent says of its colleagues. */
import type { Resume } from '../../schema/config/resume.ts';
import { type Config, mayWriteTo } from '../model/config.ts';

/** Neighbours that a prompt names at most; the others are counted. Skills of one that are named. */
const NAMED = 60;
const SKILLS = 6;

/** By a configuration, which never changes: a new one is a new object. */
const neighbours = new WeakMap<Config, Map<string, readonly string[]>>();

/** Those whom the prompt of an agent names as colleagues, in chart order; worked out once for a configuration. Pure. */
export function neighboursOf(config: Config, agent: string): readonly string[] {
  const known = neighbours.get(config) ?? new Map<string, readonly string[]>();
  neighbours.set(config, known);
  const found = known.get(agent) ?? mayWriteTo(config, agent).slice(0, NAMED);
  known.set(agent, found);
  return found;
}

/** A line for each colleague: what it is good at, and when it reads mail. The same in every turn. Pure. */
export function printNeighbours(config: Config, agent: string): string {
  const lines = neighboursOf(config, agent).map((name) => lineOf(name, config.agents.get(name) as Resume));
  const more = mayWriteTo(config, agent).length - lines.length;
  if (more > 0) lines.push(`- and ${more} more`);
  return lines.length ? lines.join('\n') : 'Nobody.';
}

function lineOf(name: string, resume: Resume): string {
  const skills = resume.skills.filter((skill) => skill !== '*').slice(0, SKILLS);
  return [
    `- ${name}: ${resume.role || 'no role given'}`,
    skills.length ? ` (skills: ${skills.join(', ')})` : '',
    resume.capabilities.length ? ` (capabilities: ${resume.capabilities.join(', ')})` : '',
    scheduleText(resume),
  ].join('');
}

/** Nothing of those who read mail in every turn. */
function scheduleText({ person, schedule: { every, offset } }: Resume): string {
  if (person || every === 1) return '';
  const first = offset % every || every;
  return `; reads mail every ${ordinal(every)} turn (${first}, ${first + every}, ${first + 2 * every}, ...)`;
}

function ordinal(n: number): string {
  const ending = n % 100 > 10 && n % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${ending}`;
}
