/** `npm run test:crash` sets it (vitest.full.config.ts): every case is tried. */
export const FULL = process.env.CAMPAIGN === 'full';

/** One case in so many is tried by `npm test`, each by `npm run test:crash`. */
export function thin(oneIn: number): number {
  return FULL ? 1 : oneIn;
}
