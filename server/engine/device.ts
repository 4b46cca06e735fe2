/** The devices that a model can run on, in the order in which they are preferred, and what to call them. */
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
 * What `auto` tries on a platform, best first: the maker's own interface, then WebGPU, then the CPU. Only what
 * onnxruntime-node can have there is asked for (https://www.npmjs.com/package/onnxruntime-node, "Requirements").
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
