/** `lemming run`: makes turns, or predicts the next one. */
import { portsOf } from '../../app/ports.ts';
import { readOrg } from '../../app/read-org.ts';
import { countCredits, printCredits } from '../../core/money/ledger.ts';
import {
  type CostRange,
  type Foreseen,
  type LikelyTokens,
  type Preview,
  preview,
} from '../../engine/replay/preview.ts';
import { inCredits } from '../../schema/amount.ts';
import { count } from '../../views/text/table.ts';
import type { Definition, InputOf, Run } from '../command.ts';
import type { World } from '../world.ts';
import { madeShape, previewShape } from './made.ts';
import { makeTurns, type RunResult, type TurnsOptions, UNSAFE_HOST, wantsUnsafeHost } from './turns.ts';

export const command = {
  name: 'run',
  group: 'run',
  summary: 'Make turns: a number of them, until no agent is due, or until you stop it',
  examples: [
    { line: 'lemming run --until-idle', does: 'runs until no agent is due' },
    { line: 'lemming run --turns 3 --max-cost 0.5', does: 'makes three turns and spends at most half a credit' },
    { line: 'lemming run', does: 'runs until Ctrl-C; finishes the current turn first' },
    {
      line: 'lemming run --dry-run',
      does: 'shows which agents would be called, and with which prompts; changes nothing',
    },
  ],
  args: [],
  flags: [
    { name: 'turns', short: 'n', value: 'N', kind: 'whole', least: 1, about: 'the number of turns' },
    { name: 'until-idle', about: 'stop when no agent is due' },
    { name: 'max-cost', value: 'C', kind: 'amount', about: 'the most that the run may cost' },
    { name: 'concurrency', value: 'N', kind: 'whole', least: 1, about: 'the number of model calls at the same time' },
    { name: 'verify', about: 'check every byte of the journal first, and rebuild the state from it' },
    UNSAFE_HOST,
    { name: 'dry-run', about: 'show what the next turn would do, without calls or changes' },
  ],
  reads: false,
  right: 'owner',
  output: (z) => z.union([madeShape(z), previewShape(z)]),
} as const satisfies Definition;

export const run: Run<typeof command> = async (world, input) =>
  input.flags['dry-run'] ? dryRun(world, wishOf(input)) : make(world, input);

/** Makes the turns that the input wishes for. */
export const make: Run<typeof command, RunResult> = (world, input) => makeTurns(world, 'run', wishOf(input));

function wishOf(input: InputOf<typeof command>): TurnsOptions {
  const { flags } = input;
  const wish: TurnsOptions = { untilIdle: flags['until-idle'] === true, ...wantsUnsafeHost(input) };
  if (flags.verify === true) wish.verify = true;
  if (typeof flags.turns === 'number') wish.turns = flags.turns;
  if (typeof flags['max-cost'] === 'number') wish.maxCost = flags['max-cost'];
  if (typeof flags.concurrency === 'number') wish.concurrency = flags.concurrency;
  return wish;
}

async function dryRun(world: World, { maxCost }: TurnsOptions) {
  const { machine, root, env } = world;
  const place = { machine, root, env };
  const seen = await preview(portsOf(place), readOrg(place).loaded, maxCost === undefined ? {} : { budget: maxCost });
  const { turn, unfinished, calls, rest, reserve, tokens } = seen;
  const priced = calls.map((call) => ({
    ...call,
    reserve: inCredits(call.reserve),
    cost: costIn(call),
    allowance: allowanceOf(call),
  }));
  const total = { reserve: inCredits(reserve), tokens, cost: costIn(seen) };
  return {
    data: {
      turn: turn - 1,
      turns: 0,
      visits: [],
      spent: 0,
      idle: calls.length === 0,
      dry_run: { turn, unfinished, would_run: priced, would_not: rest, ...total },
    },
    text: printPreview(seen),
  };
}

/** In credits; null if nothing limits it. */
function allowanceOf({ allowance }: Foreseen): number | null {
  return Number.isFinite(allowance) ? inCredits(allowance) : null;
}

/** In credits; null if the price is not known. */
function costIn({ cost }: { cost: CostRange | null }): CostRange | null {
  return cost && { least: inCredits(cost.least), most: inCredits(cost.most) };
}

/** `about 820 tokens in, up to 2000 out: 0.0004 to 0.0031 credits`. */
function printRange({ tokens, cost }: { tokens: LikelyTokens; cost: CostRange | null }): string {
  const price = cost ? `${rangeOf(cost)} credits` : 'price unknown';
  return `about ${tokens.input} tokens in, up to ${tokens.output_at_most} out: ${price}`;
}

function rangeOf({ least, most }: CostRange): string {
  return least === most ? printCredits(most) : `${printCredits(least)} to ${printCredits(most)}`;
}

function printPreview(seen: Preview): string {
  const { turn, unfinished, calls, rest, reserve } = seen;
  const lines = [
    unfinished
      ? `Turn ${turn} was interrupted. The next run would finish it from its recorded inputs and replies.`
      : '',
    `Turn ${turn} would call ${count(calls.length, 'agent')}, for at most ${countCredits(reserve)} (first calls). Nothing was called or written.`,
    calls.length > 0 ? `First calls: ${printRange(seen)}.` : '',
    ...calls.map(printCall),
    ...rest.map(({ agent, why }) => `${agent}: no, ${why}`),
  ];
  return lines.filter(Boolean).join('\n');
}

function printCall(call: Foreseen): string {
  const { agent, why, mail, models, troubles, prompt } = call;
  const given = mail.length > 0 ? `, with ${mail.join(', ')}` : '';
  const body = `${prompt.system}\n${prompt.text}`
    .replace(/^/gm, '    ')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
  return `${agent}: yes, ${why}${given}; model ${models.join(', ')}, ${printRange(call)}${troubles.map((trouble) => `; ${trouble}`).join('')}\n\n${body}\n`;
}
