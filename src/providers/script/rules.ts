/** Parses the rules of a scripted model and tests their conditions. */
import { LineCounter, parseDocument } from 'yaml';
import type { Json, MailView, Prompt } from '../../core/model/call.ts';
import { ProviderError } from '../../core/model/call.ts';
import { compilePattern, groupsIn } from '../../core/text/pattern.ts';
import { type ScriptFile, scriptFile } from '../../schema/config/script.ts';
import { jsonTemplate, type ReplyTemplate, textTemplate } from './template.ts';

/** A rule of `org/script.yaml`, ready for use. A null condition always holds. */
export interface ScriptRule {
  agent: readonly string[] | null;
  call: number | null;
  turn: number | null;
  summary: boolean | null;
  result: RegExp | null;
  /** Conditions that must all hold for one message of the visit; null for a rule without conditions about mail. */
  mail: MailTest | null;
  text: ReplyTemplate<string>;
  acts: readonly { tool: string; input: ReplyTemplate<Json> }[];
  usage: RuleSource['reply']['usage'];
  error: RuleSource['reply']['error'];
  delayMs: number;
  /** The visit goes on after this reply, as with a model that does not call `done`. */
  more: boolean;
}

interface MailTest {
  from: readonly string[] | null;
  kind: string | null;
  /** Found in the title of a task; null: it is a message. */
  task: RegExp | null;
  subject: RegExp | null;
  body: RegExp | null;
}

type RuleSource = ScriptFile['rules'][number];
type RulePath = readonly (string | number)[];

/** Larger scripts are refused before they are parsed; in characters. */
const MAX_CHARS = 1_000_000;

/** Parses and compiles a script. Throws a `bad-request` that says `path:line:column` and what is wrong there. */
export function readScript(text: string, path: string): ScriptRule[] {
  if (text.length > MAX_CHARS) throw broken(path, `longer than ${MAX_CHARS} characters`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placed = (offset: number | undefined, message: string) => {
    const place = offset === undefined ? { line: 1, col: 1 } : lines.linePos(offset);
    return broken(`${path}:${place.line}:${place.col}`, message);
  };
  const at = (where: RulePath, message: string) => placed(offsetOf(document, where), `${where.join('.')}: ${message}`);
  const [error] = document.errors;
  if (error) throw placed(error.pos[0], error.message);
  const read = scriptFile().safeParse(contentOf(document, path));
  if (!read.success) {
    const issue = read.error.issues[0] as { path: PropertyKey[]; message: string };
    throw at(issue.path as (string | number)[], issue.message);
  }
  return read.data.rules.map((rule, i) => compileRule(rule, (key, message) => at(['rules', i, 'when', key], message)));
}

function broken(place: string, message: string): ProviderError {
  return new ProviderError('bad-request', `${place}: ${message}`);
}

function contentOf(document: ReturnType<typeof parseDocument>, path: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw broken(path, (error as Error).message);
  }
}

/** Offset in the text of the value at that path, or of the nearest value around it. */
function offsetOf(document: ReturnType<typeof parseDocument>, where: RulePath): number | undefined {
  for (let length = where.length; length > 0; length--) {
    const node = document.getIn(where.slice(0, length), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) return node.range[0];
  }
  return undefined;
}

function compileRule(rule: RuleSource, fail: (key: string, message: string) => ProviderError): ScriptRule {
  const { when, reply } = rule;
  const pattern = (key: 'subject' | 'body' | 'result' | 'task') => {
    try {
      return when[key] === undefined ? null : compilePattern(when[key]);
    } catch (error) {
      throw fail(key, (error as Error).message);
    }
  };
  const mail = {
    from: list(when.from),
    kind: when.kind ?? null,
    task: pattern('task'),
    subject: pattern('subject'),
    body: pattern('body'),
  };
  return {
    agent: list(when.agent),
    call: when.call ?? null,
    turn: when.turn ?? null,
    summary: when.summary ?? null,
    result: pattern('result'),
    mail: Object.values(mail).some((test) => test !== null) ? mail : null,
    text: textTemplate(reply.text),
    acts: reply.acts.map(({ tool, input }) => ({ tool, input: jsonTemplate(input) })),
    usage: reply.usage,
    error: reply.error,
    delayMs: reply.delay_ms,
    more: reply.more,
  };
}

function list(names: string | string[] | undefined): string[] | null {
  return typeof names === 'string' ? [names] : (names ?? null);
}

/**
 * Groups of `result` when every condition that is not about mail holds, otherwise null. After the first call only rules
 * that name the call or a result apply, so that no rule answers its own results for ever.
 */
export function visitGroups(rule: ScriptRule, prompt: Prompt, result: string | null): readonly string[] | null {
  if (rule.agent && !rule.agent.includes(prompt.agent)) return null;
  if (rule.call === null ? prompt.n > 1 && !rule.result : rule.call !== prompt.n) return null;
  if (rule.turn !== null && rule.turn !== prompt.turn) return null;
  if (rule.summary !== null && rule.summary !== prompt.summaryDue) return null;
  if (!rule.result) return NONE;
  return result === null ? null : groupsIn(rule.result, result);
}

/** Groups of `subject` and `body` when the message meets every condition about mail, otherwise null. `isTask`: it is the task of the visit. */
export function mailGroups(test: MailTest, mail: MailView, isTask: boolean): readonly string[] | null {
  if (isTask !== (test.task !== null)) return null;
  if (test.from && !test.from.includes(mail.from)) return null;
  if (test.kind !== null && test.kind !== mail.kind) return null;
  const title = test.task ?? test.subject;
  const subject = title ? groupsIn(title, mail.subject) : NONE;
  if (!subject) return null;
  const body = test.body ? groupsIn(test.body, mail.body) : NONE;
  return body && (subject.length ? [...subject, ...body] : body);
}
const NONE: readonly string[] = [];
