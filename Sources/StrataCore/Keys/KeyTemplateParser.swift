// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Reads the text of a ``KeyTemplate``.
struct KeyTemplateParser {
  static let expected = "write fixed text and placeholders, such as user:{id}"
  private let text: String
  private let arguments: [String]?
  private var pieces: [KeyTemplate.Piece] = []
  private var names: [String] = []
  private var fixed: [UInt8] = []

  init(_ text: String, arguments: [String]?) {
    self.text = text
    self.arguments = arguments
  }

  mutating func parse() throws(ScalarProblem) -> KeyTemplate {
    var rest = Substring(text)
    while let character = rest.first {
      rest.removeFirst()
      switch character {
      case "{":
        guard let end = rest.firstIndex(of: "}") else { throw problem("has a { without a }") }
        try placeholder(String(rest[..<end]))
        rest = rest[rest.index(after: end)...]
      case "}": throw problem("has a } without a {")
      default: try appendFixed(character)
      }
    }
    flushFixed()
    guard !names.isEmpty else { throw problem("has no placeholder, so every call has one key") }
    return KeyTemplate(
      pieces: pieces, argumentCount: arguments?.count ?? names.count, names: names)
  }

  private mutating func appendFixed(_ character: Character) throws(ScalarProblem) {
    for byte in String(character).utf8 {
      guard byte == UInt8(ascii: ":") || KeyBuilder.isPlain(byte) else {
        throw problem("has a character that keys escape: \(ScalarProblem.quoted("\(character)"))")
      }
      fixed.append(byte)
    }
  }

  private mutating func placeholder(_ body: String) throws(ScalarProblem) {
    // Only a colon never occurs inside an encoded part, so only it keeps two parts apart.
    if !names.isEmpty, !fixed.contains(UInt8(ascii: ":")) {
      throw problem("has two placeholders without a colon between them")
    }
    flushFixed()
    let parts = body.split(separator: "|", omittingEmptySubsequences: false).map(trimmed)
    let name = parts[0]
    guard !name.isEmpty else { throw problem("has a placeholder without a name") }
    guard !names.contains(name) else { throw problem("uses {\(name)} twice") }
    var normalization = KeyNormalization.none
    for filter in parts.dropFirst() { try add(filter, to: &normalization) }
    pieces.append(.argument(index: try index(of: name), normalization))
    names.append(name)
  }

  private func index(of name: String) throws(ScalarProblem) -> Int {
    guard let arguments else { return names.count }
    if let index = arguments.firstIndex(of: name) { return index }
    let near = nearestWord(to: name, among: arguments)
    let advice = near.map { "did you mean {\($0)}?" }
    throw ScalarProblem(
      "names {\(name)}, which is no argument", advice: advice,
      expected: "the arguments are \(arguments.joined(separator: ", "))")
  }

  private func add(
    _ filter: String, to normalization: inout KeyNormalization
  ) throws(ScalarProblem) {
    switch filter {
    case "lower": normalization.lowercases = true
    case "trim": normalization.trims = true
    case _ where filter.hasPrefix("without(") && filter.hasSuffix(")"):
      let list = filter.dropFirst("without(".count).dropLast()
      normalization.without = list.split(separator: ",").map(trimmed)
    default:
      throw ScalarProblem(
        "has an unknown filter \(ScalarProblem.quoted(filter))",
        expected: "the filters are lower, trim and without(name, prefix*)")
    }
  }

  private mutating func flushFixed() {
    if !fixed.isEmpty { pieces.append(.fixed(fixed)) }
    fixed = []
  }

  private func trimmed(_ text: Substring) -> String {
    var text = text.drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  private func problem(_ complaint: String) -> ScalarProblem {
    ScalarProblem(complaint, expected: Self.expected)
  }
}
