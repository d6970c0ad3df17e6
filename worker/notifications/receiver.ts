import { type NotifyTarget, notifyVariable } from "../../pipeline/index.ts";
import { fail, ok, type Result } from "../../wire/result.ts";
import { secretsProblem } from "../../wire/secret.ts";
import { splitList } from "../../wire/secret-list.ts";
import type { NotificationTools } from "../effects.ts";

/** A target whose variables were read. Nothing of it but `host` may be shown: the URL of a webhook is a secret. */
export interface Receiver {
	readonly url: string;
	readonly host: string;
	/** Of a webhook: all sign, so that one can be rotated. Slack checks no signature. */
	readonly secrets: readonly string[] | undefined;
}

type Tools = Pick<NotificationTools, "variable" | "isLoopback">;

/** Reads the variables that a target names. The problem is one sentence with the fix, and contains no value. */
export function findReceiver(target: NotifyTarget, tools: Tools): Result<Receiver> {
	const url = readVariable(target.url, tools);
	if (!url.ok) return url;
	const address = URL.parse(url.value.text);
	const problem = addressProblem(address, tools);
	if (problem !== undefined || address === null) return fail(`${url.value.name} ${problem}`);
	if (target.to === "slack") return ok({ url: address.href, host: address.host, secrets: undefined });
	const secret = readVariable(target.secret ?? "", tools);
	if (!secret.ok) return secret;
	const secrets = splitList(secret.value.text);
	const wrong = secretsProblem(secrets, secret.value.name);
	return wrong === undefined ? ok({ url: address.href, host: address.host, secrets }) : fail(wrong);
}

function readVariable(
	reference: string,
	{ variable }: Tools,
): Result<{ readonly name: string; readonly text: string }> {
	const name = notifyVariable(reference);
	if (name === undefined) return fail("the pipeline names no variable that begins with HEALER_NOTIFY_");
	const text = variable(name);
	return text === undefined
		? fail(`${name} is not set: npx wrangler secret put ${name}, or in the environment of \`healer start\``)
		: ok({ name, text });
}

function addressProblem(address: URL | null, { isLoopback }: Tools): string | undefined {
	if (address === null) return "is not a URL";
	if (address.username !== "" || address.password !== "") return "has a user or password in it, which requests cannot";
	if (address.protocol === "https:") return undefined;
	const isHere = isLoopback && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(address.hostname);
	return address.protocol === "http:" && isHere ? undefined : "is not an https URL";
}
