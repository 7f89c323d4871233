// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What comments must say, and must not.
enum CommentRules {
  /// The two lines that every Swift file begins with; a package manifest has its own first line.
  static func licence(_ file: SourceFile) -> [Violation] {
    if file.name == "Package" { return [] }
    let wanted = ["// SPDX-License-Identifier: Apache-2.0", "// Copyright the Strata authors"]
    if Array(file.lines.prefix(2)) == wanted { return [] }
    return [file.violation(0, "begins without the two licence lines")]
  }

  /// Work that is left over is done or said in an issue, not in a comment.
  static func leftovers(_ file: SourceFile) -> [Violation] {
    let words = ["TO" + "DO", "FIX" + "ME", "HA" + "CK:", "XX" + "X"]
    return file.comments.indices.compactMap { index in
      words.first { file.comments[index].contains($0) }
        .map { file.violation(index, "\($0) in a comment") }
    }
  }

  /// `@unchecked Sendable` says in a comment of its own, `// Sendable: …`, why it is true.
  static func proofs(_ file: SourceFile) -> [Violation] {
    guard file.isIn("Sources", "Plugins") else { return [] }
    return file.code.indices.filter { index in
      guard file.code[index].contains("@unchecked Sendable") else { return false }
      let near = max(0, index - 4)...min(file.comments.count - 1, index + 4)
      return !near.contains { file.comments[$0].contains("Sendable:") }
    }.map { file.violation($0, "@unchecked Sendable without a comment `// Sendable: why`") }
  }

  /// Every public declaration says what it is.
  static func undocumented(_ file: SourceFile) -> [Violation] {
    guard file.isIn("Sources", "Plugins") else { return [] }
    return file.code.indices.filter { index in
      let words = file.code[index].split(separator: " ")
      guard let word = words.first(where: { !$0.hasPrefix("@") }), word == "public",
        !words.contains("extension"), !words.contains("import"), !words.contains("override")
      else { return false }
      var above = index - 1
      while above >= 0, isAttribute(file, above) { above -= 1 }
      return above < 0 || !file.comments[above].contains("///")
    }.map { file.violation($0, "public without a documentation comment") }
  }

  /// Whether the line holds attributes or conditions only, which may stand below the comment.
  private static func isAttribute(_ file: SourceFile, _ index: Int) -> Bool {
    let code = file.code[index].drop { $0 == " " }
    return code.hasPrefix("@") || code.hasPrefix("#if") || code.hasPrefix("#else")
  }
}
