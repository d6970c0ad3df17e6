import type { NotificationMessage } from "./message.ts";

interface MarkdownText {
	readonly type: "mrkdwn";
	readonly text: string;
	/** Slack makes no links, channels or mentions of what only looks like one. */
	readonly verbatim: true;
}

/** The body for an incoming webhook: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export interface SlackMessage {
	/** For notifications, and where blocks cannot be shown. */
	readonly text: string;
	readonly blocks: readonly { readonly type: "section"; readonly text: MarkdownText }[];
}

const HEADLINES: Readonly<Record<NotificationMessage["type"], string>> = {
	"incident.escalated": "Healer needs a person",
	"incident.failed": "Healer did not fix it, and the pipeline names nobody to escalate to",
	"incident.dead": "Healer failed to process it for a day: release it once the cause is fixed",
	"incident.awaiting_approval": "A decision waits for a person to approve it",
	"incident.awaiting_merge": "A fix waits for a person to merge it",
	"incident.unverified": "An agent finished, and nothing can report whether that fixed it",
	"incident.fixed": "Fixed",
	"pause.started": "Healer paused itself after too many failed attempts in a row: resume it once the cause is known",
	"delivery.lost": "GitHub could not deliver an event, and no longer has it",
	test: "A test message of Healer",
};

export function slackMessage(message: NotificationMessage): SlackMessage {
	const { title, lines } = contentOf(message);
	const headline = HEADLINES[message.type];
	const text = [`*${headline}*${title === undefined ? "" : `: ${title}`}`, ...lines].join("\n");
	const fallback = title === undefined ? headline : `${headline}: ${title.replaceAll("`", "")}`;
	return { text: fallback, blocks: [{ type: "section", text: { type: "mrkdwn", text, verbatim: true } }] };
}

function contentOf(message: NotificationMessage): { readonly title?: string; readonly lines: readonly string[] } {
	switch (message.type) {
		case "test": {
			const { target, requested_by } = message.data;
			return { lines: [`Target ${code(target)}, requested by ${code(requested_by)}.`] };
		}
		case "pause.started": {
			const { repository, agent, reason, url } = message.data.pause;
			const lines = [
				fact("Repository", repository),
				fact("Agent", agent),
				fact("Reason", reason),
				link(url, "Resume"),
			].filter((line) => line !== undefined);
			return { lines };
		}
		case "delivery.lost": {
			const { id, event } = message.data.delivery;
			return { lines: [fact("Event", event), `Delivery ${code(id)}`].filter((line) => line !== undefined) };
		}
		default: {
			const { incident } = message.data;
			const links = [
				link(incident.url, "Incident"),
				link(incident.pr_url, `Pull request #${incident.pr_number}`),
				link(incident.run_url, "What failed"),
			].filter((one) => one !== undefined);
			const what = incident.part === null ? incident.title : `${incident.title}, ${incident.part}`;
			const lines = [
				fact("Repository", incident.repository),
				fact("Branch", incident.branch),
				fact("Reason", incident.reason),
				fact("Verdict", incident.verdict),
				links.length > 0 ? links.join(" · ") : `Incident ${code(incident.id)}`,
			];
			return { title: code(what), lines: lines.filter((line) => line !== undefined) };
		}
	}
}

function fact(name: string, value: string | null): string | undefined {
	return value === null ? undefined : `${name}: ${code(value)}`;
}

// A section has room for 3,000 characters, and an escaped one takes five: https://docs.slack.dev/reference/block-kit/blocks/section-block
const LONGEST = 200;

/**
 * Untrusted text as inline code. Slack has no escape for a backquote, so it becomes an apostrophe; `&`, `<` and `>` become
 * entities, or a branch called `<!channel>` would call everybody.
 * https://docs.slack.dev/messaging/formatting-message-text/#escaping
 */
function code(text: string): string {
	const line = text
		.toWellFormed()
		.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\s]+/gu, " ")
		.trim()
		.replaceAll("`", "'");
	const cut = line.length > LONGEST ? `${line.slice(0, LONGEST).toWellFormed()}…` : line;
	return `\`${escaped(cut === "" ? "(nothing)" : cut)}\``;
}

function escaped(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function link(url: string | null, label: string): string | undefined {
	return url === null || /[|<>\s]/.test(url) ? undefined : `<${escaped(url)}|${label}>`;
}
