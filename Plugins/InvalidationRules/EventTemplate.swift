// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// A text of a rule with the fields of an event in it: `user:{id}`, `team:{team}`, `user:{id}:*`.
///
/// The syntax is that of the cache's `key`, filters included. A text without fields is fixed.
struct EventTemplate: Sendable {
  private let pieces: [KeyTemplate.Piece]
  private let names: [String]

  /// How many texts one template may become where fields are lists.
  static let most = 10_000

  static func parse(_ text: String) -> Result<EventTemplate, ScalarProblem> {
    guard text.contains("{") else {
      let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 32 && $0 != 127 }
      if isPlain { return .success(EventTemplate(pieces: [.fixed(Array(text.utf8))], names: [])) }
      return .failure(
        ScalarProblem("holds white space, or nothing", expected: "write a text such as user:{id}"))
    }
    return KeyTemplate.parse(text).map { EventTemplate(pieces: $0.pieces, names: $0.names) }
  }

  // MARK: Fields

  /// What the event has for each placeholder: one row for each combination of list elements.
  private func rows(_ event: CacheEvent) throws -> [[EventField]] {
    var rows: [[EventField]] = [[]]
    for name in names {
      guard let field = event.fields[name] else {
        throw CacheError(
          .custom("missing-field"), "The event '\(event.name)' has no field '\(name)'.")
      }
      let options = if case .list(let elements) = field { elements } else { [field] }
      guard rows.count * max(1, options.count) <= Self.most else {
        throw CacheError(
          .overloaded, "The event '\(event.name)' stands for more than \(Self.most) keys.")
      }
      rows = rows.flatMap { row in options.map { row + [$0] } }
    }
    return rows
  }

  // MARK: Forms

  /// The keys of a cache that the event names.
  func keys(_ event: CacheEvent, _ context: CacheContext) throws -> [CacheKey] {
    let scheme = KeyScheme(context.policy)
    let generation = context.keyGeneration.number
    return try rows(event).map { row in
      scheme.key(seed: context.runtime.hashSeed, generation: generation) { key in
        append(row, to: &key)
      }
    }
  }

  /// The tags that the event names.
  func tags(_ event: CacheEvent) throws -> [Tag] {
    try rows(event).map { Tag(text($0)) }
  }

  /// The patterns of keys that the event names: `*` and `?` of the rule match anything, those of
  /// the event only themselves.
  func patterns(_ event: CacheEvent, _ context: CacheContext) throws -> [KeyPattern] {
    let prefix = KeyPattern.escaped(KeyScheme(context.policy).prefix)
    return try rows(event).map { row in
      KeyPattern(bytes: prefix + pattern(row))
    }
  }

  private func append(_ row: [EventField], to key: inout KeyBuilder) {
    for piece in pieces {
      switch piece {
      case .fixed(let bytes): bytes.withUnsafeBytes { key.append(encoded: $0) }
      case .argument(let index, let normalization):
        key.normalization = normalization
        row[index].append(to: &key)
        key.normalization = nil
      }
    }
  }

  private func text(_ row: [EventField]) -> String {
    var text = ""
    for piece in pieces {
      switch piece {
      case .fixed(let bytes): text += String(decoding: bytes, as: UTF8.self)
      case .argument(let index, _): text += row[index].text
      }
    }
    return text
  }

  private func pattern(_ row: [EventField]) -> [UInt8] {
    pieces.flatMap { piece -> [UInt8] in
      switch piece {
      case .fixed(let bytes): return bytes
      case .argument(let index, let normalization):
        return KeyPattern.escaped(Self.encoded(row[index], normalization))
      }
    }
  }

  private static func encoded(_ field: EventField, _ normalization: KeyNormalization) -> [UInt8] {
    withUnsafeTemporaryAllocation(byteCount: 256, alignment: 16) { scratch in
      var key = KeyBuilder(scratch: scratch)
      key.normalization = normalization
      field.append(to: &key)
      return Array(key.bytes)
    }
  }
}

extension EventField {
  /// Appends the field as a call with the same argument does.
  fileprivate func append(to key: inout KeyBuilder) {
    switch self {
    case .integer(let number): number.append(to: &key)
    case .text(let text): text.append(to: &key)
    case .list(let fields): for field in fields { field.append(to: &key) }
    }
  }

  /// The field as text, for tags.
  fileprivate var text: String {
    switch self {
    case .integer(let number): "\(number)"
    case .text(let text): text
    case .list(let fields): fields.map(\.text).joined(separator: ",")
    }
  }
}
