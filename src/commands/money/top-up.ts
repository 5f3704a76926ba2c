/** `lemming top-up`: grants credits. */
import { readOrg } from '../../app/read-org.ts';
import type { Ask } from '../../app/requests.ts';
import { post } from '../../app/requests.ts';
import { personOf } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import type { Left } from '../../core/model/entry.ts';
import { balanceOf, countCredits, leftFor, printCredits, tightest } from '../../core/money/ledger.ts';
import { inCredits } from '../../schema/amount.ts';
import { failure } from '../../schema/fault.ts';
import { boundAmount, readAmount } from '../amount.ts';
import type { Definition, InputOf, Run } from '../command.ts';
import { agentNamed } from '../names.ts';
import { effectShape } from '../shapes.ts';

export const command = {
  name: 'top-up',
  group: 'money',
  summary: 'Grant an agent, or all agents, credits beyond those in org/credits.yaml',
  examples: [
    { line: 'lemming top-up coder_01 50', does: 'grants coder_01 50 more credits' },
    { line: 'lemming top-up coder_01 2.5 --note "for the release"', does: 'adds a note to the ledger' },
    { line: 'lemming top-up --all 10', does: 'grants each agent 10 more credits' },
  ],
  args: [
    { name: 'agent', about: 'the agent; leave it out with --all', optional: true },
    { name: 'credits', about: 'the amount: above 0, with up to six decimals', optional: true },
  ],
  flags: [
    { name: 'all', value: 'CREDITS', kind: 'amount', about: 'grant this amount to each agent' },
    { name: 'note', value: 'TEXT', about: 'a note for the ledger' },
  ],
  reads: false,
  right: 'money',
  screen: [{ key: 't', on: 'agent', asks: ['credits'] }],
  output: (z) =>
    z.strictObject({
      agents: z.array(z.strictObject({ agent: z.string(), granted: z.number() })),
      amount: z.number(),
      takes_effect: effectShape(z),
    }),
} as const satisfies Definition;

export const run: Run<typeof command> = async (world, input) => {
  const amount = amountOf(input);
  const view = readOrg(world);
  const agents = agentsOf(input, view);
  const { note = '' } = input.flags;
  const asks: Ask[] = agents.map((agent) => ({ ask: 'top-up', agent, amount, note }));
  const waits = post(world, personOf(view), asks) === 'waits';
  const now = agents.map((agent) => ({ agent, granted: balanceOf(view.config, view.state, agent).granted + amount }));
  return {
    data: {
      agents: now.map(({ agent, granted }) => ({ agent, granted: inCredits(granted) })),
      amount: inCredits(amount),
      takes_effect: waits ? 'next turn' : 'now',
    },
    text: now
      .map(({ agent, granted }) => `${agent}: ${countCredits(amount)} more, ${printCredits(granted)} granted in total`)
      .concat(waits ? ['This takes effect in the next turn.'] : [])
      .concat(agents.flatMap((agent) => capNotes(view, agent, amount)))
      .join('\n'),
  };
};

/** Notes limits that leave the agent less than it has with the top-up, so that the credits alone do not help. */
function capNotes({ config, state }: View, agent: string, amount: number): string[] {
  const [own, ...shared] = leftFor(config, state, agent) as [Left, ...Left[]];
  const has = own.left + amount;
  const cap = shared.reduce((least, one) => (one.left < least.left ? one : least), { of: agent, left: has });
  const says = (limit: number, key: string) =>
    `${agent} may spend only ${printCredits(Math.max(0, limit))} of that until you raise ${key} in org/credits.yaml.`;
  const now = tightest(config, state, agent, amount);
  return [
    ...(cap.left < has ? [says(cap.left, capOf(cap.of))] : []),
    ...(now.key !== null && now.amount < cap.left
      ? [`${now.key.endsWith('.per_day') ? 'In one day' : 'In one turn'}, ${says(now.amount, now.key)}`]
      : []),
  ];
}

/** Where a shared cap stands. */
function capOf(of: string): string {
  return of.startsWith('@') ? `units.${of.slice(1)}.cap` : 'org.cap';
}

/** Micro-credits; more than zero. */
function amountOf({ args, flags }: InputOf<typeof command>): number {
  const { all } = flags;
  if ((all === undefined) === (args.agent === undefined))
    throw failure('usage', 'Give an agent and an amount, or --all and an amount: lemming top-up AGENT CREDITS');
  return boundAmount('A top-up', all ?? readAmount(args.credits));
}

function agentsOf({ args, flags }: InputOf<typeof command>, view: View): string[] {
  const { config } = view;
  if (flags.all === undefined) return [agentNamed(view, args.agent ?? '')];
  return config.order.filter((name) => !config.agents.get(name)?.person);
}
