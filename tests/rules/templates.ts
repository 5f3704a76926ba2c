import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { RULES } from '../../src/core/journal/rules.ts';

const SHIPPED = join(import.meta.dirname, '../../templates');
const KEPT = join(import.meta.dirname, 'templates');

/** The sample, and each organisation that is shipped as a template. */
export const TEMPLATES = [
  'sample',
  ...readdirSync(SHIPPED, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(join(SHIPPED, entry.name)).includes('org'))
    .map(({ name }) => name)
    .sort(),
];

/** The folder of a template as it was left after a recorded hour under the present rules. */
export function templateArchive(template: string): string {
  return join(KEPT, `rules-${RULES}`, `${template}.tgz`);
}

/** All recordings of templates: of these rules and of former ones. */
export function templateArchives(): [name: string, file: string][] {
  return readdirSync(KEPT).flatMap((rules) =>
    readdirSync(join(KEPT, rules)).map((file): [string, string] => [
      `${rules}-${file.replace(/\.tgz$/, '')}`,
      join(KEPT, rules, file),
    ]),
  );
}

/** Whether a recording of that name was made under the present rules, so that its turns can be made again. */
export function isOfPresentRules(name: string): boolean {
  return name.startsWith(`rules-${RULES}-`);
}
