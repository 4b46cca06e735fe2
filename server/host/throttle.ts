/** Calls `action` at once and then at most once an interval, the last time after the last call. */
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
    // A message that waits is no reason to stay alive.
    timer.unref();
  };
  return () => {
    if (timer === undefined) run();
    else again = true;
  };
}
