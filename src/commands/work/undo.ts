/** The command `lemming undo`. */

import { readOrg } from '../../app/read-org.ts';
import { post } from '../../app/requests.ts';
import { personOf } from '../../app/seats.ts';
import type { UndoStep } from '../../core/model/entry.ts';
import { runNamed } from '../../core/model/runs/runs.ts';
import { undoSteps } from '../../engine/journal/undo.ts';
import { failure } from '../../schema/fault.ts';
import { TOOLS } from '../../tools/all.ts';
import { count, shorten, table } from '../../views/text/table.ts';
import type { Definition, Run } from '../command.ts';
import { takenShape } from '../shapes.ts';
import type { World } from '../world.ts';
import { askRun } from './workflow-ask.ts';

export const command = {
  name: 'undo',
  group: 'work',
  summary: 'Undo effects: restore files and memory, withdraw mail that nobody has read yet',
  examples: [
    {
      line: 'lemming undo 42 --dry-run',
      does: 'lists which effects of turn 42 can be undone, newest first, and why others cannot',
    },
    { line: 'lemming undo E-42-coder_01-3', does: 'undoes one effect; lemming audit lists their ids' },
    { line: 'lemming undo 42.coder_01', does: 'undoes what coder_01 did in turn 42' },
    { line: 'lemming undo T-12-manager-1', does: 'undoes what the visits did that worked on that task' },
    { line: 'lemming undo release-12', does: 'takes that run of a workflow back' },
    { line: 'lemming undo A-12-coder_01-1', does: 'undoes what an approval allowed, such as a new skill' },
  ],
  args: [{ name: 'id', about: 'an effect, a message, an approval, a turn, TURN.AGENT, an agent, a task, or a run' }],
  flags: [{ name: 'dry-run', about: 'only list what would be undone' }],
  reads: false,
  right: 'edit',
  screen: [{ key: 'U', on: 'task', confirm: true }],
  output: (z) =>
    z.strictObject({
      of: z.string(),
      steps: z.array(
        z.strictObject({
          id: z.string(),
          agent: z.string(),
          on: z.string(),
          does: z.string(),
          why: z.string().nullable(),
        }),
      ),
      taken: takenShape(z).nullable(),
    }),
} as const satisfies Definition;

/** What is undone is what the next turn finds so; a second time nothing is left. Throws `not-found` when nothing has that name. */
export const run: Run<typeof command> = async (world, input) => {
  const view = readOrg(world);
  const { state, disk } = view;
  const of = input.args.id;
  if (runNamed(state.runs, of) && !input.flags['dry-run']) return undoRun(world, of);
  const steps = undoSteps(disk, state, TOOLS, of);
  if (steps.length === 0)
    throw failure('not-found', `Nothing named ${JSON.stringify(of)} can be undone.`, {
      remedy: 'Run lemming audit to list effects and their ids.',
    });
  const [left, doable] = [steps.filter(({ why }) => why !== undefined), steps.filter(({ why }) => why === undefined)];
  const waits = doable.length > 0 && !input.flags['dry-run'];
  const taken = waits ? post(world, personOf(view), [{ ask: 'undo', id: of }]) : null;
  const rows = steps.map((step) => ({
    id: step.id,
    agent: step.agent,
    on: step.on,
    does: doesOf(step),
    why: step.why ?? null,
  }));
  const text = [
    doable.length ? table([['effect', 'on', ''], ...doable.map((step) => [step.id, step.on, doesOf(step)])]) : '',
    left.length
      ? `Cannot be undone:\n${table([['effect', 'on', 'why'], ...left.map(({ id, on, why = '' }) => [id, on, shorten(why, 120)])])}`
      : '',
    ending(doable.length, taken !== null),
  ];
  return { data: { of, steps: rows, taken }, text: text.filter(Boolean).join('\n\n') };
};

/** A run takes itself back, as its steps say. */
async function undoRun(world: World, id: string) {
  const { data, text } = await askRun('undo')(world, { args: { id } });
  return { data: { of: id, steps: [], taken: data.taken }, text };
}

function ending(things: number, waits: boolean): string {
  if (things === 0) return 'Nothing is left to undo.';
  return waits
    ? `${count(things, 'change')} will be undone in the next turn.`
    : `${count(things, 'change')} would be undone.`;
}

function doesOf({ file, mail }: UndoStep): string {
  if (mail) return 'is withdrawn';
  if (!file) return '';
  return file.text === null ? 'is removed' : file.was === null ? 'is restored' : 'gets its former content';
}
