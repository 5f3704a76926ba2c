/** Keys of an organisation that are sent to hosts other than their services' own, which needs the owner's approval. */
import { ProviderError } from '../../core/model/call.ts';
import type { Config } from '../../core/model/config.ts';
import { type Trusted, trustTerm } from '../../core/model/trust.ts';
import type { Owner } from '../../disk/owner/owner.ts';
import { belongs, type KeyUse, keyUse, usualKeys } from '../../providers/hosted/address.ts';
import type { Model } from '../../schema/config/models.ts';
import { type Fault, fault } from '../../schema/fault.ts';

/** A model whose key is sent to another host. */
interface SentKey {
  model: string;
  what: Trusted;
  /** Without approval, the model is called without a key. */
  optional: boolean;
}

/** The keys that need approval, whether or not they have it, by model name. */
export function keysOf(config: Config, owner: Pick<Owner, 'env'>): SentKey[] {
  const { search } = config.org;
  const ofSearch: SentKey[] =
    search && 'key' in search && !belongs(search.key, SEARCH_NAMES[search.backend])
      ? [{ model: 'search', what: searchKey(search.backend, search.key), optional: true }]
      : [];
  const ofModels = [...config.models].flatMap(([model, settings]) => {
    const use = useOf(settings, owner);
    return use?.needs ? [{ model, what: use.needs, optional: use.optional }] : [];
  });
  return [...ofModels, ...ofSearch];
}

/** Every variable in which the organisation expects a key: those that it names, and the usual ones of its services. */
export function keyVariables({ models, org: { search } }: Config): string[] {
  const named = [...models.values()].flatMap(({ key, provider }) => (key === undefined ? usualKeys(provider) : [key]));
  const searched = search && 'key' in search ? [search.key, ...SEARCH_NAMES[search.backend]] : [];
  const names = [...named, ...searched].filter((one) => !one.startsWith('secret://'));
  return [...new Set(names.map((one) => one.replace(/^env:/, '')))].sort();
}

/** The variables that belong to services of `web_search`. */
export const SEARCH_NAMES: Record<'searxng' | 'brave' | 'tavily', readonly string[]> = {
  searxng: [],
  brave: ['BRAVE_API_KEY', 'BRAVE_SEARCH_API_KEY'],
  tavily: ['TAVILY_API_KEY'],
};

/** A key under a name that is not the service's own. */
export function searchKey(service: string, reference: string): Trusted {
  return { kind: 'key', host: service, variable: reference.replace(/^env:/, ''), model: 'search' };
}

/** An invalid address is reported when the model is called. */
function useOf(model: Model, owner: Pick<Owner, 'env'>): KeyUse | null {
  try {
    return keyUse(model, owner.env);
  } catch (error) {
    if (error instanceof ProviderError) return null;
    throw error;
  }
}

/** A fault for each model that is not called because nobody approved where its key would be sent. */
export function keyFaults(config: Config, owner: Pick<Owner, 'env' | 'approved'>): Fault[] {
  return keysOf(config, owner).flatMap(({ model, what, optional }) =>
    optional || owner.approved(what)
      ? []
      : fault('untrusted', `The model ${model} is not called, because that would send the key ${trustTerm(what)}`, {
          file: 'org/models.yaml',
          remedy: `If you trust that host with the key: lemming trust ${model}`,
        }),
  );
}
