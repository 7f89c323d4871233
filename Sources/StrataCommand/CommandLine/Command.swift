// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// One subcommand: what it is called, what it takes, what it does.
protocol Command {
  /// Its name on the command line.
  static var name: String { get }
  /// What it does, in one sentence.
  static var summary: String { get }
  /// How it is called, after its name: `FILE [CACHE]`.
  static var synopsis: String { get }
  /// What a user should know to use it well, with examples.
  static var explanation: String { get }
  /// The options it takes.
  static var options: [CommandOption] { get }
  /// How many words it takes besides options.
  static var words: ClosedRange<Int> { get }
  /// Creates the command from its arguments, which are known to fit.
  init(_ arguments: Arguments) throws
  /// Does it, and returns the exit code.
  func run(_ console: Console) async throws -> Int32
}

/// An option of a subcommand.
struct CommandOption {
  /// Its name without the dashes.
  let name: String
  /// What its value is called in help, `nil` for a switch.
  let value: String?
  /// What it does.
  let summary: String

  /// An option that takes no value.
  static func flag(_ name: String, _ summary: String) -> CommandOption {
    CommandOption(name: name, value: nil, summary: summary)
  }

  /// An option that takes a value.
  static func value(_ name: String, _ value: String, _ summary: String) -> CommandOption {
    CommandOption(name: name, value: value, summary: summary)
  }
}

/// The exit codes, the same for every command.
enum ExitCode {
  /// It worked.
  static let success: Int32 = 0
  /// What was looked at has problems.
  static let problems: Int32 = 1
  /// It was called wrongly.
  static let usage: Int32 = 2
  /// It could not be done.
  static let failure: Int32 = 3
}
