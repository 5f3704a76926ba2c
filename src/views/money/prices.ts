/** Shows the prices of the configured models. */
import { inCredits } from '../../schema/amount.ts';
import type { Price } from '../../schema/config/models.ts';
import { table } from '../text/table.ts';

/** `lemming costs --prices --json`. Prices in credits, per million tokens or per call. */
export interface Prices {
  /** Date and source of the list that comes with the program. */
  dated: string;
  source: string;
  models: PricedModel[];
}

export interface PricedModel {
  /** Key in org/models.yaml. */
  model: string;
  provider: string;
  /** The provider's name of the model. */
  name: string | null;
  /** The source of the price: org/models.yaml, the list, or a free provider; null when it is not known. */
  from: 'org/models.yaml' | 'list' | 'free' | null;
  price: Price | null;
}

export const UNKNOWN_PRICE = 'no known price, so the model cannot be called';

/** A price in credits. */
export function priceInCredits(price: Price): Price {
  return Object.fromEntries(Object.entries(price).map(([key, micro]) => [key, inCredits(micro)]));
}

/** The prices as text. */
export function printPrices({ dated, source, models }: Prices): string {
  const head = [
    `List prices of ${dated}, from ${source}.`,
    'Prices are in credits (US dollars) per million tokens. A price in org/models.yaml takes precedence.',
  ];
  const heading = ['model', 'provider', 'name', 'input', 'cached', 'cache write', 'output', 'per call', 'source'];
  return [...head, '', table([heading, ...models.map(rowOf)])].join('\n');
}

function rowOf({ model, provider, name, from, price }: PricedModel): string[] {
  const { input, cached_input, cache_write, output, per_call } = price ?? {};
  const cells = [input, cached_input, cache_write, output, per_call].map((credits) =>
    credits === undefined ? '-' : String(credits),
  );
  return [model, provider, name ?? '-', ...cells, from === 'free' ? 'costs nothing' : (from ?? UNKNOWN_PRICE)];
}
