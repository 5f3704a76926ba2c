/** The command `lemming validate`. */
import { faultyDrops } from '../../app/foresee.ts';
import { wantingFor } from '../../app/optional-packages.ts';
import { checkFolder } from '../../app/read-org.ts';
import type { Config } from '../../core/model/config.ts';
import { idleLimits } from '../../core/turn/limits.ts';
import { ownerOf } from '../../disk/owner/owner.ts';
import { modelFaults } from '../../engine/calls/model-faults.ts';
import { notesOfModels } from '../../engine/calls/model-notes.ts';
import { keyFaults } from '../../engine/search/keys.ts';
import { declaredFaults } from '../../engine/tools/declared-faults.ts';
import { FAULTS, printFault } from '../../schema/fault.ts';
import { TOOLS } from '../../tools/all.ts';
import { count } from '../../views/text/table.ts';
import type { Definition, Run } from '../command.ts';
import { missingKeyLines } from '../key-hints.ts';
import { faultShape } from '../shapes.ts';
import { cronFaults } from '../work/workflow-look.ts';
import { notesOfPrograms, programsOf } from './programs.ts';

export const command = {
  name: 'validate',
  group: 'start',
  summary: 'Check every file that people write, and list all faults',
  examples: [
    { line: 'lemming validate', does: 'lists each fault with file, line and remedy; exit code 3 if there is one' },
  ],
  args: [],
  flags: [],
  reads: true,
  right: 'look',
  screen: [{ key: 'v', on: 'org' }],
  output: (z) =>
    z.strictObject({
      ok: z.boolean(),
      faults: z.array(faultShape(z)),
      notes: z.array(z.string()).optional(),
    }),
} as const satisfies Definition;

export const run: Run<typeof command> = async (world) => {
  const disk = world.machine.disk(world.root);
  const {
    config,
    faults: broken,
    warnings,
  } = checkFolder({ machine: world.machine, root: world.root, env: world.env });
  const more = config
    ? [
        ...(await declaredFaults(TOOLS, config, disk)),
        ...(await modelFaults(config, disk)),
        ...faultyDrops(world, config),
        ...(await cronFaults(config.workflows)),
      ]
    : [];
  const owner = ownerOf(world);
  const keys = config ? keyFaults(config, owner) : [];
  const faults = [...broken, ...warnings, ...more, ...keys];
  const notes = config
    ? [
        ...idleLimits(config),
        ...notesOfPrograms(programsOf(config, disk, owner), owner),
        ...notesOfPackages(config),
        ...notesOfModels(config, owner),
        ...missingKeyLines(world, config),
      ]
    : [];
  const ok = faults.length === 0;
  const agents = config ? config.order.length : 0;
  const lines = ok ? [`Valid: ${count(agents, 'agent')}, no faults`] : faults.map(printFault);
  return {
    data: { ok, faults, ...(notes.length > 0 && { notes }) },
    text: [...lines, ...notes.map((note) => `Note: ${note}`)].join('\n'),
    exit: faults.some(({ code }) => code !== 'untrusted') ? 3 : ok ? 0 : FAULTS.untrusted.exit,
  };
};

function notesOfPackages({ models }: Config): string[] {
  const providers = new Set([...models.values()].map(({ provider }) => provider));
  return [...providers].flatMap((name) => wantingFor(name) ?? []);
}
