// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The pages that `strata help` prints.
enum HelpText {
  static func overview(_ commands: [any Command.Type]) -> String {
    let width = commands.map { $0.name.count }.max() ?? 0
    let lines = commands.map { "  \($0.name.padded(to: width))  \($0.summary)" }
    return """
      strata: cache policy for Swift services, declared in YAML

      usage: strata COMMAND [ARGUMENTS]

      \(lines.joined(separator: "\n"))
        \("help".padded(to: width))  Explains a command: strata help check

      Exit codes: 0 it worked, 1 problems were found, 2 wrong usage, 3 it could not be done.
      """
  }

  static func usage(of command: any Command.Type) -> String {
    "usage: strata \(command.name) \(command.synopsis)"
  }

  static func page(of command: any Command.Type) -> String {
    var text = "\(command.summary)\n\n\(usage(of: command))\n\n\(command.explanation)"
    if command.options.isEmpty { return text }
    let left = command.options.map { "--\($0.name)\($0.value.map { " \($0)" } ?? "")" }
    let width = left.map(\.count).max() ?? 0
    text += "\n\nOptions:\n"
    text += zip(left, command.options)
      .map { "  \($0.padded(to: width))  \($1.summary)" }
      .joined(separator: "\n")
    return text
  }
}

extension String {
  /// The text with spaces behind it, up to `width` characters.
  func padded(to width: Int) -> String {
    count >= width ? self : self + String(repeating: " ", count: width - count)
  }
}
