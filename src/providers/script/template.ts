/** Fills in the texts and inputs that a rule replies with. */
import type { Json, JsonObject, MailView } from '../../core/model/call.ts';

/** What a rule can insert into its reply. */
export interface Values {
  agent: string;
  turn: number;
  mail: MailView | null;
  /**
   * Groups of the rule's regular expressions: of `subject`, then `body`, then `result`. Empty where a group did not match.
   */
  groups: readonly string[];
  /** Text of the latest tool results; empty in the first call. */
  result: string;
}

export type ReplyTemplate<T extends Json> = (values: Values) => T;

const VARIABLE = /\{(agent|turn|from|id|subject|body|thread|result|[1-9])\}/;

/**
 * Compiles a text. Values are inserted once, as data: braces inside them mean nothing. A name without a value (a mail's
 * when there is none, a group that the rule does not have) and every other brace stays as it is.
 */
export function textTemplate(text: string): ReplyTemplate<string> {
  const pieces = text.split(VARIABLE);
  const head = pieces[0] as string;
  if (pieces.length === 1) return () => head;
  const inserts: { read: (values: Values) => string | undefined; unread: string; tail: string }[] = [];
  for (let i = 1; i < pieces.length; i += 2) {
    const name = pieces[i] as string;
    inserts.push({ read: readerOf(name), unread: `{${name}}`, tail: pieces[i + 1] as string });
  }
  return (values) => {
    let filled = head;
    for (const { read, unread, tail } of inserts) filled += (read(values) ?? unread) + tail;
    return filled;
  };
}

/** Compiles a value: every string in it is a template, its keys are not. */
export function jsonTemplate(value: Json): ReplyTemplate<Json> {
  if (typeof value === 'string') return textTemplate(value);
  if (Array.isArray(value)) {
    const elements = value.map(jsonTemplate);
    return (values) => elements.map((element) => element(values));
  }
  if (value === null || typeof value !== 'object') return () => value;
  const fields = Object.entries(value).map(([key, field]) => ({ key, fill: jsonTemplate(field) }));
  return (values) => {
    const filled: JsonObject = {};
    for (const { key, fill } of fields) filled[key] = fill(values);
    return filled;
  };
}

function readerOf(name: string): (values: Values) => string | undefined {
  switch (name) {
    case 'agent':
      return (values) => values.agent;
    case 'turn':
      return (values) => String(values.turn);
    case 'result':
      return (values) => values.result;
    case 'from':
    case 'id':
    case 'subject':
    case 'body':
    case 'thread':
      return (values) => values.mail?.[name];
    default: {
      const group = Number(name) - 1;
      return (values) => values.groups[group];
    }
  }
}
