/** What a use of a tool costs. */
import type { Config } from '../model/config.ts';

/**
 * Micro-credits that a use of a tool costs: the price in org.yaml, otherwise that of the org's own tool, otherwise nothing.
 */
export function priceOf({ org, tools }: Config, tool: string): number {
  const { prices } = org.tools;
  return (Object.hasOwn(prices, tool) ? prices[tool] : tools.get(tool)?.head.cost) ?? 0;
}

/** The tools whose use costs something, by name. */
export function pricedTools(config: Config): string[] {
  const names = new Set([...Object.keys(config.org.tools.prices), ...config.tools.keys()]);
  return [...names].filter((name) => priceOf(config, name) > 0).sort();
}
