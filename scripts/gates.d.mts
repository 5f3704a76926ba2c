export const EVERY_BRANCH: string[];
