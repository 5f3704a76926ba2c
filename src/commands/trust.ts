import { closest } from 'fastest-levenshtein';
import type { Config } from '../core/config.ts';
import { type Trusted, trustHash, trustTerm } from '../core/trust.ts';
import { type Owner, ownerOf } from '../disk/owner.ts';
import { realDisk } from '../disk/real.ts';
import { checkFolder } from '../engine/open.ts';
import { type Fault, FaultError, failure } from '../schema/fault.ts';
import type { Command, Outcome, Run } from './command.ts';
import { type Program, programsOf } from './programs.ts';

export const command: Command = {
  name: 'trust',
  group: 'start',
  summary: 'List the programs and plug-ins that models run on this machine, and approve them',
  examples: [
    { line: 'lemming trust', does: 'lists what the models would run, and whether it is approved' },
    { line: 'lemming trust claude', does: 'approves what the model claude runs, as it stands now' },
    { line: 'lemming trust --revoke claude', does: 'takes the approval back' },
  ],
  args: [{ name: 'model', about: 'a model of org/models.yaml whose command or plug-in is approved', optional: true }],
  flags: [{ name: 'revoke', value: 'MODEL', about: 'takes back what was approved for this model, as it stands now' }],
  reads: false,
};

/** A program as it is told: `runs` is the command line as JSON or the path, `sha256` of what would be approved. */
interface Row {
  model: string;
  kind: Trusted['kind'] | null;
  runs: string | null;
  sha256: string | null;
  approved: boolean;
  fault?: Fault;
}

export const run: Run = async (world, input) => {
  const { config, faults } = checkFolder(world);
  if (!config) throw new FaultError(...(faults as [Fault, ...Fault[]]));
  const owner = ownerOf(world.env, world.root);
  const programs = programsOf(config, realDisk(world.root));
  const { model } = input.args;
  const { revoke } = input.flags;
  if (model !== undefined && revoke !== undefined)
    throw failure('usage', 'Name one model: either to approve it, or after --revoke');
  if (model !== undefined) return approve(find(model, programs, config), owner);
  if (revoke !== undefined) return takeBack(find(String(revoke), programs, config), owner);
  return list(programs.map((program) => rowOf(program, owner)));
};

/** What the model runs. Throws why that cannot be told. */
function find(model: string, programs: readonly Program[], config: Config): { model: string; what: Trusted } {
  const program = programs.find((one) => one.model === model);
  if (program?.what) return program;
  if (program) throw new FaultError(program.fault);
  if (config.models.has(model))
    throw failure('usage', `The model ${model} runs nothing on this machine, so there is nothing to approve`, {
      remedy: 'lemming trust lists the models that do.',
    });
  const names = [...config.models.keys()];
  throw failure('not-found', `There is no model ${JSON.stringify(model)}`, {
    ...(names.length ? { nearest: closest(model, names) } : {}),
    remedy: 'lemming trust lists the models that run something.',
  });
}

function approve({ model, what }: { model: string; what: Trusted }, owner: Owner): Outcome {
  owner.approve(what);
  const row = rowOf({ model, what }, owner);
  return {
    data: row,
    text: `${model} may run on this machine, as it stands now:\n${linesOf(row)}\nA change of one byte asks again.`,
  };
}

function takeBack({ model, what }: { model: string; what: Trusted }, owner: Owner): Outcome {
  const revoked = owner.revoke(what);
  return {
    data: { ...rowOf({ model, what }, owner), revoked },
    text: revoked ? `${model} may no longer run on this machine.` : `${model} was not approved as it stands now.`,
  };
}

function list(rows: readonly Row[]): Outcome {
  if (rows.length === 0) return { data: { models: [] }, text: 'No model runs anything on this machine.' };
  const texts = rows.map((row) => `${row.model}: ${row.approved ? 'approved' : 'not approved'}\n${linesOf(row)}`);
  const waiting = rows.some(({ approved, sha256 }) => sha256 && !approved);
  const hint = waiting ? ['Look at what it runs before you approve it: lemming trust MODEL.'] : [];
  return { data: { models: rows }, text: [...texts, ...hint].join('\n') };
}

function rowOf({ model, what, fault }: Program, owner: Owner): Row {
  if (!what) return { model, kind: null, runs: null, sha256: null, approved: false, fault };
  return { model, kind: what.kind, runs: trustTerm(what), sha256: trustHash(what), approved: owner.approved(what) };
}

function linesOf({ kind, runs, sha256, fault }: Row): string {
  return fault ? `  ${fault.message}` : `  ${kind} ${runs}\n  sha256 ${sha256}`;
}
