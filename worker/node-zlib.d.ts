// The part of Node's zlib that the worker uses. The runtime has it; the types of Workers do not.
declare module "node:zlib" {
	interface Options {
		readonly dictionary: Uint8Array;
		readonly level?: number;
	}
	export function deflateSync(data: Uint8Array, options: Options): Uint8Array<ArrayBuffer>;
	export function deflateRawSync(data: Uint8Array): Uint8Array<ArrayBuffer>;
	export function inflateRawSync(data: Uint8Array): Uint8Array<ArrayBuffer>;
	export function inflateSync(data: Uint8Array, options: Options): Uint8Array<ArrayBuffer>;
}
