// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A source of random numbers: the door through which all chance goes.
public protocol CacheRandom: AnyObject, Sendable {
  /// The next 64 random bits. May be called from any thread.
  func next() -> UInt64

  /// The next 64 bits of which nobody can guess anything from those before: for ids that are
  /// secrets. Slow. Default: like any others, which is right in a simulation and nowhere else.
  func nextSecret() -> UInt64
}

extension CacheRandom {
  /// The next bits.
  public func nextSecret() -> UInt64 { next() }

  /// A number in `0 ..< 1` with 53 random bits.
  public func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number in `0 ..< bound`; 0 where the bound is 0.
  ///
  /// Multiply-and-shift: the bias is below `bound / 2^64`.
  public func below(_ bound: UInt64) -> UInt64 { next().multipliedFullWidth(by: bound).high }
}
