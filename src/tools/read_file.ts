import { z } from 'zod';
import { worldTool } from './define.ts';

/** Most characters shown at a time. */
const SHOWN = 30_000;

export default worldTool({
  name: 'read_file',
  about:
    'Reads a text file of your workspace, of shared/ where your resume grants it, or attachments/NAME of your mail.',
  touches: 'pure',
  input: z.strictObject({
    path: z.string().min(1).max(1000),
    hash: z.boolean().optional().describe('add a line with the hash of the file, for write_file'),
  }),
  run({ path, hash }, box) {
    const file = box.read(path);
    const more = file.text.length > SHOWN ? `\n[cut: ${file.text.length - SHOWN} more characters]` : '';
    const last = hash ? `\n[hash ${file.hash}]` : '';
    return { ok: true, text: `${file.text.slice(0, SHOWN)}${more}${last}` };
  },
});
