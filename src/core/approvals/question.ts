/** The question that an agent asks with request_approval, and the answer that a person gives to it. */
import type { Held } from '../model/entry.ts';
import { nearestTo } from '../text/nearest.ts';

/** What the agent asks. */
export interface Question {
  question: string;
  /** The answers to choose from; none: yes or no. */
  options: readonly string[];
  context: string | undefined;
  /** The answer may be a text. */
  freeText: boolean;
}

/** How a person answers besides yes and no. */
export interface GivenAnswer {
  /** An option, by its text or its number. */
  option?: string | number | null | undefined;
  /** A text. */
  answer?: string | null | undefined;
}

/** What was chosen or written, or why that is no answer to this question: a remedy names the answers that are. */
export type ChosenAnswer = { said?: string } | { why: string; remedy: string; value: string; nearest?: string };

/** The question that an action asks; null when it is not a question. */
export function questionOf({ tool, input }: Pick<Held, 'tool' | 'input'>): Question | null {
  if (tool !== 'request_approval') return null;
  const { question, options = [], context, free_text = false } = input as unknown as AskedInput;
  return { question, options, context, freeText: free_text };
}

/** What is asked for, in a few words: `a wants to use shell`; of a workflow: `The run release-12 asks`. */
export function wishOf({ agent, tool, run }: Pick<Held, 'agent' | 'tool' | 'run'>): string {
  return run === undefined ? `${agent} wants to use ${tool}` : `The run ${run.split('/')[1]} asks`;
}

/** The input of request_approval, as its schema has passed it. */
interface AskedInput {
  question: string;
  options?: string[];
  context?: string;
  free_text?: boolean;
}

/** Finds the answer that a person means. Pure. */
export function chooseAnswer(held: Pick<Held, 'id' | 'tool' | 'input'>, given: GivenAnswer): ChosenAnswer {
  const { option = null, answer = null } = given;
  const asked = questionOf(held);
  if (option !== null) return chooseOption(held.id, asked?.options ?? [], String(option));
  if (answer === null) return {};
  if (answer.trim() === '') return { why: 'The answer is empty.', remedy: howToAnswer(held.id, []), value: answer };
  if (asked?.freeText) return { said: answer.trim() };
  const why = asked ? `${held.id} does not ask for a text.` : `${held.id} is not a question.`;
  return { why, remedy: howToAnswer(held.id, asked?.options ?? []), value: answer };
}

/** An option by its exact text, else by its text whatever the case, else by its number. */
function chooseOption(id: string, options: readonly string[], wanted: string): ChosenAnswer {
  const text = plain(wanted);
  const alike = options.filter((option) => plain(option).toLowerCase() === text.toLowerCase());
  const said =
    options.find((option) => option === wanted) ??
    (alike.length === 1 ? alike[0] : undefined) ??
    (/^[1-9]\d?$/.test(text) ? options[Number(text) - 1] : undefined);
  if (said !== undefined) return { said };
  const why = options.length ? `${id} has no option ${JSON.stringify(wanted)}.` : `${id} has no options.`;
  return { why, remedy: howToAnswer(id, options), value: wanted, ...nearestTo(wanted, options) };
}

function plain(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

function howToAnswer(id: string, options: readonly string[]): string {
  if (options.length)
    return `Its options are: ${options.map((option, i) => `${i + 1} ${JSON.stringify(option)}`).join(', ')}. Name one by its text or its number.`;
  return `Run lemming approve ${id} or lemming deny ${id}. --note TEXT adds a note for the agent.`;
}

/** A line for each option: `1. "Tea"`. Quoted, so that none looks like another line. */
export function numberedLines(options: readonly string[]): string {
  return options.map((option, i) => `${i + 1}. ${JSON.stringify(option)}`).join('\n');
}
