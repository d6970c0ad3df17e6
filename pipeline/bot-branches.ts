/** Branches of bots that overwrite what others push there, unless a pipeline names its own. */
export const BOT_BRANCHES: readonly string[] = ["dependabot/**", "renovate/**"];
