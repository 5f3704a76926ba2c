/** Changes the files of an organisation so that a real model answers in its seats. Pure. */
import type { Config } from '../../core/model/config.ts';
import { type Edited, setScalar, valueAt, type YamlPath } from '../../disk/yaml/edit.ts';
import { expandAliases } from '../../disk/yaml/edit-aliases.ts';
import { removeKey } from '../../disk/yaml/edit-remove.ts';
import { readTree } from '../../disk/yaml/yaml-tree.ts';
import { inCredits } from '../../schema/amount.ts';
import { FaultError } from '../../schema/fault.ts';

/** A model, as an entry of org/models.yaml names it. */
export interface WantedModel {
  provider: string;
  model: string;
  base_url?: string | undefined;
  key?: string | undefined;
  /** Credits per million tokens, where the list has no price. */
  price?: { input: number; output: number } | undefined;
}

/** Path → text of a file. */
export type EditedTexts = ReadonlyMap<string, string>;

export const MODELS = 'org/models.yaml';
export const CREDITS = 'org/credits.yaml';

/** Settings of another provider: they mean nothing to this one. */
const FOREIGN = [
  'script',
  'command',
  'form',
  'price',
  'options',
  'context_window',
  'structured',
  'images',
  'base_url',
  'key',
];
const MOST_TOKENS = 4000;
/** The part of a limit after which a warning is given. */
const SOFT = 0.8;

/**
 * Makes each of these entries the wanted model; one that is missing is added. Settings that every provider knows stay. Throws
 * the fault of a text that cannot be changed safely.
 */
export function withModel(text: string, names: readonly string[], wanted: WantedModel): string {
  return withoutAliases(text, (now) => eachModel(now, names, wanted));
}

/** The edit of that text; or, if aliases are in its way, of the text without them. */
function withoutAliases(text: string, edit: (text: string) => string): string {
  try {
    return edit(text);
  } catch (error) {
    const expanded = error instanceof FaultError ? expandAliases(text) : text;
    if (expanded === text) throw error;
    return edit(expanded);
  }
}

function eachModel(text: string, names: readonly string[], wanted: WantedModel): string {
  const { provider, model, base_url, key, price } = wanted;
  const fields: [YamlPath, string | number | undefined][] = [
    [['provider'], provider],
    [['model'], model],
    [['base_url'], base_url],
    [['key'], key],
    [['price', 'input'], price?.input],
    [['price', 'output'], price?.output],
  ];
  let now = text;
  for (const name of names) {
    const at: YamlPath = ['models', name];
    for (const field of FOREIGN) now = done(MODELS, removeKey(now, [...at, field]));
    for (const [path, value] of fields)
      if (value !== undefined) now = done(MODELS, setScalar(now, [...at, ...path], value));
    if (valueAt(readTree(now, MODELS).data, [...at, 'max_output_tokens']) === undefined)
      now = done(MODELS, setScalar(now, [...at, 'max_output_tokens'], MOST_TOKENS));
  }
  return now;
}

/** Names the model in a resume. */
export function withSeat(path: string, text: string, name: string): string {
  const [, open = '', head = '', rest = ''] = /^(---\r?\n)([\s\S]*?\r?\n)(---[\s\S]*)$/.exec(text) ?? [];
  const single = done(path, setScalar(done(path, removeKey(head, ['model'])), ['model'], name));
  const kept = setScalar(head, ['model'], name); // keeps its place and comment, unless it is a list
  return `${open}${'text' in kept ? kept.text : single}${rest}`;
}

/** What the organisation has spent, and what each agent has, in micro-credits. */
export interface Spent {
  org: number;
  agents: ReadonlyMap<string, number>;
}

/** Lets the organisation spend so many micro-credits from now on, and lowers grants that are above that. */
export function withBudget(text: string, config: Config, budget: number, spent: Spent): string {
  return withoutAliases(text, (now) => eachLimit(now, config, budget, spent));
}

function eachLimit(text: string, { credits }: Config, budget: number, spent: Spent): string {
  let now = text;
  const put = (path: YamlPath, micro: number): void => {
    now = done(CREDITS, setScalar(now, path, inCredits(micro)));
  };
  const cap = spent.org + budget;
  put(['org', 'cap'], cap);
  if ((credits.org.soft ?? 0) > cap) put(['org', 'soft'], Math.round(cap * SOFT));
  for (const [name, { grant, soft = 0 }] of Object.entries(credits.agents)) {
    const most = (spent.agents.get(name) ?? 0) + budget;
    if (grant <= most) continue;
    put(['agents', name, 'grant'], most);
    if (soft > most) put(['agents', name, 'soft'], Math.round(most * SOFT));
  }
  return now;
}

function done(file: string, edit: Edited): string {
  if ('fault' in edit) throw new FaultError({ ...edit.fault, file });
  return edit.text;
}
