// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How the key of a cache is made from arguments: `user:{id}`, `search:{query|lower}:{page}`.
///
/// Fixed text and placeholders take turns. Placeholders stand for the arguments in their order, or
/// in the order that `arguments` gives them; an argument that no placeholder names is ignored. A
/// placeholder may normalise what it is given: `lower`, `trim`, `without(utm_*, ref)`.
public struct KeyTemplate: Sendable {
  /// A piece of a template.
  public enum Piece: Sendable {
    /// Text that is the same in every key, as encoded bytes.
    case fixed([UInt8])
    /// The argument at `index`, normalised.
    case argument(index: Int, KeyNormalization)
  }

  /// The pieces in order.
  public let pieces: [Piece]
  /// How many arguments a call must have.
  public let argumentCount: Int
  /// Whether every argument is used once, in order.
  public let isInOrder: Bool
  /// The names of the placeholders, in order.
  public let names: [String]

  /// The template for one argument: the argument itself.
  public static let single = KeyTemplate(
    pieces: [.argument(index: 0, .none)], argumentCount: 1, names: ["key"])

  /// The template for `count` arguments, joined by colons.
  public static func plain(_ count: Int) -> KeyTemplate {
    var pieces: [Piece] = []
    for index in 0..<count {
      if index > 0 { pieces.append(.fixed([UInt8(ascii: ":")])) }
      pieces.append(.argument(index: index, .none))
    }
    return KeyTemplate(
      pieces: pieces, argumentCount: count, names: (0..<count).map { "\($0)" })
  }

  init(pieces: [Piece], argumentCount: Int, names: [String]) {
    self.pieces = pieces
    self.argumentCount = argumentCount
    self.names = names
    let used = pieces.compactMap { if case .argument(let index, _) = $0 { index } else { nil } }
    isInOrder = used == Array(0..<argumentCount)
  }

  /// Reads a template, with the names of the arguments where the plan gives them.
  public static func parse(
    _ text: String, arguments: [String]? = nil
  ) -> Result<KeyTemplate, ScalarProblem> {
    var parser = KeyTemplateParser(text, arguments: arguments)
    do throws(ScalarProblem) {
      return .success(try parser.parse())
    } catch {
      return .failure(error)
    }
  }
}

/// What is done to an argument before it becomes part of a key.
public struct KeyNormalization: Hashable, Sendable {
  /// Letters become lower-case.
  public var lowercases = false
  /// White space at both ends is cut off.
  public var trims = false
  /// Entries of a dictionary whose names match one of these are left out; `*` at the end is a
  /// wildcard.
  public var without: [String] = []

  /// Nothing is done.
  public static let none = KeyNormalization()

  /// Whether the entry called `name` is left out.
  public func leavesOut(_ name: String) -> Bool {
    without.contains { pattern in
      pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : name == pattern
    }
  }
}
