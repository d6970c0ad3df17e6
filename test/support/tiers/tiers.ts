/** A tier is what one command runs: its projects in `vitest.config.ts`. */
export interface Tier {
	readonly command: string;
	readonly holds: string;
	readonly projects: readonly string[];
}

/** All tiers, fastest first. `docs/testing.md` describes them, with times. */
export const TIERS: readonly Tier[] = [
	{
		command: "npm test",
		holds: "engine, relay and commands in Node, the worker in workerd, one pass of the real hub",
		projects: ["node", "workerd", "smoke"],
	},
	{
		command: "npm run test:commands",
		holds: "commands as processes, and on the shipped policy: its cases, its routing figures, the docs' examples",
		projects: ["commands"],
	},
	{
		command: "npm run test:attacks",
		holds: "what was tried against Healer, as it was tried (docs/security.md)",
		projects: ["attacks", "attacks-workerd"],
	},
	{
		command: "npm run test:stories",
		holds: "remediations from delivery to end, as stories (test/stories/README.md)",
		projects: ["stories"],
	},
	{ command: "npm run test:hub", holds: "the hub as a process, killed and misconfigured", projects: ["hub"] },
	{ command: "npm run test:page", holds: "the page in a real browser (needs Chromium)", projects: ["page"] },
	{
		command: "npm run test:soak",
		holds: "property tests at size, storms, a journal that is away, kill -9",
		projects: ["soak", "soak-node", "soak-workerd", "soak-workerd-alone"],
	},
	{
		command: "npm run test:cluster",
		holds: "relay and hub on a real API server (needs its programs, or Go to build them)",
		projects: ["cluster"],
	},
];
