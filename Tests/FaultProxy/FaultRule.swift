// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataNetwork

/// One thing that goes wrong between a client and a server, and when.
///
/// ```swift
/// proxy.rules = [
///   FaultRule(.toClient, .trickle(bytes: 1, every: .milliseconds(10))),
///   FaultRule(.toServer, .cut(.reset), when: .atByte(1_000)),
///   FaultRule(.both, .flipBit, when: .chance(0.01)),
/// ]
/// ```
///
/// Rules apply in order, each to what the one before has left. A *piece* is what arrives at once.
public struct FaultRule: Sendable {
  /// Whose bytes it concerns.
  public enum Direction: Hashable, Sendable {
    /// What the client sends.
    case toServer
    /// What the server sends.
    case toClient
    /// Both.
    case both
  }

  /// What goes wrong.
  public enum Fault: Hashable, Sendable {
    /// Each piece takes this much longer.
    case delay(Duration)
    /// Each piece takes longer by a time drawn from the range; the order stays.
    case jitter(ClosedRange<Duration>)
    /// A piece arrives in parts of at most so many bytes.
    case split(Int)
    /// A piece arrives in parts of so many bytes, with a pause before each.
    case trickle(bytes: Int, every: Duration)
    /// The bytes vanish, while the connection stays.
    case drop
    /// Nothing passes while the rule stands: the sender sees a peer that does not read.
    case hold
    /// The connection ends, towards both sides.
    case cut(ClosingManner)
    /// These bytes arrive before the piece.
    case inject([UInt8])
    /// These bytes arrive instead of the piece.
    case replace([UInt8])
    /// One random bit of the piece arrives wrong.
    case flipBit
    /// The piece arrives after the next one.
    case swap
  }

  /// When it goes wrong.
  public enum Moment: Hashable, Sendable {
    /// On every piece.
    case always
    /// From this position of the direction's bytes on; a piece that straddles it is divided.
    case atByte(Int)
    /// On a piece with this likelihood.
    case chance(Double)
    /// On a piece that contains these bytes.
    case containing([UInt8])
  }

  /// Whose bytes it concerns.
  public var direction: Direction
  /// What goes wrong.
  public var fault: Fault
  /// When it goes wrong.
  public var moment: Moment
  /// How often per connection and direction; `nil` for without end.
  public var times: Int?
  /// Which connections it concerns, counted from 0.
  public var connections: Range<Int>

  /// Creates a rule.
  public init(
    _ direction: Direction, _ fault: Fault, when moment: Moment = .always, times: Int? = nil,
    connections: Range<Int> = 0 ..< .max
  ) {
    self.direction = direction
    self.fault = fault
    self.moment = moment
    self.times = times
    self.connections = connections
  }
}
