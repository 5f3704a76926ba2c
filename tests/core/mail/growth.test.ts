import { describe, expect, it } from 'vitest';
import { growthAfter } from '../../../src/core/mail/growth.ts';
import { mail } from '../world.ts';

describe('a visit that was cut made progress', () => {
  const next = (files: Record<string, number>, before: Record<string, number> = {}, visits = 1) =>
    growthAfter(mail({ grown: { a: { visits, files: before } } }), 'a', files);

  it('when it left a file larger than ever before with that mail', () => {
    expect(growthAfter(mail(), 'a', { x: 1 })).toEqual({ visits: 1, files: { x: 1 } });
    expect(next({ x: 5, y: 2 }, { x: 4, y: 3 })).toEqual({ visits: 2, files: { x: 5, y: 3 } });
    expect(next({ constructor: 1 })).toEqual({ visits: 2, files: { constructor: 1 } });
    expect(growthAfter(mail({ grown: { b: { visits: 10, files: { x: 9 } } } }), 'a', { x: 1 })).not.toBeNull();
  });

  it('not when it left no file, or none that is larger', () => {
    expect(growthAfter(mail(), 'a')).toBeNull();
    expect(growthAfter(mail(), 'a', { x: 0 })).toBeNull();
    expect(next({ x: 4 }, { x: 4 })).toBeNull();
  });

  it('not more than ten times', () => {
    expect(next({ x: 100 }, {}, 9)).not.toBeNull();
    expect(next({ x: 100 }, {}, 10)).toBeNull();
  });
});
