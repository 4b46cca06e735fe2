import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { impulseResponse } from '../../kernels/diagonal-ssm/reference.ts';
import { distil } from '../../kernels/hyena/distil.ts';
import { implicitFilter, initialImplicitFilter } from '../../kernels/hyena/filter.ts';
import { tensor, uniformStream, zeros } from '../../kernels/tensor.ts';

/** Random damped waves: two channels of `modes` each. */
function randomModes(modes: number, seed: number) {
  const uniform = uniformStream(seed);
  const parameters = {
    poles: zeros([2, 2, modes]),
    residues: zeros([2, 2, modes]),
    skip: tensor([2], [0.7, -2]),
  };
  for (let c = 0; c < 2; c++) {
    for (let n = 0; n < modes; n++) {
      const [re, im] = [2 * c * modes + n, (2 * c + 1) * modes + n];
      const magnitude = Math.exp(-(0.005 + 0.05 * uniform()));
      const angle = (Math.PI * (n + uniform())) / (2 * modes);
      [parameters.poles.data[re], parameters.poles.data[im]] = [
        magnitude * Math.cos(angle),
        magnitude * Math.sin(angle),
      ];
      [parameters.residues.data[re], parameters.residues.data[im]] = [2 * uniform() - 1, 2 * uniform() - 1];
    }
  }
  return parameters;
}

describe('distillation of a filter into modes', () => {
  test('finds the modes of a filter that has them', () => {
    for (const seed of [1, 2, 3]) {
      const taps = impulseResponse(randomModes(4, seed), 256);
      const { error } = distil(taps, 4);
      for (const value of error.data) assert.ok(value < 1e-6, `seed ${seed}: ${value}`);
    }
  });

  test('approximates an implicit filter, better with more modes', () => {
    const taps = implicitFilter(initialImplicitFilter(3, 3, { frequency: 10 }), 256);
    const errors = [4, 8, 16].map(modes =>
      distil(taps, modes).error.data.reduce((sum, value) => sum + value / 3, 0),
    );
    assert.ok(errors[0]! > errors[1]! && errors[1]! > errors[2]! && errors[2]! < 0.03, errors.join(' '));
  });

  test('reports the error of what it returns; every pole lies inside the unit circle', () => {
    const taps = implicitFilter(initialImplicitFilter(2, 5), 300);
    const { modal, error } = distil(taps, 6);
    const response = impulseResponse(modal, 300);
    for (let c = 0; c < 2; c++) {
      let [difference, size] = [0, 0];
      for (let t = 0; t < 300; t++) {
        difference += Math.abs(taps.data[t * 2 + c]! - response.data[t * 2 + c]!);
        size += Math.abs(taps.data[t * 2 + c]!);
      }
      assert.ok(Math.abs(error.data[c]! - difference / size) < 1e-12);
      for (let n = 0; n < 6; n++) {
        assert.ok(Math.hypot(modal.poles.data[12 * c + n]!, modal.poles.data[12 * c + 6 + n]!) < 1);
      }
    }
  });

  test('fits every s-th tap of a long filter', () => {
    const taps = implicitFilter(initialImplicitFilter(1, 6, { frequency: 5 }), 2048);
    const { error } = distil(taps, 8);
    assert.ok(error.data[0]! < 0.05, `${error.data[0]}`);
  });

  test('a zero filter stays zero', () => {
    const { modal } = distil(zeros([64, 1]), 4);
    for (const value of impulseResponse(modal, 64).data) assert.equal(Math.abs(value), 0);
  });
});
