/** Who has read words of strangers, and which acts must wait because of it. */
import type { OrgFile } from '../../schema/config/org.ts';
import type { Resume } from '../../schema/config/resume.ts';
import { memoryOwner, SHARED } from '../memory/entry.ts';
import { isTaintedTask } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';
import type { ActContext, Tool } from '../model/tool.ts';
import { permitPath } from '../model/tool-path.ts';
import { grants } from './permit.ts';

/**
 * Words of strangers may try to make an agent give away what it knows. An agent that has read such words is tainted, and so
 * are its mail, what it writes into `org/shared/`, and whoever reads these, until a person says otherwise.
 */

/** Tools that show an agent what lies in its workspace. */
const FILE_TOOLS = ['read_file', 'search_files', 'shell', 'run_python'];

/** Why an outbound act must wait for a person: the agent is tainted and reaches private data. Null when it may go on. */
export function taintOf(scene: ActContext): string | null {
  const { state, resume } = scene;
  const read = tainting(scene) ?? sharedContext(state, resume);
  const reach = read === undefined ? null : privateTo(state, resume);
  return reach === null ? null : `${resume.name} has read text from strangers (${read}) and can reach ${reach}.`;
}

/** What an agent has read of strangers: before, in its mail, or in its task; undefined when nothing. */
export function tainting({
  state,
  resume,
  given,
  task,
}: Pick<ActContext, 'state' | 'resume' | 'given' | 'task'>): string | undefined {
  return (
    state.rights.tainted.get(resume.name) ??
    given.find(({ id }) => state.mail.waiting.get(id)?.tainted)?.id ??
    (task && isTaintedTask(state.tasks, task) ? task.id : undefined)
  );
}

/** Whether a tool sends its input out of the organisation; for some tools settings decide. */
export function isOutbound(tool: Tool | undefined, org: OrgFile): boolean {
  if (tool?.kind !== 'world' || tool.outbound === undefined) return false;
  return tool.outbound === true || tool.outbound(org);
}

/** The private data that an agent reaches: shared files, its memory, its workspace; null for none. */
export function privateTo(state: State, resume: Resume): string | null {
  const kept = [
    ...resume.shared.map((path) => `shared/${path}`),
    ...(state.memory.entries.get(resume.name)?.size ? ['its memory'] : []),
    ...(FILE_TOOLS.some((tool) => grants(resume, tool) !== null) ? ['its workspace'] : []),
  ];
  return kept.length ? kept.slice(0, 5).join(', ') : null;
}

/** An entry of the shared context that a tainted agent wrote; prompts of agents that are granted it may show it. */
function sharedContext({ rights: { tainted } }: State, resume: Resume): string | undefined {
  if (tainted.size === 0) return undefined;
  return [...tainted.keys()].find(
    (path) => memoryOwner(path) === SHARED && permitPath(resume, path.slice('org/'.length)).ok,
  );
}

/** Marks an agent as tainted, with what it read first. */
export function taint(state: State, agent: string, read: string): void {
  if (!state.rights.tainted.has(agent)) state.rights.tainted.set(agent, read);
}

/** Marks a shared file that a tainted agent writes. */
export function taintShared(state: State, agent: string, path: string): void {
  if (state.rights.tainted.has(agent) && path.startsWith('org/shared/'))
    state.rights.tainted.set(path, `written by ${agent}`);
}
