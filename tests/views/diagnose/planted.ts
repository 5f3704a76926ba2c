import { realDisk } from '../../../src/disk/fs/real.ts';
import { journalLines } from '../../../src/engine/journal/history.ts';
import { Diagnosis } from '../../../src/views/diagnose/diagnosis.ts';
import type { KnownFailure } from '../../../src/views/diagnose/finding.ts';
import { lemming, put, turns, untilIdle } from '../../commands/people/world.ts';
import { scratchOrg } from '../../commands/world.ts';

interface Act {
  tool: string;
  input: Record<string, unknown>;
}

/** What an agent replies in a call of a turn (the first unless it is named). */
export interface Said {
  turn: number;
  agent: 'a' | 'b' | 'c';
  call?: number;
  text?: string;
  acts?: Act[];
  /** The visit goes on after this reply. */
  more?: true;
}

export const act = (tool: string, input: Record<string, unknown> = {}): Act => ({ tool, input });
export const say = (to: string, body: string, more: Record<string, unknown> = {}): Act =>
  act('send_message', { to, body, ...more });

const TOOLS = ['read_file', 'write_file', 'list_files', 'remember', 'run_javascript'];

interface Wish {
  /** What the person writes to `a` before turn 1. */
  letter?: string;
  /** So many turns; until nobody is due when left out. */
  turns?: number;
  limits?: Record<string, unknown>;
  resumes?: Record<string, Record<string, unknown>>;
}

/** The folder of an organisation of a person and three agents that said this. All else they are asked, they are silent. */
export async function spoken(said: readonly Said[], wish: Wish = {}): Promise<string> {
  const rules = said.map(({ turn, agent, call = 1, text = '', acts = [], more }) => ({
    when: { agent, turn, call },
    reply: { text, acts, ...(more && { more }) },
  }));
  const resume = { tools: TOOLS, shared: ['.'] };
  const root = scratchOrg({
    edges: { human: ['a', 'b'], a: ['human', 'b', 'c'], b: ['human', 'a', 'c'], c: ['a', 'b'] },
    resumes: { a: { ...resume, ...wish.resumes?.a }, b: { ...resume, ...wish.resumes?.b }, c: resume },
    rules: [...rules, { reply: {} }],
    ...(wish.limits ? { org: { limits: wish.limits } } : {}),
  });
  put(root, 'agents/a/workspace/page.html', '<p>Page</p>\n');
  await lemming(root, ['send', 'a', wish.letter ?? 'The page about tea is wanted.']);
  if (wish.turns === undefined) await untilIdle(root);
  else await turns(root, wish.turns);
  return root;
}

export function diagnosed(root: string): readonly KnownFailure[] {
  const diagnosis = new Diagnosis();
  for (const entry of journalLines(realDisk(root))) diagnosis.take(entry);
  return diagnosis.findings();
}

/** The kinds of what is found in such an organisation, with the agent and the turn. */
export async function found(said: readonly Said[], wish: Wish = {}): Promise<string[]> {
  return diagnosed(await spoken(said, wish)).map(({ kind, agent, turn }) => `${kind} ${agent} ${turn}`);
}
