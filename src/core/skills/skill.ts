/** The skills of an agent. */
import type { Resume } from '../../schema/config/resume.ts';
import type { Skill, Skills } from '../model/config.ts';

/**
 * The skills of an agent, by id: its own, then those of the org and of `.agents/` that its resume lists (`*` for all). Of
 * two with the same id, the one named first here counts. Sorted by id. Pure.
 */
export function skillsOf(skills: Skills, resume: Resume): Map<string, Skill> {
  const granted = (id: string): boolean => resume.skills.includes(id) || resume.skills.includes('*');
  const found = new Map<string, Skill>();
  for (const place of [`agents/${resume.name}/skills`, 'org/skills', '.agents/skills'])
    for (const skill of skills.values()) {
      if (skill.folder !== `${place}/${skill.id}` || found.has(skill.id)) continue;
      if (place.startsWith('agents/') || granted(skill.id)) found.set(skill.id, skill);
    }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
