/** Copies files that go to others: with a message, or with the result of a task. */
import type { Attached } from '../model/entry.ts';
import type { ActContext, Attachable, Draft, Staged } from '../model/tool.ts';
import { attachmentNames } from './attachment-names.ts';

/** Most bytes of one file. */
export const CARRIED_BYTES = 262_144;

/** Copies of files, to lie side by side in one folder. */
export interface CarriedFiles {
  files: Attached[];
  names: string[];
  /** What the author is told of the names; empty when they are as it wrote them. */
  told: string;
  tainted: boolean;
}

/** Copies files that the author may read into a folder, under their own names; or says why one cannot be taken along. */
export function carryFiles(
  given: readonly string[],
  folder: string,
  scene: Pick<ActContext, 'attach'>,
): CarriedFiles | Extract<Staged, { ok: false }> {
  const paths = [...new Set(given)];
  const found: Attachable[] = [];
  for (const path of paths) {
    const file = scene.attach(path);
    if ('why' in file) return { ok: false, rule: 'path', text: file.why };
    if (isTooLarge(file))
      return {
        ok: false,
        rule: 'size',
        text: `${JSON.stringify(path)} is larger than ${CARRIED_BYTES} bytes. Attach a smaller file.`,
      };
    found.push(file);
  }
  const names = attachmentNames(paths);
  const files = found.map(({ data, from }, i): Attached => ({ data, path: `${folder}/${names[i]}`, from }));
  return { files, names, told: toldNames(paths, names), tainted: found.some(({ tainted }) => tainted) };
}

/** Whether a file has more bytes than may be taken along. */
export function isTooLarge({ data }: Pick<Attachable, 'data'>): boolean {
  return data.length > (CARRIED_BYTES * 4) / 3;
}

/** Files of other folders lie side by side now, and of two with one name one has another. */
function toldNames(paths: readonly string[], names: readonly string[]): string {
  if (paths.every((path, i) => path.replace(/^(\.\/)?attachments\//, '') === names[i])) return '';
  const each = paths.map((path, i) => (path.endsWith(names[i] as string) ? names[i] : `${names[i]} (${path})`));
  return `Its attachments lie side by side in one folder: ${each.join(', ')}.`;
}

/** The rule that a text brings the files of which it speaks. */
export const UNATTACHED = 'attachment';

/** A text that says it brings a file. */
const BRINGS =
  /\b(I('ve| have)? (now )?attach(ed)?|(is|are) attached|attached (is|are|you('ll| will) find)|find ((it|them|(the|my) [\w-]+) )?attached|here is [^.\n]{1,80} as an attachment)\b/i;

/** Whether a text without files says that it brings one. It is refused once in a visit: people and models forget that. */
export function isWithoutFile(text: string, { refusals }: Pick<Draft, 'refusals'>): boolean {
  return BRINGS.test(text) && !refusals.some(({ rule }) => rule === UNATTACHED);
}
