import { noteAttached } from '../../src/core/mail/attachments.ts';
import type { Json } from '../../src/core/model/call.ts';
import type { Mail } from '../../src/core/model/state/mail.ts';
import { emptyState } from '../../src/core/model/state.ts';
import {
  type ActContext,
  type Draft,
  emptyDraft,
  type Staged,
  type Tool,
  type WorldResult,
} from '../../src/core/model/tool.ts';
import { inTheWayOf } from '../../src/core/tools/file-versions.ts';
import type { Disk } from '../../src/disk/fs/disk.ts';
import {
  type ContextParts,
  type FileChanges,
  makeToolContext,
  noChanges,
  ToolRefusal,
} from '../../src/engine/tools/tool-context.ts';
import type { Resume } from '../../src/schema/config/resume.ts';
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

export function scene(more: Partial<ActContext> = {}): ActContext {
  return sceneOf(CONFIG, 'a', more);
}

/** Stages an act of agent a. The input must be good. */
export function stage(name: string, input: Json, at: ActContext = scene()): Staged {
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

/** What a Box of agent a, or of somebody else, is made of. `draft` holds what the visit staged before. */
export function means(disk: Disk, more: Partial<ContextParts> & { draft?: Draft } = {}): ContextParts {
  const { draft = emptyDraft(), resume = RESUME, ...rest } = more;
  return {
    disk,
    resume,
    reader: { state: emptyState(), resume, given: [] },
    wrote: draft.wrote,
    inTheWay: (path) => inTheWayOf(path, draft.wrote),
    known: (hash) => draft.known.get(hash),
    shown: () => undefined,
    redact: (text) => text,
    isTainted: () => false,
    room: { workspace: 'agents/a/workspace', bytes: 10_000_000, files: 1000, counted: new Map() },
    changes: noChanges(),
    program: () => Promise.reject(new ToolRefusal('there is no sandbox here', 'sandbox')),
    ask: () => Promise.reject(new ToolRefusal('there are no servers here', 'server')),
    fetch: () => Promise.reject(new ToolRefusal('there is no network here', 'network')),
    search: () => Promise.reject(new ToolRefusal('there is no network here', 'network')),
    mail: () => null,
    mailIds: () => [],
    apart: () => Promise.reject(new ToolRefusal('there is no sandbox here', 'sandbox')),
    timeout: 5000,
    signal: new AbortController().signal,
    ...rest,
  };
}

/** Uses a world tool that answers at once, as agent a or as somebody else. */
export function use(
  name: string,
  input: Json,
  disk: Disk,
  resume = RESUME,
  draft = emptyDraft(),
  given: readonly Mail[] = [],
): WorldResult & { changes: FileChanges } {
  const state = emptyState();
  for (const mail of given) noteAttached(state, mail, [], false);
  const made = means(disk, { resume, draft, reader: { state, resume, given } });
  const result = start(name, input, made);
  if (result instanceof Promise) throw new Error(`${name} does not answer at once`);
  return { ...result, changes: made.changes };
}

/** Uses a world tool. The input must be good. */
export function start(name: string, input: Json, made: ContextParts): WorldResult | Promise<WorldResult> {
  const tool = toolNamed(name);
  const parsed = tool.parse(input);
  if (tool.kind !== 'world' || !parsed.ok) throw new Error(`${name}: ${parsed.ok ? 'no world tool' : parsed.why}`);
  return tool.run(parsed.value, makeToolContext(made));
}
