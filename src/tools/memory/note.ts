/** The tool `note`: writes a line in the agent's own log. */
import * as z from 'zod';
import { act } from '../define.ts';

export default act({
  name: 'note',
  about: 'Write a line in your log, for people who review your work. Nobody is told.',
  input: z.strictObject({ text: z.string().min(1).max(5000) }),
  stage({ text }, { draft }) {
    draft.notes.push(text.trim());
    return { ok: true, text: 'Noted.' };
  },
});
