/** `lemming redact`: erases the text of a message or a reply. */
import { betweenTurns } from '../../app/exclusive.ts';
import { redact } from '../../app/redact.ts';
import type { Definition, Run } from '../command.ts';
import { confirm, YES } from '../confirm.ts';

export const command = {
  name: 'redact',
  group: 'time',
  summary: 'Permanently erase the text of a message or a reply; the journal stays verifiable',
  examples: [
    {
      line: 'lemming redact 000042-planner-01 --yes',
      does: 'erases the text of that message from the journal, files and caches',
    },
    {
      line: 'lemming redact 42.planner.1.1 --yes',
      does: "erases the plain text of the reply to planner's first call in turn 42",
    },
  ],
  args: [{ name: 'id', about: 'a message, or a call: TURN.AGENT.CALL.ATTEMPT', of: ['message'] }],
  flags: [YES],
  reads: false,
  right: 'owner',
  output: (z) =>
    z.strictObject({
      id: z.string(),
      messages: z.array(z.string()),
      groups: z.number(),
      files: z.array(z.string()),
      also_in: z.array(z.string()),
    }),
} as const satisfies Definition;

export const run: Run<typeof command> = async (world, input) => {
  const { id } = input.args;
  await confirm(
    world,
    input,
    `This permanently erases the text of ${id}, also from the journal. It does not erase copies in backups/, in version control or at a provider.`,
  );
  const { also_in, messages, groups, files } = await betweenTurns(world, 'redact', (disk, loaded) =>
    redact(disk, loaded, id),
  );
  const still = also_in.length
    ? [`The text is still in ${also_in.length} files:`, ...also_in.slice(0, 20).map((path) => `  ${path}`)]
    : [];
  return {
    data: { id, messages, groups, files, also_in },
    text: [
      groups > 0
        ? `The text of ${[...messages, ...(messages.includes(id) ? [] : [id])].join(', ')} is erased. ${groups} groups of the journal and ${files.length} files were rewritten.`
        : `The text of ${id} has already been erased.`,
      ...still,
      'Copies in backups/, in version control and at a provider still exist.',
    ].join('\n'),
  };
};
