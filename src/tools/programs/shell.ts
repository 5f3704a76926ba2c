/** The tool `shell`: runs a command in the sandbox. */
import * as z from 'zod';
import { fenced } from '../../core/text/file-change.ts';
import { worldTool } from '../define.ts';

export default worldTool({
  name: 'shell',
  about:
    'Run a command with sh in your workspace, in a sandbox without network. You get its output, its exit code (any but 0 counts as a failed call), and the files that it changed.',
  touches: 'once',
  timeout: 60_000,
  input: z.strictObject({ command: z.string().min(1).max(30_000) }),
  preview: ({ command }) => `The command:\n\n${fenced('sh', command)}`,
  run: async ({ command }, box) => {
    const result = await box.program(['sh', '-c', command]);
    return names(command) ? { ...result, text: `${result.text}\n${NOT_THERE}` } : result;
  },
});

const NOT_THERE =
  '[shared/ and attachments/ are not in the sandbox, which holds your workspace alone. Bring files there with copy_files, or with write_file.]';

/** Whether a command names a folder that only the other tools see. */
function names(command: string): boolean {
  return /(?:^|[\s'"=(;&|<>])(?:\.\/)?(?:shared|attachments)(?:\/|\s|$)/.test(command);
}
