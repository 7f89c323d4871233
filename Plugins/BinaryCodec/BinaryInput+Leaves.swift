// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The types that are read without asking them; see ``BinaryOutput/write(leaf:)``.
extension BinaryInput {
  /// The value at `offset`, or `nil` if `Value` is not such a type. Moves `offset` past it.
  @inline(__always)
  func leaf<Value>(_ type: Value.Type, at offset: inout Int) throws(WireFault) -> Value? {
    if Value.self == String.self {
      return unsafeBitCast(try text(at: &offset), to: type)
    } else if Value.self == Int.self {
      return unsafeBitCast(try integer(Int.self, at: &offset), to: type)
    } else if Value.self == Double.self {
      return unsafeBitCast(try double(at: &offset), to: type)
    } else if Value.self == Bool.self {
      return unsafeBitCast(try bool(at: &offset), to: type)
    } else if Value.self == Int64.self {
      return unsafeBitCast(try integer(Int64.self, at: &offset), to: type)
    } else if Value.self == Int32.self {
      return unsafeBitCast(try integer(Int32.self, at: &offset), to: type)
    } else if Value.self == UInt64.self {
      return unsafeBitCast(try integer(UInt64.self, at: &offset), to: type)
    } else if Value.self == UInt32.self {
      return unsafeBitCast(try integer(UInt32.self, at: &offset), to: type)
    } else if Value.self == UInt.self {
      return unsafeBitCast(try integer(UInt.self, at: &offset), to: type)
    } else if Value.self == UInt8.self {
      return unsafeBitCast(try integer(UInt8.self, at: &offset), to: type)
    } else if Value.self == Int16.self {
      return unsafeBitCast(try integer(Int16.self, at: &offset), to: type)
    } else if Value.self == Int8.self {
      return unsafeBitCast(try integer(Int8.self, at: &offset), to: type)
    } else if Value.self == UInt16.self {
      return unsafeBitCast(try integer(UInt16.self, at: &offset), to: type)
    } else if Value.self == Float.self {
      return unsafeBitCast(try float(at: &offset), to: type)
    } else if Value.self == Int128.self {
      return unsafeBitCast(try wide(Int128.self, at: &offset), to: type)
    } else if Value.self == UInt128.self {
      return unsafeBitCast(try wide(UInt128.self, at: &offset), to: type)
    } else if Value.self == [UInt8].self, kind(at: offset) == Wire.bytes {
      return unsafeBitCast(Array(try bytes(at: &offset)), to: type)
    }
    return nil
  }
}
