// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

private import Synchronization
public import StrataCore

/// The live random source: fast, callable from every thread, seeded by the system.
///
/// One atomic counter with a secret odd stride, whitened by a 64 x 64 -> 128 bit multiplication
/// with a second secret. About 6 ns a number; threads that draw at once share a cache line, so
/// tens of millions a second are the limit. Outputs do not reveal the state in any simple way, but
/// this is no cryptographic generator: keys and nonces come from the crypto library.
public final class SystemRandom: CacheRandom {
  private let counter: Atomic<UInt64>
  private let stride: UInt64
  private let secret: UInt64

  /// Creates a source with a seed from the system (`getrandom` on Linux, `arc4random` on Darwin).
  public init() {
    var system = SystemRandomNumberGenerator()
    counter = Atomic(system.next())
    stride = system.next() | 1
    secret = system.next()
  }

  /// The next 64 random bits.
  public func next() -> UInt64 {
    let value = counter.wrappingAdd(stride, ordering: .relaxed).newValue
    let product = (value ^ secret).multipliedFullWidth(by: value ^ 0x9e37_79b9_7f4a_7c15)
    // The sum keeps the one zero factor from giving a zero.
    return (product.high ^ product.low) &+ (value >> 32 | value << 32)
  }

  /// The next 64 bits of the system's own generator, which is made for secrets.
  public func nextSecret() -> UInt64 {
    var system = SystemRandomNumberGenerator()
    return system.next()
  }
}
