import { randomBytes } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inMemory } from '../scripts/in-memory.mjs';

/** Folders of the repository that no test writes to on its own account. */
const LEFT_OUT = new Set(['node_modules', '.git', 'coverage']);
/** Larger files are no logs, journals or prompts of a test: bytes. */
const MOST_BYTES = 20_000_000;

/**
 * A key stands in the environment of every test of the suite. When all have ended it must lie nowhere: not in the
 * repository, nor in what the tests left in the temporary folders. What lay there before is not theirs, and may be a lot.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const key = `sk-canary-${randomBytes(12).toString('hex')}`;
  process.env.CANARY_API_KEY = key;
  const begun = Date.now();
  const before = new Set(await readdir(tmpdir()));
  return async () => {
    const forms = [key, Buffer.from(key).toString('base64').slice(0, -3), Buffer.from(key).toString('hex')];
    const left = (await readdir(tmpdir())).filter((name) => name.startsWith('lemming-') && !before.has(name));
    const found: string[] = [];
    const folders = [process.cwd(), ...(inMemory ? [inMemory] : []), ...left.map((name) => join(tmpdir(), name))];
    for (const folder of folders) for await (const path of filesWith(folder, forms, begun)) found.push(path);
    console.log(`canary: a key in the environment of all tests lies in ${found.length} files`);
    if (found.length) throw new Error(`a key of the environment was written to ${found.join(', ')}`);
  };
}

/** Files written since then that hold one of the texts. What vanishes meanwhile is no file. */
async function* filesWith(path: string, texts: readonly string[], since: number): AsyncGenerator<string> {
  const stat = await lstat(path).catch(() => null);
  if (stat?.isDirectory())
    for (const name of await readdir(path).catch(() => [])) {
      if (!LEFT_OUT.has(name)) yield* filesWith(join(path, name), texts, since);
    }
  if (!stat?.isFile() || stat.mtimeMs < since || stat.size > MOST_BYTES) return;
  const text = await readFile(path, 'latin1').catch(() => '');
  if (texts.some((one) => text.includes(one))) yield path;
}
