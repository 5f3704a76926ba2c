/** The command `lemming costs`. */
import { foldOf } from '../../app/look/view-cache.ts';
import { readOrg } from '../../app/read-org.ts';
import type { Ports } from '../../engine/ports.ts';
import { listPrice, PRICES } from '../../providers/prices.ts';
import type { Model, Price } from '../../schema/config/models.ts';
import { FaultError, failure } from '../../schema/fault.ts';
import {
  type Cost,
  type Costs,
  costsOf,
  type Forecast,
  forecastOf,
  type Heading,
  printCosts,
} from '../../views/money/costs.ts';
import { type PricedModel, type Prices, priceInCredits, printPrices } from '../../views/money/prices.ts';
import type { Definition, Outcome, Run, Zod } from '../command.ts';
import type { World } from '../world.ts';

export const command = {
  name: 'costs',
  group: 'look',
  summary: 'Show the credits granted, spent and left, and how long they will last',
  examples: [
    { line: 'lemming costs', does: 'shows the costs of each agent' },
    { line: 'lemming costs --by day', does: 'shows the costs of each day' },
    { line: 'lemming costs --by tool', does: 'shows the costs of each tool' },
    { line: 'lemming costs --by thread --json', does: 'prints the costs of each conversation, for scripts' },
    { line: 'lemming costs --prices', does: 'shows the price of each model, and its source' },
  ],
  args: [],
  flags: [
    {
      name: 'by',
      value: 'WHAT',
      about: 'what to group the costs by',
      choices: ['agent', 'model', 'provider', 'tool', 'turn', 'day', 'task', 'thread'],
    },
    { name: 'prices', about: 'show the prices of the configured models instead' },
  ],
  reads: true,
  right: 'seat',
  resource: { uri: 'lemming://costs', name: 'costs', about: 'what was granted and spent' },
  output: (z) => z.union([ledgerShape(z), pricesShape(z)]),
} as const satisfies Definition;

export const run: Run<typeof command> = async (world, input) => {
  if (input.flags.prices !== true) return tellLedger(world, input);
  if (input.flags.by !== undefined) throw failure('usage', '--by and --prices cannot be combined');
  return prices(world);
};

/**
 * Agent, model, provider and tool come from the ledger itself; the other headings come from the journal and have the same total
 * as by agent.
 */
export const tellLedger: Run<typeof command, Costs & { forecast: Forecast }> = async (world, input) => {
  const view = readOrg(world);
  const { config, state } = view;
  const by = input.flags.by ?? 'agent';
  const costs = costsOf(config, state);
  const forecast = forecastOf(config, state, foldOf(view, 'pace'));
  const own: Record<string, Record<string, Cost>> = {
    agent: costs.by_agent,
    model: costs.by_model,
    provider: costs.by_provider,
    tool: costs.by_tool,
  };
  const rows = own[by] ?? Object.fromEntries(foldOf(view, `spending-${by as Heading}`));
  const data = { ...costs, ...(own[by] ? {} : { [`by_${by}`]: rows }), forecast };
  return { data, text: printCosts(costs, by, new Map(Object.entries(rows)), forecast) };
};

async function prices(world: World): Promise<Outcome<Prices>> {
  const { config } = readOrg(world);
  const { portsOf } = await import('../../app/ports.ts');
  const ports = portsOf(world);
  const priced = [...config.models].map(([name, model]) => pricedModel(ports, name, model));
  const data: Prices = { dated: PRICES.dated, source: PRICES.source, models: await Promise.all(priced) };
  return { data, text: printPrices(data) };
}

/** The price of a model: that of its entry, else that of the list, else zero for a free provider. */
async function pricedModel(ports: Ports, name: string, model: Model): Promise<PricedModel> {
  const head = { model: name, provider: model.provider, name: model.model ?? null };
  if (model.price) return { ...head, from: 'org/models.yaml', price: priceInCredits(model.price) };
  const listed = listPrice(model);
  if (listed) return { ...head, from: costsAnything(listed) ? 'list' : 'free', price: priceInCredits(listed) };
  return (await isFree(ports, model.provider))
    ? { ...head, from: 'free', price: {} }
    : { ...head, from: null, price: null };
}

function costsAnything(price: Price): boolean {
  return Object.keys(price).length > 0;
}

/** Nobody knows the cost of a provider that does not exist or may not be loaded. */
async function isFree(ports: Ports, provider: string): Promise<boolean> {
  try {
    return (await ports.provider(provider)).free;
  } catch (error) {
    if (error instanceof FaultError) return false;
    throw error;
  }
}

/** Headings outside the ledger itself appear only if they were requested. */
function ledgerShape(z: Zod) {
  const cost = z.strictObject({
    spent: z.number(),
    calls: z.number(),
    tokens_in: z.number(),
    tokens_out: z.number(),
  });
  const purse = z.strictObject({ granted: z.number(), reserved: z.number(), left: z.number(), in_doubt: z.number() });
  const pace = z.strictObject({ per_turn: z.number(), ends_at_turn: z.number().nullable() });
  return z.strictObject({
    spent: z.number(),
    ...purse.shape,
    by_agent: z.record(z.string(), cost.extend(purse.shape)),
    by_model: z.record(z.string(), cost),
    by_provider: z.record(z.string(), cost),
    by_tool: z.record(z.string(), cost),
    by_turn: z.record(z.string(), cost).optional(),
    by_day: z.record(z.string(), cost).optional(),
    by_task: z.record(z.string(), cost).optional(),
    by_thread: z.record(z.string(), cost).optional(),
    forecast: pace.extend({
      turns: z.number(),
      agents: z.record(z.string(), pace.extend({ out_of_credits: z.literal(true).optional() })),
    }),
  });
}

function pricesShape(z: Zod) {
  return z.strictObject({
    dated: z.string(),
    source: z.string(),
    models: z.array(
      z.strictObject({
        model: z.string(),
        provider: z.string(),
        name: z.string().nullable(),
        from: z.enum(['org/models.yaml', 'list', 'free']).nullable(),
        price: z.looseObject({}).nullable(),
      }),
    ),
  });
}
