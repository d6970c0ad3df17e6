import { defineTable, integer, text, time } from "./table.ts";

/** Closed and merged pull requests. */
export const pullRequestsTable = defineTable("pull_requests", {
	repository: text(),
	number: integer(),
	branch: text(),
	state: text<"closed" | "merged">(),
	closed_at: time(),
});
