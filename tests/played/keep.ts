import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { create } from 'tar';
import { realDisk } from '../../src/disk/fs/real.ts';
import { readJournal } from '../../src/disk/journal/journal.ts';
import { figuresOf } from './figures.ts';
import { archiveOf } from './kept.ts';

/** Keeps a played run, `npm run played:keep -- FOLDER NAME`, and prints its figures; played.json says what it was. */
const [root, name] = process.argv.slice(2);
if (!root || !name) throw new Error('usage: npm run played:keep -- FOLDER NAME');
const copy = join(mkdtempSync(join(tmpdir(), 'lemming-played-')), name);
cpSync(root, copy, { recursive: true });
rmSync(join(copy, '.lemming'), { recursive: true, force: true });
mkdirSync(dirname(archiveOf({ name })), { recursive: true });
await create({ file: archiveOf({ name }), cwd: copy, gzip: true, portable: true, noMtime: true }, ['.']);
console.log(figuresOf(readJournal(realDisk(copy), [])));
rmSync(join(copy, '..'), { recursive: true });
