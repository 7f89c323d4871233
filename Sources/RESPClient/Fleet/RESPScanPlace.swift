// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How far a scan over several servers has come, in one word.
///
/// The upper 10 bits say which server, the next 6 which servers there were (so that a scan does not
/// go on where others have come or gone), the rest is the server's own cursor: servers count those
/// up to the size of their tables, far below 2^48.
public struct RESPScanPlace: Sendable, Hashable {
  /// The server's place among the primaries in their order.
  public var server: Int
  /// What the servers' names come to.
  public var mark: UInt8
  /// The server's cursor.
  public var cursor: UInt64

  private static let cursorBits: UInt64 = 48

  /// A place; `nil` where it does not fit into a word.
  public init?(server: Int, mark: UInt8, cursor: UInt64) {
    guard 0..<1024 ~= server, mark < 64, cursor < 1 << Self.cursorBits else { return nil }
    (self.server, self.mark, self.cursor) = (server, mark, cursor)
  }

  /// The place that a word stands for.
  public init(rawValue: UInt64) {
    server = Int(rawValue >> 54)
    mark = UInt8(rawValue >> Self.cursorBits & 63)
    cursor = rawValue & (1 << Self.cursorBits - 1)
  }

  /// The word.
  public var rawValue: UInt64 {
    UInt64(server) << 54 | UInt64(mark) << Self.cursorBits | cursor
  }
}
