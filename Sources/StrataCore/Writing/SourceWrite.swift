// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A change on its way from a cache to the source behind it.
///
/// Values are bytes as the cache's codec made them: what waits on disk must outlive the process
/// that knew their type. Name `codec: json` where the source is read by others.
public struct SourceWrite: Sendable, Hashable {
  /// What is to become of the key.
  public enum Change: Sendable, Hashable {
    /// It gets this value, whether it had one or not.
    case upsert([UInt8])
    /// It goes.
    case delete
  }

  /// The whole key, namespace included: `users:42`.
  public var key: [UInt8]
  /// What is to become of it.
  public var change: Change
  /// The codec of the value, by its number on the wire.
  public var codec: UInt8
  /// The fingerprint of the value's type.
  public var schema: UInt64
  /// When the cache took it.
  public var acceptedAt: Timestamp
  /// Its number in the queue it waits in, where it waits in one: of two for one key the higher is
  /// the newer.
  public var sequence: UInt64

  /// Creates a change.
  public init(
    key: [UInt8], change: Change, codec: UInt8 = 0, schema: UInt64 = 0,
    acceptedAt: Timestamp = .distantPast, sequence: UInt64 = 0
  ) {
    self.key = key
    self.change = change
    self.codec = codec
    self.schema = schema
    self.acceptedAt = acceptedAt
    self.sequence = sequence
  }

  /// The key as text. Keys may hold personal data: for sources, not for logs.
  public var keyText: String { String(decoding: key, as: UTF8.self) }

  /// The value; `nil` for a deletion.
  public var value: [UInt8]? { if case .upsert(let bytes) = change { bytes } else { nil } }
}

// MARK: - Bytes

extension SourceWrite {
  private static let format: UInt8 = 1
  private static let head = 23

  /// The change as a queue keeps it: all but ``sequence``, which the queue knows.
  ///
  ///      0  u8   1, the format
  ///      1  u8   0 delete, 1 upsert
  ///      2  u8   codec
  ///      3  u64  schema
  ///     11  i64  acceptedAt, nanoseconds since 1970
  ///     19  u32  length of the key
  ///     23  key, then the value to the end
  public var encoded: [UInt8] {
    var writer = ByteWriter(capacity: Self.head + key.count + (value?.count ?? 0))
    writer.write(Self.format)
    writer.write(UInt8(value == nil ? 0 : 1))
    writer.write(codec)
    writer.write(schema)
    writer.write(acceptedAt.nanoseconds)
    writer.write(UInt32(clamping: key.count))
    writer.write(raw: key)
    if let value { writer.write(raw: value) }
    return writer.bytes
  }

  /// Reads what ``encoded`` made; `nil` for anything else, such as a later format.
  public init?(encoded bytes: [UInt8], sequence: UInt64 = 0) {
    var reader = ByteReader(bytes)
    do throws(EnvelopeError) {
      guard try reader.read(UInt8.self) == Self.format else { return nil }
      let kind: UInt8 = try reader.read()
      codec = try reader.read()
      schema = try reader.read()
      acceptedAt = Timestamp(nanoseconds: try reader.read())
      key = try reader.read(raw: Int(try reader.read(UInt32.self)))
      switch kind {
      case 0 where reader.left == 0: change = .delete
      case 1: change = .upsert(try reader.read(raw: reader.left))
      default: return nil
      }
    } catch {
      return nil
    }
    self.sequence = sequence
  }
}
