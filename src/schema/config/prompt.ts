/** The schema of `prompt` in `org/org.yaml`: the sections of prompts, their order, and what is added. */
import * as z from 'zod';
import { later } from '../later.ts';

/** Sections of the stable part, in their usual order: the same in every call of an agent. */
export const STABLE_SECTIONS = ['rules', 'identity', 'instructions', 'goals', 'skills', 'colleagues'] as const;
export type StableSection = (typeof STABLE_SECTIONS)[number];

/** Sections of the changing part, in their usual order. */
export const CHANGING_SECTIONS = [
  'shared',
  'memory',
  'environment',
  'related',
  'summary',
  'notices',
  'answers',
  'people',
  'conversation',
  'reminders',
  'task',
  'mail',
] as const;
export type ChangingSection = (typeof CHANGING_SECTIONS)[number];

/** Sections that every prompt has: the rules, the rights of the agent, and what the visit is about. */
const KEPT: readonly string[] = ['colleagues', 'rules', 'environment', 'notices', 'answers', 'reminders', 'mail'];

const names = later(() => z.array(z.string()).optional());

export const promptSettings = later(() =>
  z
    .strictObject({
      stable: names().describe(
        `sections of the stable part, in order; a section that is not listed is left out (default: ${STABLE_SECTIONS.join(', ')}, then those of add)`,
      ),
      changing: names().describe(
        `sections of the changing part, in order; a section that is not listed is left out (default: ${CHANGING_SECTIONS.join(', ')})`,
      ),
      add: z
        .record(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'a name such as house-style'), z.string().min(1).max(20_000))
        .default({})
        .describe('sections of your own: name and text'),
    })
    .superRefine((settings, context) => {
      for (const { path, message } of troublesOf(settings)) context.addIssue({ code: 'custom', path, message });
    }),
);
export type PromptSettings = z.infer<ReturnType<typeof promptSettings>>;

/** What is wrong with an order of sections. */
function troublesOf({ stable, changing, add }: Omit<PromptSettings, never>): { path: string[]; message: string }[] {
  const own = Object.keys(add);
  const listed = [...(stable ?? STABLE_SECTIONS), ...(changing ?? CHANGING_SECTIONS)];
  const taken = own.filter((name) => includes(STABLE_SECTIONS, name) || includes(CHANGING_SECTIONS, name));
  const lost = stable ? own.filter((name) => !listed.includes(name)) : [];
  return [
    ...taken.map((name) => ({ path: ['add', name], message: 'this is the name of a section that every prompt has' })),
    ...lost.map((name) => ({ path: ['add', name], message: 'expected its name in stable or changing' })),
    ...inList('stable', stable ?? [], own, STABLE_SECTIONS, CHANGING_SECTIONS),
    ...inList('changing', changing ?? [], own, CHANGING_SECTIONS, STABLE_SECTIONS),
    ...KEPT.filter((name) => !listed.includes(name)).map((name) => ({
      path: [includes(STABLE_SECTIONS, name) ? 'stable' : 'changing'],
      message: `${name} must be listed: no prompt goes without it`,
    })),
    ...listed
      .filter((name, i) => listed.indexOf(name) !== i)
      .map((name) => ({ path: [stable?.includes(name) ? 'stable' : 'changing'], message: `${name} is listed twice` })),
  ];
}

function inList(
  list: string,
  names: readonly string[],
  own: readonly string[],
  known: readonly string[],
  others: readonly string[],
): { path: string[]; message: string }[] {
  return names.flatMap((name, i) => {
    if (known.includes(name) || own.includes(name)) return [];
    const path = [list, String(i)];
    if (!others.includes(name)) return [{ path, message: `there is no section ${JSON.stringify(name)}` }];
    return list === 'stable'
      ? [{ path, message: `${name} changes from visit to visit: nothing that changes may stand in the stable part` }]
      : [{ path, message: `${name} belongs to the stable part` }];
  });
}

function includes(list: readonly string[], name: string): boolean {
  return list.includes(name);
}
