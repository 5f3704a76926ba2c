/** The tool `edit_file`: replaces a piece that stands in a file exactly once. */
import * as z from 'zod';
import { covered } from '../../core/approvals/covers.ts';
import { showEdit } from '../../core/text/file-change.ts';
import { worldTool } from '../define.ts';

export default worldTool({
  name: 'edit_file',
  about:
    'Replace one piece of a text file. The file must contain the old piece exactly once, with the same spaces and line breaks.',
  touches: 'once',
  input: z.strictObject({
    path: z.string().min(1).max(1000),
    old: z.string().min(1).max(100_000).describe('the piece as it is in the file'),
    new: z.string().max(100_000).describe('the piece that replaces it'),
  }),
  preview: ({ path, old, new: made }, scene) => showEdit(path, scene.stands(path), old, made),
  covers: ({ path }, scene) => covered(scene, [path]),
  run({ path, old, new: made }, context) {
    const { text, hash } = context.read(path);
    const at = text.indexOf(old);
    if (at < 0) return { ok: false, text: `${path} does not contain the old piece. Nothing was changed.` };
    const again = text.indexOf(old, at + 1);
    if (again >= 0)
      return {
        ok: false,
        text: `${path} contains the old piece more than once, in lines ${lineAt(text, at)} and ${lineAt(text, again)}. Include more of the text around it. Nothing was changed.`,
      };
    const now = context.write(path, text.slice(0, at) + made + text.slice(at + old.length), hash);
    return { ok: true, text: `edited ${path} at line ${lineAt(text, at)} (hash ${now.hash})` };
  },
});

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
