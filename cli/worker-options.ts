import { InvalidArgumentError } from "commander";

/** Options of every command that asks a worker, and what its help says about the environment. */

export const WORKER = [
	"-u, --url <url>",
	"The worker's URL (default: HEALER_URL, else the current context, else the hub of this state folder)",
] as const;
export const TOKEN = [
	"-t, --token <token>",
	"A token of the worker (default: the context's, else from the environment or the state folder)",
] as const;
export const CONTEXT = ["--context <name>", "A worker that `healer context add` stored"] as const;

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

export function wholeNumber(text: string): number {
	if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError("Give a whole number, 1 or more.");
	return Number(text);
}
