import { closest } from 'fastest-levenshtein';
import type { Config } from '../core/config.ts';
import { toolAt } from '../core/declared.ts';
import { resumePath } from '../core/files.ts';
import type { Toolbox } from '../core/judge.ts';
import { markdownSource, remember, type Source, yamlSource } from '../disk/config-source.ts';
import type { Disk } from '../disk/disk.ts';
import type { Place } from '../disk/yaml-tree.ts';
import { type Fault, fault } from '../schema/fault.ts';
import { orgFile } from '../schema/org.ts';
import { covers, resumeHead } from '../schema/resume.ts';
import { checkerOf } from './json-schema.ts';

/**
 * What is wrong with the tools that an org declares, and with the names of tools in resumes and prices, beyond what each file says by
 * itself. Names of a server at whose tools nobody looked are taken on trust.
 */
export async function declaredFaults(shipped: Toolbox, config: Config, disk: Disk): Promise<Fault[]> {
  const named = namesOf(shipped, config);
  return [
    ...shadows(shipped, config),
    ...(await badSchemas(config)),
    ...unknownGrants(named, config, disk),
    ...unknownPrices(named, config, disk),
  ];
}

function shadows(shipped: Toolbox, { tools }: Config): Fault[] {
  return [...tools.keys()].flatMap((name) =>
    shipped.has(name)
      ? [
          fault('invalid-value', `${name} is a tool that ships with LeMMing: it stays that one`, {
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
          fault('invalid-value', `The input is no JSON schema: ${error.message}`, { file: fileOf(name) }),
        ],
      ),
    ),
  );
  return faults.flat();
}

/** The tools there are, and how the names begin of those at which nobody looked. */
interface Named {
  known: string[];
  unseen: string[];
}

function namesOf(shipped: Toolbox, config: Config): Named {
  const servers = [...config.servers.values()];
  const known = [
    ...shipped.keys(),
    ...config.tools.keys(),
    ...servers.flatMap(({ name, tools }) => (tools ?? []).map((tool) => toolAt(name, tool.name))),
  ];
  const unseen = servers.filter(({ tools }) => tools === null).map(({ name }) => toolAt(name, ''));
  return { known, unseen };
}

function unknownPrices({ known, unseen }: Named, { org }: Config, disk: Disk): Fault[] {
  const file = 'org/org.yaml';
  const unknown = Object.keys(org.tools.prices).filter(
    (tool) => !known.includes(tool) && !unseen.some((start) => tool.startsWith(start)),
  );
  if (unknown.length === 0) return [];
  const { place } = remember(yamlSource(orgFile)).read(textIn(disk, file), file);
  return unknown.map((tool) =>
    fault('unknown-name', `A price is given for ${JSON.stringify(tool)}, and there is no such tool`, {
      file,
      ...place(['tools', 'prices', tool]),
      value: tool,
      nearest: closest(tool, known),
    }),
  );
}

function unknownGrants({ known, unseen }: Named, config: Config, disk: Disk): Fault[] {
  const isKnown = (grant: string): boolean =>
    known.some((tool) => covers(grant, tool)) || unseen.some((start) => grant.startsWith(start));
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
          nearest: closest(grant, known),
        }),
      );
  });
}

function textIn(disk: Disk, file: string): string {
  return new TextDecoder().decode(disk.read(file) ?? undefined);
}

/** Where a resume lists its n-th tool; where it names its template, when the tools are that one's. */
function placeOfTool({ data, place }: Source<unknown>, n: number): Place {
  return place(Object.hasOwn(data as object, 'tools') ? ['tools', n] : ['extends']);
}

function fileOf(name: string): string {
  return `org/tools/${name}/TOOL.md`;
}
