/** User actions in the fixture repository `quayside` that lead to suggestions from elsewhere in it. */
import type { Workbench } from './workbench.ts';

export const handlers = 'src/http/handlers.ts';
/** The line of `handlers` after which a new handler belongs. */
const lastHandlerEnds = 41;

/** The repository's continuation of `const berthId`, in every handler. */
export const continued = " = parseBerthId(parameters['berthId'] ?? '');";

/** Starts another handler, up to `const berthId`. */
export async function beginHandler(workbench: Workbench): Promise<void> {
  await workbench.openFile(handlers, lastHandlerEnds, 1);
  await workbench.page.keyboard.press('End');
  await workbench.page.keyboard.press('Enter');
  await workbench.type("handlers.set('DELETE /berths/:berthId', async parameters => {");
  await workbench.page.keyboard.press('Enter');
  await workbench.type('const berthId');
}
