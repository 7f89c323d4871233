// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What an adaptive cache remembers of keys, resident or not.
struct KeyHistory: ~Copyable {
  var sketch: FrequencySketch
  var ghosts: GhostFilter

  init(capacity: Int) {
    sketch = FrequencySketch(capacity: capacity)
    ghosts = GhostFilter(generation: Int(Double(capacity) * labValue("LAB_GEN", 1)))
  }

  mutating func resize(capacity: Int) {
    sketch.resize(capacity: capacity)
    ghosts.resize(generation: capacity)
  }
}
