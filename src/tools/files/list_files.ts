/** The tool `list_files`: lists the names in a folder. */
import * as z from 'zod';
import { worldTool } from '../define.ts';

const SHOWN = 500;

export default worldTool({
  name: 'list_files',
  about: 'List the files of a folder in your workspace, or of a shared folder that you may read.',
  touches: 'pure',
  input: z.strictObject({ path: z.string().max(1000).default('.') }),
  run({ path }, context) {
    const names = context.list(path);
    const more = names.length > SHOWN ? `\nand ${names.length - SHOWN} more` : '';
    return { ok: true, text: names.slice(0, SHOWN).join('\n') + more || 'The folder is empty.' };
  },
});
