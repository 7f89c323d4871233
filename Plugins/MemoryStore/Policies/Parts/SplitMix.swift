// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A tiny seeded generator of pseudo-random numbers, and the mixer it is made of.
///
/// Policies draw from it so that a run can be replayed from its seed.
public struct SplitMix: Sendable, BitwiseCopyable {
  private var state: UInt64

  /// Creates a generator; equal seeds give equal sequences.
  public init(seed: UInt64) { state = seed }

  /// The next 64 pseudo-random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  /// A number below `bound`, which must be positive; the bias is below `bound` / 2^64.
  public mutating func next(below bound: UInt64) -> UInt64 {
    next().multipliedFullWidth(by: bound).high
  }

  /// Spreads the bits of `value` over all 64.
  @inline(__always)
  public static func mix(_ value: UInt64) -> UInt64 {
    var bits = value
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
