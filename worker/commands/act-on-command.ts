import { HOUR_MS } from "../../wire/durations.ts";
import type { Effects } from "../effects.ts";
import { commandsBefore, type LockedCommandRequest } from "../journal/commands.ts";
import { addDelivery } from "../journal/deliveries.ts";
import type { CommandResult } from "../journal/stored-json.ts";
import { asCode } from "../remediation/markdown.ts";
import { approveAll } from "./approve-all.ts";
import { askPermission } from "./ask-permission.ts";
import { giveNewest, retryNewest, retryOne, stopAll } from "./command-actions.ts";
import { COMMAND_WORDS } from "./command-words.ts";

/**
 * Executes a command. A repeated call finds what it already did. `until`: the author's permission cannot be read from GitHub
 * yet, or the command needs more than one invocation.
 */
export async function actOnCommand(
	effects: Effects,
	command: LockedCommandRequest,
): Promise<CommandResult | { readonly until: number }> {
	const { request, received_at } = command;
	if (request.refused !== undefined) return refusal(`${request.refused}.`);
	const cap = (await effects.engine()).settings.commands.max_per_hour ?? SHIPPED_PER_HOUR;
	if ((await commandsBefore(effects.journal, command, received_at - HOUR_MS, cap)) >= cap) {
		return refusal(`${asCode(request.author)} gave ${cap} commands within an hour; try again later.`);
	}
	const permission = await askPermission(effects, command);
	if (permission.kind === "wait") return permission;
	if (permission.kind === "refused") return refusal(permission.why);
	switch (request.name) {
		case "fix":
			return await fix(effects, command);
		case "retry":
			return request.incident_id === undefined
				? await retry(effects, command)
				: await retryOne(effects, request.incident_id, request.author, received_at);
		case "stop":
			return await stopAll(effects, request, received_at);
		case "approve":
			return await approveAll(effects, request, received_at);
		case "status":
			return { reaction: "+1", message: "here is the current state." };
		case "help":
			return { reaction: "+1", message: `these are the commands:\n\n${help()}` };
		default:
			return { reaction: "confused", message: `unknown command. These are the commands:\n\n${help()}` };
	}
}

/** Of pipelines that were pushed before there was a limit. */
const SHIPPED_PER_HOUR = 10;

/** `message`: Markdown. */
function refusal(message: string): CommandResult {
	return { reaction: "confused", message, refused: true };
}

/** Words behind it name an agent, so that a misspelt name does not let the rules choose. */
async function retry(
	effects: Effects,
	{ request, received_at }: LockedCommandRequest,
): Promise<CommandResult | { readonly until: number }> {
	const words = /^(?:--agent[ =])?\s*(\S+)/.exec(request.args ?? "")?.[1];
	if (words === undefined) return await retryNewest(effects, request, received_at);
	const { agents } = await effects.engine();
	const agent = words.toLowerCase();
	if (agents.includes(agent)) return await giveNewest(effects, request, agent, received_at);
	const known = agents.map(asCode).join(", ");
	return { reaction: "confused", message: `there is no agent ${asCode(words.slice(0, 63))}; there are ${known}.` };
}

async function fix(effects: Effects, { request }: LockedCommandRequest): Promise<CommandResult> {
	const { fix: pending } = request;
	if (pending !== undefined) {
		const { version, settings } = await effects.engine();
		const now = effects.now();
		const { incident, identity, explanation } = pending;
		await addDelivery(effects.journal, {
			incident,
			identity,
			explanation: { pipeline: version, stages: explanation },
			dueAt: now + settings.settle_s * 1000,
			now,
		});
		await effects.wake(incident.id, settings.settle_s * 1000);
	}
	return { reaction: "eyes", message: "accepted; like any other failure, it waits for remediations in progress." };
}

function help(): string {
	return COMMAND_WORDS.map(([words, what]) => `- ${asCode(`/healer ${words}`)} ${what}`).join("\n");
}
