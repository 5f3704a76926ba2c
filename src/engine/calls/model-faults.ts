/** Checks models by their providers: that these exist, and that they know the `options`. */
import * as z from 'zod';
import type { Config } from '../../core/model/config.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { readYaml } from '../../disk/yaml/yaml.ts';
import { PROVIDER_NAMES, provider } from '../../providers/find.ts';
import { isPlugin } from '../../providers/plugin.ts';
import type { Fault } from '../../schema/fault.ts';

const FILE = 'org/models.yaml';

/**
 * A fault for each provider that does not exist, and for each option that a provider does not know or whose value is wrong.
 * Plug-ins check their options themselves.
 */
export async function modelFaults({ models }: Config, disk: Disk): Promise<Fault[]> {
  const bytes = disk.read(FILE);
  if (!bytes) return [];
  const schemas = [...models].map(async ([name, model]) => {
    if (isPlugin(model.provider)) return [name, z.unknown()] as const;
    const known = PROVIDER_NAMES.includes(model.provider) ? await provider(model.provider) : null;
    const options = (known?.options ?? z.unknown()).prefault({});
    return [name, z.looseObject({ provider: z.enum([...PROVIDER_NAMES]), options })] as const;
  });
  const schema = z.looseObject({ models: z.looseObject(Object.fromEntries(await Promise.all(schemas))).prefault({}) });
  return readYaml(schema, new TextDecoder().decode(bytes), FILE).faults;
}
