// How many hidden classes V8 gave to objects: what there are many of shall have few.
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--allow-natives-syntax');
const haveSameMap = new Function('a', 'b', 'return %HaveSameMap(a, b);') as (a: object, b: object) => boolean;

export function shapesOf(objects: Iterable<object>): number {
  const kinds: object[] = [];
  for (const one of objects) if (!kinds.some((kind) => haveSameMap(kind, one))) kinds.push(one);
  return kinds.length;
}
