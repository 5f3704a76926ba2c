/** A skill as an agent proposes it, and where its files lie. */
import { canonicalBody, printHead } from '../../schema/print.ts';
import type { Held } from '../model/entry.ts';

/** A skill as an agent proposes it. */
export interface Proposal {
  name: string;
  description: string;
  body: string;
  files: { path: string; text: string }[];
  /** Its test: one of its files, or a command. */
  test?: string | undefined;
  /** For whom: the agent alone, or the organisation. */
  for: 'me' | 'org';
}

/** True for a held act that proposes a skill. */
export function isProposal<T extends Pick<Held, 'tool' | 'over'>>(held: T): held is T & { input: Proposal } {
  return held.tool === 'propose_skill' && held.over !== undefined;
}

/** The folder of skills to which it would be added. */
export function homeOf(agent: string, proposal: Pick<Proposal, 'for'>): string {
  return proposal.for === 'org' ? 'org/skills' : `agents/${agent}/skills`;
}

/** Path in the folder of the skill → text. */
export function textsOf({ name, description, body, files, test }: Proposal): Map<string, string> {
  const metadata = test === undefined ? [] : [['metadata', { test }] as const];
  const head = printHead([['name', name], ['description', description], ...metadata]);
  const others = files.map(({ path, text }): [string, string] => [path, `${canonicalBody(text)}\n`]);
  return new Map([['SKILL.md', `${head}${canonicalBody(body)}\n`], ...others]);
}

/** Path → text of a proposal while it waits, where people can see it but agents cannot reach it. */
export function waitingFiles({ agent, input }: { agent: string; input: Proposal }): [path: string, text: string][] {
  const folder = `${homeOf(agent, input)}/_proposed/${input.name}`;
  return [...textsOf(input)].map(([path, text]) => [`${folder}/${path}`, text]);
}
