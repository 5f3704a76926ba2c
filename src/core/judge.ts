import type { Resume } from '../schema/resume.ts';
import { otherwiseOf } from './approval.ts';
import type { ActCall, Json, ToolSpec } from './call.ts';
import type { Config } from './config.ts';
import type { Cause } from './entry.ts';
import { grants, permit } from './permit.ts';
import type { Scene, Tool, WorldTool } from './tool.ts';

/** What became of an act: staged, held for a person, refused, or a world tool that is to be used now. */
export type Verdict =
  | { is: 'done'; text: string; asks: boolean }
  | { is: 'held'; id: string; text: string }
  | { is: 'refused'; rule: string; text: string }
  | { is: 'use'; tool: WorldTool; value: unknown };

/** The tools there are by name: those of the product, and those that the org declares. */
export type Toolbox = ReadonlyMap<string, Tool>;

/**
 * Judges one act through the gate, and stages it in the draft if it is done. Pure: works on the snapshot and the visit's
 * own draft. `approved` acts were held before and a person said yes.
 */
export function judge(toolbox: Toolbox, scene: Scene, call: ActCall, approved = false): Verdict {
  const { config, agent, resume } = scene;
  const tool = toolbox.get(call.tool);
  const parsed = tool?.parse(call.input);
  const act = {
    agent,
    resume,
    toolName: call.tool,
    tool,
    value: parsed?.ok ? parsed.value : null,
    why: parsed && !parsed.ok ? parsed.why : null,
    approved,
  };
  const ruling = permit(config, act);
  if (ruling.do === 'refuse') return refused(scene, call.tool, ruling.rule, ruling.text);
  if (ruling.do === 'hold') return hold(scene, call, ruling.rule, ruling.contacts);
  if (tool?.kind === 'world') return { is: 'use', tool, value: act.value };
  const actTool = tool as Extract<Tool, { kind: 'act' }>;
  const staged = actTool.stage(act.value, scene);
  if (!staged.ok) return refused(scene, call.tool, staged.rule, staged.text);
  return { is: 'done', text: staged.text, asks: actTool.asks === true };
}

function refused(scene: Scene, tool: string, rule: string, text: string): Verdict {
  scene.draft.refusals.push({ tool: tool.slice(0, 80), rule, text });
  return { is: 'refused', rule, text: `Refused (${rule}): ${text}` };
}

function hold(scene: Scene, call: ActCall, rule: string, contacts: string[]): Verdict {
  const { turn, agent, config, draft, given } = scene;
  const id = `A-${turn}-${agent}-${draft.held.length + 1}`;
  const cause = given.map(causeOf);
  const otherwise = otherwiseOf(config, contacts, turn);
  draft.held.push({ id, turn, agent, tool: call.tool, input: call.input as Json, rule, contacts, cause, otherwise });
  return { is: 'held', id, text: `Held as ${id}: waits for ${contacts.join(', ')}. You will be told.` };
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
    list = [...toolbox.values()].filter((tool) => has(resume, tool)).map((tool) => tool.spec);
    known.set(resume.name, list);
  }
  return list;
}
const specs = new WeakMap<Toolbox, WeakMap<Config, Map<string, ToolSpec[]>>>();

function has(resume: Resume, tool: Tool): boolean {
  return tool.barred === undefined && (tool.granted === 'all' || grants(resume, tool.spec.name) !== null);
}
