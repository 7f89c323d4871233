// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What an entry holds: a live object in the process, bytes outside it.
///
/// A class, so that a hit hands out a reference instead of a copy, and open only in the two forms
/// below: code that reads a payload asks for the form it needs.
public class Payload: @unchecked Sendable {
  // Sendable: this class stores nothing, and both subclasses store immutable Sendable values.
  fileprivate init() {}

  /// The value as whatever it is, for stages that look into values of types that they do not know;
  /// `nil` where it is not decoded.
  public var anyValue: (any Sendable)? { nil }
}

/// A payload that is a live value of type `Value`.
public final class LivePayload<Value: Sendable>: Payload, @unchecked Sendable {
  // Sendable: one immutable Sendable property.
  /// The value.
  public let value: Value

  /// Creates a payload around `value`.
  public init(_ value: Value) {
    self.value = value
    super.init()
  }

  /// The value.
  public override var anyValue: (any Sendable)? { value }
}

/// A payload that is bytes: encoded by a codec, not yet (or never) decoded.
public final class EncodedPayload: Payload, @unchecked Sendable {
  // Sendable: immutable Sendable properties.
  /// The bytes as the codec made them.
  public let bytes: [UInt8]
  /// Which codec made them, by its number on the wire.
  public let codec: UInt8
  /// The fingerprint of the value's type.
  public let schema: UInt64

  /// Creates a payload from encoded bytes.
  public init(bytes: [UInt8], codec: UInt8, schema: UInt64) {
    self.bytes = bytes
    self.codec = codec
    self.schema = schema
    super.init()
  }
}

extension Payload {
  /// The live value, if this payload holds one of exactly this type.
  ///
  /// One comparison of type metadata: a cast through `as?` costs five times as much.
  @inlinable @inline(__always)
  public func live<Value: Sendable>(as type: Value.Type) -> Value? {
    guard Swift.type(of: self) == LivePayload<Value>.self else { return nil }
    return unsafeDowncast(self, to: LivePayload<Value>.self).value
  }
}
