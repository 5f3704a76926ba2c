/** The provider `scripted`: rules answer in place of a model. */
import { type ActCall, type MailView, type Prompt, ProviderError, type Reply, type Usage } from '../core/model/call.ts';
import type { Model } from '../schema/config/models.ts';
import { estimateUsage, replyChars } from './estimate.ts';
import { noOptions, readOptions } from './options.ts';
import type { Outside, Provider } from './provider.ts';
import { mailGroups, readScript, type ScriptRule, visitGroups } from './script/rules.ts';
import type { Values } from './script/template.ts';

/** The rules of a model that has no script of its own. */
const BUILT_IN = `
version: 1
rules:
  - when: { from: human }
    reply:
      acts:
        - tool: send_message
          input:
            to: '{from}'
            subject: 'Re: {subject}'
            reply_to: '{id}'
            body: |
              Your message "{subject}" has reached {agent}.
              This reply is scripted: a rule wrote it, no model has read your message.
              To connect a real model, edit org/models.yaml, for example:
                default: { provider: openai, model: gpt-4.1-mini, key: env:OPENAI_API_KEY, price: { input: 0.40, output: 1.60 } }
              To write rules of your own, name a file: default: { provider: scripted, script: org/script.yaml }
  - when: { task: '/^/' }
    reply:
      acts:
        - tool: complete_task
          input:
            result: This result is scripted. A rule wrote it, no model has seen the task.
`;

/** A rule that answers, and what it inserts. */
interface Firing {
  rule: ScriptRule;
  values: Values;
}

export default {
  about: 'Answers by the rules of a YAML file in the org; needs no key and no network.',
  repeatable: true,
  free: true,
  options: noOptions,
  async connect(model, outside) {
    readOptions(noOptions, model);
    const current = rulesOf(model, outside);
    const name = model.model ?? 'scripted';
    return {
      async complete(prompt, signal) {
        signal.throwIfAborted();
        const firings = choose(current(), prompt);
        let delayMs = 0;
        for (const { rule } of firings) delayMs = Math.max(delayMs, rule.delayMs);
        if (delayMs > 0) await outside.sleep(delayMs, signal);
        return answer(prompt, firings, name);
      },
    };
  },
} satisfies Provider;

/** The present rules: parsed again only when the text has changed. */
function rulesOf(model: Model, outside: Outside): () => readonly ScriptRule[] {
  let known: { text: string; rules: readonly ScriptRule[] } | null = null;
  return () => {
    const text = (model.script === undefined ? null : outside.file(model.script)) ?? BUILT_IN;
    if (known?.text !== text) known = { text, rules: readScript(text, model.script ?? 'the built-in script') };
    return known.rules;
  };
}

/**
 * The first matching rule of each message, in the order of the mail; when there is none, the first rule without a condition
 * about mail, which then inserts values of the first message.
 */
function choose(rules: readonly ScriptRule[], prompt: Prompt): Firing[] {
  const result = prompt.n === 1 ? null : latestResults(prompt);
  const firings: Firing[] = [];
  for (const mail of prompt.mail) {
    const firing = firstFor(mail, rules, prompt, result);
    if (firing) firings.push(firing);
  }
  if (firings.length) return firings;
  for (const rule of rules) {
    const groups = rule.mail ? null : visitGroups(rule, prompt, result);
    if (groups) return [fire(rule, prompt, prompt.mail[0] ?? null, groups, result)];
  }
  return firings;
}

function firstFor(mail: MailView, rules: readonly ScriptRule[], prompt: Prompt, result: string | null): Firing | null {
  for (const rule of rules) {
    if (!rule.mail) continue;
    const ofVisit = visitGroups(rule, prompt, result);
    const ofMail = ofVisit && mailGroups(rule.mail, mail, mail.id === prompt.task);
    if (ofMail) return fire(rule, prompt, mail, ofVisit.length ? [...ofMail, ...ofVisit] : ofMail, result);
  }
  return null;
}

function fire(
  rule: ScriptRule,
  prompt: Prompt,
  mail: MailView | null,
  groups: readonly string[],
  result: string | null,
) {
  const { agent, turn } = prompt;
  return { rule, values: { agent, turn, mail, groups, result: result ?? '' } };
}

/** What the tools answered to the last reply, joined by line breaks; null when nothing was asked for. */
function latestResults(prompt: Prompt): string | null {
  const texts: string[] = [];
  for (let i = prompt.parts.length - 1; i >= 0; i--) {
    const part = prompt.parts[i];
    if (part?.role === 'assistant') break;
    if (part?.role === 'tool') texts.unshift(part.text);
  }
  return texts.length ? texts.join('\n') : null;
}

/** Joins what the rules say. Throws the error that a rule asks for. */
function answer(prompt: Prompt, firings: readonly Firing[], model: string): Reply {
  const acts: ActCall[] = [];
  let text = '';
  for (const { rule, values } of firings) {
    if (rule.error)
      throw new ProviderError(rule.error, `the script answers ${rule.error}`, { usage: billed(prompt, rule) });
    const line = rule.text(values);
    if (line) text = text ? `${text}\n${line}` : line;
    for (const { tool, input } of rule.acts) {
      acts.push({ id: `scripted-${prompt.n}-${acts.length + 1}`, tool, input: input(values) });
    }
  }
  const usage = usageOf(prompt, firings, replyChars(text, acts));
  const ends = !firings.some(({ rule }) => rule.more);
  return { text, acts, usage, requestId: null, model, ...(ends && { ends }) };
}

/** What a scripted error costs: the usage of the rule; without one, nothing is known. */
function billed(prompt: Prompt, rule: ScriptRule): Usage | null {
  return rule.usage ? { ...estimateUsage(prompt, 0), ...rule.usage } : null;
}

/** The estimate, replaced by the sum of what the rules give. */
function usageOf(prompt: Prompt, firings: readonly Firing[], chars: number): Usage {
  const usage = estimateUsage(prompt, chars);
  if (!firings.some(({ rule }) => rule.usage)) return usage;
  for (const key of ['input', 'output'] as const) {
    const counts = firings.map(({ rule }) => rule.usage?.[key]).filter((count) => count !== undefined);
    if (counts.length) usage[key] = counts.reduce((sum, count) => sum + count, 0);
  }
  return usage;
}
