import { z } from 'zod';
import { skillsOf } from '../core/skill.ts';
import { act } from './define.ts';

/** Most characters shown at a time. */
const SHOWN = 30_000;

export default act({
  name: 'load_skill',
  about: 'Shows one of your skills in full, or with file one of the texts that come with it.',
  asks: true,
  input: z.strictObject({
    name: z.string().max(64),
    file: z.string().min(1).max(300).optional().describe('such as references/forms.md'),
  }),
  stage({ name, file }, { config, state, resume }) {
    const skills = skillsOf(config.skills, resume);
    const skill = skills.get(name);
    if (!skill) {
      const known = [...skills.keys()].join(', ') || 'none';
      return { ok: false, rule: 'skill', text: `You have no skill ${JSON.stringify(name)}. Yours: ${known}.` };
    }
    if (file === undefined) {
      const rest = skill.files.length > 0 ? `\n\nFiles that come with it: ${skill.files.join(', ')}` : '';
      return { ok: true, text: cut(skill.body) + rest };
    }
    const text = skill.files.includes(file) ? state.files.get(`${skill.folder}/${file}`) : undefined;
    if (text !== undefined) return { ok: true, text: cut(text) };
    const others = skill.files.join(', ') || 'none';
    return { ok: false, rule: 'skill', text: `${name} has no file ${JSON.stringify(file)}. Its files: ${others}.` };
  },
});

function cut(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}\n[cut: ${text.length - SHOWN} more characters]` : text;
}
