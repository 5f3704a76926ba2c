/**
 * Decides where the key of a model may go. It goes freely to the service's own address. It goes to any other address, or
 * from a variable that is not the service's, only after the owner of the machine approved that once: a folder that somebody
 * receives decides neither.
 */
import { ProviderError } from '../../core/model/call.ts';
import type { Trusted } from '../../core/model/trust.ts';
import type { Model } from '../../schema/config/models.ts';

type EnvLookup = (name: string) => string | undefined;

interface ServiceAddress {
  /** Variables that are tried, in this order, when the model names no key. */
  usual: readonly string[];
  /** Variables that belong to the service. */
  names: readonly string[];
  /** Its own hosts. */
  own: RegExp | null;
  /** The address that the model or the environment gives. Throws a `bad-request`. */
  address(model: Model, env: EnvLookup): string;
}

const OPENAI = ['OPENAI_API_KEY'];
const AZURE = ['AZURE_OPENAI_API_KEY'];
const ANTHROPIC = ['ANTHROPIC_API_KEY'];
const GEMINI = ['GEMINI_API_KEY', 'GOOGLE_API_KEY'];

const SERVICES = {
  openai: {
    usual: OPENAI,
    names: OPENAI,
    own: /^(?:[a-z]+\.)?api\.openai\.com$/,
    address: (model, env) => model.base_url ?? given(env, 'OPENAI_BASE_URL', 'https://api.openai.com/v1'),
  },
  azure: {
    usual: AZURE,
    names: AZURE,
    own: /^[a-z0-9-]+\.(?:openai|cognitiveservices)\.azure\.com$/,
    address: (model, env) => model.base_url ?? azureEndpoint(env),
  },
  anthropic: {
    usual: ANTHROPIC,
    names: ANTHROPIC,
    own: /^api\.anthropic\.com$/,
    address: (model, env) => model.base_url ?? given(env, 'ANTHROPIC_BASE_URL', 'https://api.anthropic.com'),
  },
  gemini: {
    usual: GEMINI,
    names: GEMINI,
    own: /^generativelanguage\.googleapis\.com$/,
    address: (model, env) =>
      model.base_url ?? given(env, 'GOOGLE_GEMINI_BASE_URL', 'https://generativelanguage.googleapis.com'),
  },
  ollama: {
    usual: [],
    names: ['OLLAMA_API_KEY'],
    own: /^ollama\.com$/,
    address: (model, env) => model.base_url ?? fromHost(env('OLLAMA_HOST')?.trim() || '127.0.0.1:11434'),
  },
  'openai-compatible': {
    usual: [],
    names: [],
    own: null,
    address(model) {
      if (model.base_url) return model.base_url;
      throw new ProviderError(
        'bad-request',
        'org/models.yaml: a model of openai-compatible needs "base_url", the address of the service up to /v1',
      );
    },
  },
} satisfies Record<string, ServiceAddress>;

/** Services that take a key. */
export type ServiceName = keyof typeof SERVICES;

/** The address of the service of a model. Throws a `bad-request`. */
export function addressOf(service: ServiceName, model: Model, env: EnvLookup): string {
  return SERVICES[service].address(model, env);
}

/** The variables that are tried, in this order, when a model of that provider names no key. */
export function usualKeys(provider: string): readonly string[] {
  return Object.hasOwn(SERVICES, provider) ? SERVICES[provider as ServiceName].usual : [];
}

/**
 * The key that a call of the model sends, or lacks: the name of a variable or `secret://name`. Null when it needs none.
 * Throws as `addressOf` does.
 */
export function keyName(model: Model, env: EnvLookup): string | null {
  const [usual] = usualKeys(model.provider);
  const use = keyUse(model, env);
  if (use) return use.reference.replace(/^env:/, '');
  return usual !== undefined && !isLoopback(new URL(addressOf(model.provider as ServiceName, model, env)))
    ? usual
    : null;
}

/** A key, and where it would go. */
export interface KeyUse {
  /** The reference: `env:NAME` or `secret://name`. */
  reference: string;
  /** What the owner must approve; null where the key goes freely. */
  needs: Extract<Trusted, { kind: 'key' }> | null;
  /** Without approval the service is called without a key: it is on this machine, and nobody named a key. */
  optional: boolean;
}

/**
 * The key that a call of the model would send, and its destination; null when it would send none. Throws as `addressOf`
 * does.
 */
export function keyUse(model: Model, env: EnvLookup): KeyUse | null {
  const service: ServiceAddress | undefined = Object.hasOwn(SERVICES, model.provider)
    ? SERVICES[model.provider as ServiceName]
    : undefined;
  if (!service) return pluginKey(model);
  const url = new URL(service.address(model, env));
  const usual = service.usual.find((name) => env(name)?.trim());
  const reference = model.key ?? (usual && `env:${usual}`);
  if (reference === undefined) return null;
  const free = isOwn(service, url) && belongs(reference, service.names);
  const optional = model.key === undefined && isLoopback(url);
  return { reference, needs: free ? null : needs(model, reference, url.origin), optional };
}

/** The key of a plug-in. Its approved text does not say which key models.yaml gives it. */
function pluginKey(model: Model): KeyUse | null {
  if (model.key === undefined || !model.provider.startsWith('.')) return null;
  const host = `${model.provider}${model.base_url === undefined ? '' : ` at ${new URL(model.base_url).origin}`}`;
  return { reference: model.key, needs: needs(model, model.key, host), optional: false };
}

function needs(model: Model, reference: string, host: string): Extract<Trusted, { kind: 'key' }> {
  return { kind: 'key', host, variable: reference.replace(/^env:/, ''), model: model.model ?? '' };
}

/** Whether a reference belongs to the service: a variable of the service, or a secret that the owner's folder lists. */
export function belongs(reference: string, names: readonly string[]): boolean {
  return reference.startsWith('secret://') || names.includes(reference.replace(/^env:/, ''));
}

function isOwn({ own }: ServiceAddress, { protocol, port, hostname }: URL): boolean {
  return protocol === 'https:' && port === '' && own?.test(hostname) === true;
}

export function isLoopback({ hostname }: URL): boolean {
  return /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

/** The value of a variable, otherwise the service's own address. */
function given(env: EnvLookup, name: string, own: string): string {
  const address = env(name)?.trim() || own;
  if (URL.canParse(address)) return address;
  throw new ProviderError('bad-request', `${name} is not an address such as ${own}.`);
}

function azureEndpoint(env: EnvLookup): string {
  const endpoint = env('AZURE_OPENAI_ENDPOINT')?.trim();
  if (endpoint && URL.canParse(endpoint)) return endpoint;
  throw new ProviderError(
    'bad-request',
    'AZURE_OPENAI_ENDPOINT is not set. Set it, or give the model base_url: https://NAME.openai.azure.com in org/models.yaml.',
  );
}

/** OLLAMA_HOST is the address at which the server listens, so it may lack everything but a host. */
function fromHost(host: string): string {
  const given = /^https?:\/\//.test(host) ? host : `http://${host.replace(/^:/, '127.0.0.1:')}`;
  if (!URL.canParse(given))
    throw new ProviderError('bad-request', 'OLLAMA_HOST is not an address such as 127.0.0.1:11434.');
  const url = new URL(given);
  // "All addresses" is where a server listens; it is not an address to call.
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = '127.0.0.1';
  if (given !== host && !/:\d+(?:\/|$)/.test(host)) url.port = '11434';
  return url.href;
}
