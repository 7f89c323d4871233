// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// What a tag says about a node. A configuration is plain data: no tag can make anything else of
/// it.
enum YAMLTag: Equatable {
  /// What a tag can stand before.
  enum Target { case scalar, key, list, map }

  case none
  /// `!!str`
  case text
  /// `!!int`, `!!float`, `!!bool`, `!!null`: read as if it were not quoted.
  case plain
  /// `!!seq`
  case list
  /// `!!map`
  case map
  /// `!!merge`
  case merge
  /// Everything else, in its short form.
  case foreign(String)

  private static let standard = "tag:yaml.org,2002:"

  init(_ tag: String?) {
    guard let tag else {
      self = .none
      return
    }
    let isStandard = tag.hasPrefix(Self.standard)
    let name = isStandard ? "!!" + tag.dropFirst(Self.standard.count) : tag
    self =
      switch name {
      case "!!str": .text
      case "!!int", "!!float", "!!bool", "!!null": .plain
      case "!!seq": .list
      case "!!map": .map
      case "!!merge": .merge
      default: .foreign(ScalarProblem.printable(name))
      }
  }

  /// What is wrong with the tag before `target`, if something is.
  func misuse(on target: Target) -> String? {
    switch (self, target) {
    case (.none, _), (.text, .scalar), (.plain, .scalar), (.text, .key), (.merge, .key),
      (.list, .list), (.map, .map):
      nil
    case (.foreign(let name), _):
      "the tag \(name) is not supported; values are plain data, so leave it out"
    default: "the tag does not fit what it stands before; leave it out"
    }
  }
}
