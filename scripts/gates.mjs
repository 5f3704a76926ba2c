// What every branch of which must be reached by a test: patterns of files, as vitest's coverage takes them.

export const EVERY_BRANCH = [
  'src/core/**',
  'src/disk/journal/{journal,compact}.ts',
  'src/disk/fs/{materialise,lock,workspace}.ts',
  'src/engine/turn/{engine,freeze,turn,decide,visit-prompt}.ts',
  'src/engine/journal/{durable,load}.ts',
];
