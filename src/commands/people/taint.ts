import { readOrg } from '../../app/read-org.ts';
import { post } from '../../app/requests.ts';
import { personOf } from '../../app/seats.ts';
import { failure } from '../../schema/fault.ts';
import { table } from '../../views/text/table.ts';
import type { Command, Run } from '../command.ts';

export const command: Command = {
  name: 'taint',
  group: 'people',
  summary: 'Show who has read words of strangers, or say that somebody is clean again',
  examples: [
    { line: 'lemming taint', does: 'lists agents, and shared files they wrote, with what they read first' },
    {
      line: 'lemming taint clear planner',
      does: 'its outbound acts need no approval, until it reads such words again',
    },
  ],
  args: [
    { name: 'what', about: 'list or clear', optional: true, choices: ['list', 'clear'] },
    { name: 'name', about: 'for clear: an agent, or the path of a shared file', optional: true, of: ['agent'] },
  ],
  flags: [],
  reads: false,
};

export const run: Run = async (world, input) => {
  const view = readOrg(world);
  const { state } = view;
  const { what = 'list', name } = input.args;
  if (what === 'list') {
    const tainted = [...state.tainted].map(([who, read]) => ({ what: who, read }));
    const rows = tainted.map(({ what, read }) => [what, read]);
    const text = rows.length ? table([['tainted', 'by'], ...rows]) : 'Nobody has read words of strangers.';
    return { data: { tainted }, text };
  }
  if (name === undefined) throw failure('usage', 'lemming taint clear takes an agent, or the path of a shared file');
  if (!state.tainted.has(name))
    throw failure('not-found', `${JSON.stringify(name)} is not tainted.`, { remedy: 'lemming taint lists what is.' });
  const taken = post(world, personOf(view), [{ ask: 'untaint', what: name }]);
  return {
    data: { what: name, taken },
    text: `${name} counts as clean${taken === 'waits' ? ' from the next turn on' : ''}.`,
  };
};
