/** `longsight read`: reads a folder and reports what was indexed and what was left out. */

import { cleanLine } from '../protocol/clean-text.ts';
import { bytes, count, counted, duration } from '../protocol/counted.ts';
import { modelIdOf } from '../tokens/model-id.ts';
import type { Command } from './command.ts';
import { prefillRepository } from './neural.ts';
import { print, printJson } from './output.ts';
import { openSession } from './session.ts';

const skippedShown = 20;

export const read: Command = async (line, signal) => {
  const { repository, tokenizer, reading } = await openSession(line, signal, { quiet: true });
  const neural = line.neural ? await prefillRepository(line, repository, signal) : undefined;
  const { ledger } = repository;
  const skipped = [...ledger.skipped()].map(({ path, reason, detail }) => ({
    path,
    reason,
    ...(detail !== undefined && { detail }),
  }));
  skipped.sort((left, right) => (left.path < right.path ? -1 : 1));
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  const tokensPerSecond = ledger.tokens / Math.max(reading.seconds, 1e-6);
  if (line.json) {
    printJson({
      files: ledger.files,
      tokens: ledger.tokens,
      bytes: ledger.bytes,
      skipped,
      seconds: reading.seconds,
      tokensPerSecond,
      peakBytes,
      memoryBytes: repository.memory.bytes,
      modelId: modelIdOf(tokenizer),
      // Reading into the copy memory uses the CPU, whatever the model runs on.
      device: 'cpu',
      cached: reading.cached,
      ...(neural && { neural }),
    });
    return;
  }
  print(`files      ${count(ledger.files)} (${count(reading.cached)} from the cache)`);
  print(`tokens     ${count(ledger.tokens)}`);
  print(`source     ${bytes(ledger.bytes)}`);
  print(
    `time       ${reading.seconds.toFixed(2)} s, ${count(tokensPerSecond)} tokens/s, ${bytes(ledger.bytes / Math.max(reading.seconds, 1e-6))}/s`,
  );
  print(
    `memory     ${bytes(repository.memory.bytes)} in the copy memory, ${bytes(peakBytes)} peak for the process`,
  );
  if (neural !== undefined) {
    print(
      `model      read ${counted(neural.read, 'file', count(neural.read))}, ${count(neural.readTokens)} tokens in ${duration(neural.seconds)} (${count(neural.tokensPerSecond)} tokens/s on ${neural.device}), ${counted(neural.recalled, 'file', count(neural.recalled))} from the cache; ${bytes(neural.cacheBytes)} on disk, ${bytes(neural.engineBytes)} for the engine`,
    );
  }
  print(`skipped    ${count(skipped.length)}`);
  for (const { path, reason, detail } of skipped.slice(0, skippedShown))
    print(`  ${cleanLine(path)}: ${reason}${detail ? ` — ${cleanLine(detail)}` : ''}`);
  if (skipped.length > skippedShown)
    print(`  … and ${count(skipped.length - skippedShown)} more; --json lists them all`);
};
