// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension UnsafeRawPointer {
  /// The little-endian integer at `offset`, aligned or not.
  @inlinable
  public func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type = Value.self, at offset: Int
  ) -> Value {
    Value(littleEndian: loadUnaligned(fromByteOffset: offset, as: Value.self))
  }
}

extension UnsafeMutableRawPointer {
  /// Writes `value` little-endian at `offset`, aligned or not.
  @inlinable
  public func set<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, at offset: Int) {
    storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self)
  }
}
