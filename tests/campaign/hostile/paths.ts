import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Json } from '../../../src/core/model/call.ts';
import type { Disk } from '../../../src/disk/fs/disk.ts';
import { DiskError } from '../../../src/disk/fs/disk.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { ToolRefusal } from '../../../src/engine/tools/tool-context.ts';
import { buildOrg } from '../../../src/testing/build-org.ts';
import { means, PLAN, start } from '../../tools/world.ts';
import { newFolder, removeFolder } from '../real.ts';

const SECRET = 'SECRET-OUTSIDE';

/** Parts of hostile paths: what leads up, what only looks like it, names of devices, links of each kind, and good names. */
const PARTS = [
  ...[
    '..',
    '.',
    '',
    '...',
    '....',
    '.. ',
    ' ..',
    '..\\',
    '\\..',
    '%2e%2e',
    '..%2f',
    '%252e',
    '\u2025',
    '\uff0e\uff0e',
    '.\u200b.',
  ],
  ...['\0', 'a\0b', '\n', '\r', '\x7f', '\u202e', '\ud800', 'e\u0301', '\u00e9', '\ufeff'],
  ...[
    'con',
    'nul',
    'aux',
    'com1',
    'lpt1',
    'prn',
    'c:',
    'C:\\x',
    '\\\\host\\share',
    '~',
    '~root',
    '$HOME',
    '`id`',
    '-rf',
    '*',
    '?',
  ],
  ...[
    'file-link',
    'folder-link',
    'relative-link',
    'dangling',
    'loop',
    'hard',
    'swap',
    'pipe',
    'deep.txt',
    'secret.txt',
    'x',
  ],
  ...[
    'shared',
    'docs',
    'link',
    'other.txt',
    'attachments',
    'workspace',
    'outbox',
    'memory',
    'resume.md',
    'agents',
    'org',
    'a',
    'b',
  ],
  ...[
    '.lemming-x.tmp',
    '.lemming-x.aside',
    '.git',
    'own.txt',
    'folder',
    'new',
    '__proto__',
    'constructor',
    'n'.repeat(201),
    'u'.repeat(255),
  ],
  ...['etc', 'passwd', 'proc', 'self', 'environ', 'dev', 'stdin', 'fd', '0'],
];
const STARTS = ['', '', '', '', '/', '//', './', '../', 'shared/', 'C:/', 'file://', '\\', 'attachments/'];

const TOOLS: [name: string, input: (path: string) => Json][] = [
  ['read_file', (path) => ({ path })],
  ['write_file', (path) => ({ path, content: 'ESCAPED' })],
  ['list_files', (path) => ({ path })],
  ['search_files', (path) => ({ path, pattern: 'SECRET' })],
  ['edit_file', (path) => ({ path, old: SECRET, new: 'ESCAPED' })],
];

/** A real folder: an organisation full of traps, and beside it what no tool may read or change. */
export class Maze {
  readonly base = newFolder('paths');
  readonly root = join(this.base, 'org');
  readonly outside = join(this.base, 'outside');
  readonly workspace = join(this.root, 'agents/a/workspace');
  readonly disk: Disk;
  private readonly before: string;
  private swapper: ChildProcess | null = null;

  constructor() {
    fs.mkdirSync(join(this.outside, 'folder'), { recursive: true });
    for (const name of ['secret.txt', 'folder/deep.txt', 'own.txt']) fs.writeFileSync(join(this.outside, name), SECRET);
    fs.mkdirSync(this.root);
    buildOrg(realDisk(this.root), {
      ...PLAN,
      files: {
        'agents/b/workspace/secret.txt': SECRET,
        'org/shared/other.txt': SECRET,
        'org/shared/docs/x.md': 'shared',
      },
    });
    this.lay();
    this.disk = realDisk(this.root);
    this.before = this.picture();
  }

  private lay(): void {
    const { workspace, outside, root } = this;
    fs.mkdirSync(join(workspace, 'folder'), { recursive: true });
    fs.writeFileSync(join(workspace, 'own.txt'), 'own');
    const link = (target: string, name: string) => fs.symlinkSync(target, join(workspace, name));
    link(join(outside, 'secret.txt'), 'file-link');
    link(join(outside, 'folder'), 'folder-link');
    link('../../b/workspace', 'relative-link');
    link(join(outside, 'new'), 'dangling');
    link('loop', 'loop');
    link(join(outside, 'folder'), 'folder/link');
    fs.linkSync(join(outside, 'secret.txt'), join(workspace, 'hard'));
    fs.symlinkSync(outside, join(root, 'org/shared/docs/link'));
    fs.mkdirSync(join(workspace, 'swap'));
    fs.writeFileSync(join(workspace, 'swap/deep.txt'), 'own');
  }

  close(): void {
    this.swapper?.kill('SIGKILL');
    removeFolder(this.base);
  }

  /** From now on a process makes `swap` a folder, then a link to one outside, again and again; and the same with a file. */
  async swap(): Promise<void> {
    const code = `
      const fs = require('node:fs');
      console.log('begun');
      process.chdir(${JSON.stringify(this.workspace)});
      const target = ${JSON.stringify(join(this.outside, 'folder'))};
      for (let end = Date.now() + 300000; Date.now() < end; ) {
        try { fs.renameSync('swap', 'real'); fs.symlinkSync(target, 'swap'); } catch {}
        try { fs.unlinkSync('swap'); fs.renameSync('real', 'swap'); } catch {}
      }`;
    this.swapper = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(this.swapper.stdout as Readable, 'data');
  }

  /** What a use of every tool with that path did that it must not. */
  attempt(path: string): string[] {
    return TOOLS.flatMap(([tool, input]) => {
      const text = this.use(tool, input(path));
      return text.includes(SECRET) ? [`${tool} read the secret`] : [];
    });
  }

  use(tool: string, input: Json): string {
    try {
      const result = start(
        tool,
        input,
        means(this.disk, { room: { workspace: 'agents/a/workspace', bytes: 1e9, files: 1e6, counted: new Map() } }),
      );
      return result instanceof Promise ? '' : result.ok ? result.text : '';
    } catch (error) {
      if (error instanceof ToolRefusal || error instanceof DiskError) return '';
      // The schema refused it.
      if (error instanceof Error && error.message.startsWith(`${tool}: `)) return '';
      throw error;
    }
  }

  /** Whether anything but the workspace of the agent, and what it was granted, is another than before. */
  changed(): string[] {
    return this.picture() === this.before ? [] : ['something outside was changed'];
  }

  private picture(): string {
    const lines: string[] = [];
    const look = (path: string): void => {
      if (path === this.workspace || path === join(this.root, 'org/shared/docs')) return;
      const stat = fs.lstatSync(path);
      lines.push(`${path} ${stat.isFile() ? fs.readFileSync(path, 'utf8') : ''}`);
      if (stat.isDirectory()) for (const name of fs.readdirSync(path).sort()) look(join(path, name));
    };
    look(this.base);
    return lines.join('\n');
  }
}

/** Hostile paths by a number that makes chance. */
export function hostile(random: () => number): string {
  const one = (list: readonly string[]): string => list[Math.floor(random() * list.length)] as string;
  const parts = Array.from({ length: 1 + Math.floor(random() * 5) }, () => one(PARTS));
  const path = `${one(STARTS)}${parts.join(random() < 0.9 ? '/' : '\\')}`;
  return random() < 0.02 ? path.repeat(200) : path;
}

/** Paths as people choose them. */
export function benign(random: () => number): string {
  const names = [
    'notes',
    'Bericht 2024',
    'résumé',
    '日本語',
    'a..b',
    'x.',
    '.hidden',
    'file (1)',
    'README.md',
    'src',
    'index.test.ts',
    'a+b',
    'x_y-z',
    "it's",
    '50%',
    '#1',
  ];
  const parts = Array.from(
    { length: 1 + Math.floor(random() * 4) },
    (_, i) => `${names[Math.floor(random() * names.length)]}${i}`,
  );
  return `good-${Math.floor(random() * 1e6)}/${parts.join('/')}`;
}

/** Tries so many hostile paths with every tool, then as many while folders are swapped; and as many good ones as a tenth. */
export async function wander(
  count: number,
  random: () => number,
  add: (one: string, wrong: string[]) => void,
): Promise<{ benign: number; worked: number }> {
  const maze = new Maze();
  try {
    let good = 0;
    let worked = 0;
    for (let i = 0; i < count; i++) {
      const path = hostile(random);
      add(path, maze.attempt(path));
      if (i % 10 !== 0) continue;
      const fine = benign(random);
      good++;
      const text = `text ${i}`;
      maze.use('write_file', { path: fine, content: text });
      if (maze.use('read_file', { path: fine }) === text) worked++;
    }
    add('all before swaps', maze.changed());
    await maze.swap();
    for (let i = 0; i < count; i++) {
      const path = swapped(random);
      add(path, maze.attempt(path));
    }
    add('all', maze.changed());
    return { benign: good, worked };
  } finally {
    maze.close();
  }
}

function swapped(random: () => number): string {
  const names = ['deep.txt', 'new', `n${Math.floor(random() * 5)}`, 'sub/new', '.', 'folder/x'];
  return `swap/${names[Math.floor(random() * names.length)]}`;
}
