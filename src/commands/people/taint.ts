/** The command `lemming taint`. */
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
  summary: 'Show who has read words of strangers, or say that somebody is clean again',
  bare: 'list',
  commands: [
    {
      name: 'list',
      summary: 'List agents that have read words of strangers, and shared files they wrote',
      examples: [
        { line: 'lemming taint', does: 'lists agents, and shared files they wrote, with what they read first' },
      ],
      args: [],
      flags: [],
      reads: true,
      right: 'look',
      output: (z) => z.strictObject({ tainted: z.array(z.strictObject({ what: z.string(), read: z.string() })) }),
    },
    {
      name: 'clear',
      summary: 'Say that an agent or a shared file is clean again',
      examples: [
        {
          line: 'lemming taint clear planner',
          does: 'its outbound acts need no approval, until it reads such words again',
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
    const text = rows.length ? table([['tainted', 'by'], ...rows]) : 'Nobody has read words of strangers.';
    return { data: { tainted }, text };
  },
  clear: async (world, { args: { name } }) => {
    const view = readOrg(world);
    if (!view.state.rights.tainted.has(name))
      throw failure('not-found', `${JSON.stringify(name)} is not tainted.`, { remedy: 'lemming taint lists what is.' });
    const taken = post(world, personOf(view), [{ ask: 'untaint', what: name }]);
    return {
      data: { what: name, taken },
      text: `${name} counts as clean${taken === 'waits' ? ' from the next turn on' : ''}.`,
    };
  },
};
