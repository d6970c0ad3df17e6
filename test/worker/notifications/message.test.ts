import { describe, expect, it } from "vitest";
import { NOTIFY_EVENTS } from "../../../pipeline/notify-events.ts";
import { notificationMessage } from "../../../worker/notifications/message.ts";

// Worker tests have no file system: the build puts the file in. https://vite.dev/guide/features#glob-import
const FILES = import.meta.glob<string>("../../../docs/notifications.md", {
	query: "?raw",
	import: "default",
	eager: true,
});
const [docs = ""] = Object.values(FILES);
const OTHER_TYPES: Readonly<Record<string, string>> = { lost_delivery: "delivery.lost", paused: "pause.started" };
const EXAMPLE = /```json\n(.*?)\n```/s.exec(docs)?.[1] ?? "";

describe("docs/notifications.md", () => {
	it("shows a message as it is sent", () => {
		expect(notificationMessage.parse(JSON.parse(EXAMPLE))).toEqual(JSON.parse(EXAMPLE));
	});

	it("describes every field of an incident, and every event with its type", () => {
		const { incident } = JSON.parse(EXAMPLE).data;
		const [, fields = ""] = docs.split("| field of `incident` | |");
		const names = fields
			.split("\n\n")[0]
			?.match(/^\| `.*? \|/gm)
			?.flatMap((cell) => cell.match(/\w+/g) ?? []);
		expect(names?.toSorted()).toEqual(Object.keys(incident).toSorted());
		const types = [...docs.matchAll(/^\| `(\w+)` \| `([\w.]+)` \|/gm)].map(([, event, type]) => [event, type]);
		expect(types).toEqual(NOTIFY_EVENTS.map((event) => [event, OTHER_TYPES[event] ?? `incident.${event}`]));
	});
});
