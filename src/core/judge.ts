import type { Resume } from '../schema/resume.ts';
import { alwaysFor } from './always.ts';
import { askedFirst, lapseOf, otherwiseOf, waitingLike } from './approval.ts';
import type { ActCall, Json, ToolSpec } from './call.ts';
import type { Config } from './config.ts';
import { showConflict } from './conflict.ts';
import type { Cause, Held, UsedEntry } from './entry.ts';
import { permitUrl, type UrlRuling } from './host.ts';
import { printCredits } from './ledger.ts';
import { type Act, grants, permit, type Ruling } from './permit.ts';
import { textIn } from './policy.ts';
import { priceOf } from './price.ts';
import { overLimit } from './skill-limit.ts';
import { agentState } from './state.ts';
import { isOutbound, taintOf } from './taint.ts';
import { type ActTool, copyDraft, type Scene, type Tool, type Work } from './tool.ts';

/**
 * What became of an act: staged, held for a person, refused, or work that is to be done now; `ask`: what comes of it may wait
 * for a person. `cost`: micro-credits that are to be booked for it.
 */
export type Verdict =
  | { is: 'done'; text: string; asks: boolean; cost: number }
  | { is: 'held'; id: string; text: string }
  | { is: 'refused'; rule: string; text: string }
  | { is: 'use'; tool: Work; value: unknown; cost: number; ask?: Ask };

/** Holds an act after its work was tried; null when nobody is to be asked. */
type Ask = (used: Pick<UsedEntry, 'ok' | 'text' | 'conflict'>) => HeldVerdict | null;
type HeldVerdict = Extract<Verdict, { is: 'held' }>;

/** The tools there are by name: those of the product, and those that the org declares. */
export type Toolbox = ReadonlyMap<string, Tool>;

/**
 * Judges one act through the gate, and stages it in the draft if it is done. Pure: works on the snapshot and the visit's
 * own draft. `approved` acts were held before and a person said yes. `canPay`: whether so much may still be spent; without it
 * nobody is to pay.
 */
export function judge(
  toolbox: Toolbox,
  scene: Scene,
  call: ActCall,
  approved = false,
  canPay: (cost: number) => boolean = () => true,
): Verdict {
  const tool = toolbox.get(call.tool);
  const act = actOf(scene, tool, call, approved);
  const ruling = permit(scene.config, act);
  if (ruling.do === 'refuse') return refused(scene, call.tool, ruling.rule, ruling.text);
  if (ruling.do === 'hold') {
    const staged = tool?.kind === 'act' && !tool.trial ? tool.stage(act.value, asIf(scene)) : null;
    if (staged?.ok === false) return refused(scene, call.tool, staged.rule, staged.text);
    const shows = tool?.preview?.(act.value, scene) ?? '';
    const always = alwaysFor(scene.config, act)?.act;
    const told = { ...(shows && { shows }), ...(always !== undefined && { always }) };
    const ask = (more: Partial<Held> = {}) => hold(scene, call, ruling, { ...told, ...more });
    return tool?.kind === 'act' && tool.trial ? tryFirst(scene, call, tool.trial, act.value, ask) : ask();
  }
  const cost = priceOf(scene.config, call.tool);
  if (cost > 0 && !canPay(cost)) return refused(scene, call.tool, 'credits', unpaid(call.tool, cost));
  if (tool?.kind === 'world') {
    const work: Verdict = { is: 'use', tool, value: act.value, cost };
    return call.tool === 'write_file' ? { ...work, ask: ({ conflict }) => askOver(scene, call, conflict) } : work;
  }
  const actTool = tool as Extract<Tool, { kind: 'act' }>;
  const staged = actTool.stage(act.value, scene);
  if (!staged.ok) return refused(scene, call.tool, staged.rule, staged.text);
  return { is: 'done', text: staged.text, asks: actTool.asks === true, cost };
}

/** Nobody is asked about an act that would be refused: it is staged in a draft that is thrown away. */
function asIf(scene: Scene): Scene {
  return { ...scene, draft: copyDraft(scene.draft) };
}

function unpaid(tool: string, cost: number): string {
  return `A use of ${tool} costs ${printCredits(cost)} credits, more than you may still spend in this turn.`;
}

function actOf(scene: Scene, tool: Tool | undefined, call: Pick<ActCall, 'tool' | 'input'>, approved: boolean): Act {
  const { agent, resume, config } = scene;
  const parsed = tool?.parse(call.input);
  const value = parsed?.ok ? parsed.value : null;
  const why = parsed && !parsed.ok ? parsed.why : null;
  const taint = isOutbound(tool, config.org) ? taintOf(scene) : null;
  const over = call.tool === 'load_skill' && !approved ? overLimit(scene, textIn({ value }, 'name')) : null;
  return { agent, resume, toolName: call.tool, tool, value, why, approved, taint, overLimit: over };
}

/** Whether a page that leads on to another URL may be followed there: judged like an act of its own, that nobody approved. */
export function permitNext(tool: Tool, scene: Scene, from: URL, to: string): UrlRuling {
  const ruling = permitUrl(scene.resume, to);
  if (!ruling.ok || ruling.url.host === from.host) return ruling;
  const said = permit(scene.config, actOf(scene, tool, { tool: tool.spec.name, input: { url: to } }, false));
  if (said.do === 'allow') return ruling;
  const why = said.do === 'refuse' ? said.text : `That waits for a person (${said.rule}): ask for it by itself.`;
  return { ok: false, rule: said.rule, text: `${from.href} leads on to ${to}. ${why}` };
}

function refused(scene: Scene, tool: string, rule: string, text: string): Verdict {
  scene.draft.refusals.push({ tool: tool.slice(0, 80), rule, text });
  return { is: 'refused', rule, text: `Refused (${rule}): ${text}` };
}

/** What a person is to judge is tried before they are asked. */
function tryFirst(
  scene: Scene,
  call: ActCall,
  trial: NonNullable<ActTool['trial']>,
  value: unknown,
  ask: (more: Partial<Held>) => HeldVerdict,
): Verdict {
  const refusal = trial.refusal(value, scene);
  if (refusal) return refused(scene, call.tool, refusal.rule, refusal.text);
  return {
    is: 'use',
    tool: trial.work,
    value,
    cost: 0,
    ask: ({ ok, text }) => (ok ? ask({ input: value as Json, ...trial.show(value, scene, text) }) : null),
  };
}

/** What others wrote meanwhile gives way only on a person's word: to this text, and as that person saw it. */
function askOver(scene: Scene, call: ActCall, conflict: UsedEntry['conflict']): HeldVerdict | null {
  const contacts = askedFirst(scene.config, []);
  if (conflict === undefined || contacts.length === 0) return null;
  const { text: was, hash } = conflict;
  const input = call.input as { path: string; content: string; expected: string };
  const before = scene.draft.known.get(input.expected) as string;
  const shows = showConflict(scene.agent, { before, wanted: input.content, now: was });
  const because = `Others changed ${JSON.stringify(input.path)} after ${scene.agent} had read it, where ${scene.agent} changes it too.`;
  const ruling = { do: 'hold' as const, rule: 'conflict', contacts, because };
  return hold(scene, call, ruling, { input: { ...input, expected: hash }, shows, was, over: hash });
}

function hold(
  scene: Scene,
  call: ActCall,
  { rule, contacts, because }: Extract<Ruling, { do: 'hold' }>,
  more: Partial<Held>,
): HeldVerdict {
  const { turn, agent, config, draft, given } = scene;
  const input = more.input ?? (call.input as Json);
  const same = waitingLike(scene.state, draft, { agent, tool: call.tool, input, over: more.over });
  if (same) return { is: 'held', id: same.id, text: `The same act waits already as ${same.id}. You will be told.` };
  const id = `A-${turn}-${agent}-${draft.heldBefore.length + draft.held.length + 1}`;
  const cause = given.map(causeOf);
  const otherwise = otherwiseOf(config, contacts, turn, lapseOf(config, more));
  const { was = replacedBy(scene, call) } = more;
  const { spent } = agentState(scene.state, agent);
  draft.held.push({
    ...{ id, turn, agent, tool: call.tool, input, rule, contacts, cause, otherwise },
    ...(because === undefined ? {} : { because }),
    ...(was === null ? {} : { was }),
    ...(spent > 0 ? { spent } : {}),
    ...more,
  });
  return { is: 'held', id, text: `Held as ${id}: waits for ${contacts.join(', ')}. You will be told.` };
}

/** The text of the file that an act would write over, for the person who is asked. */
function replacedBy(scene: Scene, { tool, input }: ActCall): string | null {
  return tool === 'write_file' ? scene.textOf((input as { path: string }).path) : null;
}

function causeOf({ id, from, subject, thread, hops, attachments }: Cause): Cause {
  return { id, from, subject, thread, hops, ...(attachments === undefined ? {} : { attachments }) };
}

/**
 * The specifications of the tools an agent has; the same array for the same tools and configuration, so that it can be a
 * cache key.
 */
export function toolsOf(toolbox: Toolbox, config: Config, resume: Resume): ToolSpec[] {
  const byConfig = specs.get(toolbox) ?? new WeakMap<Config, Map<string, ToolSpec[]>>();
  specs.set(toolbox, byConfig);
  const known = byConfig.get(config) ?? new Map<string, ToolSpec[]>();
  byConfig.set(config, known);
  let list = known.get(resume.name);
  if (!list) {
    list = [...toolbox.values()].filter((tool) => has(resume, tool)).map(({ spec }) => withPrice(config, spec));
    known.set(resume.name, list);
  }
  return list;
}
const specs = new WeakMap<Toolbox, WeakMap<Config, Map<string, ToolSpec[]>>>();

function withPrice(config: Config, spec: ToolSpec): ToolSpec {
  const cost = priceOf(config, spec.name);
  return cost === 0
    ? spec
    : { ...spec, description: `${spec.description}\n\nA use costs ${printCredits(cost)} credits.` };
}

function has(resume: Resume, tool: Tool): boolean {
  return tool.barred === undefined && (tool.granted === 'all' || grants(resume, tool.spec.name) !== null);
}
