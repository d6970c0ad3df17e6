import * as z from "zod";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";
import { visible } from "./table.ts";
import { askWorker, unexpected, type WorkerOptions, withWorker } from "./worker-api.ts";

export interface PauseOptions extends WorkerOptions {
	readonly reason?: string;
	/** How long it lasts, such as `4h`. */
	readonly for?: string;
	/** The agent to pause or resume, instead of a repository. */
	readonly agent?: string;
	readonly json?: boolean;
}

/** `healer pause [repository]`, or `--agent`: stops spawning. Deliveries are still received and decided; incidents wait. */
export async function pause(
	repository: string | undefined,
	options: PauseOptions,
	env: NodeJS.ProcessEnv,
	output: Output,
): Promise<ExitCode> {
	const body = JSON.stringify({ reason: options.reason, repository, agent: options.agent, for: options.for });
	return await send({ method: "POST", body }, "/api/pause", options, env, output, ({ url, answer }) => {
		const until = answer.paused?.until ?? endingOf(answer);
		return [`Paused: ${url} creates no CodeRuns${forWhat(answer)} until ${until}. Incidents wait.`];
	});
}

/** `healer resume [repository]`, or `--agent`: releases the incidents that the pause deferred, oldest first. */
export async function resume(
	repository: string | undefined,
	options: PauseOptions,
	env: NodeJS.ProcessEnv,
	output: Output,
): Promise<ExitCode> {
	const { agent } = options;
	const query = new URLSearchParams({
		...(repository !== undefined && { repository }),
		...(agent !== undefined && { agent }),
	});
	return await send(
		{ method: "DELETE" },
		`/api/pause${query.size === 0 ? "" : `?${query}`}`,
		options,
		env,
		output,
		({ url, answer }) => [
			resumed(url, answer),
			...(answer.repository === null && answer.agent === null
				? [...answer.paused_repositories, ...answer.paused_agents].map(stillPaused)
				: []),
		],
	);
}

function resumed(url: string, answer: PauseAnswer): string {
	const { paused, released } = answer;
	const about = forWhat(answer);
	if (paused === null) return `Resumed: ${url} creates CodeRuns again${about}. Released incidents: ${released ?? 0}.`;
	const why = paused.by === "pipeline" ? `the pipeline of ${url} has \`paused: true\`` : `${url} is paused as a whole`;
	return `The pause has ended, but ${why}: it still creates no CodeRuns${about}.`;
}

function stillPaused({
	reason,
	until,
	...of
}: Scope & Pick<PauseAnswer["paused_agents"][number], "reason" | "until">): string {
	const what = of.repository ?? `agent ${of.agent}`;
	return `${what} stays paused until ${until ?? endingOf(of)}${reason === null ? "" : `: ${reason}`}.`;
}

interface Scope {
	readonly repository?: string | null;
	readonly agent?: string | null;
}

function forWhat({ repository, agent }: Scope): string {
	return repository != null ? ` for ${repository}` : agent != null ? ` for agent ${agent}` : "";
}

/** The command that ends a pause without an end. */
function endingOf({ repository, agent }: Scope): string {
	return `\`healer resume${repository != null ? ` ${repository}` : agent != null ? ` --agent ${agent}` : ""}\``;
}

const text = z.string().nullable();

const pauseAnswer = z.looseObject({
	repository: text,
	// An older worker pauses no agents.
	agent: text.default(null),
	paused: z.looseObject({ by: z.string(), reason: text, until: text }).nullable(),
	paused_repositories: z.array(z.looseObject({ repository: z.string(), reason: text, until: text })),
	paused_agents: z.array(z.looseObject({ agent: z.string(), reason: text, until: text })).default([]),
	released: z.number().optional(),
});

type PauseAnswer = z.infer<typeof pauseAnswer>;

async function send(
	request: { readonly method: "POST" | "DELETE"; readonly body?: string },
	path: string,
	options: PauseOptions,
	env: NodeJS.ProcessEnv,
	output: Output,
	describe: (result: { url: string; answer: PauseAnswer }) => readonly string[],
): Promise<ExitCode> {
	return await withWorker(options, "operate", env, output, async (worker) => {
		const answer = await askWorker(worker, path, request);
		if (!answer.ok) return exitWith(output, answer.problem);
		const { status, body } = answer.value;
		if (status === 400) return exitWith(output, `${visible(String(body.error))}.`, EXIT.usage);
		if (status === 404) return exitWith(output, `${visible(String(body.error))}.`);
		const read = pauseAnswer.safeParse(body);
		if (status !== 200 || !read.success) return exitWith(output, unexpected(worker, answer.value));
		if (options.json) output.line(JSON.stringify(body));
		else for (const line of describe({ url: worker.url, answer: read.data })) output.line(visible(line));
		return EXIT.ok;
	});
}
