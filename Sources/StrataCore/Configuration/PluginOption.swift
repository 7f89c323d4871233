// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// An option that a plugin declares: its name, what it may hold, its default, what it does.
///
/// The declaration is the only place that knows: the loader checks files against it, the JSON
/// Schema and the documentation are generated from it, and the plugin reads its value through it.
///
/// ```swift
/// enum Option {
///   static let wait = PluginOption("wait", .duration, default: .seconds(2), "How long to wait.")
/// }
/// …
/// wait = try options(Option.wait)
/// ```
public struct PluginOption<Value: Sendable>: OptionDeclaration {
  /// The key in the plugin's YAML block.
  public let name: String
  /// What it may hold.
  public let type: OptionType<Value>
  /// What it holds where nothing is written; `nil` where it must be written.
  public let defaultValue: Value?
  /// What it does, in one sentence.
  public let summary: String

  /// Declares an option that may be left out.
  public init(
    _ name: String, _ type: OptionType<Value>, default defaultValue: Value, _ summary: String
  ) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    self.summary = summary
  }

  /// Declares an option that must be written.
  public init(_ name: String, _ type: OptionType<Value>, _ summary: String) {
    self.name = name
    self.type = type
    defaultValue = nil
    self.summary = summary
  }

  /// Whether it must be written.
  public var isRequired: Bool { defaultValue == nil }

  /// What may stand there, as data.
  public var shape: OptionShape { type.shape }

  /// The default as it would be written.
  public var shownDefault: String? { defaultValue.map(type.show) }

  /// What is wrong with `node` as the value of this option.
  public func problem(with node: ConfigNode) -> ScalarProblem? {
    if case .failure(let problem) = type.read(node) { problem } else { nil }
  }
}

/// What the loader knows of an option without knowing its type.
public protocol OptionDeclaration: Sendable {
  /// The key in the plugin's YAML block.
  var name: String { get }
  /// What it does, in one sentence.
  var summary: String { get }
  /// Whether it must be written.
  var isRequired: Bool { get }
  /// What may stand there, as data.
  var shape: OptionShape { get }
  /// The default as it would be written.
  var shownDefault: String? { get }
  /// What is wrong with `node` as the value of this option.
  func problem(with node: ConfigNode) -> ScalarProblem?
}
