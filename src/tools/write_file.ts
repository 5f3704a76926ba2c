import { z } from 'zod';
import { worldTool } from './define.ts';

export default worldTool({
  name: 'write_file',
  about:
    'Writes a text file in your workspace, or in shared/ where your resume grants it; replaces what is there. With expected, only if the file still has that hash.',
  touches: 'idempotent',
  input: z.strictObject({
    path: z.string().min(1).max(1000),
    content: z.string().max(1_000_000),
    expected: z.string().max(64).optional().describe('hash of the file that is replaced'),
  }),
  run({ path, content, expected }, box) {
    const hash = box.write(path, content, expected);
    return { ok: true, text: `wrote ${path} (${Buffer.byteLength(content)} bytes, hash ${hash})` };
  },
});
