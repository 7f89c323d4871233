// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A value that can be part of a key.
///
/// Integers, strings, booleans, optionals, arrays and raw-valued enumerations are key parts. A type
/// of your own becomes one by appending what tells its values apart, and nothing else:
///
/// ```swift
/// extension Money: KeyPart {
///   func append(to key: inout KeyBuilder) {
///     amount.append(to: &key)
///     key.append(byte: UInt8(ascii: ","))
///     currency.append(to: &key)
///   }
/// }
/// ```
public protocol KeyPart {
  /// Appends the value's encoded form. Values that differ must append different bytes.
  func append(to key: inout KeyBuilder)
}

extension KeyPart where Self: FixedWidthInteger {
  /// Appends the number in decimal.
  @inlinable public func append(to key: inout KeyBuilder) { key.append(integer: self) }
}

extension Int: KeyPart {}
extension Int8: KeyPart {}
extension Int16: KeyPart {}
extension Int32: KeyPart {}
extension Int64: KeyPart {}
extension UInt: KeyPart {}
extension UInt8: KeyPart {}
extension UInt16: KeyPart {}
extension UInt32: KeyPart {}
extension UInt64: KeyPart {}

extension String: KeyPart {
  /// Appends the text, escaped.
  @inlinable public func append(to key: inout KeyBuilder) { key.append(text: self) }
}

extension Substring: KeyPart {
  /// Appends the text, escaped.
  @inlinable public func append(to key: inout KeyBuilder) { key.append(text: String(self)) }
}

extension Bool: KeyPart {
  /// Appends `~t` or `~f`, which no text gives.
  @inlinable public func append(to key: inout KeyBuilder) {
    key.append(byte: UInt8(ascii: "~"))
    key.append(byte: self ? UInt8(ascii: "t") : UInt8(ascii: "f"))
  }
}

extension Double: KeyPart {
  /// Appends the bits in decimal behind `~d`; every NaN is one key, and `-0` is `0`.
  @inlinable public func append(to key: inout KeyBuilder) {
    key.append(byte: UInt8(ascii: "~"))
    key.append(byte: UInt8(ascii: "d"))
    key.append(integer: isNaN ? Double.nan.bitPattern : (self == 0 ? 0.0 : self).bitPattern)
  }
}

extension Optional: KeyPart where Wrapped: KeyPart {
  /// Appends the value behind `~s`, or `~n` where there is none, at every level of nesting.
  @inlinable public func append(to key: inout KeyBuilder) {
    key.append(byte: UInt8(ascii: "~"))
    guard let wrapped = self else { return key.append(byte: UInt8(ascii: "n")) }
    key.append(byte: UInt8(ascii: "s"))
    wrapped.append(to: &key)
  }
}

extension Array: KeyPart where Element: KeyPart {
  /// Appends `~a`, the count and the elements, each behind a comma.
  @inlinable public func append(to key: inout KeyBuilder) {
    key.append(byte: UInt8(ascii: "~"))
    key.append(byte: UInt8(ascii: "a"))
    key.append(integer: count)
    for element in self {
      key.append(byte: UInt8(ascii: ","))
      element.append(to: &key)
    }
  }
}

extension Dictionary: KeyPart where Key == String, Value: KeyPart {
  /// Appends `~m`, the count, and name and value of each entry in the order of the names, so that
  /// two dictionaries that are equal give one key. A template's `without` leaves entries out.
  public func append(to key: inout KeyBuilder) {
    let kept = filter { key.normalization?.leavesOut($0.key) != true }
    key.append(byte: UInt8(ascii: "~"))
    key.append(byte: UInt8(ascii: "m"))
    key.append(integer: kept.count)
    for (name, value) in kept.sorted(by: { $0.key < $1.key }) {
      key.append(byte: UInt8(ascii: ","))
      key.append(text: name)
      key.append(byte: UInt8(ascii: ","))
      value.append(to: &key)
    }
  }
}

extension KeyPart where Self: RawRepresentable, RawValue: KeyPart {
  /// Appends the raw value.
  @inlinable public func append(to key: inout KeyBuilder) { rawValue.append(to: &key) }
}
