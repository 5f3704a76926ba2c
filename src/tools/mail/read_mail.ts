/** The tool `read_mail`: shows a message that the agent wrote or was given. */
import * as z from 'zod';
import { printHead } from '../../core/prompt/mail-head.ts';
import { tame } from '../../core/text/untrusted.ts';
import { worldTool } from '../define.ts';

/** Most characters shown at a time. */
const SHOWN = 30_000;

export default worldTool({
  name: 'read_mail',
  about: 'Read a message that you wrote or were given, of any age, by its id.',
  granted: 'all',
  described: 'with-earlier-mail',
  touches: 'pure',
  input: z.strictObject({
    id: z.string().max(100),
    from: z.number().int().min(0).max(100_000_000).default(0).describe('characters to skip, to continue after a cut'),
  }),
  run({ id, from }, context) {
    const mail = context.mail(id);
    if (!mail) return { ok: false, text: `You wrote no message ${JSON.stringify(id)}, and were given none.` };
    const to = from + SHOWN;
    const shown = tame(mail.body.slice(from, to));
    const more =
      mail.body.length > to ? `\n[cut: ${mail.body.length - to} more characters, from: ${to} shows them]` : '';
    const text = `${printHead(mail, context.agent)}${shown}\n</mail>${more}`;
    return { ok: true, text, ...(mail.tainted && { tainted: true as const }) };
  },
});
