/** Builds small organisations for tests. */
import { stringify } from 'yaml';
import type { Disk } from '../disk/fs/disk.ts';

/** An organisation for tests, as values. Only the edges are needed: the rest is a scripted model whose calls cost nothing. */
export interface OrgPlan {
  name?: string;
  /** agent → whom it may write to. The other end of each edge is added. */
  edges: Record<string, string[]>;
  org?: Record<string, unknown>;
  models?: Record<string, unknown>;
  credits?: Record<string, unknown>;
  /** Rules of org/script.yaml. */
  rules?: unknown[];
  /** Front matter by agent, over the default. */
  resumes?: Record<string, Record<string, unknown>>;
  /** More files: path → text. */
  files?: Record<string, string>;
}

/** path → text of every file of the org. */
export function planFiles(plan: OrgPlan): Map<string, string> {
  const names = [...new Set([...Object.keys(plan.edges), ...Object.values(plan.edges).flat()])];
  const readers = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const [from, to] of Object.entries(plan.edges)) for (const name of to) readers.get(name)?.push(from);
  const agents = Object.fromEntries(
    names.map((name) => [name, { send_to: plan.edges[name] ?? [], read_from: readers.get(name) ?? [] }]),
  );
  const models = plan.models ?? {
    default: { provider: 'scripted', ...(plan.rules ? { script: 'org/script.yaml' } : {}) },
  };
  const files = new Map<string, string>([
    ['org/org.yaml', stringify({ version: 1, name: plan.name ?? 'test', ...plan.org })],
    ['org/chart.yaml', stringify({ version: 1, agents })],
    ['org/models.yaml', stringify({ version: 1, models })],
    ['org/credits.yaml', stringify({ version: 1, ...plan.credits })],
  ]);
  if (plan.rules) files.set('org/script.yaml', stringify({ version: 1, rules: plan.rules }));
  for (const name of names) {
    const head = { role: `role of ${name}`, ...(name === 'human' ? { person: true } : {}), ...plan.resumes?.[name] };
    files.set(`agents/${name}/resume.md`, `---\n${stringify(head)}---\nYou are ${name}.\n`);
  }
  for (const [path, text] of Object.entries(plan.files ?? {})) files.set(path, text);
  return files;
}

/** Writes the files of a plan to a disk. */
export function buildOrg(disk: Disk, plan: OrgPlan): void {
  for (const [path, text] of planFiles(plan)) disk.create(path, text);
}
