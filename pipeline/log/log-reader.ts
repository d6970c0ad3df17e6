import { FindingReader } from "../findings/finding-reader.ts";
import type { Findings } from "../findings/findings.ts";
import { copyString } from "../text/copy-string.ts";
import { stripEscapes } from "../text/terminal-escapes.ts";
import { CommandHints, type LineBounds } from "./command-hints.ts";
import { ExcerptKeeper } from "./excerpt-keeper.ts";
import { shownLine } from "./kept-lines.ts";
import { LinePrefix } from "./line-prefix.ts";
import { LineScanner } from "./line-scanner.ts";
import { LineSplitter } from "./line-splitter.ts";
import { LOG_LIMITS, type LogLimits } from "./log-limits.ts";
import type { FailedStep, LogReading } from "./log-reading.ts";
import type { LogSearch } from "./log-search.ts";
import { PatternCounts, type Zone } from "./pattern-counts.ts";
import { type RecentLine, RecentLines } from "./recent-lines.ts";
import { type LineKind, RunnerMarks } from "./runner-marks.ts";
import { failedCommand, StepCommands, showsCommand } from "./step-commands.ts";
import { extraBytes } from "./utf8-length.ts";

/** Takes a log in chunks of any size and returns its reading. Call `end` once; afterwards both methods throw. */
export interface LogReader {
	write(chunk: string): void;
	end(): LogReading;
}

/**
 * Reads a log in one pass and in constant memory: counts every pattern, finds the failed step and the error zone, keeps
 * an excerpt. Accepts logs of GitHub's API, those of `gh run view --log`, and plain text.
 */
export function createLogReader(search: LogSearch, limits: Partial<LogLimits> = {}): LogReader {
	const pass = new LogPass(search, { ...LOG_LIMITS, ...limits });
	let ended = false;
	return {
		write(chunk) {
			if (ended) throw new Error("This log has ended.");
			pass.write(chunk);
		},
		end() {
			if (ended) throw new Error("This log has ended.");
			ended = true;
			return pass.end();
		},
	};
}

/** Reads a complete text as a log. */
export function readLogText(search: LogSearch, text: string): LogReading {
	const reader = createLogReader(search);
	reader.write(text);
	return reader.end();
}

const MOST_ERROR_LINES = 10;
const MOST_LAST_LINES = 5;
/** Lines from a message's first to the one that a pattern knows. */
const LONGEST_MESSAGE = 12;
const HEADLINE = /^(?:error|fatal|panic|failure)\b/i;

class LogPass {
	readonly #limits: LogLimits;
	readonly #splitter: LineSplitter;
	readonly #prefix = new LinePrefix();
	readonly #marks = new RunnerMarks();
	readonly #scanner: LineScanner;
	readonly #counts: PatternCounts;
	readonly #recent: RecentLines;
	readonly #excerpt: ExcerptKeeper;
	/** Number of lines so far, and of those that are not blank. */
	#lines = 0;
	#seen = 0;
	#characters = 0;
	#extraBytes = 0;
	/** Characters read, for the bound on regexes; independent of chunk boundaries. */
	#read = 0;
	/** The last line whose zone was counted, by the kind of zone. */
	readonly #counted = { step_end: 0, error: 0 };
	#zone: Zone = "tail";
	/** The first line of the last error's step. */
	#errorStepLine = 0;
	#failedStep: string | undefined;
	readonly #commands = new StepCommands();
	readonly #hints = new CommandHints();
	/** The first line of the step whose commands are collected. */
	#commandsOf = 0;
	#step: FailedStep = { commands: [], failed: [], errors: [], last: [] };
	readonly #errorLines: string[] = [];
	readonly #findings = new FindingReader();
	#findingsOf = 0;
	/** Those of the first step that failed, once it ended. */
	#found: readonly Findings[] | undefined;

	constructor(search: LogSearch, limits: LogLimits) {
		this.#limits = limits;
		this.#scanner = new LineScanner(search);
		this.#counts = new PatternCounts(search, limits);
		// Zone lines precede the line that ends the step.
		this.#recent = new RecentLines(limits.zone_lines + 1);
		this.#excerpt = new ExcerptKeeper(this.#recent, limits);
		this.#splitter = new LineSplitter(
			limits.longest_line,
			(text, start, end, cut, overwritten) => this.#readLine(text, start, end, cut, overwritten),
			(dropped) => {
				this.#extraBytes += extraBytes(dropped, 0, dropped.length);
			},
		);
	}

	write(chunk: string): void {
		this.#characters += chunk.length;
		this.#splitter.write(chunk);
		this.#recent.detach();
	}

	end(): LogReading {
		this.#splitter.end();
		if (this.#zone === "tail") this.#countZone("tail", 0, 0);
		if (this.#zone === "error") this.#countBehindError();
		if (this.#zone !== "step_end") this.#step = this.#readStep(0);
		const findings = this.#found ?? this.#findingsSoFar();
		return {
			lines: this.#lines,
			bytes: this.#characters + this.#extraBytes,
			...this.#counts.read(this.#zone),
			...(this.#failedStep === undefined ? {} : { failed_step: this.#failedStep }),
			...(findings.length > 0 && { findings }),
			steps: [this.#step],
			excerpt: this.#excerpt.render(this.#zone, this.#seen),
		};
	}

	#readLine(text: string, start: number, end: number, cut: number, overwritten: boolean): void {
		this.#lines++;
		this.#read += end - start;
		this.#prefix.read(text, start, end);
		const from = this.#prefix.textAt;
		const visible = this.#scanner.firstVisible(text, from, end);
		if (visible === end) {
			this.#extraBytes += extraBytes(text, from, end);
			if (this.#prefix.mayBeWide(text, start)) this.#extraBytes += extraBytes(text, start, from);
			return;
		}
		const kind = this.#marks.read(text, from, end, this.#lines);
		this.#readCommand(text, { from, visible, end }, kind);
		if (kind !== "group_end") this.#seen++;
		const last = this.#recent.newest;
		if (last && kind !== "group_end" && last.lastSeen === this.#seen - 1 && last.kind === kind) {
			if (last.equals(text, from, end, cut)) {
				this.#repeat(last, text, start);
				return;
			}
		}
		const line = this.#recent.draft;
		line.place(text, from, end, cut);
		line.kind = kind;
		line.stepLine = this.#marks.stepLine;
		line.line = line.lastLine = this.#lines;
		line.seen = line.lastSeen = this.#seen;
		const first = this.#scan(line, text, start);
		const isProgress = overwritten && kind === "plain" && line.hitCount === 0;
		if (kind === "aside" || kind === "group_end" || isProgress) return;
		this.#recent.add();
		this.#excerpt.add(line, first);
		if (kind === "plain" || kind === "error") this.#readFinding(line, text, visible, end);
		if (kind === "error" || kind === "step_end") this.#readError(line, kind);
	}

	/** Findings are those of one step: the first that failed. */
	#readFinding(line: RecentLine, text: string, visible: number, end: number): void {
		if (this.#found !== undefined) return;
		if (line.stepLine !== this.#findingsOf) {
			this.#findingsOf = line.stepLine;
			if (this.#zone === "error") {
				this.#found = this.#findingsSoFar(line.line);
				return;
			}
			this.#findings.startStep();
		}
		this.#findings.read(line, text, visible, end);
	}

	/** Those of the current step; `before` that line, if it begins another. */
	#findingsSoFar(before = Number.POSITIVE_INFINITY): readonly Findings[] {
		const newest: RecentLine[] = [];
		for (let back = 0; back < this.#limits.zone_lines; back++) {
			const line = this.#recent.back(back);
			if (!line || (before === Number.POSITIVE_INFINITY && line.line < this.#findingsOf)) break;
			if (line.line < before && (line.kind === "plain" || line.kind === "error")) newest.push(line);
		}
		return this.#findings.findings(newest);
	}

	/** True when the line is the first match of some pattern. */
	#scan(line: RecentLine, text: string, start: number): boolean {
		const scanner = this.#scanner;
		scanner.scan(text, line.from, line.end);
		line.escaped = scanner.escaped;
		line.extraBytes = scanner.onlyAscii ? 0 : extraBytes(text, line.from, line.end);
		this.#addExtraBytes(line, text, start);
		let first = false;
		for (let i = 0; i < scanner.found; i++) {
			if (this.#counts.add(scanner.patterns[i] as number, line, this.#read)) first = true;
		}
		return first;
	}

	#repeat(line: RecentLine, text: string, start: number): void {
		line.repeats++;
		line.lastLine = this.#lines;
		line.lastSeen = this.#seen;
		if (line.kept) {
			line.kept.repeats++;
			line.kept.lastSeen = this.#seen;
		}
		this.#counts.repeat(line, this.#lines);
		this.#addExtraBytes(line, text, start);
	}

	#addExtraBytes(line: RecentLine, text: string, start: number): void {
		this.#extraBytes += line.extraBytes;
		if (this.#prefix.mayBeWide(text, start)) this.#extraBytes += extraBytes(text, start, this.#prefix.textAt);
	}

	/** Collects what the current step runs. Most lines are neither a step's header nor look like a command. */
	#readCommand(text: string, line: LineBounds, kind: LineKind): void {
		const { from, end } = line;
		const { step, stepLine } = this.#marks;
		if (step !== undefined && stepLine !== this.#commandsOf) {
			this.#commandsOf = stepLine;
			this.#commands.start(step.title);
		}
		if (kind === "echo") {
			if (step !== undefined) this.#commands.addEcho(text.slice(from, end));
		} else if (kind === "plain" && this.#hints.mayShowCommand(text, line)) {
			this.#commands.addOutput(stripEscapes(text.slice(from, end)));
		}
	}

	/** The step that the newest lines belong to. */
	#readStep(stepLine: number): FailedStep {
		const failed: string[] = [];
		const last: string[] = [];
		for (let back = 0; back <= this.#limits.zone_lines; back++) {
			const line = this.#recent.back(back);
			if (!line || line.line < stepLine) break;
			if (line.kind === "echo" || line.kind === "warning") continue;
			const command = failedCommand(line.text);
			if (command !== undefined) failed.push(command);
			const isText = line.kind === "plain" && !showsCommand(line.text);
			if (isText && last.length < MOST_LAST_LINES) last.unshift(line.text);
		}
		return {
			commands: this.#commands.commands.map(shownLine),
			failed: failed.map(shownLine),
			errors: this.#errorLines.map(shownLine),
			last: this.#errorLines.length > 0 ? [] : last.map(shownLine),
		};
	}

	#readError(line: RecentLine, kind: "error" | "step_end"): void {
		const { stepLine } = this.#marks;
		if (kind === "error" && this.#zone !== "step_end" && this.#errorLines.length < MOST_ERROR_LINES) {
			this.#errorLines.push(copyString(line.matched));
		}
		this.#counts.addToZone("marked", line);
		if (kind === "step_end" || this.#zone !== "step_end") this.#countZone(kind, 1, stepLine);
		this.#excerpt.addError(line, stepLine);
		this.#errorStepLine = stepLine;
		if (kind === "error" && this.#zone === "step_end") return;
		// Reports the first failed step; a marked step end takes precedence over an error alone.
		if (this.#zone !== kind) {
			this.#zone = kind;
			this.#failedStep = this.#stepName(line.source);
			if (kind === "step_end") {
				this.#step = this.#readStep(stepLine);
				this.#found ??= this.#findingsSoFar();
			}
		}
		if (kind === "step_end") this.#marks.leaveStep(this.#lines);
	}

	#stepName(text: string): string | undefined {
		const column = text.slice(this.#prefix.stepFrom, this.#prefix.stepTo);
		return column === "" || column === "UNKNOWN STEP" ? this.#marks.step?.title : copyString(column);
	}

	/** The line that a message of several lines begins with, if it is near: `error: this function has too many arguments`. */
	#headline(of: number): string | undefined {
		const step = this.#recent.back(of)?.stepLine ?? 0;
		for (let back = of; back <= of + LONGEST_MESSAGE; back++) {
			const line = this.#recent.back(back);
			if (!line || line.line < step || line.kind !== "plain") return undefined;
			if (HEADLINE.test(line.text)) return line.text;
		}
		return undefined;
	}

	/** A multi-line message is marked only at its first line; the rest of the step belongs to it. */
	#countBehindError(): void {
		let later = 0;
		while ((this.#recent.back(later)?.stepLine ?? 0) > this.#errorStepLine) later++;
		this.#countZone("error", later, this.#errorStepLine);
	}

	/** Counts new lines in the zone that ends at the newest line; `back` 1 excludes that line. */
	#countZone(zone: "step_end" | "error" | "tail", skip: number, stepLine: number): void {
		const counted = zone === "tail" ? 0 : this.#counted[zone];
		for (let back = skip; back < this.#limits.zone_lines + skip; back++) {
			const line = this.#recent.back(back);
			if (!line || line.line < stepLine || line.line <= counted) break;
			if (line.kind === "plain") this.#counts.addToZone(zone, line, () => this.#headline(back));
		}
		if (zone !== "tail") this.#counted[zone] = this.#lines;
	}
}
