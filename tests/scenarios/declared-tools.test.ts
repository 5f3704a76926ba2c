// @module-tag bwrap
// @module-tag python3
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as runCommand from '../../src/commands/run/run.ts';
import { checked } from '../commands/checked.ts';
import { inputOf, testWorld } from '../commands/world.ts';
import { mcpYaml, Owned, told } from '../engine/tools/owned.ts';
import type { Act } from '../regression/org.ts';

const preview = checked(runCommand);

const SERVER = readFileSync(new URL('../engine/servers/server.py', import.meta.url), 'utf8');
const SHOUT = `---
name: shout
description: Shouts
input: { type: object, properties: { text: { type: string } }, required: [text] }
module: shout.js
---
Softly, please.
`;

it('an agent works with a tool of the organisation and one of a server, once their owner said yes', async () => {
  const turn: Act[] = [
    { tool: 'shout', input: { text: 'hello' } },
    { tool: 's__echo', input: { text: 'hello' } },
    { tool: 'calculate', input: { expression: '6*7' } },
  ];
  const files = {
    'org/tools/shout/TOOL.md': SHOUT,
    'org/tools/shout/shout.js': 'input.text.toUpperCase()',
    'org/mcp.yaml': mcpYaml({ s: { command: ['python3', 'server.py'], cwd: 'org/servers' } }),
    'org/servers/server.py': SERVER,
  };
  const made = new Owned([turn, turn], ['shout', 's__echo', 'calculate'], files);
  await made.run();
  expect(told(made.used())).toEqual([[true, '42']]);
  expect(made.refusals().map(({ rule }) => rule)).toEqual(['trusted-tool', 'known-tool']);
  expect((await made.trust(undefined)).text).toMatch(/shout \(tool\): not approved[\s\S]*s \(server\): not approved/);
  await made.trust('shout');
  await made.trust('s');
  const dry = await preview(testWorld(made.root, { env: made.env }), inputOf({ flags: { 'dry-run': true } }));
  expect(JSON.stringify(dry.data)).toContain('"s__echo"');
  await made.run();
  expect(told(made.used().slice(1))).toEqual([
    [true, 'HELLO'],
    [true, 'hello �[31m'],
    [true, '42'],
  ]);
  expect(made.shown().map((names) => names.filter((name) => /shout|echo/.test(name)))).toEqual([
    [],
    ['shout', 's__echo'],
  ]);
  expect((await made.validate()).data).toEqual({ ok: true, faults: [] });
  expect(await made.recomputed()).toMatchObject({ identical: true });
});
