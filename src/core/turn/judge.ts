/** Judges an act: done, held or refused. */
import type { Resume } from '../../schema/config/resume.ts';
import { copyWith, defined } from '../../schema/copy.ts';
import { actName } from '../approvals/answers.ts';
import { lapseOf, otherwiseOf, waitingLike } from '../approvals/approval.ts';
import { deniedText } from '../approvals/approval-text.ts';
import { changedSince, changedText, coversOf, OUTDATED } from '../approvals/covers.ts';
import type { ActCall, Json, JsonObject, ToolSpec } from '../model/call.ts';
import type { Config } from '../model/config.ts';
import type { Cause, Held, UsedEntry } from '../model/entry.ts';
import { textHash } from '../model/hash.ts';
import { agentState } from '../model/state/staff.ts';
import { plansAsked } from '../model/state/tasks.ts';
import { type ActContext, type ActTool, type Covers, copyDraft, type Tool, type ToolWork } from '../model/tool.ts';
import { countCredits } from '../money/ledger.ts';
import { priceOf } from '../money/price.ts';
import { toldName } from '../prompt/unfinished.ts';
import { askedFirst } from '../rights/approvers.ts';
import { deniedBefore, lastDenial } from '../rights/denied.ts';
import { type Act, grants, permit, type Ruling } from '../rights/permit.ts';
import { policyFor, textIn } from '../rights/policy.ts';
import { countUse, endsIn } from '../rights/policy-end.ts';
import { standingPolicyFor } from '../rights/standing-policy.ts';
import { isOutbound, taintOf } from '../rights/taint.ts';
import { overLimit } from '../skills/quota.ts';
import { showConflict } from '../text/conflict.ts';
import { permitUrl, type UrlRuling } from '../text/url-rule.ts';
import { type RouteReport, routeStaged } from './routed.ts';

/**
 * The verdict on an act: staged, held for a person, refused, or work to be done now; `ask`: its result may have to wait for
 * a person. `cost`: micro-credits to be booked for it.
 */
export type Verdict =
  | { is: 'done'; text: string; asks: boolean; cost: number }
  | { is: 'held'; id: string; text: string }
  | { is: 'refused'; rule: string; text: string }
  | { is: 'use'; tool: ToolWork; value: unknown; cost: number; ask?: AfterWork };

/**
 * What follows after the work was tried: the act is held, refused because it was denied before, or done; null when that is all.
 */
type AfterWork = (used: Pick<UsedEntry, 'ok' | 'text' | 'rule' | 'conflict'>) => NowDone | NotDone | null;
type NowDone = Extract<Verdict, { is: 'done' }>;
type NotDone = Extract<Verdict, { is: 'held' | 'refused' }>;

/** All tools by name: those of the product, and those that the org declares. */
export type Toolbox = ReadonlyMap<string, Tool>;

/**
 * Judges one act with `permit`, and stages it in the draft if it is done. Pure: works on the snapshot and the visit's own
 * draft. `approved`: a person approved this held act; `begun`: it was found before a crash to be as it was shown. `canPay`:
 * whether so much may still be spent; without it nobody pays.
 */
export function judge(
  toolbox: Toolbox,
  context: ActContext,
  call: ActCall,
  approved: boolean | 'begun' = false,
  canPay: (cost: number) => boolean = () => true,
): Verdict {
  const scene = withTools(toolbox, context);
  const tool = toolbox.get(call.tool);
  const act = actOf(scene, tool, call, approved !== false);
  const ruling = permit(scene.config, act);
  if (ruling.do === 'refuse')
    return refused(scene, call.tool, ruling.rule, `${ruling.text}${hintFor(toolbox, scene, ruling.rule)}`);
  if (ruling.do === 'hold') return waitFor(scene, call, act, ruling, {});
  const isBegun = approved === 'begun' && tool?.kind === 'world';
  const again = approved && !isBegun ? waitAgain(scene, call, act) : null;
  if (again) return again;
  const cost = priceOf(scene.config, call.tool);
  if (cost > 0 && !canPay(cost)) return refused(scene, call.tool, 'credits', unpaid(call.tool, cost));
  if (tool?.kind === 'world') {
    noteUse(scene, act);
    const work: Verdict = { is: 'use', tool, value: act.value, cost };
    const isWrite = call.tool === 'write_file' || scene.approved !== undefined;
    return isWrite
      ? { is: 'use', tool, value: act.value, cost, ask: (used) => askAfter(scene, call, act, used) }
      : work;
  }
  const actTool = tool as ActTool;
  const conditions = actTool.conditions?.(act.value, scene) ?? null;
  if (!conditions) return stageNow(scene, call, act, actTool, cost);
  const next = () => {
    const { approvers: contacts, input } = conditions;
    if (approved || contacts.length === 0) return stageNow(scene, call, act, actTool, cost);
    const because = 'The task counts as completed only when this is approved.';
    return hold(scene, call, act, { do: 'hold', rule: BY_TASK, contacts, because }, { input });
  };
  const { work } = conditions;
  return work ? { is: 'use', tool: work, value: act.value, cost, ask: ({ ok }) => (ok ? next() : null) } : next();
}

/** The rule of a task that wants people to approve its result. No standing policy can answer for them. */
const BY_TASK = 'conditions';

function stageNow(scene: ActContext, call: ActCall, act: Act, tool: ActTool, cost: number): NowDone | NotDone {
  const first = scene.draft.sent.length;
  const staged = tool.stage(act.value, scene);
  if (!staged.ok) return refused(scene, call.tool, staged.rule, staged.text);
  noteUse(scene, act);
  const { told, refusals } = routeFrom(scene, act, first);
  scene.draft.refusals.push(...refusals);
  return { is: 'done', text: `${staged.text}${told}`, asks: tool.asks === true, cost };
}

/** The tools are needed only where there are routes: they are followed as far as the author may write by itself. */
function withTools(tools: Toolbox, scene: ActContext): ActContext {
  return scene.config.routes.length === 0 ? scene : copyWith(scene, { tools });
}

/** Routes what an act has staged. Of an act that a person approved, that person was shown where its messages go. */
function routeFrom(scene: ActContext, { approved, toolName }: Act, first: number): RouteReport {
  const own = (tool: string, input: JsonObject) => actOf(scene, scene.tools?.get(tool), { tool, input }, approved);
  return routeStaged(scene, first, toolName, {
    permit: (tool, input) => permit(scene.config, own(tool, input)),
    note: (tool, input) => noteUse(scene, own(tool, input)),
  });
}

/** Where the messages of an act would go by the routes, were it approved now; empty when no route is for them. */
function routesShown(context: ActContext, act: Act): string {
  const { tool, value } = act;
  if (context.tools === undefined || tool?.kind !== 'act') return '';
  const scene = asIf(context);
  const first = scene.draft.sent.length;
  return tool.stage(value, scene).ok ? routeFrom(scene, copyWith(act, { approved: true }), first).shown : '';
}

/** What an approval covers besides what the tool says: where the messages go. */
function routesCovered(scene: ActContext, act: Act): Covers {
  const shown = routesShown(scene, act);
  return shown === '' ? {} : { routes: textHash(shown) };
}

/** What a person approved uses up no policy. */
function noteUse(scene: ActContext, act: Act): void {
  if (!act.approved && act.ended) countUse(scene, policyFor(scene.config, act));
}

/** A hint for an agent that asked for a tool it does not have: the tools it has. */
function hintFor(toolbox: Toolbox, { config, state, turn, agent, resume }: ActContext, rule: string): string {
  if (rule !== 'known-tool' && rule !== 'granted-tool') return '';
  const names = toolsOf(toolbox, config, resume, {
    withEarlierMail: state.mail.recent.has(agent),
    hasTasks: state.tasks.assigned.has(agent),
    isPlanning: plansAsked(state.tasks, agent, turn).length > 0,
  }).map(({ name }) => name);
  const more = names.length > SHOWN_TOOLS ? ' and others' : '';
  return ` Yours: ${names.slice(0, SHOWN_TOOLS).join(', ')}${more}.`;
}
/** Tools that a refusal names at most. */
const SHOWN_TOOLS = 30;

/** Holds an act, after the trial that must succeed without a person. */
function waitFor(scene: ActContext, call: ActCall, act: Act, ruling: Holding, more: Partial<Held>): Verdict {
  const { tool, value } = act;
  if (tool?.kind === 'act' && tool.trial) return tryFirst(scene, call, act, tool.trial, ruling, more);
  const staged = tool?.kind === 'act' ? tool.stage(value, asIf(scene)) : null;
  if (staged?.ok === false) return refused(scene, call.tool, staged.rule, staged.text);
  return hold(scene, call, act, ruling, more);
}
type Holding = Extract<Ruling, { do: 'hold' }>;

/** Holds an approved act again when it is not what the person was shown; null when it is. */
function waitAgain(scene: ActContext, call: ActCall, act: Act): Verdict | null {
  const { approved } = scene;
  const changed = approved ? changedSince(scene, act, approved, routesCovered(scene, act)) : [];
  if (!approved || changed.length === 0) return null;
  const { id, rule, because, contacts } = approved;
  const now = permit(scene.config, copyWith(act, { approved: false }));
  const before: Holding = { do: 'hold', rule, contacts, ...defined({ because }) };
  return waitFor(scene, call, act, now.do === 'hold' ? now : before, { again: { of: id, changed } });
}

/** A held act as it would be done now. */
export interface Present {
  /** What it would do. */
  shows?: string;
  /** What changed since it was held: if approved now, it is held again. */
  changed: string[];
}

/** What a person must be shown of a held act before answering. Pure, except for what the context reads. */
export function asItStands(toolbox: Toolbox, context: ActContext, held: Held): Present {
  const scene = withTools(toolbox, context);
  const tool = toolbox.get(held.tool);
  const act = actOf(scene, tool, { tool: held.tool, input: held.input }, true);
  const changed = act.why === null ? changedSince(scene, act, held, routesCovered(scene, act)) : [];
  if (held.over !== undefined && tool?.kind === 'world') return conflictNow(scene, held, changed);
  if (changed.length === 0) return { changed, ...defined({ shows: held.shows }) };
  const trial = tool?.kind === 'act' ? tool.trial : undefined;
  const shows = trial
    ? trial.show(act.value, scene, 'They were allowed when the action was held.').shows
    : shownOf(scene, act).shows;
  return { changed, ...defined({ shows }) };
}

/** Shows a conflict as it is now: others may have changed the text once more. */
function conflictNow(scene: ActContext, { input, shows, was = '' }: Held, changed: string[]): Present {
  const { path, content } = input as { path: string; content: string };
  const stands = scene.stands(path);
  if (stands === null || stands.text === null || stands.text === was) return { changed, ...defined({ shows }) };
  const now = showConflict(scene.agent, { before: was, wanted: content, now: stands.text });
  return { changed: [stands.path, ...changed], shows: now };
}

/** A context with a draft that is thrown away, to see whether an act would be refused: nobody is asked about such acts. */
function asIf(scene: ActContext): ActContext {
  return copyWith(scene, { draft: copyDraft(scene.draft) });
}

function unpaid(tool: string, cost: number): string {
  return `A use of ${tool} costs ${countCredits(cost)}, which is more than you may spend in this turn.`;
}

function actOf(
  scene: ActContext,
  tool: Tool | undefined,
  call: Pick<ActCall, 'tool' | 'input'>,
  approved: boolean,
): Act {
  const { agent, resume, config } = scene;
  const parsed = tool?.parse(call.input);
  const value = parsed?.ok ? parsed.value : null;
  const why = parsed && !parsed.ok ? parsed.why : null;
  const taint = isOutbound(tool, config.org) ? taintOf(scene) : null;
  const over = call.tool === 'load_skill' && !approved ? overLimit(scene, textIn({ value }, 'name')) : null;
  return {
    agent,
    resume,
    toolName: call.tool,
    tool,
    value,
    why,
    approved,
    taint,
    overLimit: over,
    ended: endsIn(scene),
  };
}

/**
 * Whether a redirect of a page to another URL may be followed: it is judged like an act of its own that nobody approved.
 */
export function permitNext(tool: Tool, scene: ActContext, from: URL, to: string): UrlRuling {
  const ruling = permitUrl(scene.resume, to);
  if (!ruling.ok || ruling.url.host === from.host) return ruling;
  const said = permit(scene.config, actOf(scene, tool, { tool: tool.spec.name, input: { url: to } }, false));
  if (said.do === 'allow') return ruling;
  const why =
    said.do === 'refuse'
      ? said.text
      : `That page needs a person's approval (${said.rule}): fetch its URL in a call of its own.`;
  return { ok: false, rule: said.rule, text: `${from.href} redirects to ${to}. ${why}` };
}

function refused(scene: ActContext, tool: string, rule: string, text: string): Extract<Verdict, { is: 'refused' }> {
  scene.draft.refusals.push({ tool: tool.slice(0, 80), rule, text });
  return { is: 'refused', rule, text: `Refused (${rule}): ${text}` };
}

/** Tries an act before a person is asked. */
function tryFirst(
  scene: ActContext,
  call: ActCall,
  act: Act,
  trial: NonNullable<ActTool['trial']>,
  ruling: Holding,
  more: Partial<Held>,
): Verdict {
  const { value } = act;
  const input = value as Json;
  const refusal = deniedBefore(scene, call.tool, input) ?? trial.refusal(value, scene);
  if (refusal) return refused(scene, call.tool, refusal.rule, refusal.text);
  return {
    is: 'use',
    tool: trial.work,
    value,
    cost: 0,
    ask: ({ ok, text }) =>
      ok ? hold(scene, call, act, ruling, { input, ...trial.show(value, scene, text), ...more }) : null,
  };
}

/** Holds an act when the work itself found a conflict: others wrote meanwhile. */
function askAfter(
  scene: ActContext,
  call: ActCall,
  act: Act,
  used: Pick<UsedEntry, 'rule' | 'conflict'>,
): NotDone | null {
  if (used.rule !== OUTDATED) return askOver(scene, call, act, used.conflict);
  const again = waitAgain(scene, call, act);
  return again?.is === 'held' ? again : null;
}

/** Asks a person whether this text may replace what others wrote meanwhile, as that person saw it. */
function askOver(scene: ActContext, call: ActCall, act: Act, conflict: UsedEntry['conflict']): NotDone | null {
  const contacts = askedFirst(scene.config, []);
  if (conflict === undefined || contacts.length === 0) return null;
  const { text: was, hash } = conflict;
  const input = call.input as { path: string; content: string; expected: string };
  const before = scene.draft.known.get(input.expected) as string;
  const shows = showConflict(scene.agent, { before, wanted: input.content, now: was });
  const because = `Others changed ${JSON.stringify(input.path)} after ${scene.agent} had read it, in a place that ${scene.agent} changes as well.`;
  const ruling = { do: 'hold' as const, rule: 'conflict', contacts, because };
  return hold(scene, call, act, ruling, { input: copyWith(input, { expected: hash }), shows, was, over: hash });
}

/** Holds an act, unless the same act already waits or a person denied it in the same conversation. */
function hold(
  scene: ActContext,
  call: ActCall,
  act: Act,
  { rule, contacts, because }: Holding,
  more: Partial<Held>,
): NotDone {
  const { turn, agent, config, draft, given } = scene;
  const look = copyWith(scene, { stands: lookedAtOnce(scene) });
  const input = more.input ?? (call.input as Json);
  const same = waitingLike(scene.state, draft, { agent, tool: call.tool, input, over: more.over });
  if (same)
    return {
      is: 'held',
      id: same.id,
      text: `The same action is already waiting as ${same.id}. You will be told the answer.`,
    };
  const denied = more.again ? null : deniedBefore(scene, call.tool, input);
  if (denied) return refused(scene, call.tool, denied.rule, denied.text);
  const id = `A-${turn}-${agent}-${draft.heldBefore.length + draft.held.length + 1}`;
  const before = more.again ? undefined : lastDenial(scene, call.tool, input);
  const cause = given.map(causeOf);
  const otherwise = otherwiseOf(config, contacts, turn, lapseOf(config, more));
  const { spent } = agentState(scene.state.staff, agent);
  const isOnce = more.over !== undefined || rule === BY_TASK;
  const always = isOnce ? undefined : standingPolicyFor(config, act)?.act;
  draft.held.push({
    id,
    turn,
    agent,
    tool: call.tool,
    input,
    rule,
    contacts,
    cause,
    otherwise,
    ...defined({ because }),
    ...(more.over === undefined ? shownOf(look, act) : {}),
    ...(spent > 0 ? { spent } : {}),
    ...defined({ always }),
    covers: copyWith(coversOf(look, act, more.over), routesCovered(look, act)),
    ...(before && { denied: before }),
    ...more,
  });
  const first = more.again
    ? `Held again as ${id}, because ${changedText(more.again.changed.map(toldName))} since it was shown`
    : `Held as ${id}`;
  const what = `your ${actName({ tool: call.tool, input })} waits for ${contacts.join(', ')} and is not done yet`;
  const text = [`${first}: ${what}. You will be told the answer.`, deniedText({ denied: before })]
    .filter(Boolean)
    .join(' ');
  if (act.tool?.kind === 'act' && act.tool.ends) draft.done ??= { settled: [] };
  return { is: 'held', id, text };
}

/** Reads each path once, so that what a person is shown and its hash belong together. */
function lookedAtOnce({ stands }: ActContext): ActContext['stands'] {
  const seen = new Map<string, ReturnType<ActContext['stands']>>();
  return (path, toAttach) => {
    const known = seen.get(path);
    const found = known === undefined ? stands(path, toAttach) : known;
    seen.set(path, found);
    return found;
  };
}

/** What a person is shown besides the input, and the text of the file that would be replaced. */
function shownOf(scene: ActContext, act: Act): Pick<Held, 'shows' | 'was'> {
  const { tool, toolName, value } = act;
  const shows = [tool?.preview?.(value, scene) ?? '', routesShown(scene, act)].filter(Boolean).join('\n\n');
  const was = WRITES.has(toolName) ? (scene.stands(textIn({ value }, 'path'))?.text ?? null) : null;
  return Object.assign(was === null ? {} : { was }, shows ? { shows } : {});
}

const WRITES = new Set(['write_file', 'edit_file']);

function causeOf({ id, from, subject, thread, hops, attachments }: Cause): Cause {
  return { id, from, subject, thread, hops, ...defined({ attachments }) };
}

/**
 * The specifications of the tools an agent has; the same array for the same tools and configuration, so that it can be a
 * cache key.
 */
export function toolsOf(toolbox: Toolbox, config: Config, resume: Resume, about: Situation = {}): ToolSpec[] {
  const byConfig = specs.get(toolbox) ?? new WeakMap<Config, Map<string, ToolSpec[]>>();
  specs.set(toolbox, byConfig);
  const known = byConfig.get(config) ?? new Map<string, ToolSpec[]>();
  byConfig.set(config, known);
  const key = `${resume.name}${about.withEarlierMail ? ' with earlier mail' : ''}${about.hasTasks ? ' with tasks' : ''}${about.isPlanning ? ' planning' : ''}`;
  let list = known.get(key);
  if (!list) {
    list = [...toolbox.values()]
      .filter((tool) => has(resume, tool) && isDescribed(resume, tool, about))
      .map(({ spec }) => withPrice(config, spec));
    known.set(key, list);
  }
  return list;
}
/** Neither a toolbox nor a configuration ever changes: who has others has other objects. */
const specs = new WeakMap<Toolbox, WeakMap<Config, Map<string, ToolSpec[]>>>();

function withPrice(config: Config, spec: ToolSpec): ToolSpec {
  const cost = priceOf(config, spec.name);
  return cost === 0
    ? spec
    : copyWith(spec, { description: `${spec.description}\n\nA use costs ${countCredits(cost)}.` });
}

/** What decides which tools are described to an agent. */
interface Situation {
  /** It has mail that the prompt does not show. */
  withEarlierMail?: boolean;
  /** It has open tasks. */
  hasTasks?: boolean;
  /** It was asked for a plan. */
  isPlanning?: boolean;
}

function isDescribed(resume: Resume, { spec, described }: Tool, about: Situation): boolean {
  if (described === 'with-earlier-mail') return about.withEarlierMail === true;
  if (described === 'with-tasks') return about.hasTasks === true;
  if (described === 'when-asked-to-plan' && about.isPlanning) return true;
  return described === undefined || grants(resume, spec.name) !== null;
}

function has(resume: Resume, tool: Tool): boolean {
  return tool.barred === undefined && (tool.granted === 'all' || grants(resume, tool.spec.name) !== null);
}
