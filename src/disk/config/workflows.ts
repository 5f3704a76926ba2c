/** Reads the workflows in `org/workflows/`. */

import type { Workflow } from '../../core/model/config.ts';
import { validateWorkflow, type WorkflowFlaw } from '../../core/workflows/file/validate.ts';
import type { Resume } from '../../schema/config/resume.ts';
import { defined } from '../../schema/copy.ts';
import { type Fault, fault } from '../../schema/fault.ts';
import { byCodeUnit, isName } from '../../schema/name.ts';
import type { WorkflowFile } from '../../schema/records/workflow.ts';
import type { ConfigSource, Memory } from './source.ts';

const FILE = /^org\/workflows\/([^/]+)\.yaml$/;

/** The id of the workflow at a path; null for other paths. */
export function workflowIdOf(path: string): string | null {
  return FILE.exec(path)?.[1] ?? null;
}

/** The valid workflows by id, sorted, and the faults of the others. `names`: all agents, including those that are set aside. */
export function readWorkflows(
  texts: ReadonlyMap<string, string>,
  memory: Memory<ConfigSource<WorkflowFile>>,
  resumes: ReadonlyMap<string, Resume>,
  names: ReadonlySet<string>,
): { workflows: ReadonlyMap<string, Workflow>; faults: Fault[] } {
  const faults: Fault[] = [];
  const sources = new Map<string, ConfigSource<WorkflowFile>>();
  for (const [path, text] of texts) {
    const id = workflowIdOf(path);
    if (id === null) continue;
    if (isName(id)) sources.set(id, memory.read(text, path));
    else faults.push(fault('bad-name', `"${id}" cannot be the id of a workflow`, { file: path, value: id }));
  }
  const files = new Map([...sources].flatMap(([id, { value }]) => (value ? [[id, value] as const] : [])));
  const people = new Set([...names].filter((name) => resumes.get(name)?.person !== false));
  const around = { agents: names, people, workflows: files, flawOfCron: () => null };
  const good: [string, Workflow][] = [];
  for (const [id, source] of sources) {
    faults.push(...source.faults);
    if (!source.value) continue;
    const { flaws } = validateWorkflow(id, source.value, around);
    faults.push(...flaws.map((flaw) => faultOf(flaw, source)));
    if (flaws.length === 0) good.push([id, { file: source.value, text: texts.get(source.file) as string }]);
  }
  return { workflows: new Map(good.sort(([a], [b]) => byCodeUnit(a, b))), faults };
}

/** A fault for a problem at its place in the file. */
export function faultOf(
  { code, path, message, value, nearest }: WorkflowFlaw,
  source: Pick<ConfigSource<unknown>, 'file' | 'place'>,
): Fault {
  const { line, column } = source.place(path);
  return fault(code, message, {
    file: source.file,
    line,
    column,
    ...defined({ value, nearest }),
  });
}
