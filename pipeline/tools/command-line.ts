/** The words of one simple command, without what only runs it: `cargo clippy --all` for `sudo env CI=1 cargo clippy --all`. */
export type Command = readonly string[];

/** How many commands inside commands are looked at: `docker run img sh -c "npx eslint ."` has two. */
const DEEPEST = 4;

/** The simple commands of a line of shell, as far as it can be read without running it. */
export function commandsIn(line: string, depth = 0): readonly Command[] {
	if (depth > DEEPEST) return [];
	return partsOf(line).flatMap((part) =>
		typeof part === "string" ? commandsIn(part, depth + 1) : unwrapped(part, depth),
	);
}

const SEPARATOR = /^(?:&&|\|\||[;|&(){}]|\n)/;

/**
 * Splits at `&&`, `;`, pipes and brackets outside quotes, and each part into words. A text is what `$(...)` or backticks
 * hold: it runs before the command whose word it is.
 */
function partsOf(line: string): readonly (string | readonly string[])[] {
	const parts: (string | readonly string[])[] = [];
	let words: string[] = [];
	let word: string | undefined;
	let isQuoted = false;
	const endWord = () => {
		if (word !== undefined) words.push(word);
		word = undefined;
	};
	const endCommand = () => {
		endWord();
		if (words.length > 0) parts.push(words);
		words = [];
	};
	for (let at = 0; at < line.length; at++) {
		const character = line[at] as string;
		const inner = character === "$" || character === "`" ? substitutionAt(line, at) : undefined;
		if (inner !== undefined) {
			if (inner.runs !== undefined) parts.push(inner.runs);
			word = (word ?? "") + inner.word;
			at = inner.end;
		} else if (character === '"') {
			isQuoted = !isQuoted;
			word ??= "";
		} else if (character === "\\" && at + 1 < line.length) {
			word = (word ?? "") + (isQuoted ? character : "") + (line[++at] as string);
		} else if (isQuoted) word = (word ?? "") + character;
		else if (character === "'") {
			const end = closingQuote(line, at);
			word = (word ?? "") + line.slice(at + 1, end);
			at = end;
		} else if (SEPARATOR.test(character)) endCommand();
		else if (character === " " || character === "\t") endWord();
		else word = (word ?? "") + character;
	}
	endCommand();
	return parts;
}

/** What a shell replaces by something else's output. `end`: its last character. */
interface Substitution {
	/** What runs in it, if anything does. */
	readonly runs?: string;
	/** What stands for it in the word that it is in. */
	readonly word: string;
	readonly end: number;
}

function substitutionAt(line: string, from: number): Substitution | undefined {
	if (line[from] === "`") {
		const end = line.indexOf("`", from + 1);
		return end === -1 ? undefined : { runs: line.slice(from + 1, end), word: "$()", end };
	}
	if (line[from + 1] !== "(") return undefined;
	const end = closingBracket(line, from + 1);
	if (end === undefined) return undefined;
	if (line[from + 2] === "(") return { word: line.slice(from, end + 1), end };
	return { runs: line.slice(from + 2, end), word: "$()", end };
}

/** Where the bracket at `from` is closed, outside quotes; undefined if it is not. */
function closingBracket(line: string, from: number): number | undefined {
	let open = 0;
	for (let at = from; at < line.length; at++) {
		const character = line[at];
		if (character === "\\") at++;
		else if (character === "'" || character === '"') at = closingQuote(line, at);
		else if (character === "(") open++;
		else if (character === ")" && --open === 0) return at;
	}
	return undefined;
}

/** Where the quote at `from` is closed; the end of the line if it is not. Backslashes count between double quotes. */
function closingQuote(line: string, from: number): number {
	const quote = line[from];
	for (let at = from + 1; at < line.length; at++) {
		if (line[at] === "\\" && quote === '"') at++;
		else if (line[at] === quote) return at;
	}
	return line.length;
}

const KEYWORDS = new Set([
	"if",
	"then",
	"else",
	"elif",
	"while",
	"until",
	"do",
	"!",
	"time",
	"exec",
	"command",
	"builtin",
]);
const ASSIGNMENT = /^[A-Za-z_]\w*=/;
/** Programs whose arguments are a command, with the flags of theirs that take a value. */
const RUNNERS: Readonly<Record<string, readonly string[]>> = {
	sudo: ["-u", "-g", "-E"],
	env: ["-u", "-C"],
	nice: ["-n"],
	nohup: [],
	setsid: [],
	stdbuf: [],
	ionice: ["-c", "-n"],
	"xvfb-run": ["-s", "-e", "-n", "--server-args"],
	npx: ["-p", "--package"],
	bunx: ["-p", "--package"],
	uvx: ["--from", "--with", "--python"],
	pnpx: [],
	"with-env": [],
	dotenv: ["-e", "-f", "--env-file"],
	"cross-env": [],
	xargs: ["-n", "-P", "-I", "-L"],
	retry: ["-t", "-d", "--times", "--delay"],
};
/** Programs that run a command behind one of these words of theirs. */
const RUNS_BEHIND: Readonly<Record<string, readonly string[]>> = {
	pnpm: ["exec", "dlx"],
	npm: ["exec", "x"],
	yarn: ["exec", "dlx"],
	bun: ["x"],
	bundle: ["exec"],
	poetry: ["run"],
	uv: ["run"],
	pdm: ["run"],
	hatch: ["run"],
	pipenv: ["run"],
	pipx: ["run"],
	rye: ["run"],
	conda: ["run"],
	micromamba: ["run"],
	mise: ["exec", "x"],
	asdf: ["exec"],
	rustup: ["run"],
	direnv: ["exec"],
	volta: ["run"],
	doppler: ["run"],
	op: ["run"],
	devbox: ["run"],
	opam: ["exec"],
	stack: ["exec"],
	cabal: ["exec"],
	composer: ["exec"],
};
const SHELLS = new Set(["sh", "bash", "dash", "zsh", "ash", "pwsh", "powershell"]);
const PYTHON = /^(?:python|pypy|py)[\d.]*$/;

function unwrapped(words: readonly string[], depth: number): readonly Command[] {
	const rest = withoutPrefix(words);
	const [first, ...args] = rest;
	if (first === undefined || first.startsWith("#")) return [];
	const program = programName(first);
	const own: Command = [program, ...args];
	const inner = innerCommand(program, args, depth);
	return inner ?? [own];
}

function withoutPrefix(words: readonly string[]): readonly string[] {
	let at = 0;
	while (at < words.length && (KEYWORDS.has(words[at] as string) || ASSIGNMENT.test(words[at] as string))) at++;
	return words.slice(at);
}

/** `eslint` for `./node_modules/.bin/eslint`, `eslint@8` and `eslint.cmd`; `docker/build-push-action` for an action. */
function programName(word: string): string {
	// A scope says what its `cli` is: `@tailwindcss/cli`.
	const scoped = /^(@[\w.-]+\/cli)(?:@[^@]*)?$/.exec(word)?.[1];
	if (scoped !== undefined) return scoped;
	const action = /^([\w-]+\/[\w./-]+)@[\w./-]+$/.exec(word)?.[1];
	if (action !== undefined && !word.startsWith("@")) return action.toLowerCase();
	const base = word.slice(Math.max(word.lastIndexOf("/"), word.lastIndexOf("\\")) + 1);
	return base.replace(/(?<=.)@[^@]*$/, "").replace(/\.(?:exe|cmd|bat|ps1)$/i, "");
}

/** What a program that only runs another one runs; undefined if it is no such program. */
function innerCommand(program: string, args: readonly string[], depth: number): readonly Command[] | undefined {
	if (SHELLS.has(program)) {
		const at = args.findIndex((word) => /^-\w*c$/i.test(word));
		return at === -1 ? undefined : commandsIn(args[at + 1] ?? "", depth + 1);
	}
	if (PYTHON.test(program)) {
		const at = args.indexOf("-m");
		return at === -1 ? undefined : unwrapped(args.slice(at + 1), depth + 1);
	}
	if (program === "timeout" || program === "flock") {
		return unwrapped(afterFlags(args, ["-k", "-s", "-w"]).slice(1), depth + 1);
	}
	const runner = RUNNERS[program];
	if (runner !== undefined && Object.hasOwn(RUNNERS, program)) return unwrapped(afterFlags(args, runner), depth + 1);
	const behind = Object.hasOwn(RUNS_BEHIND, program) ? RUNS_BEHIND[program] : undefined;
	const word = args.findIndex((arg) => !arg.startsWith("-"));
	if (behind?.includes(args[word] ?? "")) return ranBehind(program, args.slice(word + 1), depth);
	if (program === "docker" || program === "podman") return inContainer(program, args, depth);
	return undefined;
}

function ranBehind(program: string, args: readonly string[], depth: number): readonly Command[] {
	const rest = afterFlags(args, ["--with", "--from", "-n", "-p", "--package"]);
	// `rustup run nightly cargo`, `direnv exec . make` name a place first.
	const isPlaced = program === "rustup" || program === "direnv";
	return unwrapped(isPlaced ? rest.slice(1) : rest, depth + 1);
}

/** `docker run [flags] image command` runs the command, or what the image is named after; `docker exec` and compose alike. */
function inContainer(program: string, args: readonly string[], depth: number): readonly Command[] | undefined {
	const isCompose = args[0] === "compose";
	const rest = isCompose ? afterFlags(args.slice(1), COMPOSE_VALUES) : args;
	const [verb, ...after] = rest;
	if (verb !== "run" && verb !== "exec") return undefined;
	const [target, ...inner] = afterFlags(after, CONTAINER_VALUES);
	if (target === undefined) return undefined;
	const ran = unwrapped(inner, depth + 1);
	if (isCompose || verb === "exec") return ran.length > 0 ? ran : undefined;
	const image = imageName(target);
	// Its arguments may be those of the image's own program.
	return [[program, ...args], [image, ...inner], ...ran];
}

const COMPOSE_VALUES = ["-f", "--file", "-p", "--project-name", "--profile", "--env-file"];
const CONTAINER_VALUES = [
	"-v",
	"--volume",
	"-e",
	"--env",
	"-w",
	"--workdir",
	"-u",
	"--user",
	"-p",
	"--publish",
	"--name",
	"--entrypoint",
	"--network",
	"--mount",
	"--platform",
	"--env-file",
];

/** `hadolint` for `ghcr.io/hadolint/hadolint:v2`. */
function imageName(image: string): string {
	const base = image.slice(image.lastIndexOf("/") + 1);
	return base.replace(/[:@].*$/, "").toLowerCase();
}

/** The words behind the leading flags, values of `valued` flags, and assignments. */
function afterFlags(args: readonly string[], valued: readonly string[]): readonly string[] {
	let at = 0;
	while (at < args.length) {
		const word = args[at] as string;
		if (word === "--") return args.slice(at + 1);
		if (ASSIGNMENT.test(word)) at++;
		else if (!word.startsWith("-")) break;
		else at += valued.includes(word) ? 2 : 1;
	}
	return args.slice(at);
}
