// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A span as W3C Trace Context names it: the trace, the span in it, and whether it is recorded.
///
/// ```swift
/// let parent = TraceContext(traceparent: header)
/// try await TraceContext.$current.withValue(parent) { try await user(42) }
/// ```
public struct TraceContext: Hashable, Sendable, CustomStringConvertible {
  /// The first 64 bits of the trace's id.
  public let traceHigh: UInt64
  /// The last 64 bits of the trace's id.
  public let traceLow: UInt64
  /// The span's id.
  public let span: UInt64
  /// The flags; the lowest bit says that the trace is recorded.
  public let flags: UInt8

  /// The span in which this task works.
  @TaskLocal public static var current: TraceContext?

  /// Creates a context; `nil` where the trace or the span has the id 0, which names nothing.
  public init?(traceHigh: UInt64, traceLow: UInt64, span: UInt64, flags: UInt8) {
    guard traceHigh | traceLow != 0, span != 0 else { return nil }
    self.traceHigh = traceHigh
    self.traceLow = traceLow
    self.span = span
    self.flags = flags
  }

  /// Reads a `traceparent` header; `nil` for what is not one.
  ///
  /// Versions after 00 may say more behind what is known, which is ignored, as the standard wants.
  public init?(traceparent text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 55, bytes[2] == Self.dash, bytes[35] == Self.dash, bytes[52] == Self.dash,
      let version = Self.number(bytes[0..<2]), version != 255,
      bytes.count == 55 || (version > 0 && bytes[55] == Self.dash),
      let high = Self.number(bytes[3..<19]), let low = Self.number(bytes[19..<35]),
      let span = Self.number(bytes[36..<52]), let flags = Self.number(bytes[53..<55])
    else { return nil }
    self.init(traceHigh: high, traceLow: low, span: span, flags: UInt8(truncatingIfNeeded: flags))
  }

  /// Whether the trace is recorded.
  public var isSampled: Bool { flags & 1 == 1 }

  /// The trace's id as 32 hexadecimal digits.
  public var traceID: String { Self.hex(traceHigh, 16) + Self.hex(traceLow, 16) }

  /// The span's id as 16 hexadecimal digits.
  public var spanID: String { Self.hex(span, 16) }

  /// The context as a `traceparent` header.
  public var traceparent: String { "00-\(traceID)-\(spanID)-\(Self.hex(UInt64(flags), 2))" }

  /// The same as ``traceparent``.
  public var description: String { traceparent }

  private static let dash = UInt8(ascii: "-")

  /// A number in lower-case hexadecimal digits, the only ones that the standard allows.
  private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for digit in digits {
      switch digit {
      case 48...57: value = value << 4 | UInt64(digit - 48)
      case 97...102: value = value << 4 | UInt64(digit - 87)
      default: return nil
      }
    }
    return value
  }

  private static func hex(_ word: UInt64, _ width: Int) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
