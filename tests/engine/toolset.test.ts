import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { run as replay } from '../../src/commands/replay.ts';
import { run as trust } from '../../src/commands/trust.ts';
import type { UsedEntry } from '../../src/core/entry.ts';
import { inputOf, scratch, testWorld } from '../commands/world.ts';
import type { Act } from '../regression/org.ts';
import { boxHere, Hands } from './hands.ts';

let level = '';
beforeAll(async () => {
  level = await boxHere();
});

const PYTHON = `---
name: add_up
description: Adds numbers
input:
  type: object
  properties: { numbers: { type: array, items: { type: number } }, note: { type: string, pattern: '^[a-z]*$' } }
  required: [numbers]
  additionalProperties: false
command: [python3, ./sum.py, "--loud"]
---
Give it numbers.
`;
const SUM = `import json, os, sys
given = json.load(sys.stdin)
print(sum(given["numbers"]), sys.argv[1:], sorted(os.environ))
open("sum.txt", "w").write("done")
try:
  open(__file__, "w")
except OSError as error:
  print(type(error).__name__)
`;

const MODULE = `---
name: shout
description: Shouts
input: { type: object, properties: { text: { type: string } }, required: [text] }
module: shout.js
touches: pure
---
`;

const FILES = {
  'org/tools/add_up/TOOL.md': PYTHON,
  'org/tools/add_up/sum.py': SUM,
  'org/tools/shout/TOOL.md': MODULE,
  'org/tools/shout/shout.js': 'const loud = input.text.toUpperCase();\nconsole.log(typeof process);\nloud + "!"',
};

function add(input: unknown): Act {
  return { tool: 'add_up', input } as Act;
}

/** An organisation with two tools of its own, and the home of its owner. */
class Own extends Hands {
  override readonly env = { LEMMING_HOME: join(scratch(), 'home'), PATH: process.env.PATH };

  constructor(turns: Act[][], tools: string[] = ['add_up', 'shout'], files: Record<string, string> = FILES) {
    super(turns, { files, resumes: { a: { tools, schedule: { when: 'always' } } } });
  }

  async trust(name: string, flags: Record<string, string | boolean> = {}) {
    return trust(testWorld(this.root, { env: this.env }), inputOf({ args: { name }, flags }));
  }

  async recompute() {
    return (await replay(testWorld(this.root, { env: this.env }), inputOf({ flags: { recompute: true } }))).data;
  }
}

const told = (used: readonly UsedEntry[]) => used.map(({ ok, text }) => [ok, text]);

describe('a tool of the organisation', () => {
  it('runs its command in the Box, with its arguments on standard input and files it cannot change', async () => {
    const own = new Own([[add({ numbers: [1, 2.5] })]]);
    await own.trust('add_up');
    const [used] = await own.turns();
    expect(told([used as UsedEntry])).toEqual([
      [true, `3.5 ['--loud'] ['HOME', 'LANG', 'PATH', 'PWD']\nOSError\n[exit 0; changed: sum.txt; Box: ${level}]`],
    ]);
    expect(await own.recompute()).toMatchObject({ identical: true });
  });
});
