import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { create } from 'tar';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lineToInstall } from '../../../src/disk/fs/installed.ts';
import { office } from '../../commands/people/world.ts';
import { scratch } from '../../commands/world.ts';
import { homeOf } from '../../home.ts';
import { installPacked } from '../../packed.ts';

const run = promisify(execFile);
const NAME = '@google/genai';
const GEM = { models: { default: { provider: 'gemini', model: 'g', key: 'env:GEMINI_API_KEY', price: { input: 1 } } } };

/** A registry on this machine that has the packages in these folders and nothing else. Returns its address. */
async function registryOf(...folders: string[]): Promise<string> {
  const packages = new Map<string, object>();
  const server: Server = createServer(({ url = '' }, response) => {
    const [name = '', file] = decodeURIComponent(url).slice(1).split('/-/');
    if (file) return response.end(readFileSync(join(tarballs, file)));
    return packages.has(name) ? response.end(JSON.stringify(packages.get(name))) : response.writeHead(404).end('{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tarballs = scratch();
  for (const [i, cwd] of folders.entries()) {
    await create({ file: join(tarballs, `${i}.tgz`), gzip: true, cwd, prefix: 'package' }, ['.']);
    const own = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'));
    const versions = { [own.version]: { ...own, dist: { tarball: `${address}/${own.name}/-/${i}.tgz` } } };
    packages.set(own.name, { name: own.name, 'dist-tags': { latest: own.version }, versions });
  }
  return address;
}

/** A package with nothing in it. */
function emptyPackage(name: string, version: string): string {
  const folder = scratch();
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, main: 'main.js' }));
  writeFileSync(join(folder, 'main.js'), '');
  return folder;
}

/** LeMMing without what is optional, in a project or among the global packages of a prefix. */
async function installed(where: 'project' | 'prefix'): Promise<string> {
  const top = join(scratch(), "a place's", where === 'project' ? 'project' : 'lib');
  mkdirSync(top, { recursive: true });
  const home = await installPacked(top);
  if (where === 'prefix') rmSync(join(top, 'package.json'));
  else writeFileSync(join(top, 'package.json'), JSON.stringify({ private: true, dependencies: { lemming: '*' } }));
  return home;
}

/** What LeMMing depends on is of no interest to npm from here on. Returns the versions of its optional packages. */
function forgetDependencies(home: string): Record<string, string> {
  const own = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  writeFileSync(join(home, 'package.json'), JSON.stringify({ ...own, dependencies: {} }));
  return own.peerDependencies;
}

describe('an optional package', () => {
  it('is wanted by nobody when it is there', () => {
    expect(lineToInstall(NAME)).toBeNull();
    expect(lineToInstall('no-such-package')).toMatch(/^npm install /);
  });

  it.each(['project', 'prefix'] as const)(
    'is told where it is missing, by a line that works in a %s',
    async (where) => {
      const home = await installed(where);
      const root = office(GEM);
      const env = { PATH: process.env.PATH, HOME: homeOf(root), LEMMING_HOME: homeOf(root), GEMINI_API_KEY: 'none' };
      const lemming = (...words: string[]) =>
        run(process.execPath, [join(home, 'dist/main.js'), ...words, '--json', '--org', root], { env }).then(
          ({ stdout }) => JSON.parse(stdout),
          ({ stdout }) => JSON.parse(stdout),
        );
      const { providers } = await lemming('health', '--providers');
      expect(providers).toMatchObject([{ ok: false, failure: 'bad-request' }]);
      expect((await lemming('validate')).notes).toEqual([providers[0].message]);
      const [line = ''] = /npm install .*/.exec(providers[0].message) ?? [];

      const { [NAME]: version = '' } = forgetDependencies(home);
      const npm = {
        npm_config_registry: await registryOf(emptyPackage(NAME, version), home),
        npm_config_cache: scratch(),
        npm_config_audit: 'false',
        npm_config_fund: 'false',
      };
      await run('sh', ['-c', line], { env: { ...env, ...npm } });
      const found = createRequire(join(home, 'dist/main.js')).resolve(NAME);
      expect(found).toBe(join(realpathSync(join(home, '../..')), 'node_modules', NAME, 'main.js'));
    },
  );
});
