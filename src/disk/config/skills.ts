/** Reads the skills of an organisation. */
import type { Skill } from '../../core/model/config.ts';
import { isSkillText, type SkillHead, splitSkillPath } from '../../schema/config/skill.ts';
import { type Fault, fault } from '../../schema/fault.ts';
import { byCodeUnit } from '../../schema/name.ts';
import { type ConfigSource, type Memory, References } from './source.ts';

/** The skills among the texts of an org, and what is wrong with the broken ones: they are left out. */
export function readSkills(
  texts: ReadonlyMap<string, string>,
  memory: Memory<ConfigSource<SkillHead>>,
): { skills: Map<string, Skill>; faults: Fault[] } {
  const skills = new Map<string, Skill>();
  const faults: Fault[] = [];
  for (const [folder, files] of folders(texts)) {
    const file = `${folder}/SKILL.md`;
    const text = texts.get(file);
    if (text === undefined) {
      faults.push(fault('missing-file', 'The skill has no SKILL.md', { file }));
      continue;
    }
    const source = memory.read(text, file);
    const { id } = splitSkillPath(file);
    const wrong = [...source.faults, ...nameFaults(source, id)];
    faults.push(...wrong);
    if (!source.value || wrong.length > 0) continue;
    const others = files.filter((name) => name !== 'SKILL.md').sort(byCodeUnit);
    skills.set(folder, { id, folder, head: source.value, body: source.body.trim(), files: others });
  }
  return { skills, faults };
}

/** Folder → its texts, by path. */
function folders(texts: ReadonlyMap<string, string>): [string, string[]][] {
  const found = new Map<string, string[]>();
  for (const path of texts.keys()) {
    if (!isSkillText(path)) continue;
    const { folder, file } = splitSkillPath(path);
    const files = found.get(folder);
    if (files) files.push(file);
    else found.set(folder, [file]);
  }
  return [...found].sort(([a], [b]) => byCodeUnit(a, b));
}

function nameFaults(source: ConfigSource<SkillHead>, id: string): Fault[] {
  const references = new References();
  if (source.value && source.value.name !== id)
    references.add(
      'invalid-value',
      `The skill is named "${source.value.name}", but its folder is named "${id}"`,
      source,
      ['name'],
    );
  return references.faults;
}
