/** What a prompt says of the skills of an agent. */
import type { OrgFile } from '../../schema/config/org.ts';
import type { Resume } from '../../schema/config/resume.ts';
import { normalise, relatedBy } from '../memory/relevance.ts';
import type { Skill, Skills } from '../model/config.ts';
import { limitOf, printLimit } from './quota.ts';
import { skillsOf } from './skill.ts';

/** Skills that a prompt names at most, and characters of each description. */
const NAMED = 40;
const ABOUT_CHARS = 300;

/** The part of a prompt about the skills of an agent; empty when it has none. Bodies are loaded on demand. */
export function printSkills(org: OrgFile, skills: ReadonlyMap<string, Skill>): string {
  if (skills.size === 0) return '';
  const lines = [...skills.values()].slice(0, NAMED).map((skill) => printSkill(org, skill));
  if (skills.size > NAMED) lines.push(`- and ${skills.size - NAMED} more`);
  return `\n## Your skills\nBefore a task that one of them covers, read it with load_skill.\n${lines.join('\n')}`;
}

/** Further skills that a prompt names for the mail of a visit at most. */
const MATCHING = 5;

/** The skills of an agent that its prompt does not name but that may matter to a text, best first. Pure. */
export function matching(skills: Skills, resume: Resume, text: string): Skill[] {
  if (skills.size <= NAMED) return [];
  const unnamed = [...skillsOf(skills, resume).values()].slice(NAMED);
  const read = ({ id, folder, head }: Skill) => ({
    path: folder,
    turn: 0,
    name: normalise(id),
    body: normalise(head.description),
  });
  return relatedBy(unnamed, read, text, MATCHING);
}

/** A skill on one line, with how often it may be loaded. */
export function printSkill(org: OrgFile, { id, head }: Skill): string {
  const limit = limitOf(org, id);
  return `- ${id}: ${inOneLine(head.description)}${limit ? ` (load it at most: ${printLimit(limit)})` : ''}`;
}

/** The beginning of a text, without line ends. */
export function inOneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > ABOUT_CHARS ? `${line.slice(0, ABOUT_CHARS - 1)}…` : line;
}
