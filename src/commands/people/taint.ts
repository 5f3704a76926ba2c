/** `lemming taint`: lists what text from strangers has tainted, and clears it. */
import { readOrg } from '../../app/read-org.ts';
import { post } from '../../app/requests.ts';
import { personOf } from '../../app/seats.ts';
import { failure } from '../../schema/fault.ts';
import { table } from '../../views/text/table.ts';
import type { Definition, Runs } from '../command.ts';
import { takenShape } from '../shapes.ts';

export const command = {
  name: 'taint',
  group: 'people',
  summary: 'List agents and files that text from strangers has tainted, or clear one',
  bare: 'list',
  commands: [
    {
      name: 'list',
      summary: 'List agents that have read text from strangers, and shared files that they wrote',
      examples: [
        { line: 'lemming taint', does: 'lists the agents and shared files, with the text that tainted each first' },
      ],
      args: [],
      flags: [],
      reads: true,
      right: 'look',
      output: (z) => z.strictObject({ tainted: z.array(z.strictObject({ what: z.string(), read: z.string() })) }),
    },
    {
      name: 'clear',
      summary: 'Clear the taint of an agent or a shared file',
      examples: [
        {
          line: 'lemming taint clear planner',
          does: 'its outbound actions need no approval until it reads such text again',
        },
      ],
      args: [{ name: 'name', about: 'an agent, or the path of a shared file', of: ['agent'] }],
      flags: [],
      reads: false,
      right: 'edit',
      output: (z) => z.strictObject({ what: z.string(), taken: takenShape(z) }),
    },
  ],
} as const satisfies Definition;

export const run: Runs<typeof command> = {
  list: async (world) => {
    const tainted = [...readOrg(world).state.rights.tainted].map(([what, read]) => ({ what, read }));
    const rows = tainted.map(({ what, read }) => [what, read]);
    const text = rows.length
      ? table([['tainted', 'by'], ...rows])
      : 'Nothing is tainted: no agent has read text from strangers.';
    return { data: { tainted }, text };
  },
  clear: async (world, { args: { name } }) => {
    const view = readOrg(world);
    if (!view.state.rights.tainted.has(name))
      throw failure('not-found', `${JSON.stringify(name)} is not tainted.`, {
        remedy: 'Run lemming taint to list what is.',
      });
    const taken = post(world, personOf(view), [{ ask: 'untaint', what: name }]);
    return {
      data: { what: name, taken },
      text: `${name} is no longer tainted${taken === 'waits' ? ' from the next turn on' : ''}.`,
    };
  },
};
