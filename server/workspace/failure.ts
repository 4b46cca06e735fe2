/** File system errors in plain words. */
import type { SkipReason, Verdict } from '../protocol/verdict.ts';

/** Why a file or folder could not be read. */
export function verdictOnFailure(error: unknown): Verdict {
  const code = codeOf(error);
  return { reason: reasonOf(code), detail: sentenceOf(code, error) };
}

function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code ?? 'unknown';
}

/** It does not exist, or a parent is no longer a folder. */
export function isAbsence(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function reasonOf(code: string): SkipReason {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'vanished';
  return code === 'ELOOP' || code === 'EMLINK' ? 'symlink' : 'unreadable';
}

function sentenceOf(code: string, error: unknown): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'It disappeared while it was read.';
    case 'EACCES':
    case 'EPERM':
      return 'Permission denied.';
    case 'ELOOP':
    case 'EMLINK':
      return 'It became a symbolic link.';
    case 'ENAMETOOLONG':
      return 'Its path is longer than the file system allows.';
    case 'EMFILE':
    case 'ENFILE':
      return 'Too many files are open on this machine.';
    case 'EIO':
      return 'The disk could not read it.';
    default:
      return `The system could not read it (${code === 'unknown' && error instanceof Error ? error.message : code}).`;
  }
}
