/**
 * The one table of requests beyond LSP 3.18. It types the client, the server and the worker thread, and validates
 * parameters in the server, which forwards the worker's answers: a new request is an entry here and a handler. The
 * method of an entry `name` is `longsight/name`. All lines and columns are 1-based.
 */
import * as v from 'valibot';
import type { Diagnostics } from './diagnostics.ts';
import type {
  Acceptance,
  CodeModels,
  Coverage,
  Description,
  Digest,
  LineSummaries,
  LineSummary,
  NextEdit,
  Places,
  RepositoryMap,
  RequestOf,
  Statement,
  Status,
  Summary,
} from './requests.ts';
import type { UnusualLines } from './unusual.ts';
import { fields, flag, fromOne, oneOf, string, wholeNumber } from './validate.ts';

type Answerer = 'server' | 'worker';

/** A request with a schema for its parameters. */
export interface Method<By extends Answerer, Input, Output, Result> extends RequestOf<Input, Result> {
  readonly answeredBy: By;
  readonly parameters: v.GenericSchema<Input, Output>;
}

/** Clients may omit parameters, send null, or send an empty object when there are none. */
const none = v.pipe(
  v.union([v.null(), v.looseObject({})], 'must be an object'),
  v.transform(() => null),
);
/** A folder or file, relative as in `Place`; defaults to the whole repository. */
const path = v.exactOptional(string);
/** Limits the answer, in tokens. */
const budget = v.exactOptional(wholeNumber(0));
const lines = v.pipe(
  fields({ first: fromOne, last: fromOne }),
  v.check(({ first, last }) => first <= last, 'must be a first and a last line, counted from 1'),
);

const table = {
  status: answeredByServer<Status>()(none),
  /** Updates the index; answers when done. Cancellable. */
  read: answeredByServer<Status>()(none),
  pause: answeredByServer<Status>()(fields({ paused: flag })),
  /** Deletes the repository's index and cache. */
  clear: answeredByServer<Status>()(none),
  restartEngine: answeredByServer<Status>()(none),
  acceptance: answeredByServer<Acceptance>()(none),
  /** Figures for a problem report: no code, names or paths. */
  diagnostics: answeredByServer<Diagnostics>()(none),
  /** Code models on this machine, and those that can be downloaded. */
  models: answeredByServer<CodeModels>()(none),
  /** Uses a code model on this machine, or none. */
  useModel: answeredByServer<CodeModels>()(fields({ name: v.nullable(string) })),
  /** Downloads a code model. Send only with the user's consent. Cancellable; a later request resumes. */
  getModel: answeredByServer<CodeModels>()(fields({ name: string })),
  summary: answeredByWorker<Summary>()(fields({ path, budget, complete: v.exactOptional(flag) })),
  /**
   * A sentence about a folder that the instruction model in use makes of statements about what is in it; null without
   * such a model, without three statements, and where the model says what they do not. Takes seconds. Cancellable.
   */
  generatedSentence: answeredByWorker<Statement | null>()(fields({ path: string })),
  /** Describes a folder, file or selection. */
  describe: answeredByWorker<Description>()(fields({ path, lines: v.exactOptional(lines) })),
  map: answeredByWorker<RepositoryMap>()(fields({ path, measure: v.exactOptional(flag) })),
  digest: answeredByWorker<Digest>()(
    fields({ path, budget, format: v.optional(oneOf(['markdown', 'json']), 'markdown') }),
  ),
  /** Finds similar places. */
  where: answeredByWorker<Places>()(fields({ uri: string, line: fromOne, column: fromOne })),
  /** For a hover; null if there is nothing to show. */
  lineSummary: answeredByWorker<LineSummary | null>()(
    fields({ uri: string, line: fromOne, column: fromOne }),
  ),
  /** For CodeLens. */
  lineSummaries: answeredByWorker<LineSummaries>()(fields({ uri: string })),
  /** Lines of a document that do not look like the rest of the repository; with `top`, so many, however usual. */
  unusualLines: answeredByWorker<UnusualLines>()(fields({ uri: string, top: v.exactOptional(fromOne) })),
  /** The same of all lines that differ from a revision, as what is in memory stands. Cancellable. */
  unusualChanges: answeredByWorker<UnusualLines>()(
    fields({ revision: v.optional(string, 'HEAD'), top: v.exactOptional(fromOne) }),
  ),
  coverage: answeredByWorker<Coverage>()(none),
  /**
   * The cursor has come to rest here: a code model is told what related files declare, and reads what its suggestion would need, so that
   * one comes sooner. Does not wait for that; without a model, on battery, and in files without suggestions nothing happens.
   */
  readAhead: answeredByWorker<null>()(
    fields({
      uri: string,
      line: fromOne,
      column: fromOne,
      scope: v.optional(oneOf(['repository', 'file']), 'repository'),
    }),
  ),
  /** The next place for a repeated change; null if no change repeats. */
  nextEdit: answeredByServer<NextEdit | null>()(fields({ uri: string })),
};

type Table = typeof table;
export type MethodName = keyof Table;

export const methods = Object.fromEntries(
  Object.entries(table).map(([name, entry]) => [name, { ...entry, method: `longsight/${name}` }]),
) as { readonly [Name in MethodName]: Table[Name] };

/** What a handler receives. */
export type CheckedParameters<Name extends MethodName> = v.InferOutput<Table[Name]['parameters']>;
export type Answer<Name extends MethodName> = NonNullable<Table[Name]['types']>['result'];
export type AnsweredBy<By extends Answerer> = {
  [Name in MethodName]: Table[Name]['answeredBy'] extends By ? Name : never;
}[MethodName];

function answeredByServer<Result>() {
  return <Input, Output>(
    parameters: v.GenericSchema<Input, Output>,
  ): Method<'server', Input, Output, Result> => ({ method: '', answeredBy: 'server', parameters });
}

function answeredByWorker<Result>() {
  return <Input, Output>(
    parameters: v.GenericSchema<Input, Output>,
  ): Method<'worker', Input, Output, Result> => ({ method: '', answeredBy: 'worker', parameters });
}
