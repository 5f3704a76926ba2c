import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { PROVIDER_NAMES } from '../../src/providers/find.ts';
import scripted from '../../src/providers/scripted.ts';
import { simulatedOptions } from '../../src/providers/simulated.ts';
import { modelsFile } from '../../src/schema/config/models.ts';
import { mailOf, modelOf, promptOf, secondCall, world } from './world.ts';

const page = readFileSync(new URL('../../docs/providers.md', import.meta.url), 'utf8');
const never = new AbortController().signal;

function example(file: string): string {
  return (
    (page.match(/```yaml\n[\s\S]*?```/g) ?? [])
      .map((fence) => fence.slice(8, -3))
      .find((text) => text.startsWith(`# ${file}`)) ?? ''
  );
}

it('the page shows models that are valid', () => {
  const { models } = modelsFile().parse(parse(example('org/models.yaml')));
  for (const model of Object.values(models)) expect(PROVIDER_NAMES).toContain(model.provider);
  expect(() => simulatedOptions.parse(models.load?.options)).not.toThrow();
});

it('the page shows rules that do what it says', async () => {
  const connection = await scripted.connect(
    modelOf({ provider: 'scripted', script: 's' }),
    world({ files: { s: example('org/script.yaml') } }),
  );
  const built = await connection.complete(promptOf({ mail: [mailOf({ body: 'Build a page.' })] }), never);
  expect(built.text).toBe('human wants: page');
  expect(built.acts.map((act) => (act.input as { to: string }).to)).toEqual(['planner', 'human']);
  const mail = [mailOf({ from: 'manager', subject: 'Build: page' })];
  const first = await connection.complete(promptOf({ agent: 'planner', mail }), never);
  expect(first.acts.map((act) => act.tool)).toEqual(['read_file']);
  const prompt = secondCall({ agent: 'planner', mail });
  const parts = [
    ...prompt.parts.slice(0, 2),
    { role: 'tool' as const, id: 'toolu_1', tool: 'read_file', text: 'owner: coder_01', ok: true },
  ];
  const second = await connection.complete({ ...prompt, parts }, never);
  expect(second.acts[0]?.input).toMatchObject({ to: 'coder_01', body: 'owner: coder_01' });
  await expect(connection.complete(promptOf({ agent: 'coder_01', turn: 5 }), never)).rejects.toMatchObject({
    failure: 'rate-limit',
  });
  expect((await connection.complete(promptOf({ mail: [] }), never)).text).toBe('Nothing to do.');
});

it('the page names every provider and every option of a simulated model', () => {
  for (const name of [...PROVIDER_NAMES, ...Object.keys(simulatedOptions.shape)]) expect(page).toContain(`\`${name}\``);
});
