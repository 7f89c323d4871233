// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// The compact binary form of any `Codable` value: smaller than JSON by up to a half, and several
/// times as fast.
///
/// A payload is four bytes of the type's fingerprint, low byte first, and one CBOR item (RFC 8949,
/// definite lengths, shortest heads). Any CBOR tool can read what follows the four bytes:
///
/// | Swift | CBOR |
/// |---|---|
/// | integers | integer; beyond 64 bits a bignum of 16 bytes |
/// | `Double`, `Float` | float of 8 or 4 bytes, bits as they are |
/// | `String` | text |
/// | `[UInt8]`, `Data` | bytes |
/// | keyed container | map |
/// | unkeyed container | array |
/// | `nil` | null; `undefined` where `encodeIfPresent` left a key out |
///
/// A map's key is text, or the position of that text in the type's ``PayloadSchema/fieldNames``:
/// one byte instead of a name. Reader and writer have the same list because they have the same
/// fingerprint, and keys are still compared by name, so superclasses, several key types over one
/// map, `allKeys` and keys made at run time work as they do with JSON.
///
/// Equal values give equal bytes, with one exception: `Set`, and dictionaries whose keys are
/// neither text nor integers, are written in their own order, which differs from run to run.
///
/// **Bytes from outside.** Whatever the bytes are, `decode` returns a value or throws
/// `DecodingError`. Every length is checked against the bytes left before anything is allocated,
/// nesting ends at ``maximumDepth``, text must be valid UTF-8, numbers must fit the type asked for,
/// and nothing may follow the value.
public struct BinaryCodec: PayloadCodec {
  /// The name in YAML.
  public static let id = "binary"

  /// The number stored with payloads of this form.
  public static let formatNumber: UInt8 = 1

  /// How deep values may nest. Deeper ones throw, in both directions, long before the stack ends.
  public static let maximumDepth = 128

  /// Creates the codec.
  public init() {}

  /// The payload of `value`.
  public func encode<Value: Encodable & Sendable>(_ value: Value) throws -> [UInt8] {
    let layout = Layout.of(Value.self)
    return try withUnsafeTemporaryAllocation(byteCount: 512, alignment: 16) { scratch in
      guard let base = scratch.baseAddress else { return [] }
      let output = BinaryOutput(layout: layout, scratch: base, capacity: scratch.count)
      output.write(littleEndian: layout.check)
      let encoder = ValueEncoder(output: output, parent: nil, key: nil)
      // Also after a failure: a finished encoder that user code kept throws before it writes.
      defer {
        encoder.finish()
        output.dropSplices()
      }
      try encoder.set(value)
      encoder.finish()
      return output.bytes()
    }
  }

  /// The value in a payload.
  public func decode<Value: Decodable & Sendable>(
    _ type: Value.Type, from bytes: UnsafeRawBufferPointer
  ) throws -> Value {
    let layout = Layout.of(type)
    let input = BinaryInput(bytes, layout: layout)
    // A decoder that user code kept must not read memory that is no longer there.
    defer { input.close() }
    let root = ValueDecoder(input: input, parent: nil, key: nil, start: 4)
    guard input.check == layout.check else { throw root.error(.otherType) }
    return try root.root(type)
  }
}
