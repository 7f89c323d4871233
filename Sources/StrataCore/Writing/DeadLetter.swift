// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A write that could not be delivered, and why.
public struct DeadLetter: Sendable, Hashable {
  /// The write, with its number in the queue.
  public var write: SourceWrite
  /// Why it was given up, in words that hold neither keys nor values.
  public var reason: String
  /// How often it was tried.
  public var attempts: Int
  /// When it was given up.
  public var buriedAt: Timestamp

  /// Creates a letter.
  public init(write: SourceWrite, reason: String, attempts: Int, buriedAt: Timestamp) {
    self.write = write
    self.reason = reason
    self.attempts = attempts
    self.buriedAt = buriedAt
  }
}

// MARK: - Bytes

extension DeadLetter {
  private static let format: UInt8 = 1

  /// The letter as a queue keeps it.
  ///
  ///      0  u8   1, the format
  ///      1  u64  number of the write in its queue
  ///      9  u32  attempts
  ///     13  i64  buriedAt, nanoseconds since 1970
  ///     21  u16  length of the reason, and its UTF-8
  ///     ..  the write (see ``SourceWrite/encoded``)
  public var encoded: [UInt8] {
    let body = write.encoded
    var writer = ByteWriter(capacity: 23 + reason.utf8.count + body.count)
    writer.write(Self.format)
    writer.write(write.sequence)
    writer.write(UInt32(clamping: attempts))
    writer.write(buriedAt.nanoseconds)
    writer.write(short: reason)
    writer.write(raw: body)
    return writer.bytes
  }

  /// Reads what ``encoded`` made; `nil` for anything else, such as a later format.
  public init?(encoded bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    do throws(EnvelopeError) {
      guard try reader.read(UInt8.self) == Self.format else { return nil }
      let sequence: UInt64 = try reader.read()
      attempts = Int(try reader.read(UInt32.self))
      buriedAt = Timestamp(nanoseconds: try reader.read())
      reason = try reader.readShortText()
      let body = try reader.read(raw: reader.left)
      guard let known = SourceWrite(encoded: body, sequence: sequence) else { return nil }
      write = known
    } catch {
      return nil
    }
  }
}
