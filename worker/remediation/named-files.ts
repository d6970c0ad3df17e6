// A path as tools print it: `src/lib.rs:12:5`, `"./a/b.ts"`, `(packages/x/y.test.tsx)`.
const PATH = /[\w@.+-]+(?:\/[\w@.+-]+)*/g;

/**
 * Which of these files a text names. A tool names a file from the folder that it runs in, so the end of a path counts if it has a
 * folder: `src/lib.rs` names `controller/src/lib.rs`. A bare `lib.rs` names only a file at the root: there may be many.
 */
export function namedFiles(text: string, files: readonly string[]): readonly string[] {
	const named = new Set((text.match(PATH) ?? []).map((path) => path.replace(/^(?:\.\/)+/, "").replace(/\.+$/, "")));
	return files.filter((file) => {
		const parts = file.split("/");
		return parts.some((_, from) => (from === 0 || from < parts.length - 1) && named.has(parts.slice(from).join("/")));
	});
}
