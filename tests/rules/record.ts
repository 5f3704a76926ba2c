import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RULES } from '../../src/core/journal/rules.ts';
import { recordTemplate } from './record-template.ts';
import { Sample } from './sample.ts';
import { TEMPLATES } from './templates.ts';

/**
 * Records the sample of these tests, and an hour with each shipped template, as the present rules make it, for `npm run rules`. While no journal of these rules is out in the
 * world it may be recorded anew; afterwards a change of what it holds needs a new number.
 */
const folder = join(import.meta.dirname, `rules-${RULES}`);
rmSync(folder, { recursive: true, force: true });
const { disk } = await new Sample().play();
for (const [path, text] of disk.files((path) => !path.startsWith('.lemming/'))) {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, 'latin1');
}
for (const template of TEMPLATES) await recordTemplate(template);
