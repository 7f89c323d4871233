// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The types that are read without asking them; see ``BinaryOutput/write(leaf:)``.
extension ValueDecoder {
  /// The value at `offset`, which is moved past it.
  @inline(__always)
  func value<Value: Decodable>(
    _ type: Value.Type, at offset: inout Int, _ key: some CodingKey
  ) throws -> Value {
    do throws(WireFault) {
      if Value.self == String.self {
        return unsafeBitCast(try input.text(at: &offset), to: type)
      } else if Value.self == Int.self {
        return unsafeBitCast(try input.integer(Int.self, at: &offset), to: type)
      } else if Value.self == Double.self {
        return unsafeBitCast(try input.double(at: &offset), to: type)
      } else if Value.self == Bool.self {
        return unsafeBitCast(try input.bool(at: &offset), to: type)
      } else if Value.self == Int64.self {
        return unsafeBitCast(try input.integer(Int64.self, at: &offset), to: type)
      } else if Value.self == Int32.self {
        return unsafeBitCast(try input.integer(Int32.self, at: &offset), to: type)
      } else if Value.self == UInt64.self {
        return unsafeBitCast(try input.integer(UInt64.self, at: &offset), to: type)
      } else if Value.self == UInt32.self {
        return unsafeBitCast(try input.integer(UInt32.self, at: &offset), to: type)
      } else if Value.self == UInt.self {
        return unsafeBitCast(try input.integer(UInt.self, at: &offset), to: type)
      } else if Value.self == UInt8.self {
        return unsafeBitCast(try input.integer(UInt8.self, at: &offset), to: type)
      } else if Value.self == Int16.self {
        return unsafeBitCast(try input.integer(Int16.self, at: &offset), to: type)
      } else if Value.self == Int8.self {
        return unsafeBitCast(try input.integer(Int8.self, at: &offset), to: type)
      } else if Value.self == UInt16.self {
        return unsafeBitCast(try input.integer(UInt16.self, at: &offset), to: type)
      } else if Value.self == Float.self {
        return unsafeBitCast(try input.float(at: &offset), to: type)
      } else if Value.self == Int128.self {
        return unsafeBitCast(try input.wide(Int128.self, at: &offset), to: type)
      } else if Value.self == UInt128.self {
        return unsafeBitCast(try input.wide(UInt128.self, at: &offset), to: type)
      } else if Value.self == [UInt8].self, input.kind(at: offset) == Wire.bytes {
        return unsafeBitCast(Array(try input.bytes(at: &offset)), to: type)
      }
    } catch {
      throw self.error(error, key)
    }
    return try nested(type, at: &offset, key)
  }

  /// Whether `value` knows the type.
  static func isLeaf<Value>(_ type: Value.Type) -> Bool {
    type == String.self || type == Int.self || type == Double.self || type == Bool.self
      || type == Int64.self || type == Int32.self || type == UInt64.self || type == UInt32.self
      || type == UInt.self || type == UInt8.self || type == Int16.self || type == Int8.self
      || type == UInt16.self || type == Float.self || type == Int128.self || type == UInt128.self
      || type == [UInt8].self
  }
}
