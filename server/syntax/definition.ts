export interface Definition {
  readonly name: string;
  /** In the language's own word: function, class, trait … */
  readonly kind: string;
  /** 1-based: the line of the name, and the last line of the definition if known. */
  readonly line: number;
  readonly endLine?: number;
  /** Visible outside the file, as far as the file shows. */
  readonly exported: boolean;
  /** The type it is a member of. */
  readonly container?: string;
}

/** Whether it is accessed through its type. Not every grammar gives a method's type. */
export function isMember({ kind, container }: Definition): boolean {
  return kind === 'method' || container !== undefined;
}

export interface Import {
  /**
   * As written: a relative path, a dotted module, an include path; for languages that import names, the dotted name.
   */
  readonly target: string;
  readonly line: number;
  /** Imports all names of the namespace. */
  readonly all?: boolean;
  /** Stands in the file's namespace, and precedes the imports outside it. */
  readonly inner?: boolean;
  /** Applies to every file of the project. */
  readonly everywhere?: boolean;
  /** Only declares that the target is part of the program, as Rust's `mod` does. */
  readonly declares?: boolean;
  /** Its local alias. */
  readonly as?: string;
}
