// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// The coder of numbers: what tests store where the value is not the subject.
public struct NumberCoder: PayloadCoder {
  /// A number that no codec of a release has.
  public let codec: UInt8 = 255
  /// The fingerprint that stands for `Int`.
  public let schema: UInt64 = 0x4E55_4D42_4552

  /// Creates the coder.
  public init() {}

  /// Eight bytes, little-endian.
  public func encode(_ payload: Payload) throws -> [UInt8] {
    if let encoded = payload as? EncodedPayload { return encoded.bytes }
    guard let number = payload.live(as: Int.self) else {
      throw CacheError(.wrongType, "The payload is no number.")
    }
    return withUnsafeBytes(of: Int64(number).littleEndian) { Array($0) }
  }

  /// The number in eight bytes.
  public func decode(_ bytes: [UInt8]) throws -> Payload {
    guard bytes.count == 8 else {
      throw CacheError(.codecFailed, "A number takes eight bytes, not \(bytes.count).")
    }
    let number = bytes.withUnsafeBytes { Int64(littleEndian: $0.loadUnaligned(as: Int64.self)) }
    return LivePayload(Int(number))
  }
}
