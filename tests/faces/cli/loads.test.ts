import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { scratch } from '../../commands/world.ts';

const DIST = fileURLToPath(new URL('../../../dist', import.meta.url));

/** The built files that are loaded with these, and their bytes. What is loaded when it is needed is not among them. */
function loadedWith(...names: string[]): { files: string[]; text: string } {
  const files = new Set(names);
  const texts = new Map<string, string>();
  for (const name of files) {
    const text = fs.readFileSync(path.join(DIST, name), 'utf8');
    texts.set(name, text);
    for (const [, from] of text.matchAll(/\b(?:from|import) ?"\.\/([^"]+)"/g)) files.add(from as string);
  }
  return { files: [...files], text: [...texts.values()].join('\n') };
}

/** Names of the files that the command line loads before a verb runs. */
function start(): string[] {
  const names = fs.readdirSync(DIST);
  return ['main.js', ...names.filter((name) => /^(process|world)-\w+\.js$/.test(name))];
}

/** Counts what a process opens in the organisation: one line a file. */
const PRELOAD = `
const fs = require('node:fs');
const opened = [];
const open = fs.openSync;
fs.openSync = (file, ...how) => (opened.push(String(file)), open(file, ...how));
process.on('exit', () => fs.writeFileSync(process.env.OPENED, opened.join('\\n')));
`;

describe('what a command loads', () => {
  beforeAll(() => {
    if (!fs.existsSync(DIST)) throw new Error('dist/ is missing: run npm run build first.');
  });

  it('of help and status is few files, and nothing that parses', () => {
    const { files, text } = loadedWith(...start(), 'status.js');
    expect(files.length).toBeLessThanOrEqual(10);
    expect(text.length).toBeLessThan(220_000);
    expect(text.match(/ZodObject|parseDocument|"node:(child_process|http|net|dns)"/g)).toBeNull();
  });

  it.each(['inbox', 'costs', 'chart', 'audit', 'agent', 'history', 'read', 'inspect', 'outbox', 'search'])(
    'of %s is few files, and no engine',
    (verb) => {
      const { files, text } = loadedWith(...start(), `${verb}.js`);
      expect(files.length).toBeLessThanOrEqual(18);
      expect(text.match(/class Engine\b|\bEngine=class|"node:(child_process|http|net|dns)"/g)).toBeNull();
    },
  );

  it('and opens: the second time no file that people write', () => {
    const root = path.join(scratch(), 'org');
    const home = scratch();
    const preload = path.join(home, 'preload.cjs');
    fs.writeFileSync(preload, PRELOAD);
    const env = { ...process.env, LEMMING_HOME: path.join(home, 'home'), OPENED: path.join(home, 'opened') };
    const lemming = (...argv: string[]) => {
      const { status, stderr } = spawnSync(
        process.execPath,
        ['--require', preload, path.join(DIST, 'main.js'), ...argv],
        {
          cwd: fs.existsSync(root) ? root : home,
          env,
          encoding: 'utf8',
        },
      );
      expect(status, stderr).toBe(0);
      const opened = fs.readFileSync(env.OPENED, 'utf8').split('\n');
      return opened.filter((file) => file.startsWith(root)).map((file) => file.slice(root.length + 1));
    };
    lemming('bootstrap', root);
    lemming('run', '--turns', '2');
    for (const verb of ['inbox', 'costs', 'chart']) {
      for (let left = 100; left > 0 && lemming(verb).includes('org/script.yaml'); left--); // until its marks are old enough
      const opened = lemming(verb).filter((file) => !/^(\.lemming|org\/journal)\//.test(file));
      const mail = opened.filter((file) => /^agents\/[^/]+\/outbox\//.test(file));
      expect(opened, verb).toEqual(verb === 'inbox' ? mail : []);
    }
  }, 60_000);
});
