/** Checks the tools that an organisation declares, and names of tools in its files. */

import type { Config } from '../../core/model/config.ts';
import { resumePath } from '../../core/model/paths.ts';
import { readPattern } from '../../core/rights/policy.ts';
import { nearestTo } from '../../core/text/nearest.ts';
import { toolAt } from '../../core/tools/declared.ts';
import type { Toolbox } from '../../core/turn/judge.ts';
import { type ConfigSource, markdownSource, References, remember, yamlSource } from '../../disk/config/source.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import type { TextPosition } from '../../disk/yaml/yaml-tree.ts';
import { orgFile } from '../../schema/config/org.ts';
import { covers, resumeHead } from '../../schema/config/resume.ts';
import { type Fault, fault } from '../../schema/fault.ts';
import { checkerOf } from './json-schema.ts';

/**
 * The faults of the tools that an org declares, and of names in resumes, policies and prices, beyond what each file shows by
 * itself. Names of tools from a server that has not been examined, or from a broken file of servers, are accepted unchecked.
 */
export async function declaredFaults(shipped: Toolbox, config: Config, disk: Disk): Promise<Fault[]> {
  const names = namesOfTools(shipped, config, disk);
  return [
    ...shadows(shipped, config),
    ...(await badSchemas(config)),
    ...unknownGrants(names, config, disk),
    ...unknownInOrg(names, config, disk),
  ];
}

function shadows(shipped: Toolbox, { tools }: Config): Fault[] {
  return [...tools.keys()].flatMap((name) =>
    shipped.has(name)
      ? [
          fault('invalid-value', `${name} is the name of a built-in tool, so this tool is ignored`, {
            file: fileOf(name),
            value: name,
          }),
        ]
      : [],
  );
}

async function badSchemas({ tools }: Config): Promise<Fault[]> {
  const faults = await Promise.all(
    [...tools.values()].map(({ name, head }) =>
      checkerOf(head.input as Parameters<typeof checkerOf>[0]).then(
        () => [],
        (error: Error) => [
          fault('invalid-value', `The input is not a JSON schema: ${error.message}`, { file: fileOf(name) }),
        ],
      ),
    ),
  );
  return faults.flat();
}

/** The names of all existing tools, and whether a name, or a pattern with `*` at its end, can refer to one. */
interface Names {
  known: string[];
  isKnown(name: string): boolean;
}

function namesOfTools(shipped: Toolbox, config: Config, disk: Disk): Names {
  const servers = [...config.servers.values()];
  const known = [
    ...shipped.keys(),
    ...config.tools.keys(),
    ...servers.flatMap(({ name, tools }) => (tools ?? []).map((tool) => toolAt(name, tool.name))),
  ];
  const unseen = servers.filter(({ tools }) => tools === null).map(({ name }) => toolAt(name, ''));
  const isUnread = servers.length === 0 && disk.stat('org/mcp.yaml') !== null;
  const isKnown = (name: string): boolean =>
    known.some((tool) => covers(name, tool)) ||
    unseen.some((start) => name.startsWith(start)) ||
    (isUnread && name.includes('__'));
  return { known, isKnown };
}

/** A policy or a price for a missing tool matches nothing, and nobody would notice. */
function unknownInOrg({ known, isKnown }: Names, config: Config, disk: Disk): Fault[] {
  const agents = new Set([...config.order, ...config.broken.keys()]);
  const people = new Set([...agents, '*', ...[...config.units.keys()].map((unit) => `@${unit}`)]);
  const tools = new Set(known);
  const file = 'org/org.yaml';
  const { read } = remember(yamlSource(orgFile));
  const references = new References();
  const need = (name: string, known: ReadonlySet<string>, what: string, path: readonly PropertyKey[]): void => {
    if (!known.has(name)) references.need(name, known, what, read(textIn(disk, file), file), path);
  };
  for (const [i, { act }] of config.org.policies.entries()) {
    const path = ['policies', i, 'act'];
    const { tool, pairs } = readPattern(act);
    if (tool !== '*' && !isKnown(tool)) need(tool, tools, 'tool', path);
    for (const [name, value] of pairs) {
      if (name === 'agent') need(value, agents, 'agent', path);
      if (name === 'to') need(value, people, 'agent', path);
    }
  }
  for (const tool of Object.keys(config.org.tools.prices))
    if (tool.endsWith('*') || !isKnown(tool)) need(tool, tools, 'tool', ['tools', 'prices', tool]);
  return references.faults;
}

function unknownGrants({ known, isKnown }: Names, config: Config, disk: Disk): Fault[] {
  const { read } = remember(markdownSource(resumeHead));
  return [...config.agents.values()].flatMap((resume) => {
    const file = resumePath(resume.name);
    return resume.tools
      .map((grant, i) => ({ grant: grant.replace(/^ask:/, ''), i }))
      .filter(({ grant }) => !isKnown(grant))
      .map(({ grant, i }) =>
        fault('unknown-name', `There is no tool ${JSON.stringify(grant)}`, {
          file,
          ...placeOfTool(read(textIn(disk, file), file), i),
          value: grant,
          ...(disk.stat(fileOf(grant)) === null ? nearestTo(grant, known) : leftOut(grant)),
        }),
      );
  });
}

/** It has its folder in the org, and is not among the tools that can be used. */
function leftOut(name: string): Pick<Fault, 'message' | 'remedy'> {
  return {
    message: `The tool ${JSON.stringify(name)} is left out: ${fileOf(name)} is broken`,
    remedy: 'Mend that file.',
  };
}

function textIn(disk: Disk, file: string): string {
  return new TextDecoder().decode(disk.read(file) ?? undefined);
}

/** Where a resume lists its n-th tool, or where it names its template if the tools come from that. */
function placeOfTool({ data, place }: ConfigSource<unknown>, n: number): TextPosition {
  return place(Object.hasOwn(data as object, 'tools') ? ['tools', n] : ['extends']);
}

function fileOf(name: string): string {
  return `org/tools/${name}/TOOL.md`;
}
