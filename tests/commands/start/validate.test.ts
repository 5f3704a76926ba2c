import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as validateCommand from '../../../src/commands/start/validate.ts';
import type { Fault } from '../../../src/schema/fault.ts';
import type { OrgPlan } from '../../../src/testing/build-org.ts';
import { checked } from '../checked.ts';
import { RELAY } from '../relay.ts';
import { inputOf, scratchOrg, testWorld, writtenIn } from '../world.ts';

const run = checked(validateCommand);

async function validate(files: Record<string, string | Uint8Array>, plan: OrgPlan = RELAY, env = {}) {
  const root = scratchOrg(plan);
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
  const before = writtenIn(root);
  const { data, exit, text } = await run(testWorld(root, { env }), inputOf());
  expect(writtenIn(root)).toEqual(before);
  return { ...(data as { ok: boolean; faults: Fault[] }), exit, text };
}

describe('validate', () => {
  it('finds nothing in a good organisation', async () => {
    expect(await validate({})).toMatchObject({ ok: true, faults: [], exit: 0 });
  });

  it('scenario 4: tells several mistakes together, each with file, line, value and the nearest valid key', async () => {
    const { ok, faults, exit, text } = await validate({
      'org/org.yaml': 'version: 1\nname: x\npurpos: y\nlimits:\n  hops: none\n',
      'agents/a/resume.md': '---\nrole: x\nmodel: defualt\n---\n',
    });
    expect([ok, exit]).toEqual([false, 3]);
    expect(faults).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ code: 'unknown-key', file: 'org/org.yaml', line: 3, column: 1, nearest: 'purpose' }),
        expect.objectContaining({ code: 'invalid-value', file: 'org/org.yaml', line: 5, value: 'none' }),
        expect.objectContaining({ code: 'unknown-name', file: 'agents/a/resume.md', line: 3, nearest: 'default' }),
      ]),
    );
    expect(text.split('\n')).toHaveLength(faults.length);
  });

  it('scenario 5: flags an edge that only one end lists, and offers the fix', async () => {
    const chart =
      'version: 1\nagents:\n  human: { send_to: ["*"], read_from: ["*"] }\n  a: { send_to: [b], read_from: [human] }\n  b: { read_from: [human] }\n';
    const { ok, faults, exit } = await validate({ 'org/chart.yaml': chart });
    expect([ok, exit]).toEqual([false, 3]);
    expect(faults).toMatchObject([{ code: 'one-sided-edge', file: 'org/chart.yaml', line: 4, value: 'b' }]);
    expect(faults[0]?.remedy).toContain('doctor --fix');
  });

  it('notes limits of a resume above those of the organisation, which are no fault', async () => {
    const limits = (steps: number, tokens: number) => ({ limits: { steps, output_tokens: tokens } });
    const { ok, exit, text } = await validate(
      {},
      { ...RELAY, org: limits(8, 1000), resumes: { a: limits(12, 1000), b: limits(8, 1001) } },
    );
    expect([ok, exit]).toEqual([true, 0]);
    expect(text.split('\n').slice(1)).toEqual([
      'Note: limits.steps of agents/a/resume.md is 12, but org/org.yaml allows 8. Raise it there as well.',
      'Note: limits.output_tokens of agents/b/resume.md is 1001, but org/org.yaml allows 1000. Raise it there as well.',
    ]);
  });

  it('tells of front matter in memory that does not count, and of no entry that is good', async () => {
    const entry = (head: string) => `---\n${head}\n---\nText.\n`;
    const { faults } = await validate(
      {},
      {
        ...RELAY,
        files: {
          'agents/a/memory/good.md': entry('key: good\npin: true\ntags: [x]'),
          'agents/a/memory/learned/good.md': entry('key: good\nversion: 2'),
          'agents/a/memory/plain.md': 'No front matter.\n',
          'agents/a/memory/cut.md': '---\npin: [\n---\nText.\n',
          'agents/a/memory/typo.md': entry('pinn: true'),
          'agents/a/memory/type.md': entry('pin: maybe'),
          'org/shared/context/key.md': entry('key: other'),
        },
      },
    );
    expect(faults.map(({ file, line, code }) => [file, line, code])).toEqual([
      ['agents/a/memory/cut.md', expect.any(Number), 'invalid-yaml'],
      ['agents/a/memory/type.md', 2, 'invalid-value'],
      ['agents/a/memory/typo.md', 2, 'unknown-key'],
      ['org/shared/context/key.md', 2, 'invalid-value'],
    ]);
  });

  it('measures files by the limit of the organisation', async () => {
    const files = { 'agents/a/memory/long.md': 'x'.repeat(3000) };
    const small = await validate({}, { ...RELAY, files, org: { limits: { message_bytes: 2000 } } });
    expect(small.faults).toMatchObject([{ code: 'too-large', file: 'agents/a/memory/long.md' }]);
    expect(small.text).toContain('2000 bytes');
    const long = { 'agents/a/memory/long.md': 'x'.repeat(1_100_000) };
    const large = await validate({}, { ...RELAY, files: long, org: { limits: { message_bytes: 2_000_000 } } });
    expect(large.faults).toEqual([]);
  });

  it('says that a tool of the organisation is broken, not that there is none', async () => {
    const { faults } = await validate(
      { 'agents/a/resume.md': '---\nrole: x\ntools: [weather, ask:wether]\n---\n' },
      { ...RELAY, files: { 'org/tools/weather/TOOL.md': '---\nname: weather\n---\n' } },
    );
    expect(faults.filter(({ code }) => code === 'unknown-name')).toMatchObject([
      { file: 'agents/a/resume.md', value: 'weather', message: expect.stringContaining('org/tools/weather/TOOL.md') },
      { file: 'agents/a/resume.md', value: 'wether', message: 'There is no tool "wether"' },
    ]);
  });

  it('tells where a resume lists a tool that is not there, or names the template that does', async () => {
    const { faults, text } = await validate(
      {
        'agents/a/resume.md': '---\nrole: x\ntools:\n  - read_file\n  - ask:raed_file\n  - nothing__*\n---\n',
        'agents/b/resume.md': '---\nrole: x\nextends: base\n---\n',
      },
      { ...RELAY, files: { 'org/templates/base.md': '---\nrole: y\ntools: [writ_file]\n---\n' } },
    );
    expect(faults).toMatchObject([
      { file: 'agents/a/resume.md', line: 5, column: 5, value: 'raed_file', nearest: 'read_file' },
      { file: 'agents/a/resume.md', line: 6, column: 5, value: 'nothing__*' },
      { file: 'agents/b/resume.md', line: 3, column: 10, value: 'writ_file', nearest: 'write_file' },
    ]);
    expect(text).toContain('agents/a/resume.md:5:5');
  });

  it('tells the tool or agent of a policy that is not there: it would fit nothing', async () => {
    const policies = [
      { act: 'send_mesage', do: 'deny' },
      { act: 'remember agent:aa', do: 'auto' },
      { act: 'send_message to:nobody', do: 'deny' },
      { act: '* to:*', do: 'auto' },
    ];
    const { faults } = await validate({}, { ...RELAY, org: { policies } });
    expect(faults).toMatchObject([
      { file: 'org/org.yaml', code: 'unknown-name', value: 'send_mesage', nearest: 'send_message' },
      { file: 'org/org.yaml', code: 'unknown-name', value: 'aa', nearest: 'a' },
      { file: 'org/org.yaml', code: 'unknown-name', value: 'nobody' },
    ]);
  });

  it('reads files that are no text, and rules of the script', async () => {
    const { faults } = await validate({
      'agents/b/resume.md': Uint8Array.of(0xff, 0xfe, 0),
      'org/script.yaml': 'version: 1\nrules:\n  - when: { agnet: a }\n    reply: { text: x }\n',
    });
    expect(faults.map(({ code }) => code)).toEqual(expect.arrayContaining(['not-text', 'unknown-key']));
  });

  it('refuses a relative LEMMING_HOME', async () => {
    expect(await validate({}, RELAY, { LEMMING_HOME: 'rel' })).toMatchObject({
      exit: 3,
      faults: [{ code: 'bad-env', value: 'rel', remedy: expect.stringContaining('absolute path') }],
    });
  });

  it.each([
    ['simulated', '{ latency: { shape: nonsense, mean_ms: 5 } }', 'unknown-key', 'shape'],
    ['simulated', '{ latency: { distribution: unifrom, mean_ms: 5 } }', 'invalid-value', 'unifrom'],
    ['scripted', '{ seed: 1 }', 'unknown-key', 'seed'],
    ['anthropic', '{ thinking: 1 }', 'unknown-key', 'thinking'],
    ['openai', '{ reasoning_efort: low }', 'unknown-key', 'reasoning_efort'],
    ['command', '{ output: xml }', 'invalid-value', 'xml'],
  ])('refuses options that the provider %s does not know: %s', async (provider, options, code, value) => {
    const models = `version: 1\nmodels:\n  default: { provider: scripted }\n  m:\n    provider: ${provider}\n    options: ${options}\n`;
    const { faults, exit } = await validate({ 'org/models.yaml': models });
    expect(exit).toBe(3);
    expect(faults).toMatchObject([{ code, value, file: 'org/models.yaml', line: 6 }]);
  });

  it('takes the variables of the environment into account', async () => {
    expect(await validate({}, RELAY, { LEMMING_LIMITS_HOPS: 'many' })).toMatchObject({
      exit: 3,
      faults: [{ code: 'bad-env' }],
    });
    expect(await validate({}, RELAY, { LEMMING_LIMITS_HOPS: '3', LEMMING_ORG: '/x' })).toMatchObject({ exit: 0 });
  });
});
