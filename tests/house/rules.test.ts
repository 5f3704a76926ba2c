import { describe, expect, it } from 'vitest';
import { admits } from './node-range.ts';
import {
  arrow,
  lengthFirst,
  namesOfFiles,
  noBarrel,
  oneClock,
  oneDoorToFiles,
  oneEnvironment,
  oneFrontMatter,
  oneMoney,
  oneShape,
  oneTurnJournal,
  oneWorld,
  pureDecisions,
  type Rule,
  rooms,
  saysWhatItIsFor,
} from './rules.ts';
import { parse } from './sources.ts';

type Case = [rule: Rule, path: string, text: string];

const BAD: Case[] = [
  [arrow, 'src/core/walk.ts', "import { read } from '../disk/real.ts';"],
  [arrow, 'src/core/walk.ts', "import type { Disk } from '../disk/disk.ts';"],
  [arrow, 'src/core/walk.ts', "let x: import('../engine/loop.ts').Loop;"],
  [arrow, 'src/core/walk.ts', "const x = await import('../engine/loop.ts');"],
  [arrow, 'src/tools/shell.ts', "import { disk } from '../disk/real.ts';"],
  [arrow, 'src/engine/loop.ts', "export { run } from '../commands/run.ts';"],
  [arrow, 'src/engine/loop.ts', "import { x } from '../unknown/x.ts';"],
  [rooms, 'src/core/mail/inbox.ts', "import { judge } from '../turn/judge.ts';"],
  [rooms, 'src/core/model/state.ts', "import type { Due } from '../turn/schedule.ts';"],
  [rooms, 'src/engine/ports.ts', "import { visit } from './turn/visit.ts';"],
  [rooms, 'src/core/cellar/wine.ts', ''],
  [oneDoorToFiles, 'src/engine/loop.ts', "import { readFileSync } from 'node:fs';"],
  [oneDoorToFiles, 'src/engine/loop.ts', "await import('fs/promises');"],
  [oneDoorToFiles, 'src/faces/cli/main.ts', "import type { Stats } from 'node:fs';"],
  [oneClock, 'src/engine/loop.ts', 'const x = Date.now();'],
  [oneClock, 'src/engine/loop.ts', 'const x = new Date();'],
  [oneClock, 'src/engine/loop.ts', 'const x = new Date;'],
  [oneClock, 'src/engine/loop.ts', 'const x = Date();'],
  [oneClock, 'src/engine/loop.ts', 'const { now } = Date;'],
  [oneClock, 'src/engine/loop.ts', 'const x = globalThis.performance.now(), y = performance.now();'],
  [oneClock, 'src/engine/loop.ts', 'const x = Math.random();'],
  [oneClock, 'src/engine/loop.ts', 'const x = process.hrtime.bigint();'],
  [oneWorld, 'src/commands/look/logs.ts', "import { realDisk } from '../../disk/fs/real.ts';"],
  [oneWorld, 'src/commands/look/logs.ts', "import { Socket } from 'node:net';"],
  [oneWorld, 'src/app/send.ts', "import { realClock } from '../disk/fs/clock.ts';\nconst now = realClock.now();"],
  [oneEnvironment, 'src/providers/openai.ts', 'const key = process.env.OPENAI_API_KEY;'],
  [oneEnvironment, 'src/providers/openai.ts', 'const { env } = process;'],
  [oneEnvironment, 'src/providers/openai.ts', "import { env } from 'node:process';"],
  [oneMoney, 'src/views/costs.ts', 'const cost = micro / 1e6;'],
  [oneMoney, 'src/views/costs.ts', 'const cost = Math.round(1_000_000 * credits);'],
  [oneMoney, 'src/views/costs.ts', 'let cost = 5; cost /= 1000000.0;'],
  [oneTurnJournal, 'src/engine/tools/use.ts', "import { apply } from '../../core/journal/apply.ts';"],
  [oneTurnJournal, 'src/engine/turn/visit.ts', "import { Journal } from '../../disk/journal/journal.ts';"],
  [oneFrontMatter, 'src/disk/snapshot.ts', "import matter from 'gray-matter';"],
  [pureDecisions, 'src/views/costs.ts', "import { spawn } from 'node:child_process';"],
  [oneShape, 'src/core/tool.ts', 'const x = { ...acts, refusals: [] };'],
  [oneShape, 'src/engine/visit.ts', 'const x = { ...finished, ...end };'],
  [oneShape, 'src/disk/compact.ts', 'const x = { a: { ...(b && { b }), [c]: 1 } };'],
  [noBarrel, 'src/core/all.ts', "export * from './walk.ts';\nexport { gather } from './gather.ts';"],
  [namesOfFiles, 'src/core/turn-manager.ts', ''],
  [namesOfFiles, 'src/utils/text.ts', ''],
  [namesOfFiles, 'src/core/index.ts', ''],
  [saysWhatItIsFor, 'src/core/turn/schedule.ts', "import { x } from './x.ts';"],
  [saysWhatItIsFor, 'src/core/turn/schedule.ts', '/** Characters of a line at most. */\nconst LINE = 80;'],
  [saysWhatItIsFor, 'src/core/turn/schedule.ts', '/** TODO */\n\nconst LINE = 80;'],
  [lengthFirst, 'src/schema/x.ts', 'z.string().max(64)\n.regex(/^a+(-a+)*$/)'],
];

const GOOD: Case[] = [
  [arrow, 'src/core/walk.ts', "import { fault } from '../schema/fault.ts';\nimport { hasEdge } from './config.ts';"],
  [arrow, 'src/engine/loop.ts', "import { openDisk } from '../disk/real.ts';\nimport { z } from 'zod';"],
  [rooms, 'src/core/turn/judge.ts', "import { inbox } from '../mail/inbox.ts';\nimport { x } from './cut.ts';"],
  [rooms, 'src/engine/tools/use.ts', "await import('../search/web-search.ts');"],
  [rooms, 'src/schema/kinds.ts', "import { chartFile } from './config/chart.ts';"],
  [oneWorld, 'src/app/machine.ts', "import type { Machine } from '../engine/machine.ts';"],
  [oneWorld, 'src/faces/cli/world.ts', "import { realMachine } from '../../engine/machine.ts';"],
  [oneDoorToFiles, 'src/disk/real.ts', "import { readFileSync } from 'node:fs';"],
  [oneDoorToFiles, 'src/faces/cli/find-org.ts', "import { existsSync } from 'node:fs';"],
  [
    oneClock,
    'src/core/walk.ts',
    "// Date.now()\nconst day = (at: Date) => new Date(at) instanceof Date && 'Date.now()';",
  ],
  [oneClock, 'src/core/walk.ts', 'const x = Date.UTC(2026, 1), y = Date.parse(z), w = Math.max(1), v = a.Date;'],
  [oneClock, 'src/disk/clock.ts', 'const x = Date.now();'],
  [oneEnvironment, 'src/faces/cli/main.ts', 'const x = process.env.HOME;'],
  [oneEnvironment, 'src/engine/loop.ts', 'const x = world.env.HOME;'],
  [oneMoney, 'src/schema/amount.ts', 'const cost = micro / 1e6;'],
  [oneMoney, 'src/views/costs.ts', 'const MOST = 1_000_000, ms = x * 1e3, cost = inCredits(1e6);'],
  [oneShape, 'src/core/tool.ts', 'const x = { ...acts }, y = { a, ...acts }, z = [...a, 1];'],
  [oneShape, 'src/views/costs.ts', 'const x = { ...acts, refusals: [] };'],
  [oneTurnJournal, 'src/engine/calls/turn-journal.ts', "import { apply } from '../../core/journal/apply.ts';"],
  [oneTurnJournal, 'src/engine/turn/engine.ts', "import { apply } from '../../core/journal/apply.ts';"],
  [oneTurnJournal, 'src/engine/calls/calls.ts', "import type { Journal } from '../../disk/journal/journal.ts';"],
  [noBarrel, 'src/testing.ts', "export { x } from './x.ts';\nexport const y = 1;"],
  [oneEnvironment, 'src/tools/shell.ts', 'const x = process.platform, y = this.process, process_ = 1;'],
  [namesOfFiles, 'src/views/search-index.ts', ''],
  [namesOfFiles, 'src/core/utility-bill.ts', ''],
  [saysWhatItIsFor, 'src/core/turn/schedule.ts', "/** Decides who is due. */\nimport { x } from './x.ts';"],
  [saysWhatItIsFor, 'src/core/turn/schedule.ts', '// Decides who is due.\n\nconst LINE = 80;'],
  [saysWhatItIsFor, 'src/faces/cli/main.ts', '#!/usr/bin/env node\n/**\n * The program.\n */\n\nrun();'],
  [lengthFirst, 'src/schema/x.ts', 'z.string().max(64, { abort: true }).regex(/^a+(-a+)*$/)'],
];

describe('the rules of the house', () => {
  it.each(BAD)('%o refuses %s: %s', (rule, path, text) => expect(rule(parse(path, text))).not.toEqual([]));
  it.each(GOOD)('%o accepts %s: %s', (rule, path, text) => expect(rule(parse(path, text))).toEqual([]));
});

describe('ranges of Node', () => {
  it.each([
    '>=20',
    '>= 20.19.0',
    '^20.19.0 || ^22.13.0',
    '14 || >=16',
    '>=18 <21',
    '20.x',
    '20',
    '~20.19',
    '*',
    '<=20',
  ])('%s admits 20.19.0', (range) => expect(admits(range, [20, 19, 0])).toBe(true));
  it.each(['>=22', '^18 || >=21', '>=20.19.1', '<20', '>20', '^22.13.0 || >=24', '~20.18', '18.x'])(
    '%s does not',
    (range) => expect(admits(range, [20, 19, 0])).toBe(false),
  );
  it('does not guess', () => expect(() => admits('>=20-beta', [20, 19, 0])).toThrow('unknown'));
});
