import { describe, expect, it } from 'vitest';
import { override, overridesIn, variables } from '../../../src/disk/config/env.ts';
import { orgFile } from '../../../src/schema/config/org.ts';

function withValue(data: unknown, [key = '', ...rest]: readonly string[], value: unknown): unknown {
  const map = (data ?? {}) as Record<string, unknown>;
  return { ...map, [key]: rest.length ? withValue(map[key], rest, value) : value };
}

const DATA = { version: 1, name: 'acme', limits: { hops: 3 } };

describe('override', () => {
  it('puts variables over scalars and leaves the rest', () => {
    const env = {
      LEMMING_NAME: 'other',
      LEMMING_LIMITS_CONCURRENCY: '8',
      LEMMING_CLOCK_TURN_SECONDS: '0.5',
      LEMMING_LOG_LEVEL: 'debug',
      PATH: '/bin',
    };
    expect(override(DATA, env)).toMatchObject({
      faults: [],
      org: {
        name: 'other',
        limits: { concurrency: 8, hops: 3 },
        clock: { turn_seconds: 0.5 },
        log: { level: 'debug' },
      },
    });
    expect(DATA).toEqual({ version: 1, name: 'acme', limits: { hops: 3 } });
  });

  it('sets what may be null', () => {
    const data = { ...DATA, clock: { max_turns: 3 }, summary: null };
    const env = { LEMMING_CLOCK_MAX_TURNS: 'null', LEMMING_SUMMARY_AGENT: 'boss', LEMMING_APPROVALS_TIMEOUT: '24h' };
    expect(override(data, env).org).toMatchObject({
      clock: { max_turns: null },
      summary: { agent: 'boss', every: 12 },
      approvals: { timeout: '24h' },
    });
  });

  it.each([
    ['LEMMING_LIMITS_CONCURRENCY', '8oo0', '8oo0'],
    ['LEMMING_LIMITS_CONCURRENCY', '', ''],
    ['LEMMING_LIMITS_CONCURRENCY', '0', '0'],
    ['LEMMING_LIMITS_CONCURRENCY', '1.5', '1.5'],
    ['LEMMING_LIMITS_CONCURRENCY', ' 8', ' 8'],
    ['LEMMING_LIMITS_CONCURRENCY', 'null', 'null'],
    ['LEMMING_LOG_LEVEL', 'verbose', 'verbose'],
    ['LEMMING_NAME', '', ''],
    ['LEMMING_APPROVALS_TIMEOUT', '24 hours', '24 hours'],
  ])('refuses %s=%s', (name, text, value) =>
    expect(override(DATA, { [name]: text })).toMatchObject({
      org: null,
      faults: [{ code: 'bad-env', value, message: expect.stringContaining(name) }],
    }),
  );

  it('tells all unknown variables with the nearest', () => {
    expect(
      override(DATA, {
        LEMMING_LOG_LEVLE: 'debug',
        LEMMING_LIMITS_HOP: '3',
        LEMMING_VERSION: '1',
        LEMMING_LOG_LEVELS: 'x',
      }).faults,
    ).toMatchObject([
      { code: 'bad-env', nearest: 'LEMMING_LIMITS_HOPS' },
      { code: 'bad-env', nearest: 'LEMMING_LOG_LEVEL' },
      { code: 'bad-env', nearest: 'LEMMING_LOG_LEVEL' },
      { code: 'bad-env' },
    ]);
  });

  it('leaves the variables of the command line alone', () => {
    expect(override(DATA, { LEMMING_ORG: '/x', LEMMING_DEBUG: '1', LEMMING_NAME: undefined }).faults).toEqual([]);
  });

  it('tells when a variable leaves the settings incomplete', () => {
    expect(override(DATA, { LEMMING_SUMMARY_EVERY: '3' })).toMatchObject({
      org: null,
      faults: [{ code: 'bad-env', message: expect.stringContaining('summary.agent') }],
    });
  });

  const VALUES = [true, false, null, 3, -1, 0.5, 100_000, 'x', 'info', 'deny', 'unsafe-host', '24h', '1 turn'];
  it.each(variables().map((one) => [one.name, one]))('%s means what the same value in the file means', (name, one) => {
    const inFile = (value: unknown) => orgFile().safeParse(withValue(DATA, one.path, value)).data ?? null;
    for (const value of VALUES) {
      const { org } = override(DATA, { [name]: String(value) });
      expect([value, org]).toEqual([value, inFile(value) ?? inFile(String(value))]);
    }
  });

  it.each(['rel', './rel', '~/x'])('a home of %s is refused: it would depend on the working directory', (home) => {
    expect(override(DATA, { LEMMING_HOME: home })).toMatchObject({
      org: null,
      faults: [{ code: 'bad-env', value: home }],
    });
    expect(override(DATA, { LEMMING_HOME: '' }).faults).toEqual([]);
  });

  it('those of a turn are all that change settings, in the order of their names', () => {
    const env = {
      LEMMING_NAME: 'x',
      LEMMING_HOME: '/h',
      LEMMING_LOG_LEVEL: 'info',
      NAME: 'y',
      MY_LEMMING_NAME: 'z',
      LEMMING_ORG: 'o',
    };
    expect(Object.entries(overridesIn(env))).toEqual([
      ['LEMMING_LOG_LEVEL', 'info'],
      ['LEMMING_NAME', 'x'],
    ]);
  });

  it('has one name for each scalar', () => {
    const names = variables().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining(['LEMMING_NAME', 'LEMMING_LIMITS_MAX_ATTEMPTS', 'LEMMING_APPROVALS_DEFAULT']),
    );
    expect(names).not.toEqual(expect.arrayContaining(['LEMMING_VERSION']));
  });
});
