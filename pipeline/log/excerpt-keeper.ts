import { renderExcerpt } from "./excerpt.ts";
import { type KeptLine, keep } from "./kept-lines.ts";
import type { LogLimits } from "./log-limits.ts";
import type { Zone } from "./pattern-counts.ts";
import type { RecentLine, RecentLines } from "./recent-lines.ts";

/** Errors kept with their surroundings. Later errors are kept only among the last lines. */
const FIRST_ERRORS = 100;
/** Lines kept before the first error that ends no step, before each later one, and after each. */
const BEFORE_FIRST_ERROR = 30;
const BEFORE_ERROR = 3;
const AFTER_ERROR = 4;
const AFTER_MATCH = 2;
/** Failed steps kept with lines before their end: the whole zone for the first, half as many for each further one. */
const STEP_ENDS = 12;
const FEWEST_BEFORE_STEP_END = 8;
/** Lines kept from the end of the log when a step's end marks the failure. */
const TAIL_LINES = 40;
/** Lines of a step's header: its title and the start of its script. */
const COMMAND_LINES = 12;
/** Steps whose header is kept; no job has as many. */
const STEPS = 1000;

/** Keeps lines for the excerpt while the log streams by. Their number is bounded for any log. */
export class ExcerptKeeper {
	readonly #recent: RecentLines;
	readonly #limits: LogLimits;
	readonly #lines = new Set<KeptLine>();
	#command = new Set<KeptLine>();
	#errors = 0;
	#stepEnds = 0;
	#lastStepEnd = 0;
	#steps = 0;
	#keepNext = 0;
	#keepNextFor: "near_error" | "near_match" = "near_match";

	constructor(recent: RecentLines, limits: LogLimits) {
		this.#recent = recent;
		this.#limits = limits;
	}

	/** Adds the newest of the recent lines. `first`: it is the first match of some pattern. */
	add(line: RecentLine, first: boolean): void {
		if (this.#keepNext > 0) {
			this.#keepNext--;
			keep(line, this.#keepNextFor, this.#lines);
		}
		if (line.kind === "echo") this.#addCommand(line);
		if (first) {
			keep(line, "first_match", this.#lines);
			const before = this.#recent.back(1);
			if (before) keep(before, "near_match", this.#lines);
			this.#follow("near_match", AFTER_MATCH);
		}
	}

	/** The newest line is an error; `stepLine` is the first line of its step. */
	addError(line: RecentLine, stepLine: number): void {
		if (this.#command.size > 0) {
			for (const command of this.#command) this.#lines.add(command);
			this.#command.clear();
		}
		if (line.kind === "step_end") this.#lastStepEnd = line.line;
		if (line.kind === "step_end" && this.#stepEnds < STEP_ENDS) {
			const before = Math.max(this.#limits.zone_lines >> this.#stepEnds++, FEWEST_BEFORE_STEP_END);
			this.#keepBefore(before, stepLine, "zone");
			keep(line, "step_end", this.#lines);
		} else if (this.#errors < FIRST_ERRORS) {
			this.#keepBefore(this.#errors === 0 ? BEFORE_FIRST_ERROR : BEFORE_ERROR, stepLine, "near_error");
			keep(line, "error", this.#lines);
			this.#follow("near_error", AFTER_ERROR);
		}
		this.#errors++;
	}

	/** `zone` tells what the last lines are: the error zone, near an error, or output after the failed step. */
	render(zone: Zone, seen: number): string {
		const lines = new Set(this.#lines);
		for (let back = 0; back < this.#limits.zone_lines; back++) {
			const line = this.#recent.back(back);
			if (!line) break;
			if (line.kind === "error" || line.kind === "step_end") keep(line, line.kind, lines);
			else if (zone === "step_end") {
				if (line.line <= this.#lastStepEnd || back >= TAIL_LINES) break;
				keep(line, "tail", lines);
			} else keep(line, line.hasMatch() ? "match_in_zone" : zone === "tail" ? "zone" : "near_error", lines);
		}
		return renderExcerpt(lines, seen, this.#limits);
	}

	#addCommand(line: RecentLine): void {
		if (this.#steps > STEPS) return;
		if (line.source.startsWith("##[group]Run ", line.from)) {
			this.#command = new Set();
			this.#steps++;
		}
		if (this.#command.size < COMMAND_LINES) keep(line, "command", this.#command);
	}

	#keepBefore(count: number, stepLine: number, reason: "zone" | "near_error"): void {
		for (let back = 1; back <= count; back++) {
			const line = this.#recent.back(back);
			if (!line || line.line < stepLine) return;
			keep(line, line.kind !== "echo" && line.hasMatch() ? "match_in_zone" : reason, this.#lines);
		}
	}

	#follow(reason: "near_error" | "near_match", lines: number): void {
		this.#keepNext = lines;
		this.#keepNextFor = reason;
	}
}
