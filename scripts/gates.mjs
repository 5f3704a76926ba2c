// What every branch of which must be reached by a test: patterns of files, as vitest's coverage takes them.

export const EVERY_BRANCH = [
  'src/core/**',
  'src/disk/{journal,compact,materialise,lock,workspace}.ts',
  'src/engine/{engine,freeze,durable,turn,decide,load}.ts',
];
