// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP

/// The place of an entry in a stream: the server's milliseconds, and a number within them.
public struct RESPStreamPlace: Sendable, Hashable, Comparable, RESPArgument,
  CustomStringConvertible
{
  /// The milliseconds.
  public let time: UInt64
  /// The number.
  public let number: UInt64

  /// A place.
  public init(time: UInt64, number: UInt64) { (self.time, self.number) = (time, number) }

  /// Reads `1526919030474-55`; `nil` for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let time = UInt64(parts[0]), let number = UInt64(parts[1]) else {
      return nil
    }
    self.init(time: time, number: number)
  }

  /// Before every entry.
  public static let start = RESPStreamPlace(time: 0, number: 0)

  /// As servers write it.
  public var description: String { "\(time)-\(number)" }

  /// Writes it as servers read it.
  public func write(to writer: inout RESPWriter) { writer.argument(description) }

  /// Whether an entry there came before one here.
  public static func < (one: RESPStreamPlace, other: RESPStreamPlace) -> Bool {
    (one.time, one.number) < (other.time, other.number)
  }
}
