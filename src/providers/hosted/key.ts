/** Gets the key of a hosted model, and checks where it would go. */
import { ProviderError } from '../../core/model/call.ts';
import type { Trusted } from '../../core/model/trust.ts';
import type { Model } from '../../schema/config/models.ts';
import type { Outside } from '../provider.ts';
import { isLoopback, keyUse } from './address.ts';

/** A key, and its name for messages to its owner. The secret goes onto the network and nowhere else. */
export interface Key {
  /** The variable, or the reference `secret://name`. */
  name: string;
  /** The present secret, so that it can be changed without a restart. Rejects with an `auth` that says what to set. */
  ask(): Promise<string>;
}

/** Sent to services that need no key and ignore it. */
export const NO_KEY = 'none';

/**
 * The key of a hosted model: what `key` refers to, otherwise the first usual variable that is set. Without one, a service
 * on this machine needs none. Rejects with an `auth` that names what to set, and with a `bad-request` when the key would go
 * to a host that the owner did not approve; that is checked before each call.
 */
export async function openKey(model: Model, outside: Outside, usual: readonly string[], baseURL: string): Promise<Key> {
  const use = keyUse(model, outside.env);
  if (!use || (use.needs && use.optional && !isApproved(outside, use.needs))) return keyless(usual, baseURL);
  const name = use.reference.replace(/^env:/, '');
  const ask = async () => {
    if (use.needs) outside.requireTrust(use.needs);
    return (await outside.secret(use.reference)).trim() || unset(name);
  };
  await ask();
  return { name, ask };
}

function isApproved(outside: Outside, what: Trusted): boolean {
  try {
    outside.requireTrust(what);
    return true;
  } catch (error) {
    if (error instanceof ProviderError) return false;
    throw error;
  }
}

function keyless(usual: readonly string[], baseURL: string): Key {
  const [name = 'key in org/models.yaml'] = usual;
  if (!usual.length || isLoopback(new URL(baseURL))) return { name, ask: async () => NO_KEY };
  return unset(name);
}

function unset(name: string): never {
  throw new ProviderError(
    'auth',
    `${name} is not set. Set it, or name another variable as key: env:NAME in org/models.yaml.`,
  );
}

/** The client for a key: the previous one, unless the key has changed. */
export function perKey<C>(open: (secret: string) => C): (secret: string) => C {
  let last: { secret: string; client: C } | undefined;
  return (secret) => {
    if (last?.secret !== secret) last = { secret, client: open(secret) };
    return last.client;
  };
}

/** The service's name of the model. Throws a `bad-request` when org/models.yaml gives none. */
export function modelName(model: Model): string {
  if (model.model) return model.model;
  throw new ProviderError(
    'bad-request',
    `org/models.yaml: a model of ${model.provider} needs "model", the service's name of it`,
  );
}
