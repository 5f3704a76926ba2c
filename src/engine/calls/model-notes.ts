/** Says what stands between the models of an organisation and their first call. */
import { ProviderError } from '../../core/model/call.ts';
import type { Config } from '../../core/model/config.ts';
import { UNPRICED } from '../../core/money/money.ts';
import type { Owner } from '../../disk/owner/owner.ts';
import { PROVIDER_NAMES } from '../../providers/find.ts';
import { keyName } from '../../providers/hosted/address.ts';
import { listPrice } from '../../providers/prices.ts';
import type { Model } from '../../schema/config/models.ts';

/** Providers whose answers are made up on this machine. */
const MADE_UP: readonly string[] = ['scripted', 'simulated'];

/** The entries of org/models.yaml that agents use, also where another one fails, in the order of the file. */
export function modelsInUse({ agents, models }: Config): string[] {
  const used = new Set([...agents.values()].filter(({ person }) => !person).flatMap(({ model }) => model));
  for (const name of used) for (const next of models.get(name)?.fallback ?? []) used.add(next);
  return [...models.keys()].filter((name) => used.has(name));
}

/** A key that a model in use needs and that is nowhere. */
export interface MissingKey {
  /** The variable. */
  name: string;
  /** The models that need it. */
  models: string[];
}

/** The variables that models in use need and that are not set. Whether a `secret://` can be had, only its program knows. */
export function missingKeys(config: Config, { env }: Pick<Owner, 'env'>): MissingKey[] {
  const missing = new Map<string, string[]>();
  for (const model of modelsInUse(config)) {
    const { name } = keyOf(config.models.get(model) as Model, env);
    if (name !== null && !name.startsWith('secret://') && !env(name)?.trim())
      missing.set(name, [...(missing.get(name) ?? []), model]);
  }
  return [...missing].map(([name, models]) => ({ name, models }));
}

/** Notes models in use that cannot be called as they are, and answers that are made up beside real ones. */
export function notesOfModels(config: Config, { env }: Pick<Owner, 'env'>): string[] {
  const used = modelsInUse(config).map((name) => [name, config.models.get(name) as Model] as const);
  const known = used.filter(([, { provider }]) => PROVIDER_NAMES.includes(provider));
  const unreachable = known.flatMap(([name, model]) => {
    const { why } = keyOf(model, env);
    return why === null ? [] : [`The model ${name} cannot be called: ${why}`];
  });
  const unpriced = known.filter(
    ([, model]) => !MADE_UP.includes(model.provider) && !model.price && listPrice(model) === null,
  );
  const madeUp = used.filter(([, { provider }]) => MADE_UP.includes(provider));
  const isMixed = madeUp.length > 0 && madeUp.length < used.length;
  return [
    ...unreachable,
    ...unpriced.map(([name]) => `The model ${name} ${UNPRICED}`),
    ...(isMixed
      ? [
          `${seatsOf(
            config,
            madeUp.map(([name]) => name),
          ).join(
            ', ',
          )}: answers are made up (${madeUp.map(([name, { provider }]) => `${name} is ${provider}`).join(', ')}), while real models answer for others. To put one model into every seat: lemming model use PROVIDER MODEL`,
        ]
      : []),
  ];
}

function seatsOf({ agents, order }: Config, models: readonly string[]): string[] {
  return order.filter(
    (name) => !agents.get(name)?.person && agents.get(name)?.model.some((one) => models.includes(one)),
  );
}

/** The key of a model; or why its service has no address. */
function keyOf(model: Model, env: Owner['env']): { name: string | null; why: string | null } {
  try {
    return { name: keyName(model, env), why: null };
  } catch (error) {
    if (error instanceof ProviderError) return { name: null, why: error.message };
    throw error;
  }
}
