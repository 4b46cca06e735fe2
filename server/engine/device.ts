/** Devices a model can run on, in order of preference, and their display names. */
import type { SettingValue } from '../protocol/settings.ts';

export type DeviceSetting = SettingValue<'engine.device'>;
export type Device = Exclude<DeviceSetting, 'auto'>;

export const deviceNames: Readonly<Record<Device, string>> = {
  cpu: 'CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'Core ML',
};

export function isDevice(text: string | undefined): text is Device {
  return text !== undefined && Object.hasOwn(deviceNames, text);
}

/**
 * What `auto` tries on a platform, best first: the vendor's interface, then WebGPU, then the CPU. Limited to what
 * onnxruntime-node may include there (https://www.npmjs.com/package/onnxruntime-node, "Requirements").
 */
export function candidates(platform: string, architecture: string): readonly Device[] {
  switch (`${platform}-${architecture}`) {
    case 'linux-x64':
      return ['cuda', 'webgpu', 'cpu'];
    case 'win32-x64':
    case 'win32-arm64':
      return ['dml', 'webgpu', 'cpu'];
    case 'darwin-arm64':
      return ['coreml', 'webgpu', 'cpu'];
    default:
      return ['cpu'];
  }
}
