export interface Definition {
  readonly name: string;
  /** In the language's own word: function, class, trait … */
  readonly kind: string;
  /** From 1: the line of the name, and the last of the definition where that is known. */
  readonly line: number;
  readonly endLine?: number;
  /** Visible outside the file, as far as the file says. */
  readonly exported: boolean;
  /** The type that it is a member of. */
  readonly container?: string;
}

/** Whether it is named by way of its type. Not every grammar says which type a method is of. */
export function isMember({ kind, container }: Definition): boolean {
  return kind === 'method' || container !== undefined;
}

export interface Import {
  /** As written: a relative path, a module name with dots, an include path; of languages that import names, those with dots. */
  readonly target: string;
  readonly line: number;
  /** It takes in all names of the namespace that it names. */
  readonly all?: boolean;
  /** It holds in every file of the project. */
  readonly everywhere?: boolean;
  /** What the file calls it by. */
  readonly as?: string;
}
