/** `lemming model`: shows the models of the seats, puts a real model into them, and takes that back. */
import { checkFolder, readOrg } from '../../app/read-org.ts';
import { checkAgent } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import { ProviderError } from '../../core/model/call.ts';
import { type Trusted, trustTerm } from '../../core/model/trust.ts';
import { diffText } from '../../core/text/diff.ts';
import { nearestTo } from '../../core/text/nearest.ts';
import { replaceNow } from '../../disk/fs/workspace.ts';
import { ownerOf } from '../../disk/owner/owner.ts';
import { modelFaults } from '../../engine/calls/model-faults.ts';
import { modelsInUse } from '../../engine/calls/model-notes.ts';
import { PROVIDER_NAMES } from '../../providers/find.ts';
import { keyName, keyUse } from '../../providers/hosted/address.ts';
import { listPrice } from '../../providers/prices.ts';
import { inCredits } from '../../schema/amount.ts';
import { type Model, model as modelShape, type Price } from '../../schema/config/models.ts';
import { defined } from '../../schema/copy.ts';
import { type Fault, FaultError, failure } from '../../schema/fault.ts';
import { sampleCosts } from '../../views/money/sample-job.ts';
import { table } from '../../views/text/table.ts';
import { boundAmount, readAmount } from '../amount.ts';
import type { Definition, Runs } from '../command.ts';
import { confirm, YES } from '../confirm.ts';
import { missingKeyLine } from '../key-hints.ts';
import { exactText, replaceExact } from '../own-files.ts';
import type { World } from '../world.ts';
import { CREDITS, type EditedTexts, MODELS, type WantedModel, withBudget, withModel, withSeat } from './model-files.ts';
import { tryModel } from './model-try.ts';

export const command = {
  name: 'model',
  group: 'start',
  summary: 'Show which model answers for each agent, or put a real model into every seat',
  bare: 'list',
  commands: [
    {
      name: 'list',
      summary: 'List the models, their keys, and the agents that use them',
      examples: [
        { line: 'lemming model', does: 'shows which model answers for each agent, and whether its key is set' },
      ],
      args: [],
      flags: [],
      reads: true,
      right: 'look',
      output: (z) =>
        z.strictObject({
          models: z.array(
            z.strictObject({
              name: z.string(),
              provider: z.string(),
              model: z.string().nullable(),
              key: z.string().nullable(),
              key_found: z.boolean(),
              agents: z.array(z.string()),
            }),
          ),
        }),
    },
    {
      name: 'use',
      summary: 'Let a real model answer for every agent, or for one; show all changes and ask first',
      examples: [
        {
          line: 'lemming model use openai gpt-4.1-mini --budget 2',
          does: 'puts it into every seat, and lets the organisation spend 2 US dollars',
        },
        {
          line: 'lemming model use openai gpt-4.1-mini --budget 2 --try',
          does: 'also asks one agent a question, and says what that cost',
        },
        { line: 'lemming model use anthropic claude-haiku-4-5 --agent planner --budget 1', does: 'changes one seat' },
        {
          line: 'lemming model use openai-compatible qwen3 --base-url http://127.0.0.1:8000/v1 --price 0,0',
          does: 'uses a server on this machine',
        },
        { line: 'lemming model back', does: 'takes it back' },
      ],
      args: [
        { name: 'provider', about: 'openai, azure, anthropic, gemini, ollama or openai-compatible' },
        { name: 'model', about: "the service's name of the model" },
      ],
      flags: [
        { name: 'agent', value: 'AGENT', about: 'only for this agent' },
        { name: 'base-url', value: 'URL', about: 'the address of the service, if it is not its own' },
        { name: 'key', value: 'NAME', about: 'the variable that holds the key, or secret://NAME' },
        { name: 'price', value: 'IN,OUT', about: 'credits per million tokens in and out, if no list names the model' },
        {
          name: 'budget',
          value: 'CREDITS',
          kind: 'amount',
          about: 'what the organisation may spend from now on; one credit is one US dollar',
        },
        { name: 'try', about: 'then ask one agent a question, which costs one or two calls' },
        YES,
      ],
      reads: false,
      right: 'owner',
      output: (z) =>
        z.strictObject({
          models: z.array(z.string()),
          agents: z.array(z.string()),
          files: z.array(z.string()),
          key: z.string().nullable(),
          key_found: z.boolean(),
          budget: z.number().nullable(),
          sample: z.strictObject({ least: z.number(), most: z.number() }),
          notes: z.array(z.string()),
          tried: z.strictObject({ agent: z.string(), answer: z.string().nullable(), spent: z.number() }).optional(),
        }),
    },
    {
      name: 'back',
      summary: 'Take the last `lemming model use` back: every file becomes what it was',
      examples: [{ line: 'lemming model back', does: 'puts the files back, unless somebody has changed them since' }],
      args: [],
      flags: [],
      reads: false,
      right: 'owner',
      output: (z) => z.strictObject({ files: z.array(z.string()) }),
    },
  ],
} as const satisfies Definition;

export const run: Runs<typeof command> = { list, use, back };

async function list(world: World) {
  const view = readOrg(world);
  const { config } = view;
  const models = [...config.models].map(([name, model]) => {
    const agents = seats(view).filter((seat) => config.agents.get(seat)?.model.includes(name));
    return {
      name,
      provider: model.provider,
      model: model.model ?? null,
      ...keyIn(accessTo(world, model)),
      agents,
    };
  });
  const rows = models.map(({ name, provider, model, key, key_found, agents }) => [
    name,
    provider,
    model ?? '-',
    key === null ? '-' : `${key}${key_found ? '' : ', not set'}`,
    agents.join(', ') || '-',
  ]);
  return { data: { models }, text: table([['name', 'provider', 'model', 'key', 'agents'], ...rows]) };
}

function keyIn({ key, key_found }: Access): Pick<Access, 'key' | 'key_found'> {
  return { key, key_found };
}

interface UseInput {
  args: { provider: string; model: string };
  flags: {
    agent?: string | undefined;
    'base-url'?: string | undefined;
    key?: string | undefined;
    price?: string | undefined;
    budget?: number | undefined;
    try?: true | undefined;
    yes?: true | undefined;
  };
}

async function use(world: World, input: UseInput) {
  const { faults, config } = checkFolder(world);
  const all = [...faults, ...(config ? await modelFaults(config, world.machine.disk(world.root)) : [])];
  if (all.length > 0) throw new FaultError(...(all as [Fault, ...Fault[]]));
  const view = readOrg(world);
  const plan = await planned(world, view, input);
  const { agents, files } = plan.data;
  const done = files.length > 0 ? await change(world, view, input, plan) : 'It is so already: nothing changed.';
  if (!input.flags.try) return { data: plan.data, text: done };
  const { exit, text, ...tried } = await tryModel(world, agents);
  return { data: { ...plan.data, tried }, text: `${done}\n\n${text}`, exit };
}

type ModelChange = Awaited<ReturnType<typeof planned>>;

/** All files as they are to be, and what the person should know of it. */
async function planned(world: World, view: View, input: UseInput) {
  const wanted = wantedModel(input);
  const model = modelShape().parse(wanted);
  const price = priceOf(model);
  const isFree = Object.values(price).every((one) => one === 0);
  const budget = isFree ? (input.flags.budget ?? null) : await budgetFor(world, input);
  const { texts, models, agents } = changed(view, wanted, input.flags.agent, budget);
  const access = accessTo(world, model);
  const [least, most] = sampleCosts(price).map(inCredits) as [number, number];
  const data = {
    models,
    agents,
    files: [...texts.keys()].filter((path) => exactText(view.disk, path) !== texts.get(path)),
    ...keyIn(access),
    budget: budget === null ? null : inCredits(budget),
    sample: { least, most },
    notes: notesOn(world, models[0] as string, access),
  };
  const costs = isFree ? 'Its calls cost nothing.' : `A job like the sample's costs about ${least} to ${most} credits.`;
  return { wanted, texts, costs, data };
}

/** Shows the difference of all files, asks, and writes them. Returns what to say. */
async function change(
  world: World,
  view: View,
  input: UseInput,
  { wanted, texts, costs, data }: ModelChange,
): Promise<string> {
  const { files, agents, notes } = data;
  const told = [...files.map((path) => `${path}\n${differenceIn(view, path, texts)}`), costs, ...notes].join('\n\n');
  if (!input.flags.yes) world.say(told);
  await confirm(world, input, `This changes ${files.join(', ')}.`);
  replaceAll(view, files, texts);
  const done = `${wanted.provider} ${wanted.model} answers for ${agents.join(', ')} from the next turn on. To take it back: lemming model back`;
  return [...(input.flags.yes ? [told] : []), done].join('\n\n');
}

function priceOf(model: Model): Price {
  const price = model.price ?? listPrice(model);
  if (price !== null) return price;
  throw failure('usage', `No list names a price for ${model.provider} ${model.model}`, {
    remedy: 'Give it with --price IN,OUT: credits (US dollars) per million tokens, such as --price 0.4,1.6.',
  });
}

/** Throws `usage` for a provider, address or price that cannot be used. */
function wantedModel({ args, flags }: UseInput): WantedModel {
  const { provider, model } = args;
  const usable = PROVIDER_NAMES.filter((name) => !['scripted', 'simulated', 'command'].includes(name));
  if (!usable.includes(provider))
    throw failure('usage', `PROVIDER must be one of ${usable.join(', ')}, not ${JSON.stringify(provider)}`, {
      value: provider,
      ...nearestTo(provider, usable),
    });
  const { key, price, 'base-url': base_url } = flags;
  const wanted = {
    provider,
    model,
    ...defined({
      base_url,
      key: key && (/^secret:\/\//.test(key) ? key : `env:${key}`),
      price: price && priceIn(price),
    }),
  } as WantedModel;
  const read = modelShape().safeParse(wanted);
  if (read.success && (provider !== 'openai-compatible' || base_url !== undefined)) return wanted;
  const issue = read.error?.issues[0];
  throw failure('usage', issue ? `${issue.path.join('.')}: ${issue.message}` : 'openai-compatible needs --base-url');
}

function priceIn(text: string): { input: number; output: number } {
  const [, input, output] = /^(\d+(?:\.\d{1,6})?),(\d+(?:\.\d{1,6})?)$/.exec(text) ?? [];
  if (input === undefined)
    throw failure('usage', `--price must be two amounts such as 0.4,1.6, not ${JSON.stringify(text)}`, { value: text });
  return { input: Number(input), output: Number(output) };
}

const USUAL_BUDGET = '5';

/** What may be spent, in micro-credits: the option, or what the person at the terminal says. */
async function budgetFor(world: World, { flags }: UseInput): Promise<number> {
  if (flags.budget !== undefined) return boundAmount('The budget', flags.budget);
  if (!world.interactive)
    throw failure('usage', 'Say how much the organisation may spend', {
      remedy: 'Add --budget CREDITS; one credit is one US dollar.',
    });
  world.say(`How much may the organisation spend from now on, in credits (US dollars)? [${USUAL_BUDGET}]`);
  for await (const line of world.lines()) return boundAmount('The budget', readAmount(line.trim() || USUAL_BUDGET));
  throw failure('usage', 'Nobody said how much may be spent, so nothing was done');
}

/** The files as they are to be, the entries of org/models.yaml that change, and the agents that use them. */
function changed(view: View, wanted: WantedModel, agent: string | undefined, budget: number | null) {
  const { config, disk, state } = view;
  const texts = new Map<string, string>();
  const now = (path: string): string => texts.get(path) ?? exactText(disk, path) ?? '';
  if (agent !== undefined) checkAgent(view, agent);
  const models = agent === undefined ? modelsInUse(config) : [entryFor(config.models, wanted)];
  texts.set(MODELS, withModel(now(MODELS) || 'version: 1\nmodels: {}\n', models, wanted));
  const agents = agent === undefined ? seats(view) : [agent];
  if (agent !== undefined) {
    const path = `agents/${agent}/resume.md`;
    texts.set(path, withSeat(path, now(path), models[0] as string));
  }
  if (budget !== null) {
    const spent = new Map([...state.staff.agents].map(([name, one]) => [name, one.spent]));
    const text = now(CREDITS) || 'version: 1\n';
    texts.set(CREDITS, withBudget(text, config, budget, { org: state.money.org.spent, agents: spent }));
  }
  return { texts, models, agents };
}

function seats({ config }: View): string[] {
  return config.order.filter((name) => !config.agents.get(name)?.person);
}

/** The entry that is this model already, or a new name. */
function entryFor(models: ReadonlyMap<string, Model>, { provider, model }: WantedModel): string {
  for (const [name, one] of models) if (one.provider === provider && one.model === model) return name;
  const name = model
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  const free = /^[a-z]/.test(name) ? name : `model_${name}`;
  return models.has(free) ? `${free}_${models.size}` : free;
}

/** How a call of a model would be made. */
interface Access {
  /** The name of the variable, or `secret://NAME`; null if no key is sent. */
  key: string | null;
  key_found: boolean;
  /** What the owner must approve before. */
  needs: Trusted | null;
  /** Why the address of its service is not known. */
  why?: string;
}

function accessTo(world: World, model: Model): Access {
  const { env, approved } = ownerOf(world);
  try {
    const key = keyName(model, env);
    const needs = keyUse(model, env)?.needs ?? null;
    const key_found = key !== null && (key.startsWith('secret://') || Boolean(env(key)?.trim()));
    return { key, key_found, needs: needs && !approved(needs) ? needs : null };
  } catch (error) {
    if (error instanceof ProviderError) return { key: null, key_found: false, needs: null, why: error.message };
    throw error;
  }
}

/** What stands between these files and the first call. */
function notesOn(world: World, name: string, { key, key_found, needs, why }: Access): string[] {
  return [
    ...(why === undefined ? [] : [why]),
    ...(key !== null && !key_found ? [missingKeyLine(world, key)] : []),
    ...(needs === null
      ? []
      : [`The key would go to another host: ${trustTerm(needs)}. If you trust that host: lemming trust ${name}`]),
  ];
}

function differenceIn({ disk }: View, path: string, texts: EditedTexts): string {
  return diffText(exactText(disk, path) ?? '', texts.get(path) as string) ?? '';
}

/** The file in `.lemming/` with the texts before the last change and after it. */
const LAST = 'model.json';

interface LastChange {
  files: { path: string; before: string | null; after: string }[];
}

/** What was there is kept first, so that it can be taken back however this ends. */
function replaceAll({ disk, kept }: View, paths: readonly string[], texts: EditedTexts): void {
  const files = paths.map((path) => ({ path, before: exactText(disk, path), after: texts.get(path) as string }));
  kept.write(LAST, '', JSON.stringify({ files } satisfies LastChange));
  for (const { path, before, after } of files)
    if (before === null) replaceNow(disk, path, after);
    else replaceExact(disk, path, before, after);
}

async function back(world: World) {
  const disk = world.machine.disk(world.root);
  const kept = world.machine.kept(world.root, world.env, disk);
  const found = kept.read(LAST);
  if (!found) throw failure('not-found', 'There is no change of lemming model use to take back');
  const { files } = JSON.parse(found.bytes.toString()) as LastChange;
  const changed = files.find(({ path, before, after }) => ![before, after].includes(exactText(disk, path)));
  if (changed)
    throw failure('differs', 'The file was changed since, so nothing was taken back', {
      file: changed.path,
      remedy: 'Change it by hand in an editor.',
    });
  for (const { path, before } of files)
    if (before === null) disk.unlink(path);
    else replaceExact(disk, path, exactText(disk, path) as string, before);
  kept.drop(LAST);
  const paths = files.map(({ path }) => path);
  return { data: { files: paths }, text: `Taken back: ${paths.join(', ')}.` };
}
