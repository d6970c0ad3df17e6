import type { Effects } from "../effects.ts";
import type { LockedCommandRequest } from "../journal/commands.ts";
import { addDelivery } from "../journal/deliveries.ts";
import type { CommandResult } from "../journal/stored-json.ts";
import { asCode } from "../remediation/markdown.ts";
import { askPermission } from "./ask-permission.ts";
import { retryNewest, stopAll } from "./command-actions.ts";
import { COMMAND_WORDS } from "./command-words.ts";

/**
 * Does what a command asks for. Repeated, it finds what it did already. `until`: GitHub cannot be asked yet whether its
 * author may give it, or it takes more than one invocation.
 */
export async function actOnCommand(
	effects: Effects,
	command: LockedCommandRequest,
): Promise<CommandResult | { readonly until: number }> {
	const { request, received_at } = command;
	const may = await askPermission(effects, command);
	if (may.kind === "wait") return may;
	if (may.kind === "refused") return { reaction: "confused", message: may.why };
	switch (request.name) {
		case "fix":
			return await fix(effects, command);
		case "retry":
			return await retryNewest(effects, request, received_at);
		case "stop":
			return await stopAll(effects, request, received_at);
		case "status":
			return { reaction: "+1", message: "this is how it stands." };
		case "help":
			return { reaction: "+1", message: `these are the words:\n\n${help()}` };
		default:
			return { reaction: "confused", message: `there is no such word. These are known:\n\n${help()}` };
	}
}

/** The incident is in the journal already, unless GitHub had to be asked first. */
async function fix(effects: Effects, { request }: LockedCommandRequest): Promise<CommandResult> {
	const { fix: asked } = request;
	if (asked !== undefined) {
		const { version, settle_s } = await effects.engine();
		const now = effects.now();
		const { incident, identity, explanation } = asked;
		await addDelivery(effects.journal, {
			incident,
			identity,
			explanation: { pipeline: version, stages: explanation },
			due_at: now + settle_s * 1000,
			now,
		});
		await effects.wake(incident.id, settle_s * 1000);
	}
	return { reaction: "eyes", message: "taken; it waits like any other failure for what is under way." };
}

function help(): string {
	return COMMAND_WORDS.map(([words, what]) => `- ${asCode(`/healer ${words}`)} ${what}`).join("\n");
}
