/** `lemming diagnose`: finds known failures of agents in the journal. */
import { findMessage } from '../../app/look/mail-index.ts';
import { readOrg } from '../../app/read-org.ts';
import type { View } from '../../app/view.ts';
import { journalLines } from '../../engine/journal/history.ts';
import { failure } from '../../schema/fault.ts';
import { Diagnosis, type FindingWish, findingsFor, printFindings } from '../../views/diagnose/diagnosis.ts';
import { count } from '../../views/text/table.ts';
import type { Definition, Run } from '../command.ts';
import { findingShape } from '../shapes.ts';

export const command = {
  name: 'diagnose',
  group: 'look',
  summary: 'Find known failures of agents in the journal, without a model',
  examples: [
    { line: 'lemming diagnose', does: 'looks for failures in the whole journal, and says what to change' },
    { line: 'lemming diagnose 12-20', does: 'shows the failures of turns 12 to 20 only' },
    { line: 'lemming diagnose 000001-human-01 --json', does: 'prints the failures of one conversation, for scripts' },
  ],
  args: [
    { name: 'run', about: 'a turn, turns such as 3-9, or the id of a conversation', optional: true, of: ['thread'] },
  ],
  flags: [],
  reads: true,
  right: 'look',
  output: (z) => z.strictObject({ turns: z.number(), findings: z.array(findingShape(z)) }),
} as const satisfies Definition;

/** Reads the whole journal, because a claim may rest on much earlier work. Throws `damaged-journal`. */
export const run: Run<typeof command> = async (world, input) => {
  const view = readOrg(world);
  const wish = wishOf(view, input.args.run);
  const diagnosis = new Diagnosis();
  for (const entry of journalLines(view.disk)) diagnosis.take(entry);
  const findings = findingsFor(diagnosis.findings(), wish);
  const turns = view.state.clock.turn;
  return {
    data: { turns, findings },
    text: findings.length
      ? `${printFindings(findings)}\n\n${count(findings.length, 'failure')} found.`
      : `${missingTurns(wish, turns)}None of the failures that this command knows was found.`,
  };
};

/** A sentence when turns were asked for that the journal does not have. */
function missingTurns({ turns }: FindingWish, last: number): string {
  return turns !== undefined && turns.to > last ? `The journal ends with turn ${last}. ` : '';
}

function wishOf(view: View, run: string | undefined): FindingWish {
  if (run === undefined) return {};
  const turns = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(run);
  if (turns) return { turns: { from: Number(turns[1]), to: Number(turns[2] ?? turns[1]) } };
  const thread = findMessage(view, run)?.thread;
  if (thread === undefined)
    throw failure('not-found', `There is no turn and no conversation ${run}`, {
      value: run,
      remedy: 'Name a turn, turns such as 3-9, or a message of the conversation: lemming history lists them.',
    });
  return { thread };
}
