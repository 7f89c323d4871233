// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A small generator whose whole future follows from its seed.
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  mutating func oneIn(_ chances: Int) -> Bool { below(chances) == 0 }

  mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

  mutating func bytes(upTo count: Int) -> [UInt8] {
    (0..<below(count + 1)).map { _ in UInt8(truncatingIfNeeded: next()) }
  }
}

/// The seeds a random test runs with: `count` fixed ones, or the one that `STRATA_SEED` names.
func seeds(_ count: UInt64) -> [UInt64] {
  if let chosen = getenv("STRATA_SEED"), let seed = UInt64(String(cString: chosen)) {
    return [seed]
  }
  return Array(0..<count)
}

/// The line that runs a failed random test again.
func replay(_ seed: UInt64, _ suite: String) -> String {
  "STRATA_SEED=\(seed) swift test --disable-xctest --filter RESPTests.\(suite)"
}
