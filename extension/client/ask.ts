/** Requests on a person's behalf: what fails is told in a sentence. */
import * as vscode from 'vscode';
import { messageOf } from '../../server/protocol/message-of.ts';
import type { RequestOf } from '../../server/protocol/requests.ts';
import type { Context } from './context.ts';

/** @returns the answer; `undefined` when it was cancelled, or failed and the person has been told. */
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

/** The same with a progress notification that cancels, for what may take seconds. */
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
