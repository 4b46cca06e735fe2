/**
 * The variable that disables onnxruntime's telemetry. From version 1.29 on, onnxruntime reports to a server unless it
 * is set when the library loads (https://github.com/microsoft/onnxruntime/pull/27379).
 */
export const telemetryOptOut = { ORT_DISABLE_TELEMETRY: '1' } as const;
