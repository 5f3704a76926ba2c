/** Judges what must hold before a task begins or when it is completed. */
import type { Condition } from '../../schema/records/task.ts';
import { type Config, isPersonIn } from '../model/config.ts';
import type { Task } from '../model/state/tasks.ts';
import type { ToolContext, ToolWork, WorldResult } from '../model/tool.ts';
import { permitPath } from '../model/tool-path.ts';
import type { Trusted } from '../model/trust.ts';
import { grants } from '../rights/permit.ts';
import { quoteUntrusted } from '../text/untrusted.ts';

/** Milliseconds that all conditions of a task may take together, and characters of what failed. */
const TIMEOUT = 120_000;
const MOST = 4000;

/** A condition in words. */
export function conditionText(condition: Condition): string {
  if ('file' in condition) return `the file ${quoteUntrusted(condition.file)} exists`;
  if ('run' in condition) return `${quoteUntrusted(condition.run.join(' '))} ends with 0`;
  return `${condition.approved_by} approves it`;
}

/** The people who must approve. */
export function approversIn(conditions: readonly Condition[]): string[] {
  return [...new Set(conditions.flatMap((one) => ('approved_by' in one ? [one.approved_by] : [])))];
}

/**
 * Looks at all conditions in the workspace of the assignee, with its rights and those of the task's author. Null where there is
 * nothing to look at.
 */
export function conditionWork(
  config: Config,
  task: ConditionedTask & Pick<Task, 'assignee'>,
  conditions: readonly Condition[],
): ToolWork | null {
  const all = conditions.filter((one) => !('approved_by' in one));
  if (all.length === 0) return null;
  return {
    received: receivedWith(config, task),
    touches: 'idempotent',
    timeout: TIMEOUT,
    most: MOST,
    run: async (_value, box) => {
      for (const one of all) {
        const why = whyNoRight(config, task, one) ?? (await whyNot(one, box));
        if (why !== null) return { ok: false, text: `Not yet: ${conditionText(one)} does not hold. ${why}` };
      }
      return { ok: true, text: 'Its conditions hold.' };
    },
  };
}

/** What is looked at of a task to know who wrote its conditions. */
export type ConditionedTask = Pick<Task, 'id' | 'turn' | 'by' | 'key' | 'requires' | 'ensures'>;

/**
 * The command lines in the conditions of a task, and the turn in which a person wrote them: the owner must approve what came with the
 * folder. Those of a workflow count as written in the first turn, because its file says not when. Undefined where an agent wrote them,
 * and where there are none.
 */
export function receivedWith(config: Config, task: ConditionedTask): { turn: number; what: Trusted } | undefined {
  const { id, turn, by, key, requires, ensures } = task;
  const lines = [...requires, ...ensures].flatMap((one) => ('run' in one ? [one.run] : []));
  if (lines.length === 0 || !isPersonIn(config, by)) return undefined;
  const isOfRun = key?.startsWith('run/') === true;
  return { turn: isOfRun ? 1 : turn, what: { kind: 'condition', name: id, text: JSON.stringify(lines) } };
}

/** A condition lends no rights: whoever wrote it must be able to do what it does, and so must the assignee. */
function whyNoRight(
  { agents }: Config,
  { by, assignee }: Pick<Task, 'by' | 'assignee'>,
  one: Condition,
): string | null {
  for (const name of [by, assignee as string]) {
    const resume = agents.get(name);
    if (!resume) return `${name} is not in the organisation.`;
    if (resume.person) continue;
    if ('run' in one && grants(resume, 'shell') !== 'free') return `${name} may not run programs.`;
    if ('file' in one && one.file.startsWith('shared/') && !permitPath(resume, one.file).ok)
      return `${name} may not read ${quoteUntrusted(one.file)}.`;
  }
  return null;
}

async function whyNot(one: Condition, box: ToolContext): Promise<string | null> {
  if ('file' in one) return hasFile(box, one.file) ? null : 'There is no such file.';
  const ended: WorldResult = await box.program((one as { run: string[] }).run);
  return ended.ok ? null : `It said: ${ended.text}`;
}

/** Also a file that the visit has written and that is not there yet, or that is no text. */
function hasFile(box: ToolContext, path: string): boolean {
  const cut = path.lastIndexOf('/');
  const isRead = found(() => box.read(path).text !== null);
  return isRead || found(() => box.list(cut < 0 ? '.' : path.slice(0, cut)).includes(path.slice(cut + 1)));
}

/** What cannot be looked at is not there. */
function found(look: () => boolean): boolean {
  try {
    return look();
  } catch {
    return false;
  }
}
