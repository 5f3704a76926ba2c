import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as trustCommand from '../../../src/commands/start/trust.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { checked } from '../checked.ts';
import { lemming, office, put } from '../people/world.ts';
import { inputOf, scratch, testWorld } from '../world.ts';

const trust = checked(trustCommand);

const BODY = 'Give it words; it gives them back loud.\n';
const TOOL =
  '---\nname: shout\ndescription: Shouts\ncost: 0.5\nmodule: shout.js\ninput: { type: object, properties: { text: { type: string, description: what } }, required: [text] }\n---\n' +
  BODY;

function withTools(): string {
  const root = office({
    org: { tools: { prices: { shell: 0.05 } } },
    resumes: { manager: { tools: ['shout', 'ask:shell'] }, planner: { tools: ['shell'] } },
  });
  put(root, 'org/tools/shout/TOOL.md', TOOL);
  put(root, 'org/tools/shout/shout.js', 'input.text.toUpperCase()');
  return root;
}

it('lists every tool, who has it and what it costs; one that was not approved is barred', async () => {
  const root = withTools();
  const { exit, out } = await lemming(root, ['tool']);
  expect(exit).toBe(0);
  expect(out).toMatch(/^tool +agents +price +from +for\n/);
  expect(out).toMatch(/\nsend_message +all +LeMMing +Send mail/);
  expect(out).toMatch(/\nshell +ask:manager, planner +0\.05 +LeMMing/);
  expect(out).toMatch(/\nshout +barred +0\.5 +org\/tools\/shout +Shouts\n/);
  const { tools } = (await lemming(root, ['tool', 'list', '--json'])).data;
  expect(tools.map(({ name }: { name: string }) => name)).toEqual([...TOOLS.keys(), 'shout']);
  expect(tools.at(-1)).toMatchObject({ agents: ['manager'], ask: [], cost: 0.5, barred: expect.any(String) });
});

it('shows one with its input, its limits, and what repeating it does', async () => {
  const root = withTools();
  const { out } = await lemming(root, ['tool', 'show', 'shell']);
  expect(out).toMatch(/\nworks on +the world; it is never repeated when in doubt\n/);
  expect(out).toMatch(/\nprice +0\.05 credits\n/);
  expect(out).toMatch(/\ncommand +string +required\n/);
  expect((await lemming(root, ['tool', 'show', 'hire_agent'])).out).toMatch(
    /\nagents +none; to grant it to an agent, list it in the resume\napproval +needed for each use, unless a policy/,
  );
  expect((await lemming(root, ['tool', 'show', 'list_agents'])).out).toMatch(/\nIt takes no input\.\n/);
  const shout = await lemming(root, ['tool', 'show', 'shout']);
  expect(shout.out).toMatch(
    /\nbarred +shout in its present form is not approved on this machine. Its owner can run lemming trust shout\n/,
  );
  expect(shout.out).toMatch(/\ntext +string +required +what\n/);
});

it('knows at once what the owner of the machine approves', async () => {
  const root = withTools();
  const env = { LEMMING_HOME: join(scratch(), 'home') };
  await trust(testWorld(root, { env }), inputOf({ args: { name: 'shout' }, flags: { yes: true } }));
  const { data } = await lemming(root, ['tool', 'show', 'shout', '--json'], { env });
  expect(data).toMatchObject({ name: 'shout', from: 'org/tools/shout', barred: null, touches: 'pure', cost: 0.5 });
});

it('names what is nearest to a tool that there is not', async () => {
  const root = withTools();
  const { exit, err } = await lemming(root, ['tool', 'show', 'shel']);
  expect([exit, err]).toEqual([6, expect.stringContaining('Did you mean "shell"?')]);
  expect((await lemming(root, ['tool', 'show'])).exit).toBe(2);
});

it('says what is wrong with one that is broken', async () => {
  const root = withTools();
  put(root, 'org/tools/shout/TOOL.md', TOOL.replace('module: shout.js', 'module: gone.js'));
  const { exit, err } = await lemming(root, ['tool', 'show', 'shout']);
  expect([exit, err]).toEqual([
    3,
    expect.stringContaining('org/tools/shout/TOOL.md:5:9: There is no file of the tool'),
  ]);
  const list = await lemming(root, ['tool']);
  expect([list.exit, list.out]).toEqual([
    0,
    expect.stringMatching(/\n\nBroken: org\/tools\/shout\/TOOL.md:5: There is no /),
  ]);
});
