// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A Markdown page: its headings, links and blocks of code.
struct Page: Sendable {
  let path: String
  let lines: [String]
  let blocks: [CodeBlock]

  init(_ path: String, _ text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    blocks = CodeBlock.all(in: lines, of: path)
  }

  /// The folder of the page with a slash, or nothing at the top.
  var folder: String {
    path.split(separator: "/").dropLast().map { "\($0)/" }.joined()
  }

  /// The lines of text, with those of blocks of code left empty.
  var prose: [String] {
    var prose = lines
    for block in blocks { for index in block.lines { prose[index] = "" } }
    return prose
  }

  /// What links to a part of the page are called.
  var anchors: Set<String> {
    Set(
      prose.filter { $0.hasPrefix("#") }.map { line in
        let title = line.drop { $0 == "#" || $0 == " " }.lowercased()
        return String(
          title.compactMap { character -> Character? in
            if character == " " { return "-" }
            return character.isLetter || character.isNumber || character == "-" || character == "_"
              ? character : nil
          })
      })
  }
}

/// A fenced block of code on a page.
///
/// A comment on the line above it says how it is to be taken:
/// - `<!-- continues -->`: after the block of the same language before it on the page.
/// - `<!-- refused: message -->`: must not compile or load, with this in the message.
/// - `<!-- not compiled: reason -->`: for what cannot be, such as a manifest of another package.
struct CodeBlock: Sendable, CustomStringConvertible {
  enum Use: Sendable, Equatable {
    case valid
    case refused(String)
    case skipped(String)
  }

  let page: String
  let language: String
  let text: String
  let use: Use
  let continues: Bool
  /// Indices of the fences and all between.
  let lines: ClosedRange<Int>

  var description: String { "\(page):\(lines.lowerBound + 1)" }

  static func all(in lines: [String], of page: String) -> [CodeBlock] {
    var blocks: [CodeBlock] = []
    var index = 0
    while index < lines.count {
      let indent = lines[index].prefix { $0 == " " }
      let fence = lines[index].dropFirst(indent.count)
      guard fence.hasPrefix("```") else {
        index += 1
        continue
      }
      let ending = lines[(index + 1)...].firstIndex { $0.drop { $0 == " " } == "```" }
      let end = ending ?? lines.count - 1
      let body = lines[(index + 1)..<max(index + 1, end)].map { line in
        line.hasPrefix(indent) ? line.dropFirst(indent.count) : line[...]
      }
      let remark = index > 0 ? lines[index - 1].drop { $0 == " " } : ""
      blocks.append(
        CodeBlock(
          page: page, language: String(fence.dropFirst(3).prefix { $0 != " " }),
          text: body.joined(separator: "\n") + "\n", use: use(remark),
          continues: remark.contains("continues"), lines: index...end))
      index = end + 1
    }
    return blocks
  }

  private static func use(_ remark: Substring) -> Use {
    guard remark.hasPrefix("<!--"), remark.hasSuffix("-->") else { return .valid }
    let words = remark.dropFirst(4).dropLast(3).split(separator: ":", maxSplits: 1)
    guard words.count == 2 else { return .valid }
    let reason = String(words[1].drop { $0 == " " }).trimmed
    switch String(words[0]).trimmed {
    case "refused": return .refused(reason)
    case "not compiled": return .skipped(reason)
    default: return .valid
    }
  }
}

extension String {
  /// Without spaces at both ends.
  fileprivate var trimmed: String {
    var text = self[...]
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
