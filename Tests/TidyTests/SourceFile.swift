// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A Swift file with its code and its comments apart.
struct SourceFile: Sendable {
  /// The path from the root.
  let path: String
  /// The lines as written.
  let lines: [String]
  /// The lines without comments and without what strings say.
  let code: [String]
  /// The lines of comments alone.
  let comments: [String]

  init(_ path: String, _ text: String) {
    let parts = SwiftText(text)
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    code = parts.codeLines
    comments = parts.commentLines
  }

  /// `Sources`, `Plugins`, `Tests` or the name of a file at the top.
  var area: Substring { path.prefix { $0 != "/" } }

  /// The name without folders and ending.
  var name: Substring { (path.split(separator: "/").last ?? "").dropLast(6) }

  /// What stands before a `+` in the name: the type that the file is about.
  var subject: Substring { name.prefix { $0 != "+" } }

  func isIn(_ folders: String...) -> Bool { folders.contains { path.hasPrefix("\($0)/") } }
}

/// Something against the rules, where it stands.
struct Violation: CustomStringConvertible, Sendable {
  let path: String
  let line: Int
  let message: String

  var description: String { "\(path):\(line): \(message)" }
}

extension SourceFile {
  /// A violation at the line of `index`.
  func violation(_ index: Int, _ message: String) -> Violation {
    Violation(path: path, line: index + 1, message: message)
  }
}

extension [Violation] {
  /// One a line, as an editor jumps to them.
  var list: String { map { "\n\($0)" }.joined() }
}
