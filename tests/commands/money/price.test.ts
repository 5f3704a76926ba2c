import { describe, expect, it } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { readFilter } from '../../../src/views/screen/filter.ts';
import { costsPane } from '../../../src/views/screen/panes/costs-pane.ts';
import { Recent } from '../../../src/views/screen/recent.ts';
import { Owned, told } from '../../engine/tools/owned.ts';
import { lemming, office, put, turns } from '../people/world.ts';

const PRICED = { org: { tools: { prices: { send_message: 0.005 } } } };

/** The manager asked the planner, which cost a call and a message. */
async function worked(): Promise<string> {
  const root = office(PRICED);
  await lemming(root, ['send', 'manager', 'plan']);
  await turns(root, 1);
  return root;
}

describe('what uses of tools cost', () => {
  it('stands in the ledger: by tool, and by all that is not a model or a provider', async () => {
    const root = await worked();
    const { data } = await lemming(root, ['costs', '--json']);
    expect(data).toMatchObject({
      spent: 0.015,
      left: 29.985,
      by_agent: { manager: { spent: 0.015, calls: 1 } },
      by_model: { default: { spent: 0.01 } },
      by_provider: { scripted: { spent: 0.01 } },
      by_tool: { send_message: { spent: 0.005, calls: 1 } },
      forecast: { per_turn: 0.015, agents: { manager: { per_turn: 0.015 } } },
    });
    for (const by of ['turn', 'day', 'task', 'thread']) {
      const rows = (await lemming(root, ['costs', '--by', by, '--json'])).data[`by_${by}`];
      expect([by, Object.values<{ spent: number }>(rows).map(({ spent }) => spent)]).toEqual([by, [0.015]]);
    }
    expect((await lemming(root, ['costs'])).out).toContain('0.005 of that for tools (lemming costs --by tool)');
    expect((await lemming(root, ['costs', '--by', 'tool'])).out).toMatch(
      /tool +spent +uses\n.*send_message +0.005 +1\n/,
    );
  });

  it('is shown with its call, its turn and its agent, and in the audit', async () => {
    const root = await worked();
    const call = await lemming(root, ['show', '1.manager.1.1', '--json']);
    expect(call.data.paid).toEqual([{ act: 1, tool: 'send_message', cost: 0.005 }]);
    expect((await lemming(root, ['show', '1.manager'])).out).toContain('-- act 1: send_message cost 0.005');
    expect((await lemming(root, ['show', '1', '--json'])).data.spent).toBe(0.015);
    expect((await lemming(root, ['watch', '--once', '--plain'])).out).toContain('0.015');
    const { data } = await lemming(root, ['inspect', 'manager', '--json']);
    expect([data.prices, data.credits.spent]).toEqual([{ send_message: 0.005 }, 0.015]);
    expect((await lemming(root, ['inspect', 'manager'])).out).toMatch(/prices +send_message 0.005\n/);
    expect((await lemming(root, ['inspect', 'human', '--json'])).data.prices).toEqual({});
    const { acts } = (await lemming(root, ['audit', '--act', 'pay', '--json'])).data;
    expect(acts).toMatchObject([{ who: 'manager', rule: 'price', on: 'send_message', detail: '0.005 credits' }]);
  });

  it('stands on the screen', async () => {
    const root = await worked();
    const { config, state } = await withEngine({ machine: realMachine, root, env: {} }, 'test', async (engine) => {
      engine.idle();
      return { config: engine.config, state: engine.state };
    });
    const recent = new Recent();
    recent.take({ k: 'use', turn: 1, agent: 'manager', n: 1, act: 1, tool: 't', input: null, cost: 7 });
    recent.take({ k: 'use', turn: 1, agent: 'manager', n: 1, act: 2, tool: 't', input: null });
    const scene = { config, state, recent } as Parameters<typeof costsPane>[0];
    const { top = [] } = costsPane(scene, readFilter('', []));
    expect(recent.turns).toMatchObject([{ turn: 1, spent: 7 }]);
    expect(top.flatMap(({ spans }) => spans.map(({ text }) => text)).join('\n')).toContain(
      'of that for tools: send_message 0.005',
    );
  });
});

describe('a price of a tool', () => {
  it.each(['-1', '0.0000001', 'free', '1e12'])('that is %s is a fault, with its place', async (price) => {
    const root = office();
    put(root, 'org/org.yaml', `version: 1\nname: office\ntools:\n  prices: { shell: ${price} }\n`);
    const { data, exit } = await lemming(root, ['validate', '--json']);
    expect(exit).toBe(3);
    expect(data.faults).toMatchObject([{ code: 'invalid-value', file: 'org/org.yaml', line: 4 }]);
    expect(data.faults[0].remedy).not.toBe('');
  });

  it('that does not exist is a fault, with the nearest name; one of a server that nobody looked at may be right', async () => {
    const root = office();
    put(
      root,
      'org/org.yaml',
      'version: 1\nname: office\ntools:\n  prices:\n    shel: 1\n    eyes__look: 1\n    shell: 1\n',
    );
    put(root, 'org/mcp.yaml', 'version: 1\nservers: { eyes: { command: [node] } }\n');
    const { data } = await lemming(root, ['validate', '--json']);
    expect(data.faults).toMatchObject([
      { code: 'unknown-name', file: 'org/org.yaml', line: 5, value: 'shel', nearest: 'shell' },
    ]);
  });
});

describe('a tool of the organisation', () => {
  const shout = { tool: 'shout', input: { text: 'x' } };
  const own = (files: Record<string, string> = {}, org = {}): Owned =>
    new Owned(
      [[shout], [shout]],
      ['shout'],
      {
        'org/tools/shout/TOOL.md': `---\nname: shout\ndescription: Shouts\ninput: { type: object }\nmodule: shout.js\ncost: 0.4\n---\n`,
        'org/tools/shout/shout.js': 'input.text.toUpperCase()',
        'org/credits.yaml': 'version: 1\nagents: { a: { grant: 0.5 } }\n',
        ...files,
      },
      org,
    );
  const booked = (made: Owned) => made.lines().flatMap((line) => (line.k === 'use' ? [line.cost ?? 0] : []));

  it('says itself what a use costs', async () => {
    const made = own();
    await made.trust('shout');
    expect(told(await made.turns())).toEqual([[true, 'X']]);
    expect(await made.turns()).toEqual([]);
    expect([booked(made), made.refusals().map(({ rule }) => rule)]).toEqual([[400_000], ['credits']]);
    expect(await made.recomputed()).toMatchObject({ identical: true });
  });

  it('costs what org.yaml says, if that says anything', async () => {
    const made = own({}, { tools: { prices: { shout: 0.1 } } });
    await made.trust('shout');
    await made.turns(2);
    expect(booked(made)).toEqual([100_000, 100_000]);
    const free = own({}, { tools: { prices: { shout: 0 } } });
    await free.trust('shout');
    await free.turns(2);
    expect(booked(free)).toEqual([0, 0]);
  });
});
