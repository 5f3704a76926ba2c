import type { Config } from '../core/config.ts';
import type { Trusted } from '../core/trust.ts';
import type { Disk } from '../disk/disk.ts';
import { pluginText } from '../disk/plugin-text.ts';
import { type Fault, FaultError, fault } from '../schema/fault.ts';
import type { Model } from '../schema/models.ts';
import { isPluginPath } from '../schema/name.ts';

/** What a model runs on this machine; or why that cannot be told. */
export type Program = { model: string; what: Trusted; fault?: undefined } | { model: string; what: null; fault: Fault };

/** What the models of an org run on this machine as it stands now: commands and plug-ins. */
export function programsOf(config: Config, disk: Disk): Program[] {
  return [...config.models].flatMap(([name, model]) => programOf(name, model, disk) ?? []);
}

function programOf(name: string, { provider, command, options }: Model, disk: Disk): Program | null {
  if (provider === 'command')
    return command
      ? { model: name, what: { kind: 'command', argv: command, passes: namesIn(options.env) } }
      : { model: name, what: null, fault: fault('missing-key', `The model ${name} has no "command"`) };
  if (!isPluginPath(provider)) return null;
  try {
    return { model: name, what: { kind: 'plugin', path: provider, text: pluginText(disk, provider) } };
  } catch (error) {
    if (error instanceof FaultError) return { model: name, what: null, fault: error.fault };
    throw error;
  }
}

/** Variables that the program is handed; the provider itself says when they are no list of names. */
function namesIn(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
