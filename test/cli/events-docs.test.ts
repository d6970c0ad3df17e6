import { describe, expect, it } from "vitest";
import { appManifest } from "../../cli/app-manifest.ts";
import {
	joined,
	type Permissions,
	permissionsForEvents,
	permissionsForHealer,
	permissionsForReruns,
} from "../../cli/github-app/permissions.ts";
import { tableOf } from "../support/markdown.ts";
import { shippedArtefact } from "../support/shipped-artefact.ts";

const DOCS = "docs/events.md";
const artefact = await shippedArtefact();
const phases = tableOf(DOCS, "| phase | events | permissions |").map(([, events = "", permissions = ""]) => ({
	events: events.split(", "),
	permissions: readPermissions(permissions),
}));

describe("docs/events.md", () => {
	it("has every entry of the shipped pipeline", () => {
		const rows = tableOf(DOCS, "| entry | deliveries that are incidents | one incident is |");
		expect(rows.map(([entry]) => entry).toSorted()).toEqual(artefact.events.map(({ name }) => name).toSorted());
	});

	it("has three phases that together equal the manifest's events", () => {
		const manifest = appManifest(artefact, { name: "Healer", url: "https://healer.example.com" });
		expect(phases.flatMap(({ events }) => events).toSorted()).toEqual(manifest.default_events);
		expect(joined(phases.map(({ permissions }) => permissions))).toEqual(manifest.default_permissions);
	});

	it("lists the permissions that each phase's events need, and Healer's own in the first", () => {
		for (const [at, { events, permissions }] of phases.entries()) {
			const { permissions: needed, unknown } = permissionsForEvents(events);
			expect(unknown).toEqual([]);
			expect(permissions).toEqual(
				joined(at === 0 ? [needed, permissionsForHealer(artefact), permissionsForReruns(artefact)] : [needed]),
			);
		}
	});

	it("names each filter that refuses deliveries", () => {
		const rows = tableOf(DOCS, "| | refused by |");
		const filters = artefact.filters.map(({ name }) => name).filter((name) => name !== "conclusion");
		expect(filters.filter((name) => !rows.some(([, by = ""]) => by.includes(name)))).toEqual([]);
	});
});

function readPermissions(cell: string): Permissions {
	return Object.fromEntries(
		cell.split(", ").map((part) => {
			const [name = "", access] = part.split(": ");
			return [name, access === "write" ? "write" : "read"] as const;
		}),
	);
}
