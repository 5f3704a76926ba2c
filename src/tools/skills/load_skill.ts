/** The tool `load_skill`: shows the body of a skill, or a text beside it. */
import * as z from 'zod';
import type { Skill } from '../../core/model/config.ts';
import { skillsOf } from '../../core/skills/skill.ts';
import { act } from '../define.ts';

/** Most characters shown at a time. */
const SHOWN = 30_000;

export default act({
  name: 'load_skill',
  about: 'Show one of your skills in full, or one of its files.',
  asks: true,
  input: z.strictObject({
    name: z.string().max(64),
    file: z.string().min(1).max(300).optional().describe('such as references/forms.md'),
  }),
  stage({ name, file }, { config, state, resume, draft }) {
    const skills = skillsOf(config.skills, resume);
    const skill = skills.get(name);
    if (!skill) {
      const known = [...skills.keys()].join(', ') || 'none';
      return { ok: false, rule: 'skill', text: `You have no skill ${JSON.stringify(name)}. Yours: ${known}.` };
    }
    if (file === undefined) {
      draft.loaded.push(name);
      return { ok: true, text: whole(skill) };
    }
    const text = skill.files.includes(file) ? state.files.texts.get(`${skill.folder}/${file}`) : undefined;
    if (text !== undefined) {
      draft.loaded.push(name);
      return { ok: true, text: cut(text) };
    }
    const others = skill.files.join(', ') || 'none';
    return { ok: false, rule: 'skill', text: `${name} has no file ${JSON.stringify(file)}. Its files: ${others}.` };
  },
});

function whole({ head, body, files }: Skill): string {
  const needs = head.compatibility?.trim();
  const rest = files.length > 0 ? `Files that come with it: ${files.join(', ')}` : '';
  return [needs && `Needs: ${needs}`, cut(body), rest].filter(Boolean).join('\n\n');
}

function cut(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}\n[cut: ${text.length - SHOWN} more characters]` : text;
}
