/** `lemming policies`: lists policies and revokes them. */
import { readOrg } from '../../app/read-org.ts';
import { countedAs, endText, hasEnded } from '../../core/rights/policy-end.ts';
import { removeItem } from '../../disk/yaml/edit.ts';
import { failure } from '../../schema/fault.ts';
import { table } from '../../views/text/table.ts';
import type { Definition, Runs, Zod } from '../command.ts';
import { edited, exactText, replaceExact } from '../own-files.ts';
import { policyEndShape } from '../shapes.ts';
import type { World } from '../world.ts';

export const command = {
  name: 'policies',
  group: 'people',
  summary: 'List the policies of org/org.yaml, or revoke one',
  bare: 'list',
  commands: [
    {
      name: 'list',
      summary: 'List the policies of org/org.yaml',
      examples: [
        {
          line: 'lemming policies',
          does: 'lists them in the order in which they apply; the first match decides',
        },
      ],
      args: [],
      flags: [],
      reads: true,
      right: 'look',
      output: (z) => z.strictObject({ policies: z.array(policyShape(z)) }),
    },
    {
      name: 'revoke',
      summary: 'Remove a policy from org/org.yaml',
      examples: [{ line: 'lemming policies revoke 1', does: 'removes the first policy' }],
      args: [{ name: 'number', about: 'its number in the list' }],
      flags: [],
      reads: false,
      right: 'edit',
      output: (z) => z.strictObject({ revoked: policyShape(z) }),
    },
  ],
} as const satisfies Definition;

const FILE = 'org/org.yaml';

export const run: Runs<typeof command> = {
  list: async (world) => {
    const policies = policiesIn(world);
    const rows = policies.map(({ number, act, do: says, until, uses_left, ended }) => [
      String(number),
      act,
      typeof says === 'string' ? says : `ask ${says.ask.join(', ')}`,
      ended ? 'ended' : until ? endText({ until }, uses_left) : '',
    ]);
    const text = rows.length ? table([['', 'acts', 'do', 'ends'], ...rows]) : 'There are no policies.';
    return { data: { policies }, text };
  },
  revoke: async (world, { args: { number } }) => {
    const policy = policiesIn(world).find((one) => String(one.number) === number);
    if (!policy)
      throw failure('not-found', `There is no policy ${number}.`, {
        remedy: 'Run lemming policies to list them with their numbers.',
      });
    const disk = world.machine.disk(world.root);
    const before = exactText(disk, FILE) ?? '';
    replaceExact(disk, FILE, before, edited(removeItem(before, ['policies'], policy.number - 1), FILE));
    return {
      data: { revoked: policy },
      text: `Revoked: ${policy.act} (${JSON.stringify(policy.do)}). This takes effect in the next turn.`,
    };
  },
};

function policiesIn(world: World) {
  const { config, state } = readOrg(world);
  const uses = (name: string): number => state.rights.uses.get(name) ?? 0;
  const now = { turn: state.clock.turn + 1, time: world.machine.clock.now(), uses };
  return config.org.policies.map((policy, i) => {
    const left =
      policy.until?.uses === undefined ? {} : { uses_left: Math.max(0, policy.until.uses - uses(countedAs(policy))) };
    return { number: i + 1, ...policy, ...left, ended: hasEnded(policy, now) };
  });
}

function policyShape(z: Zod) {
  return z.strictObject({
    number: z.number(),
    act: z.string(),
    do: z.union([z.string(), z.looseObject({ ask: z.array(z.string()) })]),
    until: policyEndShape(z).optional(),
    uses_left: z.number().optional(),
    ended: z.boolean(),
  });
}
