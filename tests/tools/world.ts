import type { Json } from '../../src/core/call.ts';
import type { Mail } from '../../src/core/state.ts';
import { emptyDraft, type Scene, type Staged, type Tool, type WorldResult } from '../../src/core/tool.ts';
import type { Disk } from '../../src/disk/disk.ts';
import { type Changes, makeBox } from '../../src/engine/box.ts';
import type { Resume } from '../../src/schema/resume.ts';
import { buildOrg, type OrgPlan } from '../../src/testing/build-org.ts';
import { MemoryDisk } from '../../src/testing/memory-disk.ts';
import { TOOLS } from '../../src/tools/all.ts';
import { configOf, resumeOf, sceneOf } from '../core/world.ts';

/** Agent a may use shared/docs, write to b and the human; b to nobody. */
export const PLAN: OrgPlan = {
  edges: { human: ['a'], a: ['b', 'human'], b: [] },
  resumes: { a: { tools: [...TOOLS.keys()], shared: ['docs'] } },
  files: {
    'agents/b/workspace/secret.txt': 'of b',
    'org/shared/other.txt': 'not granted',
    'org/shared/docs/x.md': 'shared text',
  },
};
export const CONFIG = configOf(PLAN);
export const RESUME: Resume = resumeOf(CONFIG, 'a');

export function toolNamed(name: string): Tool {
  const tool = TOOLS.get(name);
  if (!tool) throw new Error(`there is no tool ${name}`);
  return tool;
}

export function scene(more: Partial<Scene> = {}): Scene {
  return sceneOf(CONFIG, 'a', more);
}

/** Stages an act of agent a. The input must be good. */
export function stage(name: string, input: Json, at: Scene = scene()): Staged {
  const tool = toolNamed(name);
  const parsed = tool.parse(input);
  if (tool.kind !== 'act' || !parsed.ok) throw new Error(`${name}: ${parsed.ok ? 'no act' : parsed.why}`);
  return tool.stage(parsed.value, at);
}

/** The folder of the plan, in memory. */
export function memoryOrg(): MemoryDisk {
  const disk = new MemoryDisk();
  buildOrg(disk, PLAN);
  return disk;
}

/** Uses a world tool as agent a, or as somebody else; `draft` holds what the visit staged before. */
export function use(
  name: string,
  input: Json,
  disk: Disk,
  resume = RESUME,
  draft = emptyDraft(),
  given: readonly Mail[] = [],
): WorldResult & { changes: Changes } {
  const tool = toolNamed(name);
  const parsed = tool.parse(input);
  if (tool.kind !== 'world' || !parsed.ok) throw new Error(`${name}: ${parsed.ok ? 'no world tool' : parsed.why}`);
  const changes: Changes = { files: [], replaced: [] };
  const box = makeBox(disk, resume, given, (path) => draft.wrote.get(path)?.text, changes);
  return { ...tool.run(parsed.value, box), changes };
}
