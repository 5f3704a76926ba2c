import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROVIDER_NAMES, provider } from '../../src/providers/find.ts';
import { FaultError } from '../../src/schema/fault.ts';

const FOLDER = new URL('../../src/providers/', import.meta.url);

describe('finding a provider', () => {
  it('knows every provider in the folder, each under the name of its file', () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'));
    const providers = files.filter((name) =>
      readFileSync(new URL(name, FOLDER), 'utf8').includes('} satisfies Provider;'),
    );
    expect(PROVIDER_NAMES).toEqual(providers.map((name) => name.slice(0, -'.ts'.length)).sort());
  });

  it.each([...PROVIDER_NAMES])('loads %s', async (name) => {
    expect((await provider(name)).connect).toBeTypeOf('function');
  });

  it.each([
    ['opanai', 'openai'],
    ['Scripted', 'scripted'],
    ['constructor', undefined],
    ['../core/call', undefined],
    ['', undefined],
  ])('refuses %j', async (name, nearest) => {
    const error = (await provider(name).catch((thrown: unknown) => thrown)) as FaultError;
    expect(error).toBeInstanceOf(FaultError);
    expect(error.fault).toMatchObject({ code: 'unknown-name', file: 'org/models.yaml', value: name });
    if (nearest) expect(error.fault.nearest).toBe(nearest);
  });
});
