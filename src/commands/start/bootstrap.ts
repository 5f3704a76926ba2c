/** `lemming bootstrap`: makes an organisation from a template. */
import { basename, relative, resolve } from 'node:path';
import { checkFolder } from '../../app/read-org.ts';
import { personOf } from '../../app/seats.ts';
import { drop } from '../../app/send.ts';
import { type Config, mayWriteTo } from '../../core/model/config.ts';
import { emptyState } from '../../core/model/state.ts';
import { firstLine } from '../../core/rights/recipients.ts';
import { quoted } from '../../core/text/command-line.ts';
import { noteMadeHere } from '../../disk/cache/received.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { setScalar } from '../../disk/yaml/edit.ts';
import { type Fault, FaultError, failure } from '../../schema/fault.ts';
import type { Definition, InputOf, Run } from '../command.ts';
import { edited } from '../own-files.ts';
import {
  agentTemplates,
  DEFAULT,
  packageDisk,
  type Template,
  templateNamed,
  templatePaths,
  templates,
  textOf,
} from '../templates.ts';
import type { World } from '../world.ts';

export const command = {
  name: 'bootstrap',
  group: 'start',
  summary: 'Create an organisation from a template; leave an existing one as it is',
  examples: [
    { line: 'lemming bootstrap my-org', does: 'creates the sample organisation in the folder my-org' },
    { line: 'lemming bootstrap desk --template support-desk', does: 'uses another template' },
    {
      line: 'lemming bootstrap shop --purpose "Sell bicycles online"',
      does: 'sets the purpose and the first goal of the organisation',
    },
    { line: 'lemming bootstrap --template', does: 'lists the templates' },
  ],
  args: [{ name: 'dir', about: 'the folder (default: the current folder)', optional: true }],
  flags: [
    {
      name: 'template',
      value: 'T',
      optional: true,
      about: 'the template to start from; without T, list the templates',
    },
    { name: 'purpose', value: 'TEXT', about: 'what the organisation is for; every agent reads it' },
  ],
  reads: false,
  right: 'owner',
  needsOrg: false,
  output: (z) =>
    z.union([
      z.strictObject({ templates: z.array(z.strictObject({ name: z.string(), about: z.string() })) }),
      z.strictObject({ path: z.string(), created: z.literal(false), files: z.array(z.string()) }),
      z.strictObject({
        path: z.string(),
        created: z.literal(true),
        template: z.string(),
        files: z.array(z.string()),
        kept: z.array(z.string()),
        first_letter_to: z.string().nullable(),
        next: z.array(z.string()),
      }),
    ]),
} as const satisfies Definition;

/** Exists while an organisation is being made: the next bootstrap finishes one that was interrupted. */
const MARK = '.lemming/bootstrap';

export const run: Run<typeof command> = async (world, input) => {
  const source = packageDisk(world);
  if (input.flags.template === true) return listTemplates(source);
  const root = resolve(world.cwd, input.args.dir ?? '.');
  const target = world.machine.disk(root);
  if (target.stat('org/org.yaml') && !target.stat(MARK)) return leaveAlone(source, target, root);
  checkEmpty(target, root);
  return make(world, input, source, target, root);
};

function listTemplates(source: Disk) {
  const all = templates(source);
  const width = Math.max(...all.map(({ name }) => name.length));
  return {
    data: { templates: all.map(({ name, about }) => ({ name, about })) },
    text: all.map(({ name, about }) => `${name.padEnd(width)}  ${about}`).join('\n'),
  };
}

/** The schemas are caches for editors; everything else in an existing organisation belongs to its owner. */
function leaveAlone(source: Disk, target: Disk, root: string) {
  const files = copySchemas(source, target);
  return {
    data: { path: root, created: false as const, files },
    text: `${root} is already an organisation; nothing was changed.${files.length > 0 ? ' The schemas for editors were restored.' : ''}`,
  };
}

/** Hidden files such as .git do not count, nor does what an interrupted bootstrap left. */
function checkEmpty(target: Disk, root: string): void {
  const kind = target.stat('.')?.kind;
  if (kind !== undefined && kind !== 'folder') throw failure('usage', `${root} is not a folder`, { value: root });
  const names = (target.list('.') ?? []).filter((name) => !name.startsWith('.'));
  if (names.length > 0 && !target.stat(MARK))
    throw failure(
      'usage',
      `${root} is neither empty nor an organisation: it contains ${names.slice(0, 3).join(', ')}`,
      {
        value: root,
        remedy: 'Choose a new folder: lemming bootstrap my-org.',
      },
    );
}

function make(world: World, input: InputOf<typeof command>, source: Disk, target: Disk, root: string) {
  const { template: wanted = DEFAULT, purpose } = input.flags;
  const template = templateNamed(source, wanted === true ? DEFAULT : wanted);
  const goal = purpose === undefined ? null : purposeOf(purpose);
  const files = new Files(target);
  target.mkdir('');
  files.add(MARK, '');
  for (const path of templatePaths(source, template, goal !== null)) files.copy(source, template.folder + path, path);
  for (const [id, text] of agentTemplates(source)) files.add(`org/templates/${id}.md`, text);
  files.add('.gitignore', '.lemming/\nbackups/\nagents/*/logs/\norg/logs/\n');
  files.add('.gitattributes', 'org/journal/** -text\n');
  files.made.push(...copySchemas(source, target));
  files.add('org/org.yaml', orgYaml(source, template, nameOf(root), goal));
  const first = writeFirst(world, files, target, root, goal, goal === null ? firstRequest(source, template) : null);
  target.unlink(MARK);
  noteMadeHere(world.machine.kept(root, world.env, target));
  return told(world, root, template, files, first, target);
}

/** A purpose in a form that fits into org.yaml. */
function purposeOf(text: string): string {
  const purpose = text.trim();
  if (purpose === '' || purpose.length > 10_000)
    throw failure('usage', 'The purpose must have 1 to 10000 characters', { value: text.slice(0, 80) });
  return purpose;
}

/** Writes new files only: existing ones stay. */
class Files {
  readonly made: string[] = [];
  readonly kept: string[] = [];
  private readonly target: Disk;

  constructor(target: Disk) {
    this.target = target;
  }

  add(path: string, bytes: string | Uint8Array): void {
    if (this.target.stat(path)) {
      this.kept.push(path);
      return;
    }
    this.target.create(path, bytes);
    if (path !== MARK) this.made.push(path);
  }

  copy(source: Disk, from: string, to: string): void {
    const bytes = source.read(from);
    if (bytes) this.add(to, bytes);
  }
}

function copySchemas(source: Disk, target: Disk): string[] {
  const files = new Files(target);
  for (const name of source.list('schemas') ?? [])
    if (name.endsWith('.schema.json')) files.copy(source, `schemas/${name}`, `.lemming/schemas/${name}`);
  return files.made;
}

function nameOf(root: string): string {
  return basename(root).slice(0, 100);
}

/** The template's org.yaml with the name and purpose of this organisation; comments and order stay. */
function orgYaml(source: Disk, { folder }: Template, name: string, purpose: string | null): string {
  const file = 'org/org.yaml';
  const text = textOf(source, folder + file) ?? '';
  const named = name === '' ? text : edited(setScalar(text, ['name'], name), file);
  return purpose === null ? named : edited(setScalar(named, ['purpose'], purpose), file);
}

/** The first request to a template's organisation, as its script expects it: `# Subject`, then the text. */
function firstRequest(source: Disk, { name, folder }: Template): { subject: string; body: string } | null {
  if (name === DEFAULT) {
    const body = textOf(source, 'templates/request.md');
    return body === null ? null : { subject: 'A tip calculator for our café', body: body.trim() };
  }
  const [, subject, body] = /^# (.+)\n+([\s\S]+)$/.exec(textOf(source, `${folder}request.md`) ?? '') ?? [];
  return subject === undefined || body === undefined ? null : { subject, body: body.trim() };
}

/**
 * Writes the first goal, if the purpose is new, and the first message: the template's own request, or else a charter. Returns
 * the recipient.
 */
function writeFirst(
  world: World,
  files: Files,
  target: Disk,
  root: string,
  goal: string | null,
  request: { subject: string; body: string } | null,
): string | null {
  const config = checked(world, root);
  const person = personOf({ config });
  const first = mayWriteTo(config, person).find((name) => !config.agents.get(name)?.person);
  if (goal !== null) files.add('org/goals/first.md', goalText(goal, first));
  if (first === undefined || target.list(`agents/${person}/outbox`)?.length) return null;
  const letter = request ?? { subject: 'The charter', body: charterText(goal ?? config.org.purpose) };
  drop(target, world.machine.clock, emptyState(), person, { to: [first], ...letter });
  return first;
}

/** The valid configuration of the new organisation. */
function checked({ machine, env }: World, root: string): Config {
  const { config, faults } = checkFolder({ machine, root, env });
  if (!config || faults.length > 0) throw new FaultError(...(faults as [Fault, ...Fault[]]));
  return config;
}

function goalText(purpose: string, owner: string | undefined): string {
  const head = [
    `title: ${JSON.stringify(firstLine(purpose))}`,
    ...(owner === undefined ? [] : [`owner: ${owner}`]),
    'status: open',
  ];
  return `---\n${head.join('\n')}\n---\n# First goal\n\n${purpose}\n\nReached when the person who asked for it says so.\n`;
}

function charterText(purpose: string): string {
  return `This organisation starts today. What it is for:\n\n> ${(purpose || 'to be decided').replace(/\n/g, '\n> ')}\n\nPlease tell me in a few sentences how you would begin, and what you need to know from me first.\n`;
}

function told(world: World, root: string, template: Template, files: Files, first: string | null, target: Disk) {
  const ignored = textOf(target, '.gitignore')?.split('\n').includes('.lemming/') ?? false;
  const next = nextSteps(relative(world.cwd, root), first);
  const lines = [
    `Created the organisation ${nameOf(root)} from the template ${template.name} (${files.made.length} files).`,
    first === null ? '' : `A first message to ${first} is in agents/human/outbox/. Edit or delete it as you like.`,
    files.made.includes('README.md') ? 'README.md says what it shows, step by step.' : '',
    ignored ? '' : 'Add the line .lemming/ to your .gitignore: that folder contains only caches.',
    'Next:',
    ...next.map((line) => `  ${line}`),
  ];
  return {
    data: {
      path: root,
      created: true as const,
      template: template.name,
      files: files.made,
      kept: files.kept,
      first_letter_to: first,
      next,
    },
    text: lines.filter(Boolean).join('\n'),
  };
}

function nextSteps(path: string, first: string | null): string[] {
  return [
    path === '' ? `lemming send ${first ?? 'AGENT'} "..."    sends it a message` : `cd ${quoted(path)}`,
    'lemming run --until-idle    lets it work until no agent is due',
    'lemming inbox               shows the replies',
  ];
}
