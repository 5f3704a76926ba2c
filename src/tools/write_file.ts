import { z } from 'zod';
import { worldTool } from './define.ts';

export default worldTool({
  name: 'write_file',
  about: 'Writes a text file in your workspace, or in shared/ where your resume grants it; replaces what is there.',
  touches: 'idempotent',
  input: z.strictObject({ path: z.string().min(1).max(1000), content: z.string().max(1_000_000) }),
  run({ path, content }, box) {
    box.write(path, content);
    return { ok: true, text: `wrote ${path} (${Buffer.byteLength(content)} bytes)` };
  },
});
