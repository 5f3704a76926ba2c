import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { x as extract } from 'tar';
import { ROOT } from './docs/pages.ts';

const run = promisify(execFile);

/**
 * A project in that folder in which LeMMing is installed as `npm pack` packs what was built. The packages that it depends on
 * are those of this repository; what is not among them is not there.
 */
export async function installPacked(project: string): Promise<string> {
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], {
    cwd: ROOT,
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  const installed = join(project, 'node_modules/lemming');
  mkdirSync(installed, { recursive: true });
  await extract({ file: join(project, filename), cwd: installed, strip: 1 });
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(project, 'node_modules', name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
  }
  return installed;
}
