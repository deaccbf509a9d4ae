'use strict';

/**
 * The rows that point most nearly where the question does.
 * @param {{ data: Float32Array, rows: number, dimensions: number }[]} matrices
 *   numbered through, one after the other; every row has length 1
 * @param {Float32Array} question of length 1
 * @param {number} count
 * @returns {{ row: number, similarity: number }[]} nearest first
 */
function findNearest(matrices, question, count) {
  const found = [];
  for (const { data, rows, dimensions } of matrices) {
    for (let i = 0; i < rows; i++) {
      let similarity = 0;
      for (let j = 0; j < dimensions; j++)
        similarity += data[i * dimensions + j] * question[j];
      found.push({ row: found.length, similarity });
    }
  }
  return found.sort((a, b) => b.similarity - a.similarity).slice(0, count);
}

module.exports = { findNearest };
