/** What identifies the cause of a failure. Equal keys: one cause. `text` is what was hashed, readable, cut, without secrets. */
export interface Fingerprint {
	/** 32 hex digits. */
	readonly key: string;
	/** `rust_build: src/main.rs: error[E0308]: mismatched types (column 5)`; several are joined by ` ; `. */
	readonly text: string;
}
