/** The tool `copy_files`: copies what an agent may read into its workspace, where its programs find it. */
import * as z from 'zod';
import { shortHash } from '../../core/model/hash.ts';
import type { ToolContext, WorldResult } from '../../core/model/tool.ts';
import { worldTool } from '../define.ts';

/** Files and bytes of one copy. */
const FILES = 200;
const BYTES = 4_000_000;
/** Names that the result tells. */
const TOLD = 20;

export default worldTool({
  name: 'copy_files',
  about:
    'Copy text files into your workspace, where programs find them: a file or a whole folder of shared/... where you may read it, or a file attachments/NAME or attachments/<id>/NAME.',
  touches: 'idempotent',
  input: z.strictObject({
    path: z.string().min(1).max(1000).describe('the file or folder to copy'),
    to: z.string().min(1).max(1000).describe('its name in your workspace'),
  }),
  run: copy,
});

function copy({ path, to }: { path: string; to: string }, box: ToolContext): WorldResult {
  if (/^(?:\.\/)?(?:shared|attachments)(?:\/|$)/.test(to))
    return { ok: false, text: `${to} is not in your workspace. Name a file or folder of your workspace.` };
  const names = namesUnder(path, box);
  if (typeof names === 'string') return { ok: false, text: names };
  for (const name of names) {
    const { text, shown, hash } = box.read(name);
    if (shortHash(text) !== hash)
      return { ok: false, text: `${name} is not a text file. Nothing after it was copied.` };
    box.write(target(path, to, name), shown); // as the agent would read it: secrets are masked
  }
  const more = names.length > TOLD ? `\nand ${names.length - TOLD} more` : '';
  return {
    ok: true,
    text: `copied ${names.length === 1 ? '1 file' : `${names.length} files`}:\n${told(path, to, names)}${more}`,
  };
}

/** The files that are meant, or why none can be copied. */
function namesUnder(from: string, box: ToolContext): string[] | string {
  if (/^(?:\.\/)?attachments\//.test(from)) return [from];
  const names: string[] = [];
  let bytes = 0;
  for (const file of box.files(from)) {
    names.push(file.path);
    bytes += file.bytes;
    if (names.length > FILES || bytes > BYTES)
      return `${from} holds more than ${FILES} files or ${BYTES} bytes. Copy a part of it.`;
  }
  return names.length > 0 ? names : `There is no file ${JSON.stringify(from)}, and no folder of that name with files.`;
}

/** Where a file goes. A single file goes into a folder whose name ends with a slash. */
function target(from: string, to: string, name: string): string {
  const base = from.replace(/\/+$/, '');
  if (name !== base) return `${to.replace(/\/+$/, '')}${name.slice(base.length)}`;
  return to.endsWith('/') ? `${to}${name.slice(name.lastIndexOf('/') + 1)}` : to;
}

function told(from: string, to: string, names: readonly string[]): string {
  return names
    .slice(0, TOLD)
    .map((name) => target(from, to, name))
    .join('\n');
}
