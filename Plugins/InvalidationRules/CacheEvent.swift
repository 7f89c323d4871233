// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Something that happened in the application, by which caches know what to forget.
public struct CacheEvent: Sendable, Equatable {
  /// What happened: `user.updated`.
  public let name: String
  /// What it happened to, by names that the rules use.
  public let fields: [String: EventField]

  /// Creates an event.
  public init(_ name: String, _ fields: [String: EventField] = [:]) {
    self.name = name
    self.fields = fields
  }
}

/// A field of an event: a number, a text, or a list of either.
///
/// Numbers and texts make different keys, as they do in calls: `42` is not `"42"`.
public enum EventField: Sendable, Equatable, ExpressibleByIntegerLiteral,
  ExpressibleByStringInterpolation, ExpressibleByArrayLiteral
{
  /// A number.
  case integer(Int)
  /// A text.
  case text(String)
  /// Several: whatever names the field is done for each.
  case list([EventField])

  /// A number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A text.
  public init(stringLiteral value: String) { self = .text(value) }
  /// A list.
  public init(arrayLiteral elements: EventField...) { self = .list(elements) }
}
