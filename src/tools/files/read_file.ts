/** The tool `read_file`: shows a text file, with its hash on demand. */
import * as z from 'zod';
import { worldTool } from '../define.ts';

/** Most characters shown at a time. */
const SHOWN = 30_000;

export default worldTool({
  name: 'read_file',
  about:
    'Read a text file: a path in your workspace, shared/... where you may read it, attachments/NAME of the mail of this visit, or attachments/<message id>/NAME of earlier mail.',
  touches: 'pure',
  input: z.strictObject({
    path: z.string().min(1).max(1000),
    from: z.number().int().min(0).max(100_000_000).default(0).describe('characters to skip, to continue after a cut'),
    hash: z.boolean().optional().describe('also show the hash of the file, for write_file'),
  }),
  run({ path, from, hash }, context) {
    const file = context.read(path);
    const { shown } = file;
    const to = from + SHOWN;
    const more = shown.length > to ? `\n[cut: ${shown.length - to} more characters, from: ${to} goes on]` : '';
    const last = hash ? `\n[hash ${file.hash}]` : '';
    return { ok: true, text: `${shown.slice(from, to)}${more}${last}` };
  },
});
