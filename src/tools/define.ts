/** Makes tools from a schema and a function. */
import * as z from 'zod';
import type { Json, JsonObject, ToolSpec } from '../core/model/call.ts';
import type {
  ActConditions,
  ActContext,
  ActTool,
  Covers,
  Staged,
  Tool,
  ToolContext,
  ToolWork,
  Trial,
  WorldResult,
  WorldTool,
} from '../core/model/tool.ts';
import { explain } from '../schema/explain.ts';

interface ToolText<S extends z.ZodType> {
  name: string;
  about: string;
  input: S;
  granted?: 'all' | 'resume';
  described?: Tool['described'];
  held?: Tool['held'];
  /** Keys that the schema does not name are dropped instead of refused, but for these → what is said of them. */
  forgives?: Readonly<Record<string, string>>;
  preview?(value: z.output<S>, scene: ActContext): string;
  covers?(value: z.output<S>, scene: ActContext): Covers;
}

/** Makes an act on the organisation from its schema and its pure `stage`. */
export function act<S extends z.ZodType>(
  about: ToolText<S> & {
    asks?: true;
    ends?: true;
    trial?: TrialOf<z.output<S>>;
    conditions?(value: z.output<S>, scene: ActContext): ActConditions | null;
    stage(value: z.output<S>, scene: ActContext): Staged;
  },
): ActTool {
  return {
    ...base(about),
    kind: 'act',
    ...(about.asks ? { asks: true as const } : {}),
    ...(about.ends ? { ends: true as const } : {}),
    ...(about.trial ? { trial: about.trial as Trial } : {}),
    ...(about.conditions ? { conditions: about.conditions as ActTool['conditions'] } : {}),
    stage: (value, scene) => about.stage(value as z.output<S>, scene),
  };
}

/** A trial that knows the type of its input. */
interface TrialOf<T> {
  refusal(value: T, scene: ActContext): ReturnType<Trial['refusal']>;
  work: Omit<ToolWork, 'run'> & { run(value: T, box: ToolContext): ReturnType<ToolWork['run']> };
  show(value: T, scene: ActContext, result: string): ReturnType<Trial['show']>;
}

/** Milliseconds and characters of a tool that gives no others. */
const TIMEOUT = 30_000;
const MOST = 60_000;

/**
 * Makes a tool that works on the world through the tool context. `timeout`: milliseconds; `most`: characters of its result.
 */
export function worldTool<S extends z.ZodType>(
  about: ToolText<S> & {
    touches: WorldTool['touches'];
    outbound?: WorldTool['outbound'];
    timeout?: number;
    most?: number;
    run(value: z.output<S>, box: ToolContext): WorldResult | Promise<WorldResult>;
  },
): WorldTool {
  return {
    ...base(about),
    kind: 'world',
    touches: about.touches,
    ...(about.outbound ? { outbound: about.outbound } : {}),
    timeout: about.timeout ?? TIMEOUT,
    most: about.most ?? MOST,
    run: (value, box) => about.run(value as z.output<S>, box),
  };
}

function base<S extends z.ZodType>(about: ToolText<S>) {
  const spec = specOf(about);
  return {
    spec,
    granted: about.granted ?? ('resume' as const),
    ...(about.described && { described: about.described }),
    ...(about.held && { held: about.held }),
    ...(about.preview && { preview: about.preview as Tool['preview'] }),
    ...(about.covers && { covers: about.covers as Tool['covers'] }),
    parse(input: Json) {
      const why = about.forgives && unforgiven(about.forgives, input);
      if (why) return { ok: false as const, why };
      const result = about.input.safeParse(about.forgives ? knownOf(input, spec) : input);
      return result.success
        ? { ok: true as const, value: result.data as unknown }
        : {
            ok: false as const,
            why: explain(about.name, Object.keys(spec.input.properties as JsonObject), input, result.error.issues),
          };
    },
  };
}

/** What is said of a key that is not forgiven, where it holds anything. */
function unforgiven(but: Readonly<Record<string, string>>, input: Json): string | undefined {
  if (input === null || typeof input !== 'object' || Array.isArray(input)) return undefined;
  const isEmpty = (value: Json | undefined): boolean => !value || (Array.isArray(value) && value.length === 0);
  return Object.entries(but).find(([key]) => !isEmpty(input[key]))?.[1];
}

/** The part of an input that the schema names. */
function knownOf(input: Json, { input: { properties } }: ToolSpec): Json {
  if (input === null || typeof input !== 'object' || Array.isArray(input)) return input;
  return Object.fromEntries(Object.entries(input).filter(([key]) => Object.hasOwn(properties as JsonObject, key)));
}

/** Makes the schema only when it is first needed: commands that call no model never need it. */
function specOf<S extends z.ZodType>({ name, about, input }: ToolText<S>): ToolSpec {
  let schema: JsonObject | null = null;
  return {
    name,
    description: about,
    get input() {
      schema ??= schemaOf(input);
      return schema;
    },
  };
}

/** Marks a field that models are not shown, because they rarely need it: it costs tokens in every prompt, and is still taken. */
export const RARE = { rare: true } as const;

/** The schema as models are shown it: without limits and unknown keys, which a refusal names, and without fields that are rarely needed. */
function schemaOf(schema: z.ZodType): JsonObject {
  const { $schema: _unused, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      for (const limit of LIMITS) delete jsonSchema[limit];
      for (const [name, field] of Object.entries(jsonSchema.properties ?? {}))
        if (typeof field === 'object' && field.rare === true) delete jsonSchema.properties?.[name];
    },
  }) as JsonObject;
  return rest;
}
const LIMITS = [
  'additionalProperties',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
] as const;
