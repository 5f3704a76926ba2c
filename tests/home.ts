/** The folder of the owner of an organisation at `root`, beside it. */
export function homeOf(root: string): string {
  return `${root}.home`;
}

/** The environment, with that folder where it names none. */
export function ownedEnv(root: string, env: Record<string, string | undefined> = {}) {
  const named = env.LEMMING_HOME ?? env.XDG_CONFIG_HOME ?? env.HOME;
  return named === undefined && root ? { LEMMING_HOME: homeOf(root), ...env } : env;
}
