import { z } from 'zod';
import { worldTool } from './define.ts';

/** Most characters shown at a time. */
const SHOWN = 30_000;

export default worldTool({
  name: 'read_file',
  about:
    'Reads a text file of your workspace, of shared/ where your resume grants it, or attachments/NAME of your mail.',
  touches: 'pure',
  input: z.strictObject({ path: z.string().min(1).max(1000) }),
  run({ path }, box) {
    const text = box.read(path);
    return {
      ok: true,
      text: text.length > SHOWN ? `${text.slice(0, SHOWN)}\n[cut: ${text.length - SHOWN} more characters]` : text,
    };
  },
});
