/** Checks the input of a tool by a JSON schema. */
import type { ErrorObject, Options } from 'ajv';
import type { Json, JsonObject } from '../../core/model/call.ts';
import type { Tool } from '../../core/model/tool.ts';
import { withTimeLimit } from '../../tools/time-limit.ts';

/** Milliseconds that one pattern of a schema may take on one text. */
const PATTERN_MS = 100;
/** The most characters of an error message. */
const SAID = 500;

/**
 * Compiles a JSON schema that people or servers wrote into a check of the input: own properties only, formats unchecked, no
 * other schema is fetched. Throws an `Error` for an invalid schema.
 */
export async function checkerOf(schema: JsonObject): Promise<Tool['parse']> {
  const { $schema, $id: _unused, ...rest } = schema;
  const isOld = /draft-0[4-7]/.test(String($schema));
  const { Ajv } = isOld ? await import('ajv') : { Ajv: (await import('ajv/dist/2020.js')).Ajv2020 };
  const validate = new Ajv(OPTIONS).compile(rest);
  return (input: Json) => {
    try {
      if (validate(input)) return { ok: true, value: input };
      return { ok: false, why: (validate.errors ?? []).map(say).join('; ').slice(0, SAID) };
    } catch (error) {
      return { ok: false, why: `input: cannot be checked (${(error as Error).message})`.slice(0, SAID) };
    }
  };
}

const OPTIONS: Options = {
  strict: false,
  ownProperties: true,
  validateFormats: false,
  inlineRefs: false,
  logger: false,
  code: { regExp: Object.assign(timed, { code: 'timed' }) },
};

function say({ instancePath, message, params }: ErrorObject): string {
  const { additionalProperty } = params as { additionalProperty?: string };
  const name = additionalProperty === undefined ? '' : ` ${JSON.stringify(additionalProperty)}`;
  return `${instancePath.slice(1).replaceAll('/', '.') || 'input'}: ${message}${name}`;
}

/** A pattern that throws if it takes too long, as some do on some texts. */
function timed(pattern: string, flags: string): { test(text: string): boolean; toString(): string } {
  const regexp = new RegExp(pattern, flags);
  return {
    test: (text) => withTimeLimit(PATTERN_MS, () => regexp.test(text)),
    toString: () => regexp.toString(),
  };
}
