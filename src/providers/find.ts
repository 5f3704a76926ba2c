/** Finds a provider by its name, or a plug-in by its path. */
import { nearestTo } from '../core/text/nearest.ts';
import { failure } from '../schema/fault.ts';
import { isPlugin, type PluginDoor, plugin } from './plugin.ts';
import type { Provider } from './provider.ts';

/** Every provider: the name of its file here is its name in `org/models.yaml`. A file is loaded only when it is needed. */
const PROVIDERS: Record<string, () => Promise<{ default: Provider }>> = {
  anthropic: () => import('./anthropic.ts'),
  azure: () => import('./azure.ts'),
  command: () => import('./command.ts'),
  gemini: () => import('./gemini.ts'),
  ollama: () => import('./ollama.ts'),
  openai: () => import('./openai.ts'),
  'openai-compatible': () => import('./openai-compatible.ts'),
  scripted: () => import('./scripted.ts'),
  simulated: () => import('./simulated.ts'),
};

/** Provider → the optional package that it needs: a peer dependency in package.json. */
export const PACKAGES: ReadonlyMap<string, string> = new Map([['gemini', '@google/genai']]);

/** What `provider:` may be in `org/models.yaml`, sorted. */
export const PROVIDER_NAMES: readonly string[] = Object.keys(PROVIDERS);

/**
 * The provider of that name, or the plug-in at that path, which needs `door`. Rejects with the fault `unknown-name`, which
 * carries the nearest name; for a plug-in as `plugin` does.
 */
export async function provider(name: string, door?: PluginDoor): Promise<Provider> {
  if (door && isPlugin(name)) return plugin(name, door);
  const load = Object.hasOwn(PROVIDERS, name) ? PROVIDERS[name] : undefined;
  if (load) return (await load()).default;
  throw failure('unknown-name', `There is no provider "${name}"; there are ${PROVIDER_NAMES.join(', ')}.`, {
    file: 'org/models.yaml',
    value: name,
    ...nearestTo(name, PROVIDER_NAMES),
    remedy: 'Correct the provider of the model in org/models.yaml.',
  });
}
