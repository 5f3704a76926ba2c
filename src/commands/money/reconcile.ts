/** `lemming reconcile`: settles calls in doubt. */
import { readOrg } from '../../app/read-org.ts';
import type { Ask } from '../../app/requests.ts';
import { post } from '../../app/requests.ts';
import { personOf } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import { printKey } from '../../core/model/call.ts';
import type { IntentEntry } from '../../core/model/entry.ts';
import { countCredits } from '../../core/money/ledger.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { readJournalFile } from '../../disk/journal/journal.ts';
import { RecordedCalls } from '../../engine/calls/recorded-calls.ts';
import { inCredits, inMicro } from '../../schema/amount.ts';
import { failure } from '../../schema/fault.ts';
import type { Definition, InputOf, Run } from '../command.ts';
import { effectShape } from '../shapes.ts';
import type { World } from '../world.ts';

export const command = {
  name: 'reconcile',
  group: 'money',
  summary: 'List calls that may have been billed without a reply, and settle them by the invoice',
  examples: [
    { line: 'lemming reconcile', does: 'lists calls in doubt and stopped models' },
    { line: 'lemming reconcile 42.planner.1.1 --billed 0.02', does: 'charges 0.02 credits for that call' },
    {
      line: 'lemming reconcile --all --billed 0',
      does: 'settles all calls in doubt at no cost, because the invoice lists none of them',
    },
    { line: 'lemming reconcile gpt', does: 'allows calls to the stopped model gpt again' },
  ],
  args: [{ name: 'key', about: 'a call in doubt (TURN.AGENT.CALL.ATTEMPT), or a stopped model', optional: true }],
  flags: [
    { name: 'billed', value: 'CREDITS', kind: 'amount', about: 'what the provider billed for each call' },
    { name: 'all', about: 'settle all calls in doubt' },
  ],
  reads: false,
  right: 'money',
  output: (z) =>
    z.strictObject({
      in_doubt: z.array(
        z.strictObject({
          key: z.string(),
          agent: z.string(),
          model: z.string(),
          turn: z.number(),
          reserve: z.number(),
          hash: z.string().nullable(),
          time: z.number().nullable(),
          booked: z.boolean(),
        }),
      ),
      stopped: z.array(z.strictObject({ model: z.string(), why: z.string() })),
      settled: z.array(z.string()).optional(),
      takes_effect: effectShape(z).optional(),
    }),
} as const satisfies Definition;

/** A call in doubt. Amounts are credits; `time` is that of its turn's freeze, in milliseconds since 1970. */
interface InDoubt {
  key: string;
  agent: string;
  model: string;
  turn: number;
  reserve: number;
  hash: string | null;
  time: number | null;
  /** false: the turn was cut off just now, and the next run will book the reserve. */
  booked: boolean;
}

export const run: Run<typeof command> = async (world, input) => {
  const view = readOrg(world);
  const inDoubt = doubtsOf(view);
  const stopped = [...view.state.calls.stopped].map(([model, why]) => ({ model, why }));
  const asks = asksOf(input, inDoubt, view);
  if (asks.length === 0) return { data: { in_doubt: inDoubt, stopped }, text: print(inDoubt, stopped) };
  const waits = post(world, personOf(view), asks) === 'waits';
  const settled = asks.map(({ key }) => key);
  const left = {
    in_doubt: inDoubt.filter(({ key }) => !settled.includes(key)),
    stopped: stopped.filter(({ model }) => !settled.includes(model)),
  };
  return {
    data: { settled, ...left, takes_effect: waits ? 'next turn' : 'now' },
    text: [
      ...settledLines(world, asks, inDoubt),
      ...(waits ? ['This takes effect in the next turn.'] : []),
      print(left.in_doubt, left.stopped),
    ].join('\n'),
  };
};

type Settle = Extract<Ask, { ask: 'settle-doubt' }>;

function asksOf({ args, flags }: InputOf<typeof command>, inDoubt: readonly InDoubt[], { state }: View): Settle[] {
  const { key } = args;
  if (key === undefined && !flags.all) {
    if (flags.billed !== undefined)
      throw failure('usage', '--billed needs the id of a call, or --all', {
        remedy: 'Run lemming reconcile to list the ids.',
      });
    return [];
  }
  if (key !== undefined && state.calls.stopped.has(key)) return [{ ask: 'settle-doubt', key, amount: 0 }];
  const chosen = key === undefined ? inDoubt : inDoubt.filter((doubt) => doubt.key === key);
  if (key !== undefined && chosen.length === 0)
    throw failure('not-found', `${key} is neither a call in doubt nor a stopped model`, {
      remedy: 'Run lemming reconcile to list both.',
    });
  const { billed: amount } = flags;
  if (amount === undefined)
    throw failure(
      'usage',
      'Say what was billed: --billed CREDITS, or --billed 0 if the invoice does not list the call',
    );
  if (chosen.some(({ booked }) => !booked))
    throw failure('locked', 'The turn of this call was interrupted and is not finished yet', {
      remedy: 'Run lemming run-once to finish it first.',
    });
  return chosen.map((doubt) => ({ ask: 'settle-doubt', key: doubt.key, amount }));
}

/** Calls that the journal has in doubt, and those of an interrupted turn, which the next run will put in doubt. */
function doubtsOf({ disk, state, loaded, running }: View): InDoubt[] {
  const known = [...state.money.doubts.values()].map(({ key, agent, model, turn, reserve }) => ({
    key,
    agent,
    model,
    turn,
    reserve: inCredits(reserve),
    ...intentOf(disk, turn, key),
    booked: true,
  }));
  const { unfinished } = loaded;
  if (running || !unfinished) return known;
  const open = new RecordedCalls(unfinished.calls).open().doubt;
  const intents = unfinished.calls.filter(
    (entry): entry is IntentEntry => entry.k === 'intent' && open.includes(printKey(entry)),
  );
  const { time } = unfinished.open;
  return [
    ...known,
    ...intents.map(({ reserve, agent, model, turn, hash, ...call }) => ({
      key: printKey({ agent, turn, ...call }),
      agent,
      model,
      turn,
      reserve: inCredits(reserve),
      hash,
      time,
      booked: false,
    })),
  ];
}

function intentOf(disk: Disk, turn: number, key: string): { hash: string | null; time: number | null } {
  const found = { hash: null as string | null, time: null as number | null };
  for (const { entries } of readJournalFile(disk, turn, '').groups)
    for (const entry of entries) {
      if (entry.k === 'open') found.time = entry.time;
      if (entry.k === 'intent' && printKey(entry) === key) found.hash = entry.hash;
    }
  return found;
}

function print(inDoubt: readonly InDoubt[], stopped: readonly { model: string; why: string }[]): string {
  const sum = inDoubt.reduce((total, { reserve }) => total + inMicro(reserve), 0);
  const calls = inDoubt.map(
    ({ key, model, reserve, time, booked }) =>
      `  ${key}  ${model}  up to ${reserve} credits${time === null ? '' : `  ${new Date(time).toISOString()}`}${booked ? '' : '  (interrupted turn; first run lemming run-once)'}`,
  );
  return [
    ...(inDoubt.length
      ? [`${inDoubt.length} calls may have been billed without a reply, for up to ${countCredits(sum)}:`, ...calls]
      : ['No call is in doubt.']),
    ...stopped.map(
      ({ model, why }) => `The model ${model} is stopped: ${why}. To allow calls again: lemming reconcile ${model}`,
    ),
  ].join('\n');
}

function settledLines(world: World, asks: readonly Settle[], inDoubt: readonly InDoubt[]): string[] {
  return asks.map(({ key, amount }) => {
    const doubt = inDoubt.find((one) => one.key === key);
    if (!doubt) return `Calls to ${key} are allowed again.`;
    if (amount > inMicro(doubt.reserve))
      world.say(`${key} was billed above its reserve. The whole reserve is charged: ${doubt.reserve} credits.`);
    return `${key} is settled: ${countCredits(Math.min(amount, inMicro(doubt.reserve)))}.`;
  });
}
