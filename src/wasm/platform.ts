/**
 * Types of the platform, where the program that compiles has them: the declarations of this package need
 * neither TypeScript's DOM library nor @types/node.
 */
type Global<Name extends string, Missing> =
  typeof globalThis extends Record<Name, { prototype: infer T }> ? T : Missing;
type Wasm<Name extends string, Missing> =
  typeof globalThis extends Record<"WebAssembly", Record<Name, { prototype: infer T }>> ? T : Missing;

/** What stops a call that takes long. */
export type AbortSignal = Global<"AbortSignal", { readonly aborted: boolean; readonly reason: unknown }>;
/** An address. */
export type URL = Global<"URL", { readonly href: string }>;
/** What fetch gives. */
export type Response = Global<"Response", { readonly status: number; readonly url: string }>;
/** Compiled code. */
export type WasmModule = Wasm<"Module", object>;
/** Code at work. */
export type WasmInstance = Wasm<"Instance", { readonly exports: object }>;
/** The memory of code at work. */
export type WasmMemory = Wasm<"Memory", { readonly buffer: ArrayBuffer; grow(pages: number): number }>;
/** A value of code at work. */
export type WasmGlobal = Wasm<"Global", { value: unknown }>;
