// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Where each field of a map begins, for readers that ask out of order.
struct FieldIndex {
  /// Where the map ends.
  let end: Int
  private var names: [String] = []
  private var offsets: [Int] = []
  private var positions: [String: Int] = [:]

  init(_ input: BinaryInput, mapAt start: Int) throws(WireFault) {
    var offset = start
    let count = try input.count(Wire.map, at: &offset, each: 2)
    for _ in 0..<count {
      let name = try input.key(at: &offset)
      names.append(name)
      offsets.append(offset)
      try input.skip(at: &offset)
    }
    end = offset
    // Few names are found sooner by looking at them than by hashing.
    guard count > 16 else { return }
    positions = Dictionary(zip(names, offsets), uniquingKeysWith: { first, _ in first })
  }

  subscript(name: String) -> Int? {
    if !positions.isEmpty { return positions[name] }
    return names.firstIndex(of: name).map { offsets[$0] }
  }
}
