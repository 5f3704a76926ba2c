/** The tool `note`: writes a line in the agent's own log. */
import * as z from 'zod';
import { act } from '../define.ts';

export default act({
  name: 'note',
  about: 'Writes a line in your own log, for people who look at how you work. Nobody is told.',
  input: z.strictObject({ text: z.string().min(1).max(5000) }),
  stage({ text }, { draft }) {
    draft.notes.push(text.trim());
    return { ok: true, text: 'Noted.' };
  },
});
