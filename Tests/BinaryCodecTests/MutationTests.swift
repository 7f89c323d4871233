// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import BinaryCodec
import Foundation
import StrataCore
import Testing

/// Payloads with random damage. What decodes must also encode; nothing may trap.
@Suite("Binary codec: random damage")
struct MutationTests {
  /// A generator that can be replayed.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var word = state
      word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
      word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
      return word ^ (word >> 31)
    }
  }

  private func damage(_ bytes: [UInt8], _ generator: inout Generator) -> [UInt8] {
    var bytes = bytes
    for _ in 0...Int.random(in: 0..<4, using: &generator) {
      guard bytes.count > 4 else { break }
      let place = Int.random(in: 4..<bytes.count, using: &generator)
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2: bytes.remove(at: place)
      case 3: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
      default: bytes.removeSubrange(place...)
      }
    }
    return bytes
  }

  private func hammer<Value: Codable & Sendable>(
    _ value: Value, rounds: Int, seed: UInt64
  ) throws {
    var generator = Generator(state: seed)
    let bytes = try BinaryCodec().encode(value)
    for round in 0..<rounds {
      let damaged = damage(bytes, &generator)
      guard let back = try? BinaryCodec().decode(Value.self, from: damaged) else { continue }
      #expect(throws: Never.self, "seed \(seed), round \(round): replay with CODEC_SEED=\(seed)") {
        _ = try BinaryCodec().encode(back)
      }
    }
  }

  @Test func `a damaged payload decodes or throws`() throws {
    let seed = ProcessInfo.processInfo.environment["CODEC_SEED"].flatMap(UInt64.init) ?? 20_261
    try hammer(Sample.person, rounds: 5_000, seed: seed)
    try hammer(Sample.company, rounds: 3_000, seed: seed)
    try hammer(Sample.shapes, rounds: 5_000, seed: seed)
    try hammer(Dog(name: "Rex", age: 3), rounds: 2_000, seed: seed)
    try hammer(Cat(name: "Tom", lives: 9), rounds: 2_000, seed: seed)
    try hammer([Either.text("a"), .person(Sample.person)], rounds: 2_000, seed: seed)
    try hammer(
      Handwritten(fields: ["a": 1, "b": 2], pairs: [4, 5], inner: "deep"), rounds: 3_000, seed: seed
    )
  }
}
