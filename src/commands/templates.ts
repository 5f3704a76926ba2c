/** The templates that ship with LeMMing. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Disk } from '../disk/fs/disk.ts';
import { failure } from '../schema/fault.ts';
import { isName } from '../schema/name.ts';
import type { World } from './world.ts';

/** The folder of the installed package: the sample organisation, templates and schemas. */
export function packageFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('lemming/package.json'));
}
/** The files of the installed package. */
export function packageDisk({ machine }: World): Disk {
  return machine.disk(packageFolder());
}

/** The name of the template that is the package's own organisation. */
export const DEFAULT = 'default';
/** What a template may contain; never traces of a running organisation. */
const KINDS = ['units', 'goals', 'contacts', 'skills', 'tools', 'workflows', 'templates', 'shared'];

/** A template: its name, its folder in the package ('' for the package itself), and a description of one line. */
export interface Template {
  name: string;
  folder: string;
  about: string;
}

export function templates(source: Disk): Template[] {
  const names = (source.list('templates') ?? []).filter((name) => source.stat(`templates/${name}/org/org.yaml`));
  const others = names.map((name) => ({ name, folder: `templates/${name}/`, about: aboutOf(source, name) }));
  return [
    { name: DEFAULT, folder: '', about: 'A small web team: manager, planner, hr, coder_01 and janitor.' },
    ...others,
  ];
}

function aboutOf(source: Disk, name: string): string {
  return textOf(source, `templates/${name}/README.md`)?.split('\n')[0] ?? '';
}

/** The template with that name. Throws `usage` with all names for an unknown one. */
export function templateNamed(source: Disk, name: string): Template {
  const all = templates(source);
  const found = all.find((template) => template.name === name);
  if (found) return found;
  const names = all.map((template) => template.name).join(', ');
  throw failure('usage', `There is no template "${name}". The templates are ${names}`, {
    value: name,
    remedy: 'Run lemming bootstrap --template to see what each is for.',
  });
}

/**
 * The paths of a template except org.yaml, in order. Its goals are left out if a purpose brings another; only a template in a
 * folder of its own brings files to work on.
 */
export function templatePaths(source: Disk, { folder }: Template, ownGoal: boolean): string[] {
  const yaml = (source.list(`${folder}org`) ?? []).filter((name) => name.endsWith('.yaml') && name !== 'org.yaml');
  const kinds = KINDS.filter((kind) => !ownGoal || kind !== 'goals');
  const agents = (source.list(`${folder}agents`) ?? []).filter(isName);
  return [
    ...(folder && source.stat(`${folder}README.md`) ? ['README.md'] : []),
    ...yaml.map((name) => `org/${name}`),
    ...kinds.flatMap((kind) => filesUnder(source, folder, `org/${kind}`)),
    ...agents.flatMap((agent) => [
      `agents/${agent}/resume.md`,
      ...filesUnder(source, folder, `agents/${agent}/skills`),
      ...(folder ? filesUnder(source, folder, `agents/${agent}/workspace`) : []),
    ]),
  ];
}

/** Templates of agents that ship with LeMMing: id → text of the resume. */
export function agentTemplates(source: Disk): Map<string, string> {
  const names = (source.list('templates/agents') ?? []).filter((name) => name.endsWith('.md'));
  return new Map(names.map((name) => [name.slice(0, -3), textOf(source, `templates/agents/${name}`) ?? '']));
}

/** Regular files below a folder of the template, except hidden ones. */
function filesUnder(source: Disk, folder: string, path: string): string[] {
  const names = (source.list(folder + path) ?? []).filter((name) => !name.startsWith('.'));
  return names.flatMap((name) => {
    const inner = `${path}/${name}`;
    const kind = source.stat(folder + inner)?.kind;
    return kind === 'folder' ? filesUnder(source, folder, inner) : kind === 'file' ? [inner] : [];
  });
}

export function textOf(disk: Disk, path: string): string | null {
  const bytes = disk.read(path);
  return bytes && Buffer.from(bytes).toString();
}
