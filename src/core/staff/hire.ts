/** Stages the hire of an agent. */
import type { Resume } from '../../schema/config/resume.ts';
import { copyWith, defined } from '../../schema/copy.ts';
import { printHead } from '../../schema/print.ts';
import type { Json, JsonObject } from '../model/call.ts';
import { type Config, hasEdge, type ResumeTemplate } from '../model/config.ts';
import type { ActContext, Hire, Staged } from '../model/tool.ts';
import { printCredits } from '../money/ledger.ts';
import { intersectRights, type RequestedRights, type Rights } from '../rights/intersect.ts';
import { composeMessage, hopsAfter } from '../rights/recipients.ts';
import { fenced } from '../text/file-change.ts';
import { creditTrouble, limitTrouble, nameTrouble, type Trouble } from './staff.ts';

/** What a creator asks for in a new agent. */
export interface HireRequest extends RequestedRights {
  name: string;
  template: string;
  role?: string | undefined;
  instructions?: string | undefined;
  /** Names besides the creator's. */
  send_to?: string[] | undefined;
  read_from?: string[] | undefined;
  /** Micro-credits. */
  credits: number;
  message?: string | undefined;
}

/** Stages a hire: the new agent has no more rights than its creator. */
export function stageHire(wish: HireRequest, scene: ActContext): Staged {
  const { config, state, agent, resume, draft } = scene;
  const made = makeHire(config, resume, wish);
  const trouble =
    nameTrouble(config, state, wish.name) ??
    (draft.hires.some((hire) => hire.agent === wish.name)
      ? { rule: 'name', text: `You have hired ${wish.name} already.` }
      : null) ??
    limitTrouble(config, state.staff.hired, agent, draft.hires.length) ??
    ('trouble' in made ? made.trouble : null) ??
    creditTrouble(config, state, agent, wish.credits, draft.promised) ??
    hopsTrouble(scene, wish);
  if (trouble || 'trouble' in made) return { ok: false, ...(trouble as Trouble) };
  draft.hires.push(copyWith(made.hire, { message: firstMessage(scene, wish), made: draft.doing }));
  draft.promised += wish.credits;
  const without = made.without.length ? ` It does not get what you do not have: ${made.without.join(', ')}.` : '';
  return { ok: true, text: `${wish.name} is hired and starts in the next turn.${without}` };
}

/** What a person is shown of a hire: the resume with all its rights, its edges, and whose credits it gets. Pure. */
export function showHire(wish: HireRequest, { config, agent, resume }: ActContext): string {
  const made = makeHire(config, resume, wish);
  if ('trouble' in made) return made.trouble.text;
  const { files, send_to, read_from } = made.hire;
  return [
    ...files.map(
      ({ text }) =>
        `The resume of ${wish.name}, with no rights beyond those of ${agent}:\n\n${fenced('', text.trimEnd())}`,
    ),
    `It writes to ${send_to.join(', ')} and reads the mail of ${read_from.join(', ')}. It gets ${printCredits(wish.credits)} of the credits of ${agent}.`,
  ].join('\n\n');
}

function hopsTrouble({ config, given, task }: ActContext, { message }: HireRequest): Trouble | null {
  const hops = hopsAfter(given, task);
  if (message === undefined || hops <= config.org.limits.hops) return null;
  return { rule: 'hops', text: `The conversation has had ${hops} messages without a person.` };
}

function firstMessage(
  { agent, turn, given, task, draft }: ActContext,
  { name, message }: HireRequest,
): Hire['message'] {
  if (message === undefined) return null;
  const { via } = draft;
  return composeMessage(
    agent,
    turn,
    draft.nextMessage++,
    { to: [name], body: message, via },
    given,
    hopsAfter(given, task),
  );
}

/** Makes a hire for its creator, an agent or a person; or says why that is impossible. Pure. */
export function makeHire(
  config: Config,
  creator: Resume,
  wish: HireRequest,
): { hire: Hire; without: string[] } | { trouble: Trouble } {
  const template = config.templates.get(wish.template);
  if (!template) return { trouble: noTemplate(config, wish.template) };
  const { rights, beyond, without } = intersectRights(creator, template, wish);
  if (beyond.length) {
    const whose = creator.person
      ? `the template ${wish.template} does not have it`
      : `${creator.name} and ${wish.template} do not both have it`;
    return { trouble: { rule: 'rights', text: `Not granted, as ${whose}: ${beyond.join(', ')}.` } };
  }
  const stranger = strangerIn(config, creator.name, wish);
  if (stranger !== undefined)
    return {
      trouble: {
        rule: 'edge',
        text: `The chart does not connect ${creator.name} and ${JSON.stringify(stranger)} in that direction.`,
      },
    };
  const { name, credits, send_to = [], read_from = [] } = wish;
  const files = [{ path: 'resume.md', text: printResume(name, template, rights, wish) }];
  const ends = { send_to: withCreator(creator, send_to), read_from: withCreator(creator, read_from) };
  return { hire: { agent: name, template: wish.template, files, ...ends, credits, message: null }, without };
}

function noTemplate(config: Config, id: string): Trouble {
  const known = [...config.templates.keys()].sort().join(', ') || 'none';
  return { rule: 'template', text: `There is no template ${JSON.stringify(id.slice(0, 80))}. There are: ${known}.` };
}

function withCreator(creator: Resume, names: readonly string[]): string[] {
  return [...new Set([creator.name, ...names])];
}

/** A name in the requested edges to which the creator has no edge. */
function strangerIn(
  config: Config,
  creator: string,
  { send_to = [], read_from = [] }: HireRequest,
): string | undefined {
  return (
    send_to.find((name) => name !== creator && !hasEdge(config, creator, name)) ??
    read_from.find((name) => name !== creator && !hasEdge(config, name, creator))
  );
}

/** The canonical resume of a new agent; it extends nothing, so that its rights are those that were compared. */
function printResume(name: string, { head, body }: ResumeTemplate, rights: Rights, wish: HireRequest): string {
  const { model, tools, skills, shared, hosts, commands, limits, unit } = rights;
  const { every, offset, when } = head.schedule;
  const fields: Record<string, Json> = {
    name,
    role: (wish.role ?? head.role).replace(/\s+/g, ' ').trim(),
    model,
    schedule: { every, offset, when },
    tools,
    skills,
    shared,
    ...(hosts.length ? { hosts } : {}),
    ...(commands ? { commands } : {}),
    ...defined({ unit }),
    limits: limits as JsonObject,
  };
  const own = wish.instructions?.trim() ? `\n\n## What you are here for\n${wish.instructions.trim()}` : '';
  return `${printHead(Object.entries(fields))}${`${body.trim()}${own}`.trim()}\n`;
}
