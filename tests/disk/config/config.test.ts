import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasEdge } from '../../../src/core/model/config.ts';
import { resolveRecipients } from '../../../src/core/rights/recipients.ts';
import { oneSidedEdges } from '../../../src/disk/config/chart.ts';
import { configReader, readConfig } from '../../../src/disk/config/config.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { quickest } from '../../quickest.ts';

/** A good org of two agents and a person; `files` replace its files, null removes one. */
function read(files: Record<string, string | null> = {}, folders = ['human', 'manager', 'planner'], env = {}) {
  const texts = new Map(
    Object.entries({ ...GOOD, ...files }).filter((entry): entry is [string, string] => entry[1] !== null),
  );
  return readConfig(texts, folders, env);
}

const GOOD: Record<string, string> = {
  'org/org.yaml': 'version: 1\nname: acme\n',
  'org/chart.yaml': `version: 1
agents:
  planner: { send_to: [manager], read_from: [manager] }
  manager:
    send_to: [planner, human]
    read_from: [planner, human]
  human: { send_to: ["*"], read_from: ["*"] }
`,
  'agents/human/resume.md': '---\nperson: true\n---\n',
  'agents/manager/resume.md': '---\nname: manager\nrole: Leads\nunit: office\n---\nYou lead.\n',
  'agents/planner/resume.md': '---\ntools: [read_file, "ask:shell"]\n---\nYou plan.\n',
  'org/units/office.md': '---\nname: Office\nhead: manager\nmembers: [planner]\n---\nWe keep order.\n',
};

const codes = (reading: ReturnType<typeof read>) =>
  reading.faults.map(({ code, file, line, column }) => `${file}:${line}:${column} ${code}`);

describe('a good org', () => {
  it('becomes a config in chart order', () => {
    const { config, faults, warnings } = read();
    expect({ faults, warnings }).toEqual({ faults: [], warnings: [] });
    expect(config?.order).toEqual(['planner', 'manager', 'human']);
    expect(config?.agents.get('planner')).toMatchObject({
      name: 'planner',
      instructions: 'You plan.',
      model: ['default'],
      tools: ['read_file', 'ask:shell'],
    });
    expect(config?.agents.get('human')).toMatchObject({ person: true });
    expect(config?.units.get('office')).toMatchObject({
      name: 'Office',
      head: 'manager',
      members: ['manager', 'planner'],
      charter: 'We keep order.',
      caps: {},
    });
    expect([...(config?.models ?? [])]).toMatchObject([['default', { provider: 'scripted' }]]);
    expect(config?.credits).toEqual({ version: 1, org: {}, units: {}, agents: {} });
  });

  it('puts an agent whose resume names no unit into the first that lists it', () => {
    const { config } = read({
      'org/units/alpha.md': '---\nmembers: [manager, planner]\n---\n',
      'org/units/zoo.md': '---\nmembers: [planner]\n---\n',
    });
    expect(['manager', 'planner', 'human'].map((name) => config?.agents.get(name)?.unit)).toEqual([
      'office',
      'alpha',
      undefined,
    ]);
  });

  it('spreads units and * into edges', () => {
    const { config } = read({
      'org/chart.yaml':
        'version: 1\nagents:\n  human: { send_to: ["@office"], read_from: ["*"] }\n  manager: { send_to: ["*"], read_from: [human] }\n  planner: { send_to: ["@office"], read_from: [human, manager] }\n',
    });
    const edges = (from: string) => ['human', 'manager', 'planner'].filter((to) => config && hasEdge(config, from, to));
    expect({ human: edges('human'), manager: edges('manager'), planner: edges('planner') }).toEqual({
      human: ['manager', 'planner'],
      manager: ['human', 'planner'],
      planner: [],
    });
    expect(config && hasEdge(config, 'planner', 'human')).toBe(false);
  });

  it('puts agents without an entry in the chart last, by name, without edges', () => {
    const { config } = read({ 'agents/aaa/resume.md': '---\n---\n', 'agents/zzz/resume.md': '---\n---\n' }, [
      'zzz',
      'human',
      'planner',
      'aaa',
      'manager',
    ]);
    expect(config?.order).toEqual(['planner', 'manager', 'human', 'aaa', 'zzz']);
    expect(config?.sendTo.get('aaa')).toBeUndefined();
  });

  it('reads money, models and open goals', () => {
    const { config, faults } = read({
      'org/credits.yaml':
        'version: 1\norg: { cap: 5.5 }\nunits: { office: { soft: 1 } }\nagents: { manager: { grant: 0.000001 } }\n',
      'org/models.yaml':
        'version: 1\nmodels:\n  default: { provider: scripted, price: { per_call: 0.01 } }\n  gpt: { provider: openai, key: "env:OPENAI_API_KEY", fallback: [default] }\n',
      'org/goals/a.md': '---\ntitle: Grow\nowner: manager\n---\nBy much.\n',
      'org/goals/b.md': '---\ntitle: Old\nstatus: reached\n---\n',
    });
    expect(faults).toEqual([]);
    expect(config?.credits).toMatchObject({ org: { cap: 5_500_000 }, agents: { manager: { grant: 1 } } });
    expect(config?.units.get('office')?.caps).toEqual({ soft: 1_000_000 });
    expect(config?.models.get('gpt')).toMatchObject({ fallback: ['default'], timeout_ms: 120_000 });
    expect([...(config?.goals ?? [])]).toEqual([['a', { title: 'Grow', owner: 'manager', text: 'By much.' }]]);
  });

  it('takes variables over org.yaml', () => {
    expect(
      read({}, undefined, { LEMMING_LIMITS_CONCURRENCY: '8', LEMMING_ORG: '/x' }).config?.org.limits.concurrency,
    ).toBe(8);
    expect(read({}, undefined, { LEMMING_LIMITS_CONCURENCY: '8' })).toMatchObject({
      config: null,
      faults: [{ code: 'bad-env', nearest: 'LEMMING_LIMITS_CONCURRENCY' }],
    });
    expect(read({}, undefined, { LEMMING_SUMMARY_AGENT: 'manger' })).toMatchObject({
      config: null,
      faults: [{ code: 'bad-env' }],
    });
  });
});

describe('a broken file of the whole org leaves no config', () => {
  it('scenario 4: several mistyped keys in several files are told together with place, value and nearest', () => {
    const reading = read({
      'org/org.yaml': 'version: 1\nname: acme\nlimits:\n  concurency: 8\n  hops: 8oo0\n',
      'org/models.yaml': 'version: 1\nmodels:\n  default: { provider: scripted, prise: { per_call: 1 } }\n',
      'org/chart.yaml': 'version: 1\nagents:\n  manger: { send_to: [planer] }\n  planner: { sendto: [] }\n',
      'agents/planner/resume.md': '---\nshedule: { every: 2 }\n---\n',
    });
    expect(reading.config).toBeNull();
    expect(reading.faults).toMatchObject([
      {
        code: 'unknown-key',
        file: 'agents/planner/resume.md',
        line: 2,
        column: 1,
        value: 'shedule',
        nearest: 'schedule',
      },
      { code: 'unknown-name', file: 'org/chart.yaml', line: 3, column: 3, value: 'manger', nearest: 'manager' },
      { code: 'unknown-name', file: 'org/chart.yaml', line: 3, column: 23, value: 'planer', nearest: 'planner' },
      { code: 'unknown-key', file: 'org/chart.yaml', line: 4, column: 14, value: 'sendto', nearest: 'send_to' },
      { code: 'unknown-key', file: 'org/models.yaml', line: 3, column: 34, value: 'prise', nearest: 'price' },
      { code: 'unknown-key', file: 'org/org.yaml', line: 4, column: 3, value: 'concurency', nearest: 'concurrency' },
      { code: 'invalid-value', file: 'org/org.yaml', line: 5, column: 9, value: '8oo0' },
    ]);
  });

  it.each([
    ['org.yaml is missing', { 'org/org.yaml': null }, 'missing-file', undefined],
    ['chart.yaml is missing', { 'org/chart.yaml': null }, 'missing-file', undefined],
    [
      'the chart names an unknown agent',
      { 'org/chart.yaml': 'version: 1\nagents:\n  manager: { send_to: [planer] }\n' },
      'unknown-name',
      '3:24 planner',
    ],
    [
      'the chart has an entry for one',
      { 'org/chart.yaml': 'version: 1\nagents:\n  manger: {}\n' },
      'unknown-name',
      '3:3 manager',
    ],
    [
      'the chart names an unknown unit',
      { 'org/chart.yaml': 'version: 1\nagents:\n  manager: { read_from: ["@ofice"] }\n' },
      'unknown-name',
      '3:26 @office',
    ],
    [
      'credits name an unknown agent',
      { 'org/credits.yaml': 'version: 1\nagents: { manger: { grant: 1 } }\n' },
      'unknown-name',
      '2:11 manager',
    ],
    [
      'credits name an unknown unit',
      { 'org/credits.yaml': 'version: 1\nunits: { ofice: { cap: 1 } }\n' },
      'unknown-name',
      '2:10 office',
    ],
    [
      'the summary has no author',
      { 'org/org.yaml': 'version: 1\nname: a\nsummary: { agent: manger }\n' },
      'unknown-name',
      '3:19 manager',
    ],
    [
      'a fallback is unknown',
      {
        'org/models.yaml':
          'version: 1\nmodels:\n  default: { provider: scripted, fallback: [gtp] }\n  gpt: { provider: x }\n',
      },
      'unknown-name',
      '3:45 gpt',
    ],
    [
      'a fallback is the model itself',
      { 'org/models.yaml': 'version: 1\nmodels:\n  default: { provider: scripted, fallback: [default] }\n' },
      'invalid-value',
      '3:44 undefined',
    ],
    [
      'a script leads out of the org',
      { 'org/models.yaml': 'version: 1\nmodels:\n  default: { provider: scripted, script: ../x.yaml }\n' },
      'invalid-value',
      '3:42 undefined',
    ],
    [
      'a script is broken',
      {
        'org/models.yaml': 'version: 1\nmodels:\n  default: { provider: scripted, script: org/script.yaml }\n',
        'org/script.yaml': 'version: 1\nrule: []\n',
      },
      'unknown-key',
      '2:1 rules',
    ],
    ['the chart is old', { 'org/chart.yaml': 'agents: {}\n' }, 'old-version', '1:1 undefined'],
  ])('when %s', (_name, files, code, place) => {
    const { config, faults } = read(files);
    expect(config).toBeNull();
    expect(faults).toHaveLength(1);
    expect(faults[0]?.code).toBe(code);
    if (place) expect(`${faults[0]?.line}:${faults[0]?.column} ${faults[0]?.nearest}`).toBe(place);
  });

  it('when models or parents go round, naming the loop', () => {
    const { config, faults } = read({
      'org/models.yaml':
        'version: 1\nmodels:\n  default: { provider: x, fallback: [b] }\n  b: { provider: x, fallback: [c] }\n  c: { provider: x, fallback: [b] }\n',
      'org/units/office.md': '---\nparent: shop\n---\n',
      'org/units/shop.md': '---\nparent: office\n---\n',
    });
    expect(config).toBeNull();
    expect(faults.map(({ message }) => /: (.*)$/.exec(message)?.[1])).toEqual([
      'b → c → b',
      'c → b → c',
      'office → shop → office',
      'shop → office → shop',
    ]);
  });
});

describe('a broken unit sets itself aside', () => {
  it.each([
    [
      'a unit has an unknown member',
      { 'org/units/office.md': '---\nmembers: [manager, planer]\n---\n' },
      'unknown-name',
      '2:20 planner',
    ],
    [
      'a unit has an unknown head',
      { 'org/units/office.md': '---\nhead: boss\n---\n' },
      'unknown-name',
      '2:7 undefined',
    ],
    [
      'a unit has an unknown parent',
      { 'org/units/office.md': '---\nparent: ofice\n---\n' },
      'unknown-name',
      '2:9 office',
    ],
    [
      'a unit is its own parent',
      { 'org/units/office.md': '---\nparent: office\n---\n' },
      'invalid-value',
      '2:9 undefined',
    ],
    ['a unit bears another id', { 'org/units/office.md': '---\nid: bureau\n---\n' }, 'invalid-value', '2:5 office'],
    ['a unit has no front matter', { 'org/units/office.md': 'hello' }, 'invalid-yaml', '1:1 undefined'],
    [
      'a unit has an unknown key',
      { 'org/units/office.md': '---\nmembers: [planner]\nmember: x\n---\n' },
      'unknown-key',
      '3:1 members',
    ],
  ])('when %s', (_name, files, code, place) => {
    const { config, faults } = read({ 'org/units/shop.md': '---\nparent: office\n---\n', ...files });
    expect(faults.map((fault) => fault.code)).toEqual([code]);
    expect(`${faults[0]?.line}:${faults[0]?.column} ${faults[0]?.nearest}`).toBe(place);
    expect([...(config?.units.keys() ?? [])]).toEqual(['shop']);
    expect(config?.units.get('shop')?.parent).toBeNull();
    expect(config?.order).toEqual(['planner', 'manager', 'human']);
  });

  it('and whoever it names, in its file or by their resumes, still counts against its cap and keeps its edges', () => {
    const { config } = read({
      'org/units/office.md': '---\nmembers: [manager, planer]\n---\n',
      'org/credits.yaml': 'version: 1\nunits: { office: { cap: 1 } }\n',
      'org/chart.yaml':
        'version: 1\nagents:\n  human: { send_to: ["@office"], read_from: [] }\n  manager: { send_to: [], read_from: [human] }\n',
      'agents/planner/resume.md': '---\nrole: plans\nunit: office\n---\n',
    });
    expect(config?.agents.get('manager')?.unit).toBe('office');
    expect(config?.agents.get('planner')?.unit).toBe('office');
    expect(config && hasEdge(config, 'human', 'manager')).toBe(true);
    expect(config && resolveRecipients(config, 'human', ['@office'])).toMatchObject({
      ok: false,
      text: 'There is no unit "@office". You can write to: manager.',
    });
  });
});

describe('a broken resume sets one agent aside', () => {
  it.each([
    ['has no front matter', 'You plan.', 'invalid-yaml', '1:1'],
    ['has a fence of code', '---js\n{ name: (globalThis.ran = 1) }\n---\n', 'invalid-yaml', '1:1'],
    ['is broken YAML', '---\ntools: [a\n---\n', 'invalid-yaml', '2:10'],
    ['has an unknown key', '---\ntool: [a]\n---\n', 'unknown-key', '2:1'],
    ['bears another name', '---\nrole: x\nname: planer\n---\n', 'invalid-value', '3:7'],
    ['names an unknown model', '---\nmodel: [default, gtp]\n---\n', 'unknown-name', '2:18'],
    ['names an unknown unit', '---\nunit: ofice\n---\n', 'unknown-name', '2:7'],
    ['extends an unknown template', '---\nextends: worker\n---\n', 'unknown-name', '2:10'],
    ['is missing', null, 'missing-file', 'undefined:undefined'],
  ])('that %s', (_name, text, code, place) => {
    const reading = read({ 'agents/planner/resume.md': text });
    expect(codes(reading)).toEqual([`agents/planner/resume.md:${place} ${code}`]);
    expect(reading.config?.order).toEqual(['manager', 'human']);
    expect(reading.config?.broken.get('planner')).toEqual(reading.faults);
    expect(globalThis).not.toHaveProperty('ran');
  });

  it('of a person needs no model', () => {
    expect(read({ 'org/models.yaml': 'version: 1\nmodels: { gpt: { provider: openai } }\n' }).config?.order).toEqual([
      'human',
    ]);
  });

  it.each([
    ['Bad Name', 'bad-name'],
    ['con', 'bad-name'],
    ['Planner', 'duplicate-name'],
    ['a'.repeat(64), 'bad-name'],
    ['planner\n', 'bad-name'],
    ['pla\u006e\u0303er', 'bad-name'],
    ['..', undefined],
    ['.git', undefined],
  ])('in a directory %j', (folder, code) => {
    const { config, faults } = read({ [`agents/${folder}/resume.md`]: '---\n---\n' }, [
      'human',
      'manager',
      'planner',
      folder,
    ]);
    expect(faults.map((fault) => fault.code)).toEqual(code ? [code] : []);
    expect(config?.order).toEqual(['planner', 'manager', 'human']);
    expect([...(config?.broken.keys() ?? [])]).toEqual(code ? [folder] : []);
  });

  it('and a file that nothing can name is left out', () => {
    const { config, faults } = read({
      'org/units/README.md': 'About units.',
      'org/goals/Big Goal.md': '---\ntitle: x\n---\n',
    });
    expect(faults.map(({ file, code }) => `${file} ${code}`)).toEqual([
      'org/goals/Big Goal.md bad-name',
      'org/units/README.md bad-name',
    ]);
    expect([...(config?.units.keys() ?? [])]).toEqual(['office']);
  });

  it('and a broken goal or contact leaves the rest as it is', () => {
    const { config, faults } = read({
      'org/goals/a.md': '---\ntitel: x\n---\n',
      'org/goals/b.md': '---\ntitle: x\nowner: boss\n---\n',
      'org/contacts/c.md': 'x',
    });
    expect(faults.map(({ file, code }) => `${file} ${code}`)).toEqual([
      'org/contacts/c.md invalid-yaml',
      'org/goals/a.md missing-key',
      'org/goals/a.md unknown-key',
      'org/goals/b.md unknown-name',
    ]);
    expect(config?.goals.size).toBe(0);
    expect(config?.contacts.size).toBe(0);
  });

  it('a contact is the person of its seat or of its name, or somebody outside', () => {
    const { config, faults } = read({
      'org/contacts/human.md': '---\nname: Anna\n---\nLikes tea.\n',
      'org/contacts/chief.md': '---\nseat: human\nhours: 9 to 17\n---\n',
      'org/contacts/cafe.md': '---\nchannel: by post\n---\n',
      'org/contacts/x.md': '---\nseat: humn\n---\n',
      'org/contacts/y.md': '---\nchanel: post\n---\n',
    });
    expect([...(config?.contacts ?? [])].map(([id, { name, seat, notes }]) => [id, name, seat, notes])).toEqual([
      ['cafe', 'cafe', null, ''],
      ['chief', 'chief', 'human', ''],
      ['human', 'Anna', 'human', 'Likes tea.'],
    ]);
    expect(faults.map(({ file, line, code, nearest }) => [file, line, code, nearest])).toEqual([
      ['org/contacts/x.md', 2, 'unknown-name', 'human'],
      ['org/contacts/y.md', 2, 'unknown-key', 'channel'],
    ]);
  });

  it.each([
    ['policies: [{ act: shell, do: { ask: [humn] } }]', [[3, 'unknown-name', 'human']]],
    ['approvals: { escalate_to: [human, cafe] }', [[3, 'unknown-name', 'chief']]],
    ['approvals: { escalate_to: [human, chief] }', []],
    ['policies: [{ act: shell, do: { ask: [chief] } }, { act: x, do: deny }]', []],
    ['policies: [{ act: "shell comand:git", do: deny }]', [[3, 'unknown-name', 'command']]],
    ['policies: [{ act: "shell git", do: deny }]', [[3, 'unknown-name', 'agent']]],
    [
      'policies: [{ act: "shell command:", do: deny }, { act: " ", do: deny }]',
      [
        [3, 'invalid-value', undefined],
        [3, 'invalid-value', undefined],
      ],
    ],
    ['policies: [{ act: "* agent:a to:b host:c:80 command:d path:e/f", do: deny }]', []],
  ])('only people are asked, and what a policy fits can be read: %s', (line, wanted) => {
    const { faults } = read({
      'org/org.yaml': `version: 1\nname: x\n${line}\n`,
      'org/contacts/chief.md': '---\nseat: human\n---\n',
      'org/contacts/cafe.md': '---\n---\n',
    });
    expect(faults.map(({ line, code, nearest }) => [line, code, nearest])).toEqual(wanted);
  });
});

describe('a template', () => {
  const WORKER =
    '---\nrole: Works\ntools: [read_file, shell, "ask:write_file"]\nskills: [planning]\nshared: [docs, notes/a.md]\nhosts: [example.org, "*.wiki.org", "*:8443"]\ncommands: [git, npm]\nlimits: { steps: 4, output_tokens: 100 }\n---\nYou work.\n';
  const extend = (head: string, body = '', template = WORKER) =>
    read({
      'org/templates/worker.md': template,
      'agents/planner/resume.md': `---\nextends: worker\n${head}---\n${body}`,
    });

  it('gives what the resume leaves out', () => {
    expect(extend('').config?.agents.get('planner')).toMatchObject({
      role: 'Works',
      tools: ['read_file', 'shell', 'ask:write_file'],
      shared: ['docs', 'notes/a.md'],
      instructions: 'You work.',
      name: 'planner',
    });
    expect(extend('role: Plans\nlimits: { steps: 2 }\n', 'You plan.').config?.agents.get('planner')).toMatchObject({
      role: 'Plans',
      limits: { steps: 2, output_tokens: 100 },
      instructions: 'You plan.',
    });
  });

  it('lets rights be narrowed', () => {
    const { faults, config } = extend(
      'tools: ["ask:shell", "ask:write_file"]\nskills: []\nshared: [docs/in/here, notes/a.md]\nhosts: [example.org, en.wiki.org, "*.de.wiki.org", "api.org:8443"]\ncommands: [git]\n',
    );
    expect(faults).toEqual([]);
    expect(config?.agents.get('planner')).toMatchObject({
      tools: ['ask:shell', 'ask:write_file'],
      skills: [],
      shared: ['docs/in/here', 'notes/a.md'],
      commands: ['git'],
    });
  });

  it.each([
    ['a host', 'hosts: [example.org, www.example.org]\n', '3:22'],
    ['every host', 'hosts: ["*"]\n', '3:9'],
    ['a port', 'hosts: ["example.org:81"]\n', '3:9'],
    ['a command', 'commands: [git, sh]\n', '3:17'],
    ['a tool', 'tools: [read_file, fetch_url]\n', '3:20'],
    ['a tool without asking', 'tools: [write_file]\n', '3:9'],
    ['a skill', 'skills: [planning, poetry]\n', '3:20'],
    ['a path', 'shared: [notes]\n', '3:10'],
    ['a path with a like beginning', 'shared: [docs2]\n', '3:10'],
    ['everything shared', 'shared: ["."]\n', '3:10'],
  ])('does not let %s be added', (_name, head, place) =>
    expect(codes(extend(head))).toEqual([`agents/planner/resume.md:${place} invalid-value`]),
  );

  it('may extend another, but not itself', () => {
    const files = (a: string, b: string) => ({
      'org/templates/a.md': a,
      'org/templates/b.md': b,
      'agents/planner/resume.md': '---\nextends: a\n---\n',
    });
    expect(
      read(files('---\nextends: b\ntools: []\n---\n', '---\nrole: Base\ntools: [shell]\n---\n')).config?.agents.get(
        'planner',
      ),
    ).toMatchObject({ role: 'Base', tools: [] });
    expect(codes(read(files('---\nextends: b\n---\n', '---\nextends: a\n---\n')))).toEqual([
      'agents/planner/resume.md:2:10 invalid-value',
    ]);
  });

  it('that is broken sets those aside that extend it', () => {
    expect(codes(extend('', '', '---\nrle: x\n---\n'))).toEqual([
      'agents/planner/resume.md:2:10 invalid-value',
      'org/templates/worker.md:2:1 unknown-key',
    ]);
  });
});

describe('edges', () => {
  it('scenario 5: an edge that one side lists is flagged at its place, with the remedy', () => {
    const { config, warnings } = read({
      'org/chart.yaml':
        'version: 1\nagents:\n  manager: { send_to: [human, planner], read_from: [human] }\n  planner:\n    read_from:\n      - human\n    send_to: [manager]\n  human: { send_to: ["*"], read_from: ["*"] }\n',
    });
    expect(warnings).toMatchObject([
      {
        code: 'one-sided-edge',
        file: 'org/chart.yaml',
        line: 3,
        column: 31,
        value: 'planner',
        remedy: expect.stringContaining('doctor --fix'),
      },
      { code: 'one-sided-edge', file: 'org/chart.yaml', line: 7, column: 15, value: 'manager' },
    ]);
    expect(config && oneSidedEdges(config)).toEqual([
      { from: 'manager', to: 'planner', missing: 'read_from' },
      { from: 'planner', to: 'manager', missing: 'read_from' },
    ]);
    expect(config && hasEdge(config, 'manager', 'planner')).toBe(false);
  });

  it('by a unit are flagged too, those by * never', () => {
    const { warnings } = read({
      'org/chart.yaml':
        'version: 1\nagents:\n  human: { send_to: ["@office"], read_from: ["*"] }\n  manager: { read_from: [human] }\n  planner: { send_to: ["*"] }\n',
    });
    expect(warnings).toMatchObject([{ code: 'one-sided-edge', line: 3, column: 22, value: '@office' }]);
  });

  it('to oneself are nothing to flag', () => {
    expect(
      read({
        'org/chart.yaml':
          'version: 1\nagents:\n  manager: { send_to: ["@office", manager] }\n  planner: { read_from: [manager] }\n',
      }).warnings,
    ).toEqual([]);
  });
});

describe('a reader', () => {
  it('reads again only what changed', () => {
    const reader = configReader();
    const texts = new Map(Object.entries(GOOD));
    const first = reader(texts, ['human', 'manager', 'planner'], {});
    texts.set('agents/planner/resume.md', '---\nrole: Other\n---\n');
    const second = reader(texts, ['human', 'manager', 'planner'], {});
    expect(second.config?.agents.get('planner')?.role).toBe('Other');
    expect(second.config?.sendTo).toEqual(first.config?.sendTo);
    texts.delete('agents/planner/resume.md');
    expect(reader(texts, ['human', 'manager', 'planner'], {}).faults).toMatchObject([{ code: 'missing-file' }]);
  });

  it('gives the same whatever the order of files and folders', () => {
    const texts = new Map(
      Object.entries({ ...GOOD, 'agents/planner/resume.md': '---\nx: 1\n---\n', 'org/goals/b.md': '---\ny: 1\n---\n' }),
    );
    const forwards = readConfig(texts, ['human', 'manager', 'planner', 'Bad', 'Worse'], {});
    const backwards = readConfig(new Map([...texts].reverse()), ['Worse', 'planner', 'Bad', 'manager', 'human'], {});
    expect(backwards.faults).toEqual(forwards.faults);
    expect(backwards.config?.order).toEqual(forwards.config?.order);
    expect([...(backwards.config?.units ?? [])]).toEqual([...(forwards.config?.units ?? [])]);
  });

  it('takes 10,000 agents, and hardly any time when one of them changes', async () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `a${i}`);
    const entries = names.map(
      (name, i) => `  ${name}: { send_to: [a${(i + 1) % 10_000}], read_from: [a${(i + 9_999) % 10_000}] }\n`,
    );
    const texts = new Map(
      names.map((name) => [
        `agents/${name}/resume.md`,
        `---\nname: ${name}\nrole: Number ${name}\nschedule: { every: 1, when: mail }\ntools: [read_file]\n---\nYou are ${name}.\n`,
      ]),
    );
    texts
      .set('org/org.yaml', 'version: 1\nname: big\n')
      .set('org/chart.yaml', `version: 1\nagents:\n${entries.join('')}`);
    const reader = configReader();
    const timed = () => {
      const before = performance.now();
      expect(reader(texts, names, {})).toMatchObject({ faults: [], warnings: [] });
      return performance.now() - before;
    };
    const cold = timed();
    texts.set('agents/a5/resume.md', '---\nrole: Other\n---\n');
    expect(cold).toBeLessThan(60_000);
    expect(await quickest(cold / 2, timed)).toBeLessThan(cold / 2);
  });
});

describe('the shipped organisations', () => {
  const top = join(import.meta.dirname, '../../..');
  const roots = [
    '.',
    ...readdirSync(join(top, 'templates'), { withFileTypes: true })
      .filter(({ name }) => existsSync(join(top, 'templates', name, 'org')))
      .map(({ name }) => `templates/${name}`),
  ];

  it.each(roots)('%s has neither faults nor warnings', (root) => {
    const texts = new Map<string, string>();
    for (const folder of ['org', 'agents'])
      for (const path of readdirSync(join(top, root, folder), { recursive: true, encoding: 'utf8' }))
        if (/\.(md|yaml)$/.test(path))
          texts.set(`${folder}/${path}`, readFileSync(join(top, root, folder, path), 'utf8'));
    const { config, faults, warnings } = readConfig(texts, readdirSync(join(top, root, 'agents')), {});
    expect({ faults, warnings }).toEqual({ faults: [], warnings: [] });
    expect(config?.order).toContain('human');
  });
});

describe('the shipped templates of agents', () => {
  const folder = join(import.meta.dirname, '../../../templates/agents');
  const names = readdirSync(folder).map((name) => name.slice(0, -3));
  const texts = new Map(
    names.map((name) => [`org/templates/${name}.md`, readFileSync(join(folder, `${name}.md`), 'utf8')]),
  );
  const { config, faults } = readConfig(
    new Map([...texts, ['org/org.yaml', 'version: 1\nname: x\n'], ['org/chart.yaml', 'version: 1\n']]),
    [],
    {},
  );

  it.each(names)('%s is good, narrows what it extends, and names only tools that there are', (name) => {
    expect(faults).toEqual([]);
    const template = config?.templates.get(name);
    expect(template?.body).toMatch(/^You /);
    expect(template?.head).toMatchObject({ role: expect.stringMatching(/^[A-Z]/), skills: ['*'], shared: ['.'] });
    expect(template?.head.tools.filter((tool) => !TOOLS.has(tool))).toEqual([]);
  });
});

describe('what is searched', () => {
  const faultsOf = (search: string) =>
    read({ 'org/org.yaml': `version: 1\nname: acme\nsearch: ${search}\n` }).faults.map(
      ({ line, column, code, nearest }) => `${line}:${column} ${code} ${nearest ?? ''}`.trim(),
    );

  it.each([
    'null',
    '{ backend: local, folder: pages/of/2026 }',
    '{ backend: searxng, url: "https://searx.example/x" }',
    '{ backend: searxng, url: "http://127.0.0.1:8888", loopback: true }',
    '{ backend: brave, key: env:BRAVE_API_KEY }',
    '{ backend: tavily, key: "secret://tavily" }',
  ])('may be %s', (search) => expect(faultsOf(search)).toEqual([]));

  it.each([
    ['{ backend: brav, key: env:K }', '3:20 invalid-value brave'],
    ['{ backend: local }', '3:1 missing-key'],
    ['{ backend: local, folder: ../../agents }', '3:35 invalid-value'],
    ['{ backend: local, folder: /etc }', '3:35 invalid-value'],
    ['{ backend: brave, key: BSA-the-key-itself }', '3:32 invalid-value'],
    ['{ backend: searxng, url: "ftp://searx.example" }', '3:34 invalid-value'],
    ['{ backend: searxng, url: "https://me:word@searx.example" }', '3:34 invalid-value'],
    ['{ backend: searxng, url: "https://searx.example/?key=k" }', '3:34 invalid-value'],
    ['{ backend: searxng, url: "no url" }', '3:34 invalid-value'],
    ['{ backend: searxng, url: "https://searx.example", key: env:K }', '3:59 unknown-key'],
    ['brave', '3:9 invalid-value'],
  ])('may not be %s', (search, fault) => expect(faultsOf(search)).toEqual([fault]));
});

it('an agent with a resume beside a retired one is there; with a retired one alone it is not, and that is no fault', () => {
  const texts = new Map([
    ['org/org.yaml', 'version: 1\nname: x\n'],
    ['org/chart.yaml', 'version: 1\n'],
    ['org/models.yaml', 'version: 1\nmodels: { default: { provider: simulated } }\n'],
    ['agents/back/resume.md', '---\nrole: Back\n---\nI am back.\n'],
    ['agents/back/resume.retired.md', 'I was here.'],
    ['agents/gone/resume.retired.md', 'I was here.'],
  ]);
  const { config, faults } = readConfig(texts, ['back', 'gone'], {});
  expect([...(config?.agents.keys() ?? [])]).toEqual(['back']);
  expect(faults.filter(({ file }) => file?.startsWith('agents/'))).toEqual([]);
});
