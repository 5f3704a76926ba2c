import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { type ChartFile, chartFile } from '../../src/schema/config/chart.ts';
import { creditsFile } from '../../src/schema/config/credits.ts';
import { modelsFile } from '../../src/schema/config/models.ts';
import { type OrgFile, orgFile } from '../../src/schema/config/org.ts';
import { type ResumeHead, resumeHead } from '../../src/schema/config/resume.ts';
import { type ScriptFile, scriptFile } from '../../src/schema/config/script.ts';
import { contactHead, goalHead, unitHead } from '../../src/schema/config/unit.ts';

/** A shipped organisation, read and parsed by the schemas. Throws where a file is not what its schema says. */
export interface Sample {
  root: string;
  org: OrgFile;
  chart: ChartFile['agents'];
  models: ReturnType<ReturnType<typeof modelsFile>['parse']>['models'];
  credits: ReturnType<ReturnType<typeof creditsFile>['parse']>;
  script: ScriptFile['rules'];
  units: Record<string, ReturnType<ReturnType<typeof unitHead>['parse']>>;
  goals: Record<string, ReturnType<ReturnType<typeof goalHead>['parse']>>;
  contacts: Record<string, ReturnType<ReturnType<typeof contactHead>['parse']>>;
  agents: Record<string, { head: ResumeHead; body: string }>;
}

const HERE = join(import.meta.dirname, '../..');

/** The repository's own organisation first, then the templates. */
export const ROOTS = [
  '.',
  ...namesIn('templates')
    .filter((name) => existsSync(join(HERE, 'templates', name, 'org')))
    .map((name) => `templates/${name}`),
];

export function readSample(root: string): Sample {
  const yaml = (name: string) => parseYaml(textOf(root, `org/${name}.yaml`));
  return {
    root,
    org: orgFile().parse(yaml('org')),
    chart: chartFile().parse(yaml('chart')).agents,
    models: modelsFile().parse(yaml('models')).models,
    credits: creditsFile().parse(yaml('credits')),
    script: scriptFile().parse(yaml('script')).rules,
    units: heads(root, 'units', unitHead()),
    goals: heads(root, 'goals', goalHead()),
    contacts: heads(root, 'contacts', contactHead()),
    agents: Object.fromEntries(
      namesIn(`${root}/agents`).map((name) => {
        const { head, body } = split(textOf(root, `agents/${name}/resume.md`));
        return [name, { head: resumeHead().parse(head), body }];
      }),
    ),
  };
}

export function textOf(root: string, path: string): string {
  return readFileSync(join(HERE, root, path), 'utf8');
}

export function namesIn(path: string): string[] {
  return existsSync(join(HERE, path)) ? readdirSync(join(HERE, path)).sort() : [];
}

function heads<T>(root: string, kind: string, schema: { parse(head: unknown): T }): Record<string, T> {
  return Object.fromEntries(
    namesIn(`${root}/org/${kind}`).map((file) => [
      file.replace(/\.md$/, ''),
      schema.parse(split(textOf(root, `org/${kind}/${file}`)).head),
    ]),
  );
}

function split(text: string): { head: unknown; body: string } {
  const match = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text);
  if (!match) throw new Error(`no front matter in ${JSON.stringify(text.slice(0, 40))}`);
  return { head: parseYaml(match[1] as string), body: match[2] as string };
}

function parseYaml(text: string): unknown {
  const document = parseDocument(text, { uniqueKeys: true, strict: true });
  if (document.errors.length || document.warnings.length) throw document.errors[0] ?? document.warnings[0];
  return document.toJS();
}
