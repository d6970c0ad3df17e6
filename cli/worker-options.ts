import { Command } from "commander";

const URL_OPTION = [
	"-u, --url <url>",
	"The worker's URL (default: HEALER_URL, else the current context, else the hub of this state folder)",
] as const;
const TOKEN = [
	"-t, --token <token>",
	"A token of the worker (default: the context's, else from the environment or the state folder)",
] as const;
const CONTEXT = ["--context <name>", "A worker that `healer context add` stored"] as const;

/** A command, with the options of those that ask a worker. */
export class HealerCommand extends Command {
	/** Makes subcommands of this class: https://github.com/tj/commander.js#override-behavior-of-subcommands. */
	override createCommand(name?: string): HealerCommand {
		return new HealerCommand(name);
	}

	/** `--url`, `--context` and `--token`: which worker to ask, and with which token. */
	workerOptions(): this {
		return this.option(...URL_OPTION)
			.option(...CONTEXT)
			.option(...TOKEN);
	}
}

/** A command needs the right of the first variable; the others have it, too. */
const workerEnvironment = (variables: string) => `
Environment:
  HEALER_URL              URL of the worker
  HEALER_CONTEXT          context to use instead of the current one
  ${variables}
                          its tokens, the first that is set; a local hub's is read from its state folder
`;
export const READING = workerEnvironment(
	"HEALER_READ_TOKENS, HEALER_OPERATE_TOKENS, HEALER_ADMIN_TOKENS, HEALER_API_TOKEN",
);
export const OPERATING = workerEnvironment("HEALER_OPERATE_TOKENS, HEALER_ADMIN_TOKENS, HEALER_API_TOKEN");
export const ADMINISTERING = workerEnvironment("HEALER_ADMIN_TOKENS, HEALER_API_TOKEN");
