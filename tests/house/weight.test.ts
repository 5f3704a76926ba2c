import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const TOP = fileURLToPath(new URL('../../', import.meta.url));
/** Megabytes that an installation may weigh, and that it may grow before somebody decides it and writes it down. */
const MOST = 142;
const GROWTH = 10;

interface Locked {
  dev?: boolean;
  devOptional?: boolean;
}

/** Megabytes of a folder on a disk with blocks of 4,096 bytes, as `du -m` counts them; packages within a package apart. */
function weightOf(folder: string): number {
  const blocks = readdirSync(join(TOP, folder), { recursive: true, withFileTypes: true })
    .filter(
      ({ parentPath, name }) => !`${parentPath}/${name}`.slice(join(TOP, folder).length).includes('/node_modules'),
    )
    .map((one) => (one.isFile() ? Math.ceil(lstatSync(join(one.parentPath, one.name)).size / 4096) : 1));
  return (blocks.reduce((sum, one) => sum + one, 1) * 4096) / 2 ** 20;
}

/** What `npm install --omit=dev` installs: package → megabytes. */
function weights(): Map<string, number> {
  const lock = JSON.parse(readFileSync(`${TOP}package-lock.json`, 'utf8')) as { packages: Record<string, Locked> };
  const { files } = JSON.parse(readFileSync(`${TOP}package.json`, 'utf8')) as { files: string[] };
  const own = files.filter((name) => !name.startsWith('!')).map(weightOf);
  const all = new Map([['lemming', own.reduce((sum, one) => sum + one)]]);
  for (const [path, { dev, devOptional }] of Object.entries(lock.packages)) {
    if (path === '' || dev || devOptional) continue;
    const name = path.replace(/^.*node_modules\//, '');
    all.set(name, (all.get(name) ?? 0) + weightOf(path));
  }
  return all;
}

it('an installation weighs what docs/performance.md says', () => {
  const all = weights();
  const total = [...all.values()].reduce((sum, one) => sum + one);
  const page = readFileSync(`${TOP}docs/performance.md`, 'utf8').split('\n## Weight\n')[1] ?? '';
  const recorded = Number(/An installation weighs (\d+) MB/.exec(page)?.[1]);
  console.log(`installed: ${total.toFixed(1)} MB in ${all.size} packages, recorded: ${recorded} MB`);
  const rows = [...page.matchAll(/^\| `([^`]+)` \| (\d+) \|/gm)].map(([, name = '', mb]) => ({ name, mb: Number(mb) }));
  expect(rows.length).toBeGreaterThan(5);
  for (const { name, mb } of rows) expect(Math.abs((all.get(name) ?? 0) - mb), name).toBeLessThan(2);
  expect(total).toBeLessThan(recorded + GROWTH);
  expect(recorded).toBeLessThanOrEqual(MOST);
});
