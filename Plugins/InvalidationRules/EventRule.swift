// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// One rule: on which events it acts, on what, how, and when.
struct EventRule: Sendable {
  var event = ""
  var keys: [EventTemplate] = []
  var tags: [EventTemplate] = []
  var patterns: [EventTemplate] = []
  var delay: Duration = .zero
  var isSoft = false
  var follow: [String] = []

  /// Whether the rule acts on an event: by its name, or by a name that ends in `*`.
  func isAbout(_ event: CacheEvent) -> Bool {
    self.event.hasSuffix("*")
      ? event.name.hasPrefix(self.event.dropLast()) : event.name == self.event
  }

  // MARK: Reading

  static let expected = "write { on: user.updated, keys: [\"user:{id}\"] }"
  private static let words = ["on", "keys", "tags", "patterns", "delay", "soft", "then"]

  /// The option type of one rule.
  static let type = OptionType<EventRule>(.any, show: { $0.event }, read: read)

  private static func read(_ node: ConfigNode) -> Result<EventRule, ScalarProblem> {
    guard case .map(let fields) = node.value else {
      return .failure(ScalarProblem("is no rule", expected: expected))
    }
    var rule = EventRule()
    do throws(ScalarProblem) {
      for field in fields { try rule.take(field) }
      if rule.event.isEmpty { throw ScalarProblem("does not say on what", expected: expected) }
      if (rule.keys + rule.tags + rule.patterns).isEmpty, rule.follow.isEmpty {
        throw ScalarProblem(
          "invalidates nothing", expected: "name keys, tags, patterns or a further event (then)")
      }
      return .success(rule)
    } catch {
      return .failure(error)
    }
  }

  private mutating func take(_ field: ConfigNode.Field) throws(ScalarProblem) {
    switch field.key {
    case "on": event = try Self.value(.text, field)
    case "keys": keys = try Self.templates(field)
    case "tags": tags = try Self.templates(field)
    case "patterns": patterns = try Self.templates(field)
    case "delay": delay = try Self.value(.duration, field)
    case "soft": isSoft = try Self.value(.boolean, field)
    case "then": follow = try Self.value(.list(.text), field)
    default:
      let near = nearestWord(to: field.key, among: Self.words).map { "did you mean \"\($0)\"?" }
      throw ScalarProblem(
        "has an unknown key \(ScalarProblem.quoted(field.key))", advice: near,
        expected: "the keys are \(Self.words.joined(separator: ", "))")
    }
  }

  private static func value<Value>(
    _ type: OptionType<Value>, _ field: ConfigNode.Field
  ) throws(ScalarProblem) -> Value {
    switch type.read(field.value) {
    case .success(let value): return value
    case .failure(let problem):
      throw ScalarProblem(
        "has a \(field.key) that \(problem.complaint)", advice: problem.advice,
        expected: problem.expected)
    }
  }

  private static func templates(
    _ field: ConfigNode.Field
  ) throws(ScalarProblem) -> [EventTemplate] {
    var templates: [EventTemplate] = []
    for text in try value(.list(.text), field) {
      switch EventTemplate.parse(text) {
      case .success(let template): templates.append(template)
      case .failure(let problem):
        throw ScalarProblem(
          "has \(ScalarProblem.quoted(text)) among its \(field.key), which \(problem.complaint)",
          advice: problem.advice, expected: problem.expected)
      }
    }
    return templates
  }
}
