// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The largest lengths, counts and depths that a parser accepts from the other side.
///
/// What exceeds a limit ends the connection before any memory is taken for it. A value outside the
/// range given with each limit is held to that range.
public struct RESPLimits: Sendable, Hashable {
  /// The longest line: a simple string, an error or a big number, in bytes (64 KiB; 64 B to 1 MiB).
  public var line: Int { didSet { line = Self.hold(line, 64, 1 << 20) } }

  /// The longest bulk, verbatim or streamed string, in bytes (512 MiB, as the servers themselves;
  /// to 1 TiB).
  public var payload: Int { didSet { payload = Self.hold(payload, 1, 1 << 40) } }

  /// The longest top-level frame with all that it holds, in bytes (1 GiB; to 1 TiB).
  public var frame: Int { didSet { frame = Self.hold(frame, 64, 1 << 40) } }

  /// The most values within one frame, at all depths together (16 Mi; to 2^32).
  public var elements: Int { didSet { elements = Self.hold(elements, 1, 1 << 32) } }

  /// The deepest nesting of arrays, sets, maps and attributes (32; to 128, because reading
  /// recurses).
  public var depth: Int { didSet { depth = Self.hold(depth, 1, Self.deepest) } }

  /// Limits with the defaults given at each property.
  public init(
    line: Int = 64 << 10, payload: Int = 512 << 20, frame: Int = 1 << 30,
    elements: Int = 16 << 20, depth: Int = 32
  ) {
    self.line = Self.hold(line, 64, 1 << 20)
    self.payload = Self.hold(payload, 1, 1 << 40)
    self.frame = Self.hold(frame, 64, 1 << 40)
    self.elements = Self.hold(elements, 1, 1 << 32)
    self.depth = Self.hold(depth, 1, Self.deepest)
  }

  /// What a frame that was already accepted is read again with.
  static let accepted = RESPLimits(
    line: 1 << 20, payload: 1 << 40, frame: 1 << 40, elements: 1 << 32, depth: deepest)

  private static let deepest = 128

  private static func hold(_ value: Int, _ low: Int, _ high: Int) -> Int {
    min(max(value, low), high)
  }
}
