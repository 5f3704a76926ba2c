/** `lemming trust`: approves what runs on this machine. */

import { checkFolder, readOrg } from '../../app/read-org.ts';
import type { Config } from '../../core/model/config.ts';
import { type Trusted, trustHash, trustTerm } from '../../core/model/trust.ts';
import { nearestTo } from '../../core/text/nearest.ts';
import { receivedUntil } from '../../disk/cache/received.ts';
import { type Owner, ownerOf } from '../../disk/owner/owner.ts';
import { type Fault, FaultError, failure } from '../../schema/fault.ts';
import type { Definition, Run, Zod } from '../command.ts';
import { YES } from '../confirm.ts';
import { faultShape } from '../shapes.ts';
import type { World } from '../world.ts';
import { conditionsOf, type Program, programsOf, type Runner } from './programs.ts';
import { lookAndPin } from './server-look.ts';

export const command = {
  name: 'trust',
  group: 'start',
  summary: 'List the programs that models, tools and tool servers run on this machine, or approve one',
  examples: [
    { line: 'lemming trust', does: 'lists the programs and whether each is approved' },
    { line: 'lemming trust claude', does: 'approves what the model claude runs now' },
    {
      line: 'lemming trust weather',
      does: 'approves the tool in org/tools/weather, with all its files as they are now',
    },
    {
      line: 'lemming trust github',
      does: 'starts the server github of org/mcp.yaml once, shows its tools, and approves them if you say yes',
    },
    {
      line: 'lemming trust task:release',
      does: 'approves the commands in the conditions of the task release, which came with the folder',
    },
    {
      line: 'lemming trust network',
      does: 'lets agents\' programs reach the hosts listed under "network:" in org/org.yaml',
    },
    { line: 'lemming trust --revoke claude', does: 'revokes the approval' },
  ],
  args: [
    {
      name: 'name',
      about: 'a model, a tool of org/tools/ or a server of org/mcp.yaml; write tool:NAME if several share the name',
      optional: true,
      of: ['model'],
    },
  ],
  flags: [{ name: 'revoke', value: 'NAME', about: 'revoke the approval of this name' }, YES],
  reads: false,
  right: 'owner',
  output: (z) => z.union([listShape(z), rowShape(z)]),
} as const satisfies Definition;

/**
 * A program in the output, under the key of what it belongs to. `runs` is the command line as JSON, the path or the name;
 * `sha256` is the hash of what would be approved.
 */
type TrustLine = { [of in Runner]?: string } & {
  kind: Trusted['kind'] | null;
  runs: string | null;
  sha256: string | null;
  approved: boolean;
  fault?: Fault;
};

export const run: Run<typeof command> = async (world, input) => {
  const { config, faults } = checkFolder(world);
  if (!config) throw new FaultError(...(faults as [Fault, ...Fault[]]));
  const owner = ownerOf(world);
  const programs = [...programsOf(config, world.machine.disk(world.root), owner), ...conditionsIn(world, config)];
  const { name } = input.args;
  const { revoke } = input.flags;
  if (name !== undefined && revoke !== undefined)
    throw failure('usage', 'Give one name: to approve it, or after --revoke');
  if (revoke !== undefined) return takeBack(known(find(revoke, programs, config, faults)), owner);
  if (name === undefined) return list(programs, owner);
  const program = find(name, programs, config, faults);
  return approve(known(program.server ? await lookAndPin(world, input, program.server) : program), owner);
};

/** Commands in the conditions of tasks that came with the folder. */
function conditionsIn(world: World, config: Config): Program[] {
  const { machine, root, env } = world;
  const until = receivedUntil(machine.kept(root, env, machine.disk(root)));
  return conditionsOf(config, readOrg(world).state.tasks, until ?? Infinity);
}

/** The program with that name, which may have a prefix such as `tool:`. Throws the reason if there is nothing to approve. */
function find(term: string, programs: readonly Program[], config: Config, faults: readonly Fault[]): Program {
  const [, of, name = term] = /^(model|tool|server|key|network|task):(.+)$/.exec(term) ?? [];
  const found = programs.filter((one) => one.name === name && (of === undefined || one.of === of));
  if (found.length > 1)
    throw failure(
      'usage',
      `Several programs are named ${name}: ${found.map((one) => `${one.of}:${name}`).join(', ')}`,
      {
        remedy: 'Write which one you mean, such as tool:NAME.',
      },
    );
  if (found[0]) return found[0];
  if (config.models.has(name))
    throw failure('usage', `The model ${name} runs nothing on this machine, so there is nothing to approve`, {
      remedy: 'Run lemming trust to list the models that do.',
    });
  const [broken, ...more] = faults.filter(
    ({ file = '' }) => file === 'org/mcp.yaml' || file.startsWith(`org/tools/${name}/`),
  );
  if (broken) throw new FaultError(broken, ...more);
  const names = [...config.models.keys(), ...programs.map((one) => one.name)];
  throw failure('not-found', `There is no model, tool or server ${JSON.stringify(name)}`, {
    ...nearestTo(name, names),
    remedy: 'Run lemming trust to list what runs a program.',
  });
}

type KnownProgram = Program & { what: Trusted };

function known(program: Program): KnownProgram {
  if (program.what === null) throw new FaultError(program.fault);
  return program;
}

function approve(program: KnownProgram, owner: Owner) {
  owner.approve(program.what);
  const row = rowOf(program, owner);
  return {
    data: row,
    text: `${grantOf(program)}:\n${linesOf(program, row)}\nIf a byte of it changes, it needs your approval again.`,
  };
}

function grantOf({ of, name }: Program): string {
  if (of === 'network') return 'The programs of agents may now reach these hosts';
  if (of === 'task') return `The conditions of ${name} may now run on this machine`;
  return of === 'key' ? `The key of ${name} may now be sent there` : `${name} may now run on this machine`;
}

function takeBack(program: KnownProgram, owner: Owner) {
  const revoked = owner.revoke(program.what);
  const { name } = program;
  return {
    data: { ...rowOf(program, owner), revoked },
    text: revoked ? `${name} may no longer run on this machine.` : `${name} was not approved in its present form.`,
  };
}

function list(programs: readonly Program[], owner: Owner) {
  const rows = programs.map((program) => ({ program, row: rowOf(program, owner) }));
  const of = (runner: Runner): TrustLine[] => rows.flatMap(({ program, row }) => (program.of === runner ? [row] : []));
  const data = {
    models: of('model'),
    tools: of('tool'),
    servers: of('server'),
    keys: of('key'),
    network: of('network'),
    tasks: of('task'),
  };
  if (rows.length === 0)
    return { data, text: 'This organisation runs no programs on this machine: no model, tool or server.' };
  const texts = rows.map(
    ({ program, row }) => `${headOf(program)}: ${row.approved ? 'approved' : 'not approved'}\n${linesOf(program, row)}`,
  );
  const waiting = rows.some(({ program, row }) => !row.approved && (row.sha256 !== null || program.server));
  const hint = waiting ? ['Check what a program does before you approve it: lemming trust NAME.'] : [];
  return { data, text: [...texts, ...hint].join('\n') };
}

function headOf({ of, name }: Program): string {
  return of === 'model' ? name : `${name} (${of})`;
}

function rowOf({ of, name, what, fault }: Program, owner: Owner): TrustLine {
  if (!what) return { [of]: name, kind: null, runs: null, sha256: null, approved: false, fault };
  return {
    [of]: name,
    kind: what.kind,
    runs: trustTerm(what),
    sha256: trustHash(what),
    approved: owner.approved(what),
  };
}

function linesOf({ about = [] }: Program, { kind, runs, sha256, fault }: TrustLine): string {
  const lines = fault ? [fault.message] : [`${kind} ${runs}`, `sha256 ${sha256}`];
  return [...about, ...lines].map((line) => `  ${line}`).join('\n');
}

function rowShape(z: Zod) {
  return z.strictObject({
    model: z.string().optional(),
    tool: z.string().optional(),
    server: z.string().optional(),
    key: z.string().optional(),
    network: z.string().optional(),
    task: z.string().optional(),
    kind: z.string().nullable(),
    runs: z.string().nullable(),
    sha256: z.string().nullable(),
    approved: z.boolean(),
    fault: faultShape(z).optional(),
    revoked: z.boolean().optional(),
  });
}

function listShape(z: Zod) {
  const rows = z.array(rowShape(z));
  return z.strictObject({ models: rows, tools: rows, servers: rows, keys: rows, network: rows, tasks: rows });
}
