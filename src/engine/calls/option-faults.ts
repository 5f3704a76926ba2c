/** Checks the `options` of models by the schemas of their providers. */
import * as z from 'zod';
import type { Config } from '../../core/model/config.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { readYaml } from '../../disk/yaml/yaml.ts';
import { PROVIDER_NAMES, provider } from '../../providers/find.ts';
import type { Fault } from '../../schema/fault.ts';

const FILE = 'org/models.yaml';

/** A fault for each option that a provider does not know or whose value is wrong. Plug-ins check their options themselves. */
export async function optionFaults({ models }: Config, disk: Disk): Promise<Fault[]> {
  const bytes = disk.read(FILE);
  if (!bytes) return [];
  const schemas = [...models].map(async ([name, model]) => {
    const known = PROVIDER_NAMES.includes(model.provider) ? await provider(model.provider) : null;
    return [name, z.looseObject({ options: (known?.options ?? z.unknown()).prefault({}) })] as const;
  });
  const schema = z.looseObject({ models: z.looseObject(Object.fromEntries(await Promise.all(schemas))).prefault({}) });
  return readYaml(schema, new TextDecoder().decode(bytes), FILE).faults;
}
