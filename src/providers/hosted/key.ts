import { ProviderError } from '../../core/call.ts';
import type { Model } from '../../schema/models.ts';
import type { Outside } from '../provider.ts';

/** A key and the variable it came from. The secret goes to the SDK and nowhere else. */
export interface Key {
  variable: string;
  secret: string;
}

/** Sent to a service on this machine, which does not look at it. */
export const NO_KEY = 'none';

/**
 * The key of a hosted model: the variable that `key` names, else the service's usual variable. A service on this machine
 * needs none. Throws an `auth` that names the variable when it is not set.
 */
export function openKey(model: Model, outside: Outside, usual: string, baseURL: string): Key {
  const variable = model.key?.slice('env:'.length) ?? usual;
  const secret = outside.env(variable)?.trim();
  if (secret) return { variable, secret };
  if (model.key === undefined && isLoopback(baseURL)) return { variable, secret: NO_KEY };
  throw new ProviderError(
    'auth',
    `${variable} is not set. Set it, or name another variable as key: env:NAME in org/models.yaml.`,
  );
}

function isLoopback(url: string): boolean {
  return /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}

/** The service's name of the model. Throws a `bad-request` when org/models.yaml gives none. */
export function modelName(model: Model): string {
  if (model.model) return model.model;
  throw new ProviderError(
    'bad-request',
    `org/models.yaml: a model of ${model.provider} needs "model", the service's name of it`,
  );
}
