// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How large things may be.
enum SizeRules {
  static let line = 100
  static let function = 60
  /// Other public types beside the one that a file is named after: small, and of no use without it.
  static let companion = 50

  /// The most lines of a file: state machines written out in full and tests may be longer.
  static func cap(_ file: SourceFile) -> Int {
    if file.area == "Tests" { return 600 }
    return file.subject.hasSuffix("StateMachine") ? 500 : 400
  }

  static func longFiles(_ file: SourceFile) -> [Violation] {
    let count = file.lines.count - (file.lines.last == "" ? 1 : 0)
    guard count > cap(file) else { return [] }
    return [file.violation(0, "\(count) lines; at most \(cap(file))")]
  }

  static func longLines(_ file: SourceFile) -> [Violation] {
    file.lines.indices.filter { index in
      // One long string cannot be broken without joining it again.
      let text = file.lines[index].drop { $0 == " " || $0 == "+" }
      return file.lines[index].count > line && !text.hasPrefix("\"") && !text.hasPrefix("#\"")
    }
    .map { file.violation($0, "\(file.lines[$0].count) characters; at most \(line)") }
  }

  static func longFunctions(_ file: SourceFile) -> [Violation] {
    Declaration.all(in: file)
      .filter { $0.kind == .function && $0.lines.count > function }
      .map {
        file.violation(
          $0.lines.lowerBound, "\($0.name) has \($0.lines.count) lines; at most \(function)")
      }
  }

  /// A file has one public type, named as the file, and companions.
  ///
  /// A companion is another public type at the top level of at most ``companion`` lines. A file
  /// with extensions only (`Type+Concern.swift`) has none. In tests and programs everything goes.
  static func publicTypes(_ file: SourceFile) -> [Violation] {
    guard file.isIn("Sources", "Plugins") else { return [] }
    let types = Declaration.all(in: file).filter {
      $0.kind == .type && $0.isPublic && !$0.isNested
    }
    if types.isEmpty { return [] }
    guard types.contains(where: { $0.name == file.subject }) else {
      return [
        file.violation(
          types[0].lines.lowerBound, "\(types[0].name) is public in a file named \(file.name)")
      ]
    }
    return types.filter { $0.name != file.subject && $0.lines.count > companion }
      .map {
        file.violation(
          $0.lines.lowerBound,
          "\($0.name) has \($0.lines.count) lines beside \(file.subject); give it a file of its own"
        )
      }
  }
}
