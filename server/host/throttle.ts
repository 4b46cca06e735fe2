/** Calls `action` at once and then at most once per interval, with a final call after the last request. */
export function throttle(action: () => void, interval: number): () => void {
  let timer: NodeJS.Timeout | undefined;
  let again = false;
  const run = () => {
    again = false;
    action();
    timer = setTimeout(() => {
      timer = undefined;
      if (again) run();
    }, interval);
    // A pending message must not keep the process alive.
    timer.unref();
  };
  return () => {
    if (timer === undefined) run();
    else again = true;
  };
}
