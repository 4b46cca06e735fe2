/** Requests made for the user: failures are reported in a sentence. */
import * as vscode from 'vscode';
import { messageOf } from '../../server/protocol/message-of.ts';
import type { RequestOf } from '../../server/protocol/requests.ts';
import type { Context } from './context.ts';

/** @returns the answer; `undefined` if it was cancelled, or failed and the user has been told */
export async function ask<Parameters, Result>(
  { client, log }: Context,
  type: RequestOf<Parameters, Result>,
  parameters: Parameters,
  token?: vscode.CancellationToken,
): Promise<Result | undefined> {
  try {
    return await client.request(type, parameters, token);
  } catch (error) {
    if (token?.isCancellationRequested) return undefined;
    log.error(`${type.method} failed.`, error);
    void vscode.window.showErrorMessage(`Longsight: ${messageOf(error)}`);
    return undefined;
  }
}

/** Same with a cancellable progress notification, for requests that may take seconds. */
export function askWithProgress<Parameters, Result>(
  context: Context,
  title: string,
  type: RequestOf<Parameters, Result>,
  parameters: Parameters,
): Thenable<Result | undefined> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (_, token) => ask(context, type, parameters, token),
  );
}
