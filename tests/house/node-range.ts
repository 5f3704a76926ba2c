type Version = [major: number, minor: number, patch: number];

const COMPARATOR = /^(>=|>|<=|<|=|\^|~)?v?(\d+)(?:\.(\d+|x|\*))?(?:\.(\d+|x|\*))?$/;

/** True when an `engines.node` range admits the version. Throws on a form it does not know, so that nothing passes unread. */
export function admits(range: string, version: Version): boolean {
  return range.split('||').some((part) => {
    const comparators = part
      .trim()
      .replace(/(>=|>|<=|<|=|\^|~)\s+/g, '$1')
      .split(/\s+/);
    return comparators.every(
      (comparator) => comparator === '' || comparator === '*' || holds(comparator, range, version),
    );
  });
}

function holds(comparator: string, range: string, version: Version): boolean {
  const [whole, sign = '', ...parts] = COMPARATOR.exec(comparator) ?? [];
  if (whole === undefined) throw new Error(`unknown engines.node range: ${range}`);
  const given = parts.filter((part) => /^\d+$/.test(part ?? '')).map(Number);
  const least: Version = [given[0] ?? 0, given[1] ?? 0, given[2] ?? 0];
  const atLeast = compare(version, least) >= 0;
  if (sign === '>=') return atLeast;
  if (sign === '<') return !atLeast;
  if (sign === '>') return compare(version, least) > 0 && !startsWith(version, given);
  if (sign === '<=') return compare(version, least) <= 0 || startsWith(version, given);
  if (sign === '^') return atLeast && startsWith(version, given.slice(0, 1));
  if (sign === '~') return atLeast && startsWith(version, given.slice(0, 2));
  return startsWith(version, given);
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

function startsWith(version: Version, parts: number[]): boolean {
  return parts.every((part, at) => version[at] === part);
}
