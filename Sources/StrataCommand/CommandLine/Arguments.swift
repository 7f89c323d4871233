// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// The words and options of one call, checked against what the command takes.
struct Arguments {
  /// The words that are no options.
  private(set) var words: [String] = []
  private var values: [String: [String]] = [:]

  init(_ raw: [String], for command: any Command.Type) throws(UsageError) {
    var rest = raw[...]
    while let word = rest.popFirst() {
      if word == "--" {
        words += rest
        break
      }
      guard word.hasPrefix("--") else {
        words.append(word)
        continue
      }
      try readOption(word.dropFirst(2), &rest, command)
    }
    guard command.words.contains(words.count) else {
      let needed = words.count < command.words.lowerBound ? "needs more" : "takes fewer"
      throw UsageError("strata \(command.name) \(needed) arguments than the \(words.count) given")
    }
  }

  private mutating func readOption(
    _ text: Substring, _ rest: inout ArraySlice<String>, _ command: any Command.Type
  ) throws(UsageError) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let option = command.options.first(where: { $0.name == name }) else {
      let known = command.options.map { "--\($0.name)" }
      throw UsageError(
        unknown("option", "--\(name)", among: known, see: "strata \(command.name) --help"))
    }
    guard let value = option.value else {
      if parts.count > 1 { throw UsageError("--\(name) takes no value") }
      values[name, default: []].append("")
      return
    }
    if parts.count > 1 {
      values[name, default: []].append(String(parts[1]))
    } else if let next = rest.popFirst() {
      values[name, default: []].append(next)
    } else {
      throw UsageError("--\(name) needs a value: --\(name) \(value)")
    }
  }

  /// Whether an option was given.
  func has(_ name: String) -> Bool { values[name] != nil }

  /// The last value given for an option.
  func value(_ name: String) -> String? { values[name]?.last }

  /// Every value given for an option, in order.
  func all(_ name: String) -> [String] { values[name] ?? [] }

  /// The whole number given for an option.
  func integer(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let text = value(name) else { return nil }
    switch IntegerText.parse(text, in: range) {
    case .success(let number): return number
    case .failure(let problem):
      throw UsageError("--\(name): \"\(text)\" \(problem.complaint); \(problem.expected)")
    }
  }
}

/// The command was called wrongly.
struct UsageError: Error {
  /// What is wrong and what would be right.
  let message: String

  init(_ message: String) { self.message = message }
}

/// The message about a word that is not known, with the nearest one that is.
func unknown(_ what: String, _ word: String, among known: [String], see: String) -> String {
  let near = nearestWord(to: word, among: known).map { "did you mean '\($0)'?" }
  return "unknown \(what) '\(word)'; \(near ?? "see \(see)")"
}
