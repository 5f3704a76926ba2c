import { apply } from '../../src/core/journal/apply.ts';
import type { Config } from '../../src/core/model/config.ts';
import type { Entry } from '../../src/core/model/entry.ts';
import type { Mail } from '../../src/core/model/state/mail.ts';
import { emptyState, type State } from '../../src/core/model/state.ts';
import { type ActContext, emptyDraft } from '../../src/core/model/tool.ts';
import { messagePath } from '../../src/core/rights/recipients.ts';
import { readConfig } from '../../src/disk/config/config.ts';
import type { Resume } from '../../src/schema/config/resume.ts';
import { type Fault, FaultError } from '../../src/schema/fault.ts';
import { messageId } from '../../src/schema/name.ts';
import type { Message } from '../../src/schema/records/message.ts';
import { type OrgPlan, planFiles } from '../../src/testing/build-org.ts';

/** The configuration that the files of a plan say. Throws their faults. */
export function configOf(plan: OrgPlan): Config {
  const files = planFiles(plan);
  const folders = new Set(
    [...files.keys()].filter((path) => path.startsWith('agents/')).map((path) => path.split('/')[1]),
  );
  const { config, faults } = readConfig(files, [...folders] as string[], {});
  if (!config) throw new FaultError(...(faults as [Fault, ...Fault[]]));
  return config;
}

export function resumeOf(config: Config, name: string): Resume {
  const resume = config.agents.get(name);
  if (!resume) throw new Error(`the plan has no ${name}`);
  return resume;
}

/** The fold of some lines. */
export function stateOf(...entries: Entry[]): State {
  const state = emptyState();
  for (const entry of entries) apply(state, entry);
  return state;
}

/** A message of turn 1 from human to a, unless the fields say otherwise. `n` counts the messages of its author. */
export function letter({ n = 1, ...fields }: Partial<Message> & { n?: number } = {}): Message {
  const { from = 'human', turn = 1, to = ['a'], subject = 'Hello' } = fields;
  const id = messageId(turn, from, n);
  const path = messagePath(from, turn, n, to[0] ?? 'nobody', subject);
  return {
    id,
    from,
    to,
    turn,
    kind: 'message',
    subject,
    priority: 'normal',
    thread: id,
    hops: 0,
    path,
    body: 'Hi.',
    ...fields,
  };
}

export function sent(fields: Partial<Message> & { n?: number } = {}): Extract<Entry, { k: 'sent' }> {
  return { k: 'sent', message: letter(fields) };
}

/** A message that still waits for all of its recipients. */
export function mail(fields: Partial<Mail> & { n?: number } = {}): Mail {
  const message = letter(fields);
  return { ...message, waiting: fields.waiting ?? message.to, attempts: fields.attempts ?? {} };
}

/** What an act of an agent is judged against, in turn 2. */
export function sceneOf(config: Config, agent: string, more: Partial<ActContext> = {}): ActContext {
  const resume = resumeOf(config, agent);
  return {
    config,
    state: emptyState(),
    turn: 2,
    agent,
    resume,
    given: [],
    draft: emptyDraft(),
    attach: () => ({ why: 'There is no such file.' }),
    stands: () => null,
    ...more,
  };
}
