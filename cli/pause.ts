import { z } from "zod";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";
import { visible } from "./table.ts";
import { askWorker, unexpected, type WorkerOptions, withWorker } from "./worker-api.ts";

export interface PauseOptions extends WorkerOptions {
	readonly reason?: string;
	/** How long it lasts, such as `4h`. */
	readonly for?: string;
	readonly json?: boolean;
}

/** `healer pause [repository]`: stops spawning. Deliveries are still received and decided; incidents wait. */
export async function pause(
	repository: string | undefined,
	options: PauseOptions,
	env: NodeJS.ProcessEnv,
	output: Output,
): Promise<ExitCode> {
	const body = JSON.stringify({ reason: options.reason, repository, for: options.for });
	return await send({ method: "POST", body }, "/api/pause", options, env, output, ({ url, answer }) => {
		const { repository: paused, paused: by } = answer;
		const until = by?.until == null ? endingOf(paused) : by.until;
		return [
			`Paused: ${url} creates no CodeRuns${paused === null ? "" : ` for ${paused}`} until ${until}. Incidents wait.`,
		];
	});
}

/** `healer resume [repository]`: releases the incidents that the pause deferred, oldest first. */
export async function resume(
	repository: string | undefined,
	options: PauseOptions,
	env: NodeJS.ProcessEnv,
	output: Output,
): Promise<ExitCode> {
	const query = repository === undefined ? "" : `?${new URLSearchParams({ repository })}`;
	return await send({ method: "DELETE" }, `/api/pause${query}`, options, env, output, ({ url, answer }) => [
		resumed(url, answer),
		...(answer.repository === null ? answer.paused_repositories.map(stillPaused) : []),
	]);
}

function resumed(url: string, { repository, paused, released }: PauseAnswer): string {
	const about = repository === null ? "" : ` for ${repository}`;
	if (paused === null) return `Resumed: ${url} creates CodeRuns again${about}. Released incidents: ${released ?? 0}.`;
	const why = paused.by === "pipeline" ? `the pipeline of ${url} has \`paused: true\`` : `${url} is paused as a whole`;
	return `The pause has ended, but ${why}: it still creates no CodeRuns${about}.`;
}

function stillPaused({ repository, reason, until }: PauseAnswer["paused_repositories"][number]): string {
	return `${repository} stays paused until ${until ?? endingOf(repository)}${reason === null ? "" : `: ${reason}`}.`;
}

/** The command that ends a pause without an end. */
function endingOf(repository: string | null): string {
	return `\`healer resume${repository === null ? "" : ` ${repository}`}\``;
}

const text = z.string().nullable();

const pauseAnswer = z.looseObject({
	repository: text,
	paused: z.looseObject({ by: z.string(), reason: text, until: text }).nullable(),
	paused_repositories: z.array(z.looseObject({ repository: z.string(), reason: text, until: text })),
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
