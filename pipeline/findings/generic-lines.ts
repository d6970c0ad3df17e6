/** Lines that any failure of a tool prints. They say that something failed, not what. */
const SAYS_NOTHING: readonly RegExp[] = [
	/^Process completed with exit code/i,
	/^The (?:process|action) '.*' failed/i,
	/^npm (?:ERR!|error|warn) *(?:code (?:ELIFECYCLE|\d+)$|errno|command|path|workspace|location|cwd|lifecycle script|exit status|a complete log|this is probably not|failed at the|Exit handler|There is likely|in workspace|signal|\S*@\S* \S+: `)/i,
	/^npm (?:ERR!|error) *$/i,
	/\bELIFECYCLE\b/,
	/ERR_PNPM_RECURSIVE|^error Command failed|^error: script ".*" exited|^Command "?.*"? exited with|^error: task failed/i,
	/^(?:g?make|mingw32-make|ninja)(?:\[\d+\])?: (?:\*\*\* \[|\*\*\* Waiting|Leaving|Entering|build stopped|Target .* not remade)/,
	/^(?:ninja: build stopped|collect2: error: ld returned|clang(?:\+\+)?: error: linker command failed)/,
	/^(?:error: )?(?:could not compile|aborting due to|build failed|test failed|doctest failed|process didn't exit|recipe|\d+ targets? failed)/i,
	/^(?:warning|note|help|info|hint|debug)\b/i,
	/^For more information about (?:this error|an error)/i,
	/^test result: FAILED/,
	/^FAIL(?:\t|$| +\[)|^FAILED \(|^exit status \d+$/,
	/^\[ERROR\] *(?:$|Failed to execute goal|-> \[Help|To see the full|Re-run Maven|For more information|\[Help|After correcting|Tests run:|Failures:|Errors:|There (?:are|were) test|See |Please refer|COMPILATION ERROR|BUILD FAILURE|mvn )/i,
	/^BUILD FAIL|^FAILURE: Build failed|^Execution failed for task|^> (?:Task .* FAILED|There were failing tests|Compilation failed|A failure occurred)/i,
	/^(?:ERROR: )?(?:failed to solve: )?process ".*" did not complete/i,
	/^(?:subprocess\.)?CalledProcessError\b|^Error: (?:Command failed|Process completed)|returned non-zero exit status/i,
	/^error: metadata-generation-failed|^error: subprocess-exited-with-error/i,
	/^(?:-- )?Configuring incomplete|^CMake Error: .*(?:CMakeFiles|See also)/i,
	/^Errors? (?:were )?(?:found|occurred)\b.{0,20}$|^The following tests FAILED/i,
	/^(?:ERROR: )?(?:InvocationError|Exited with code|exit code:)/i,
	/^=+ .*\b(?:failed|error)/i,
	/^npm (?:ERR!|error) (?:Run "npm help|For a full report|npm --help)|\bfor more info(?:rmation)?\b|^If you are\b|executor failed running/i,
	/^[\s●✕✗×✖❯⎯#=*-]*$/,
];

/** One frame of a stack, without the message. */
const FRAME =
	/^(?:at (?:async |new )?[\w.$<>[\]/@ ]*\(?.*[:(]\d+|at [\w.$]+\(.*\)$|File ".*", line \d+|#?\d+:? +0x|\d+: +[\w:<]|from .*:\d+:in|goroutine \d+|[\w.*()/]+\(.*\)$|\.\.\. \d+ more|Caused by:$|Traceback \(most recent|stack backtrace:|created by )/;

/** Words that a line may consist of and still say nothing of its own. */
const COMMON = new Set(
	"a all an and are as build builds by check checks code command completed compilation crashed did error errors exit exited expected exception fail failed failing failure failures fatal file files finished for found from has have in is issue issues job lint log more no not of ok on one or or out passed previous problem problems process result results returned run running see script skipped some status step stopped suite suites summary task tasks test tests that the there this time to total unexpected unknown was were with warning warnings".split(
		" ",
	),
);

/** Whether a line says that something failed, but nothing about what. */
export function isGeneric(line: string): boolean {
	const text = line.trim().replace(/^##\[error\]/, "");
	if (FRAME.test(text) || SAYS_NOTHING.some((form) => form.test(text))) return true;
	const words = text.toLowerCase().match(/[a-z]{2,}/g) ?? [];
	return words.every((word) => COMMON.has(word));
}

const NAMES =
	/['"`“][^'"`”\s-][^'"`”]+['"`”]|[\w-]{2,}[\\/][\w-]{2,}|[\w)]\.[A-Za-z]|\w_\w|[a-z][A-Z]|::|@\w|\b[A-Z]+\d+\b/;

/**
 * Whether a normalized message names something: a file, a symbol, a package, a code. `lockfile had changes, but lockfile is frozen` is what
 * a tool says of any project.
 */
export function namesSomething(text: string): boolean {
	return NAMES.test(text.replace(/https?:\/\/\S+|<\w+>|[\w-]+=#|\b(?:e\.g|i\.e)\./g, " "));
}

/** Whether a line below a finding's first is a frame, a frame's source, a divider or a hint: nothing of its message. */
export function isNoise(line: string): boolean {
	const text = line.trim();
	return (
		FRAME.test(text) ||
		/^[\W_]*$/.test(text) ||
		/^(?:note: |help: |= note|= help|Error Trace:|Test:|Messages:|---|\.\.\.$|duration_ms|type:|failureType:|stack:|name: '|operator:|location:|code: '|diff:|generatedMessage|Node\.js v)/.test(
			text,
		) ||
		/^(?:> ?)?\d+ \|/.test(text)
	);
}
