// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Where spans go: what a tracing system offers to ``CacheTracing``.
///
/// A few lines put it over swift-distributed-tracing: `begin` starts a span of the bootstrapped
/// tracer in the service context of the task, and the span's `end` sets its attributes and ends it.
/// ``SpanCollector`` is one that needs nothing else.
public protocol CacheTracer: AnyObject, Sendable {
  /// Begins a span; `nil` where this one is not recorded.
  func begin(_ start: SpanStart) -> (any CacheSpan)?
}

/// A span that has begun.
public protocol CacheSpan: AnyObject, Sendable {
  /// What work inside the span names as its parent.
  var context: TraceContext { get }
  /// Ends the span. Called once.
  func end(_ end: SpanEnd)
}

/// What is known when a span begins.
public struct SpanStart: Sendable {
  /// What is done: `cache read`, `cache remove`, `cache refresh`.
  public let name: String
  /// The cache.
  public let cache: String
  /// The span that this one belongs to, where there is one.
  public let parent: TraceContext?
  /// When it began, by the runtime's clock.
  public let time: Timestamp

  /// Creates a start.
  public init(name: String, cache: String, parent: TraceContext?, time: Timestamp) {
    self.name = name
    self.cache = cache
    self.parent = parent
    self.time = time
  }
}

/// What is known when a span ends.
public struct SpanEnd: Sendable {
  /// What became of it, by names that begin with `cache.`.
  public let attributes: [SpanAttribute]
  /// The type of what was thrown, where the caller got an error.
  public let error: String?
  /// When it ended, by the runtime's clock.
  public let time: Timestamp

  /// Creates an end.
  public init(attributes: [SpanAttribute], error: String?, time: Timestamp) {
    self.attributes = attributes
    self.error = error
    self.time = time
  }

  /// The value of an attribute, where it is there.
  public subscript(name: String) -> SpanAttribute.Value? {
    attributes.first { $0.name == name }?.value
  }
}

/// Something said about a span. Never a cached value.
public struct SpanAttribute: Sendable, Hashable {
  /// What an attribute may be.
  public enum Value: Sendable, Hashable {
    /// A word.
    case text(String)
    /// A number.
    case integer(Int)
    /// Yes or no.
    case boolean(Bool)
  }

  /// Its name.
  public let name: String
  /// Its value.
  public let value: Value

  /// Creates an attribute.
  public init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }
}
