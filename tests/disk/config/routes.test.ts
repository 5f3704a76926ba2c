import { expect, it } from 'vitest';
import { readConfig } from '../../../src/disk/config/config.ts';
import { planFiles } from '../../../src/testing/build-org.ts';

function read(text: string, more: Record<string, string> = {}, folders = ['human', 'a', 'b']) {
  const files = planFiles({
    edges: { human: ['a', 'b'], a: ['b', 'human'], b: ['human'] },
    files: { 'org/units/desk.md': '---\nmembers: [b]\n---\n', 'org/routes.yaml': text, ...more },
  });
  return readConfig(files, folders, {});
}

const codes = ({ faults }: ReturnType<typeof read>) =>
  faults.map(({ code, file, line, column, value, nearest }) => [`${file}:${line}:${column}`, code, value, nearest]);

it('a list may be one value, and conditions may be absent', () => {
  const { config, faults, warnings } = read(
    'version: 1\nroutes:\n  - name: bills\n    when: { from: human, to: "@desk", tag: bill }\n    do: { redirect: b, priority: critical }\n  - { name: all, do: { digest: { every: 5 } } }\n',
  );
  expect({ faults, warnings }).toEqual({ faults: [], warnings: [] });
  expect(config?.routes).toEqual([
    {
      name: 'bills',
      when: { from: ['human'], to: ['@desk'], tag: ['bill'] },
      do: { redirect: ['b'], priority: 'urgent' },
    },
    { name: 'all', when: {}, do: { digest: { every: 5, urgent: false } } },
  ]);
});

it('without the file there are no routes', () => {
  const files = planFiles({ edges: { human: ['a'] } });
  expect(readConfig(files, ['human', 'a'], {}).config?.routes).toEqual([]);
  expect(read('version: 1\n').config?.routes).toEqual([]);
});

it('unknown agents, units and kinds are faults at their place, together with those of other files', () => {
  const reading = read(
    `version: 1
routes:
  - name: one
    when:
      from: hman
      to: ["*", "@dask"]
    do:
      copy: [a, bb]
  - name: one
    when: { kind: requests }
    do: {}
`,
    { 'org/chart.yaml': 'version: 1\nagents:\n  nobody: {}\n' },
  );
  expect(reading.config).toBeNull();
  expect(codes(reading).slice(1)).toEqual([
    ['org/routes.yaml:10:19', 'invalid-value', 'requests', 'request'],
    ['org/routes.yaml:11:9', 'invalid-value', expect.anything(), undefined],
  ]);
  const named = read(
    'version: 1\nroutes:\n  - name: one\n    when:\n      from: hman\n      to: ["*", "@dask"]\n    do:\n      copy: [a, bb]\n  - name: one\n    do: { redirect: nobody, task: true }\n',
    { 'org/chart.yaml': 'version: 1\nagents:\n  nobody: {}\n' },
  );
  expect(codes(named)).toEqual([
    ['org/chart.yaml:3:3', 'unknown-name', 'nobody', undefined],
    ['org/routes.yaml:5:13', 'unknown-name', 'hman', 'human'],
    ['org/routes.yaml:6:17', 'unknown-name', '@dask', '@desk'],
    ['org/routes.yaml:8:17', 'unknown-name', 'bb', 'b'],
    ['org/routes.yaml:9:11', 'invalid-value', undefined, undefined],
    ['org/routes.yaml:10:21', 'unknown-name', 'nobody', undefined],
  ]);
  expect(named.config).toBeNull();
});

it('a route may name an agent that was retired or is set aside: it is told as one that never applies', () => {
  const text = 'version: 1\nroutes:\n  - name: old\n    when: { from: old }\n    do: { copy: a }\n';
  const retired = read(text, { 'agents/old/resume.retired.md': '---\nrole: x\n---\n' }, ['human', 'a', 'b', 'old']);
  expect(retired.faults).toEqual([]);
  expect(retired.warnings).toMatchObject([
    { code: 'idle-route', file: 'org/routes.yaml', line: 4, column: 11, value: 'old' },
  ]);
  const broken = read(text, { 'agents/old/resume.md': 'nonsense: {' }, ['human', 'a', 'b', 'old']);
  expect(broken.config).not.toBeNull();
});

it('a file that is no YAML leaves no configuration', () => {
  const { config, faults } = read('version: 1\nroutes: [\n');
  expect(config).toBeNull();
  expect(faults.every(({ code, file }) => code === 'invalid-yaml' && file === 'org/routes.yaml')).toBe(true);
});

it('what is wrong with a value says what is expected', () => {
  const said = (route: string) => read(`version: 1\nroutes:\n  - ${route}\n`).faults.map(({ message }) => message);
  expect(said('{ name: Bills, do: { task: true } }')).toEqual([expect.stringContaining('lower-case')]);
  expect(said('{ name: a, do: { task: false } }')).toHaveLength(1);
  expect(said('{ name: a, when: { text: "" }, do: { task: true } }')).toHaveLength(1);
  expect(said('{ name: a, when: { subject: x }, do: { task: true } }')).toEqual([expect.stringContaining('subject')]);
  expect(said('{ name: a, do: { digest: { every: 0 } } }')).toHaveLength(1);
  expect(said('{ name: a, do: {} }')).toEqual([expect.stringContaining('redirect, copy, priority, task, digest')]);
});
