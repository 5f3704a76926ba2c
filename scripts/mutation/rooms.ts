// The rooms whose mutants are tried, and the tests that are asked about them, the quickest first.

export interface Room {
  /** Sources, by the beginning of their paths below `src/`. */
  sources: RegExp;
  /** Tests, by the beginning of their paths below `tests/`, in this order. */
  tests: string[];
}

const WORK = ['regression/', 'scenarios/', 'commands/', 'sample/', 'rules/'];

export const ROOMS: Record<string, Room> = {
  core: { sources: /^core\//, tests: ['core/', 'tools/', 'views/', 'schema/', 'engine/', ...WORK] },
  disk: {
    sources: /^disk\/(?!sandbox\/)/,
    tests: ['disk/', 'tools/', 'engine/', ...WORK],
  },
  engine: { sources: /^engine\//, tests: ['engine/', 'tools/', ...WORK] },
  with: { sources: /^providers\/with\//, tests: ['providers/with/', 'engine/'] },
  sandbox: { sources: /^disk\/sandbox\//, tests: ['disk/', 'engine/', 'regression/hands'] },
};

/** Tests that try thousands of cases, or start programs of ours from `dist/`, where there are no mutants. */
export const LEFT_OUT = /^(campaign|faces|docs|house)\/|by-command|prefix\.test/;
