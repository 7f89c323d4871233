// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The lines of a text around an error, for messages that look at what was meant.
struct SourceLines {
  private let lines: [ArraySlice<UInt8>]

  /// Keeps the lines of `text` up to the one with the number `last`, from 1.
  ///
  /// The breaks beyond ASCII that YAML 1.1 knows are not looked for; where a text has them, the
  /// lines are off and a message is less helpful.
  init(_ text: [UInt8], upTo last: Int) {
    var lines: [ArraySlice<UInt8>] = []
    var rest = text[...]
    while lines.count < last, !rest.isEmpty {
      let line = rest.prefix { $0 != 0x0A && $0 != 0x0D }
      lines.append(line)
      rest = rest[line.endIndex...]
      rest = rest.dropFirst(rest.starts(with: [0x0D, 0x0A]) ? 2 : 1)
    }
    self.lines = lines
  }

  /// The bytes of a line from a column on, both from 1; empty where the text ends before.
  func rest(ofLine line: Int, from column: Int) -> ArraySlice<UInt8> {
    guard lines.indices.contains(line - 1) else { return [] }
    var left = column
    return lines[line - 1].drop { byte in
      if byte & 0xC0 != 0x80 { left -= 1 }
      return left > 0
    }
  }

  /// The bytes of a line before a column, both from 1, without the blanks it begins with.
  func start(ofLine line: Int, before column: Int) -> ArraySlice<UInt8> {
    guard lines.indices.contains(line - 1) else { return [] }
    let whole = lines[line - 1]
    return whole[..<rest(ofLine: line, from: column).startIndexOr(whole.endIndex)]
      .drop { $0 == 0x20 || $0 == 0x09 }
  }

  /// The number of the last line before `line` that is neither blank nor a comment.
  func lineBefore(_ line: Int) -> Int? {
    lines.indices.prefix(max(0, line - 1)).last { index in
      let first = lines[index].first { $0 != 0x20 && $0 != 0x09 }
      return first != nil && first != UInt8(ascii: "#")
    }.map { $0 + 1 }
  }

  /// Whether a line could be a key that lacks its `:`.
  func isBareWord(_ line: Int) -> Bool {
    let bytes = start(ofLine: line, before: .max).prefix { $0 != UInt8(ascii: "#") }
    let signs = "-[]{}\"'&*!|>:".utf8
    return bytes.first.map { !signs.contains($0) } ?? false && !bytes.contains(UInt8(ascii: ":"))
  }

  /// Whether a line holds a key and its value: a `:` with a blank behind it.
  func hasValue(_ line: Int) -> Bool {
    let bytes = start(ofLine: line, before: .max)
    return zip(bytes, bytes.dropFirst()).contains { $0 == UInt8(ascii: ":") && $1 == 0x20 }
  }
}

extension ArraySlice {
  /// Where the slice begins, or `end` where it is empty.
  fileprivate func startIndexOr(_ end: Index) -> Index { isEmpty ? end : startIndex }
}
