// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How well the links of a ``MemoryNetwork`` work.
///
/// A *piece* is what one side wrote in one turn. Like TCP, a link never loses, repeats or reorders
/// bytes within a connection: it delays them, falls silent, or ends.
public struct LinkConditions: Hashable, Sendable {
  /// How long a piece travels: drawn anew for each, in order nevertheless.
  public var latency: ClosedRange<Duration> = .zero ... .zero
  /// How likely a piece is torn into several that arrive on their own.
  public var tearing = 0.0
  /// How likely a piece is lost and its direction silent from then on, while the connection stays.
  public var silencing = 0.0
  /// How likely the connection is reset after a part of a piece has arrived.
  public var cutting = 0.0
  /// How likely a connection is refused.
  public var refusing = 0.0
  /// Whether nothing passes for now. What is sent meanwhile arrives when this ends.
  public var isPartitioned = false

  /// A link without delay or fault.
  public init() {}
}
