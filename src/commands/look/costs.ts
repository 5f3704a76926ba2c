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
import type { Command, Outcome, Run, World } from '../command.ts';

export const command: Command = {
  name: 'costs',
  group: 'look',
  summary: 'Show what was granted, spent, and is left, and how long it lasts',
  examples: [
    { line: 'lemming costs', does: 'shows the ledger, by agent' },
    { line: 'lemming costs --by day', does: 'shows what each day cost' },
    { line: 'lemming costs --by tool', does: 'shows what uses of tools cost' },
    { line: 'lemming costs --by thread --json', does: 'what each conversation cost, for scripts' },
    { line: 'lemming costs --prices', does: 'shows what each model costs, and where that price is from' },
  ],
  args: [],
  flags: [
    {
      name: 'by',
      value: 'WHAT',
      about: 'heading of the table',
      choices: ['agent', 'model', 'provider', 'tool', 'turn', 'day', 'task', 'thread'],
    },
    { name: 'prices', about: 'the prices of the configured models, in place of the ledger' },
  ],
  reads: true,
};

export const run: Run = async (world, input) => {
  if (input.flags.prices !== true) return tellLedger(world, input);
  if (input.flags.by !== undefined) throw failure('usage', '--by cuts the ledger, which --prices does not show');
  return prices(world);
};

/** Agent, model, provider and tool come from the ledger itself; the other headings from the journal, with the same total as by agent. */
export const tellLedger: Run<Costs & { forecast: Forecast }> = async (world, input) => {
  const view = readOrg(world);
  const { config, state } = view;
  const by = (input.flags.by as string | undefined) ?? 'agent';
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

async function prices(world: World): Promise<Outcome> {
  const { config } = readOrg(world);
  const { realPorts } = await import('../../app/ports.ts');
  const ports = realPorts(world);
  const priced = [...config.models].map(([name, model]) => pricedModel(ports, name, model));
  const data: Prices = { dated: PRICES.dated, source: PRICES.source, models: await Promise.all(priced) };
  return { data, text: printPrices(data) };
}

/** What a call goes by: the price of the entry, else of the list, else a provider that costs nothing. */
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

/** A provider that does not exist, or may not be loaded, costs nobody knows what. */
async function isFree(ports: Ports, provider: string): Promise<boolean> {
  try {
    return (await ports.provider(provider)).free;
  } catch (error) {
    if (error instanceof FaultError) return false;
    throw error;
  }
}
