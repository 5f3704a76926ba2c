import { readOrg } from '../../app/read-org.ts';
import { realDisk } from '../../disk/fs/real.ts';
import { removeItem } from '../../disk/yaml/edit.ts';
import { failure } from '../../schema/fault.ts';
import { table } from '../../views/text/table.ts';
import type { Command, Run } from '../command.ts';
import { edited, exactText, replaceExact } from '../own-files.ts';

export const command: Command = {
  name: 'policies',
  group: 'people',
  summary: 'Show the policies of org/org.yaml, or revoke one',
  examples: [
    { line: 'lemming policies', does: 'lists them in the order in which they are tried; the first that fits decides' },
    { line: 'lemming policies revoke 1', does: 'takes the first out of org/org.yaml; everything else there stays' },
  ],
  args: [
    { name: 'what', about: 'list or revoke', optional: true, choices: ['list', 'revoke'] },
    { name: 'number', about: 'for revoke: which of the list', optional: true },
  ],
  flags: [],
  reads: false,
};

const FILE = 'org/org.yaml';

export const run: Run = async (world, input) => {
  const policies = readOrg(world).config.org.policies.map((policy, i) => ({ number: i + 1, ...policy }));
  const { what = 'list', number } = input.args;
  if (what === 'list') {
    const rows = policies.map(({ number, act, do: says }) => [
      String(number),
      act,
      typeof says === 'string' ? says : `ask ${says.ask.join(', ')}`,
    ]);
    const text = rows.length ? table([['', 'acts', 'do'], ...rows]) : 'There are no policies.';
    return { data: { policies }, text };
  }
  const policy = policies.find((one) => String(one.number) === number);
  if (!policy)
    throw failure('not-found', `There is no policy ${number ?? 'without a number'}.`, {
      remedy: 'lemming policies lists them with their numbers.',
    });
  const disk = realDisk(world.root);
  const before = exactText(disk, FILE) ?? '';
  replaceExact(disk, FILE, before, edited(removeItem(before, ['policies'], policy.number - 1), FILE));
  return {
    data: { revoked: policy },
    text: `Revoked: ${policy.act} (${JSON.stringify(policy.do)}). It holds from the next turn on.`,
  };
};
